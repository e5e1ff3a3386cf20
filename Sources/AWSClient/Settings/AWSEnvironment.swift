import AWSWire
public import ChildProcesses
import FoundationEssentials
import Synchronization

/// The world outside, handed in: this target reads no variable, clock or file by itself.
public struct AWSEnvironment: Sendable {
  public var variables: [String: String]
  public var homeDirectory: String
  /// The bytes of a file, or `nil` when it cannot be read.
  public var readFile: @Sendable (String) -> [UInt8]?
  /// Replaces a file whole, or throws; it is readable by its owner only. For a session that was renewed.
  public var writeSecretFile: @Sendable (String, [UInt8]) throws -> Void
  /// The machine's wall clock.
  public var now: @Sendable () -> Timestamp
  /// Waits; throws when the task is cancelled.
  public var sleep: @Sendable (Duration) async throws -> Void
  /// A number in 0..<1, for the jitter of retries.
  public var random: @Sendable () -> Double
  /// Runs a program without a shell and collects its output, for `credential_process`.
  public var runProcess: @Sendable ([String]) async throws -> ProcessOutput
  /// Tells the operator a sentence that does not stop anything. Each sentence is told once.
  public let warn: @Sendable (String) -> Void

  /// Without `writeSecretFile` the machine's files are written.
  public init(
    variables: [String: String], homeDirectory: String, readFile: @escaping @Sendable (String) -> [UInt8]?,
    writeSecretFile: (@Sendable (String, [UInt8]) throws -> Void)? = nil,
    now: @escaping @Sendable () -> Timestamp, sleep: @escaping @Sendable (Duration) async throws -> Void,
    random: @escaping @Sendable () -> Double,
    runProcess: @escaping @Sendable ([String]) async throws -> ProcessOutput,
    warn: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.variables = variables
    self.homeDirectory = homeDirectory
    self.readFile = readFile
    self.writeSecretFile = writeSecretFile ?? { path, bytes in try SecretFile(path: path).replace(with: bytes) }
    self.now = now
    self.sleep = sleep
    self.random = random
    self.runProcess = runProcess
    let told = Told()
    self.warn = { sentence in if told.isNew(sentence) { warn(sentence) } }
  }

  /// The machine's files and programs; programs see the variables given here.
  public init(
    variables: [String: String], homeDirectory: String, now: @escaping @Sendable () -> Timestamp,
    sleep: @escaping @Sendable (Duration) async throws -> Void, random: @escaping @Sendable () -> Double,
    warn: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.init(
      variables: variables, homeDirectory: homeDirectory,
      readFile: { path in FileManager.default.contents(atPath: path).map { Array($0) } }, now: now, sleep: sleep,
      random: random,
      runProcess: { words in try await ChildProcess(words: words, variables: variables).run() }, warn: warn)
  }

  /// A variable that is set to something.
  func variable(_ name: String) -> String? {
    guard let value = variables[name], !value.isEmpty else { return nil }
    return value
  }

  /// `~/` at the front is the home directory.
  func path(_ path: String) -> String {
    path == "~" || path.hasPrefix("~/") ? homeDirectory + path.dropFirst() : path
  }
}

/// The sentences that were told already.
private final class Told: Sendable {
  private let sentences = Mutex<Set<String>>([])

  func isNew(_ sentence: String) -> Bool { sentences.withLock { $0.insert(sentence).inserted } }
}

/// What a program left behind.
public typealias ProcessOutput = ChildProcesses.ProcessOutput
