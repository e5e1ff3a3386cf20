import ChildProcesses
import FoundationEssentials
import Glibc
import Synchronization

/// A server program that runs as long as the sandbox wants it, and no longer than the sandbox itself.
///
/// One thread starts the child, waits for its end and reaps it. Where `setpriv` exists (util-linux, in every Debian)
/// the kernel ends the child when that thread dies, so a killed sandbox leaves nothing behind.
final class ChildServer: Sendable {
  /// The number under which a child gets the first descriptor that it inherits; the others follow.
  static let firstInherited: Int32 = 3

  let pid: pid_t
  /// The file that takes the child's two output streams.
  let log: String
  private let program: String
  private let life: Life

  private final class Life: Sendable {
    let state = Mutex<State>(.running([]))

    enum State {
      case running([CheckedContinuation<Void, Never>])
      case ended(status: Int32)
    }

    /// Called by the child's own thread, once.
    func end(status: Int32) {
      let waiting = state.withLock { state -> [CheckedContinuation<Void, Never>] in
        guard case .running(let waiting) = state else { return [] }
        state = .ended(status: status)
        return waiting
      }
      for continuation in waiting { continuation.resume() }
    }
  }

  private init(pid: pid_t, program: String, log: String, life: Life) {
    self.pid = pid
    self.program = program
    self.log = log
    self.life = life
  }

  /// Starts `program`, looked up in PATH and in the folders for system programs; it gets PATH and `environment` only.
  ///
  /// - Throws: `SandboxError` when it is not installed or cannot be started.
  static func start(
    _ program: String, _ arguments: [String], package: String, log: String, environment: [String: String] = [:],
    inherited: [Int32] = []
  ) async throws(SandboxError) -> ChildServer {
    guard let path = locate(program) else {
      throw SandboxError("starting \(program): it is not installed; on Debian: apt-get install \(package)")
    }
    var words = [path] + arguments
    if let setpriv = locate("setpriv") { words = [setpriv, "--pdeathsig", "KILL"] + words }
    let life = Life()
    let order = words
    let result = await withCheckedContinuation { (continuation: CheckedContinuation<SpawnResult, Never>) in
      runOnOwnThread {
        let result = spawn(order, log: log, environment: environment, inherited: inherited)
        continuation.resume(returning: result)
        guard case .started(let pid) = result else { return }
        life.end(status: waitForEnd(of: pid))
      }
    }
    switch result {
    case .started(let pid): return ChildServer(pid: pid, program: program, log: log, life: life)
    case .failed(let code):
      throw SandboxError("starting \(path): \(String(cString: strerror(code)))")
    }
  }

  /// `nil` while the child runs; then its exit status, or 128 and the signal that ended it.
  var exitStatus: Int32? {
    life.state.withLock { if case .ended(let status) = $0 { status } else { nil } }
  }

  /// Waits until `check` gives a value; looks every few milliseconds.
  ///
  /// - Throws: `SandboxError` with the end of the child's log when the child ends before, or after `limit`.
  func wait<Value: Sendable>(
    for what: String, within limit: Duration, _ check: @Sendable () async -> Value?
  ) async throws(SandboxError) -> Value {
    let clock = ContinuousClock()
    let deadline = clock.now + limit
    while true {
      // Taken before the look: on a busy machine a look may take long, and one after the deadline still counts.
      let status = exitStatus
      let isLate = clock.now >= deadline
      if let value = await check() { return value }
      if let status { throw SandboxError("\(program) ended with \(status) before \(what): \(logTail())") }
      guard !isLate, !Task.isCancelled else {
        throw SandboxError("\(program): \(what) did not come within \(limit): \(logTail())")
      }
      try? await Task.sleep(for: .milliseconds(10))
    }
  }

  /// Asks the child to end, forces it after `grace`, and returns when it has ended. May be called again.
  func stop(within grace: Duration = .seconds(5)) async {
    signalIfRunning(SIGTERM)
    let force = Task { [self] in
      do { try await Task.sleep(for: grace) } catch { return }
      signalIfRunning(SIGKILL)
    }
    await waitUntilEnded()
    force.cancel()
  }

  /// All that the child has written so far.
  func output() -> String {
    (try? Data(contentsOf: URL(filePath: log))).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  private func logTail() -> String {
    let lines = output().split(separator: "\n").suffix(5)
    return lines.isEmpty ? "it wrote nothing to \(log)" : lines.joined(separator: " | ")
  }

  /// Under the lock, so that the pid cannot have been reaped and given to another process.
  private func signalIfRunning(_ signal: Int32) {
    life.state.withLock { state in
      if case .running = state { _ = kill(pid, signal) }
    }
  }

  private func waitUntilEnded() async {
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      let ended = life.state.withLock { state -> Bool in
        guard case .running(let waiting) = state else { return true }
        state = .running(waiting + [continuation])
        return false
      }
      if ended { continuation.resume() }
    }
  }
}
