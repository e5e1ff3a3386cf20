import Glibc

/// A program run to its end on a thread of its own, with empty standard input and both outputs collected.
struct ChildProcess: Sendable {
  /// A `credential_process` that takes longer is killed.
  static let patience: Duration = .seconds(60)
  /// What it may print on each output.
  static let outputLimit = 1 << 20

  let words: [String]
  let variables: [String: String]

  enum Failure: Error, CustomStringConvertible {
    case notStarted(errno: Int32)
    case tooSlow
    case tooMuchOutput

    var description: String {
      switch self {
      case .notStarted(let code): String(cString: strerror(code))
      case .tooSlow: "it did not end within \(ChildProcess.patience.components.seconds) seconds"
      case .tooMuchOutput: "it printed more than \(ChildProcess.outputLimit) bytes"
      }
    }
  }

  /// Finds `words[0]` in PATH where it has no slash.
  func run() async throws -> ProcessOutput {
    try await withCheckedThrowingContinuation { continuation in
      runOnOwnThread { continuation.resume(with: Result { try runBlocking() }) }
    }
  }

  private func runBlocking() throws -> ProcessOutput {
    var out: [Int32] = [-1, -1]
    var err: [Int32] = [-1, -1]
    guard openChannel(&out) else { throw Failure.notStarted(errno: errno) }
    defer { close(out[0]) }
    guard openChannel(&err) else {
      close(out[1])
      throw Failure.notStarted(errno: errno)
    }
    defer { close(err[0]) }
    let (code, pid) = spawn(output: out[1], errors: err[1])
    close(out[1])
    close(err[1])
    guard code == 0 else { throw Failure.notStarted(errno: code) }
    do {
      let (output, errors) = try collect(out[0], err[0])
      return ProcessOutput(status: waitForEnd(of: pid), standardOutput: output, standardError: errors)
    } catch {
      kill(pid, SIGKILL)
      _ = waitForEnd(of: pid)
      throw error
    }
  }

  private func spawn(output: Int32, errors: Int32) -> (code: Int32, pid: pid_t) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, errors, 2)
    // Signals that this program holds back for itself are not held back there.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var argv: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    defer { for entry in argv { free(entry) } }
    var envp: [UnsafeMutablePointer<CChar>?] = variables.map { strdup("\($0)=\($1)") } + [nil]
    defer { for entry in envp { free(entry) } }
    var pid: pid_t = 0
    let code = posix_spawnp(&pid, words[0], &actions, &attributes, &argv, &envp)
    return (code, pid)
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

  private func waitForEnd(of pid: pid_t) -> Int {
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
    return Int(status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f))
  }
}

/// A socket pair, because it is closed on exec from its first moment: no other child can inherit it.
private func openChannel(_ ends: inout [Int32]) -> Bool {
  socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0
}

/// Blocking calls stay off Swift's cooperative pool.
private func runOnOwnThread(_ body: @escaping @Sendable () -> Void) {
  final class Box: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  var thread = pthread_t()
  let box = Unmanaged.passRetained(Box(body)).toOpaque()
  let code = pthread_create(
    &thread, nil,
    { box in
      guard let box else { return nil }
      Unmanaged<Box>.fromOpaque(box).takeRetainedValue().body()
      return nil
    }, box)
  precondition(code == 0, "the machine gives no thread")
  pthread_detach(thread)
}
