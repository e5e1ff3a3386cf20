import Foundation
import Glibc

/// A server that a fixture starts, and ends by its process id.
///
/// Its output goes to a file. It dies with us: it is started by a thread that lives as long as it does, under
/// `setpriv --pdeathsig`, so a killed test process leaves no server behind (prctl(2), PR_SET_PDEATHSIG).
public final class ServerProcess: Sendable {
  public let log: String
  private let pid: pid_t
  private let ended = DispatchSemaphore(value: 0)

  /// Starts `arguments` with its output in the file `log`.
  public init(
    _ arguments: [String], log: String, environment: [String: String]? = nil
  ) throws {
    self.log = log
    let output = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard output >= 0 else { throw FixtureFailure("open \(log): errno \(errno)") }
    defer { close(output) }
    let command = ["setpriv", "--pdeathsig", "TERM"] + arguments
    let started = DispatchSemaphore(value: 0)
    let born = Born()
    let ended = ended
    Thread.detachNewThread {
      born.result = Result { try spawn(command, in: nil, environment: environment, output: output) }
      started.signal()
      if case .success(let pid) = born.result { _ = waitForEnd(of: pid) }
      ended.signal()
    }
    started.wait()
    guard let pid = try born.result?.get() else { throw FixtureFailure("\(arguments[0]) did not start") }
    self.pid = pid
  }

  /// Whether it has ended by itself or by `stop`.
  public var hasEnded: Bool {
    guard ended.wait(timeout: .now()) == .success else { return false }
    ended.signal()
    return true
  }

  /// Asks it to end, waits up to `seconds`, and then kills it. A second call does nothing.
  public func stop(within seconds: Int = 20) {
    if hasEnded { return }
    Glibc.kill(pid, SIGTERM)
    if ended.wait(timeout: .now() + .seconds(seconds)) != .success {
      Glibc.kill(pid, SIGKILL)
      ended.wait()
    }
    ended.signal()
  }

  /// Kills it and waits for its end.
  public func kill() {
    if hasEnded { return }
    Glibc.kill(pid, SIGKILL)
    ended.wait()
    ended.signal()
  }

  /// What it has written so far.
  public var output: String {
    let descriptor = open(log, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return "" }
    defer { close(descriptor) }
    return String(decoding: readAll(descriptor), as: UTF8.self)
  }

  /// Looks every 10 ms until `ready` gives a value; the server's end or `seconds` without one is an error.
  public func wait<Value>(_ what: String, seconds: Int = 60, until ready: () -> Value?) throws -> Value {
    for _ in 0..<(seconds * 100) {
      if let value = ready() { return value }
      if hasEnded { throw FixtureFailure("waiting for \(what): it ended: \(output.suffix(2000))") }
      usleep(10_000)
    }
    throw FixtureFailure("waiting for \(what): not within \(seconds) s: \(output.suffix(2000))")
  }

  /// How the starting thread tells what became of it; ordered by the semaphore.
  private final class Born: @unchecked Sendable {
    var result: Result<pid_t, any Error>?
  }
}
