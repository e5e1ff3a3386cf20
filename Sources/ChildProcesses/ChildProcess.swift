import Glibc

/// What a program that was run has left behind.
public struct ProcessOutput: Equatable, Sendable {
  /// The exit status, or 128 plus the signal that ended it.
  public var status: Int
  public var standardOutput: [UInt8]
  public var standardError: [UInt8]

  public init(status: Int, standardOutput: [UInt8], standardError: [UInt8] = []) {
    self.status = status
    self.standardOutput = standardOutput
    self.standardError = standardError
  }
}

/// A program run to its end on a thread of its own, with a short standard input and both outputs collected: the
/// programs that hand out credentials.
public struct ChildProcess: Sendable {
  /// A program that takes longer is killed.
  public static let patience: Duration = .seconds(60)
  /// What it may print on each output.
  public static let outputLimit = 1 << 20
  /// What it may be given, so that a child that reads nothing never holds us up.
  public static let inputLimit = 1 << 14

  let words: [String]
  let variables: [String: String]
  let input: [UInt8]

  /// - Parameters:
  ///   - words: the program, found in the PATH of `variables` where it has no slash, and its arguments.
  ///   - variables: all its environment.
  ///   - input: all its standard input, at most `inputLimit` bytes.
  public init(words: [String], variables: [String: String], input: [UInt8] = []) {
    self.words = words
    self.variables = variables
    self.input = input
  }

  public enum Failure: Error, CustomStringConvertible {
    case notStarted(errno: Int32)
    case tooSlow
    case tooMuchOutput
    case tooMuchInput

    public var description: String {
      switch self {
      case .notStarted(let code): String(cString: strerror(code))
      case .tooSlow: "it did not end within \(ChildProcess.patience.components.seconds) seconds"
      case .tooMuchOutput: "it printed more than \(ChildProcess.outputLimit) bytes"
      case .tooMuchInput: "it was to be given more than \(ChildProcess.inputLimit) bytes"
      }
    }
  }

  /// - Throws: `Failure`. A status other than 0 is no failure.
  public func run() async throws -> ProcessOutput {
    try await withCheckedThrowingContinuation { continuation in
      runOnOwnThread { continuation.resume(with: Result { try runBlocking() }) }
    }
  }

  private func runBlocking() throws -> ProcessOutput {
    guard input.count <= ChildProcess.inputLimit else { throw Failure.tooMuchInput }
    let (into, out, err) = try (Channel(), Channel(), Channel())
    let (code, pid) = spawn(input: into.theirs, output: out.theirs, errors: err.theirs)
    for channel in [into, out, err] { channel.closeTheirs() }
    guard code == 0 else { throw Failure.notStarted(errno: code) }
    into.write(input)
    do {
      let (output, errors) = try collect(out.ours, err.ours)
      return ProcessOutput(status: Int(waitForEnd(of: pid)), standardOutput: output, standardError: errors)
    } catch {
      kill(pid, SIGKILL)
      _ = waitForEnd(of: pid)
      throw error
    }
  }

  private func spawn(input: Int32, output: Int32, errors: Int32) -> (code: Int32, pid: pid_t) {
    ChildProcesses.spawn(
      program, words, environment: variables, isOfOwnGroup: false, closingFrom: 3,
      files: [.copy(of: input, at: 0), .copy(of: output, at: 1), .copy(of: errors, at: 2)])
  }

  /// The program in the child's own PATH, as a shell in its place would find it; else whatever is in ours.
  private var program: String {
    guard !words[0].contains("/"), let path = variables["PATH"] else { return words[0] }
    for folder in path.split(separator: ":") {
      let candidate = "\(folder)/\(words[0])"
      if access(candidate, X_OK) == 0 { return candidate }
    }
    return words[0]
  }

  /// Reads both ends until both are closed.
  private func collect(_ output: Int32, _ errors: Int32) throws -> (output: [UInt8], errors: [UInt8]) {
    var texts: [[UInt8]] = [[], []]
    var ends = [
      pollfd(fd: output, events: Int16(POLLIN), revents: 0), pollfd(fd: errors, events: Int16(POLLIN), revents: 0),
    ]
    var buffer = [UInt8](repeating: 0, count: 1 << 14)
    let deadline = ContinuousClock.now + ChildProcess.patience
    while ends.contains(where: { $0.fd >= 0 }) {
      let left = (deadline - ContinuousClock.now).components.seconds
      guard left > 0 else { throw Failure.tooSlow }
      guard poll(&ends, nfds_t(ends.count), Int32(left * 1000)) >= 0 || errno == EINTR else { continue }
      for index in ends.indices where ends[index].fd >= 0 && ends[index].revents != 0 {
        let count = read(ends[index].fd, &buffer, buffer.count)
        // A closed end has the number -1, which poll skips.
        if count <= 0 { ends[index].fd = -1 } else { texts[index] += buffer[..<count] }
        guard texts[index].count <= ChildProcess.outputLimit else { throw Failure.tooMuchOutput }
      }
    }
    return (texts[0], texts[1])
  }
}

/// A socket pair, because it is closed on exec from its first moment: no other child can inherit it.
private final class Channel {
  let ours: Int32
  let theirs: Int32
  private var isTheirsOpen = true

  init() throws {
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
      throw ChildProcess.Failure.notStarted(errno: errno)
    }
    (ours, theirs) = (ends[0], ends[1])
  }

  deinit {
    closeTheirs()
    close(ours)
  }

  func closeTheirs() {
    if isTheirsOpen { close(theirs) }
    isTheirsOpen = false
  }

  /// Writes what fits into the kernel's buffer at once, and ends the child's input.
  func write(_ bytes: [UInt8]) {
    _ = bytes.withUnsafeBytes { send(ours, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    shutdown(ours, Int32(SHUT_WR))
  }
}
