import Foundation
import Glibc
import Synchronization

/// A program under test: its two outputs apart, any signal at any moment, and an end that is waited for with a limit.
///
/// It dies with us, as a ``ServerProcess`` does.
public final class Program: Sendable {
  /// How a program ended, and what it said.
  public struct Finished: Sendable {
    /// The exit status, or 128 and the signal that ended it.
    public let status: Int32
    public let output: String
    public let errors: String

    /// Both outputs, for a test's message.
    public var everything: String { "exit \(status)\n--- stdout\n\(output)\n--- stderr\n\(errors)" }
  }

  /// Its process id, for looking at it in `/proc` while it runs.
  public let pid: pid_t
  private let folder: TemporaryFolder
  private let ended: End

  /// Starts `arguments`.
  ///
  /// - Parameters:
  ///   - environment: all its environment.
  ///   - workingFolder: `nil`: ours.
  public init(_ arguments: [String], environment: [String: String], in workingFolder: String? = nil) throws {
    let folder = try TemporaryFolder("program")
    self.folder = folder
    let ends = try ["out", "err"].map { name in
      let path = folder.path + "/" + name
      let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
      guard descriptor >= 0 else { throw FixtureFailure("open \(path): errno \(errno)") }
      return descriptor
    }
    defer { for end in ends { close(end) } }
    let ended = End()
    self.ended = ended
    let born = Birth()
    let started = DispatchSemaphore(value: 0)
    let command = ["setpriv", "--pdeathsig", "TERM"] + arguments
    Thread.detachNewThread {
      let result = Result {
        try spawn(command, in: workingFolder, environment: environment, output: ends[0], errors: ends[1])
      }
      born.result.withLock { $0 = result }
      started.signal()
      if case .success(let pid) = result { ended.wait(for: pid) }
    }
    started.wait()
    guard let pid = try born.result.withLock({ $0 })?.get() else {
      throw FixtureFailure("\(arguments.first ?? "nothing") did not start")
    }
    self.pid = pid
  }

  deinit { ended.signal(pid, SIGKILL) }

  /// Runs `arguments` to their end.
  public static func run(
    _ arguments: [String], environment: [String: String], in workingFolder: String? = nil,
    within limit: Duration = .seconds(60)
  ) async throws -> Finished {
    try await Program(arguments, environment: environment, in: workingFolder).end(within: limit)
  }

  /// What it wrote so far.
  public var output: String { text("out") }
  public var errors: String { text("err") }

  /// Whether it has not ended yet.
  public var isRunning: Bool { ended.status == nil }

  /// Sends a signal; one that has ended gets none.
  public func signal(_ number: Int32) { ended.signal(pid, number) }

  /// Waits for its end; past the limit it is killed, and that is an error with all that it said.
  @discardableResult
  public func end(within limit: Duration = .seconds(60)) async throws -> Finished {
    do {
      let status = try await wait("its end", within: limit) { self.ended.status }
      return Finished(status: status, output: output, errors: errors)
    } catch {
      signal(SIGKILL)
      throw error
    }
  }

  /// Waits until one of its outputs holds `text`.
  public func says(_ text: String, within limit: Duration = .seconds(60)) async throws {
    try await wait("\"\(text)\"", within: limit) {
      // Its end is read first, so that what it said last is not missed.
      let hasEnded = self.ended.status != nil
      if self.output.contains(text) || self.errors.contains(text) { return true }
      if hasEnded { throw FixtureFailure("it ended without \"\(text)\": \(self.output)\n\(self.errors)") }
      return nil
    }
  }

  @discardableResult
  private func wait<Value>(
    _ what: String, within limit: Duration, until ready: () throws -> Value?
  ) async throws -> Value {
    do {
      return try await eventually(what, within: limit) { try ready() }
    } catch let failure as FixtureFailure {
      throw FixtureFailure("\(failure)\n--- stdout\n\(output)\n--- stderr\n\(errors)")
    }
  }

  private func text(_ name: String) -> String {
    String(decoding: (try? readFile("\(folder.path)/\(name)")) ?? [], as: UTF8.self)
  }

  /// How the starting thread tells what became of it.
  private final class Birth: Sendable {
    let result = Mutex<Result<pid_t, any Error>?>(nil)
  }

  /// The end of a process: no signal is sent to an id that the system may have given away since.
  private final class End: Sendable {
    private let state = Mutex<Int32?>(nil)

    var status: Int32? { state.withLock { $0 } }

    func wait(for pid: pid_t) {
      var information = siginfo_t()
      while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) < 0 && errno == EINTR {}
      state.withLock { $0 = waitForEnd(of: pid) }
    }

    func signal(_ pid: pid_t, _ number: Int32) {
      state.withLock { status in
        if status == nil { kill(pid, number) }
      }
    }
  }
}

/// Looks every 20 ms until `ready` gives a value; `limit` without one is an error.
@discardableResult
public func eventually<Value>(
  isolation: isolated (any Actor)? = #isolation, _ what: String, within limit: Duration = .seconds(60),
  _ ready: () async throws -> Value?
) async throws -> Value {
  let deadline = ContinuousClock.now + limit
  while true {
    if let value = try await ready() { return value }
    guard ContinuousClock.now < deadline else { throw FixtureFailure("waiting for \(what): not within \(limit)") }
    try await Task.sleep(for: .milliseconds(20))
  }
}
