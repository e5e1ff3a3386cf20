internal import CSpawn
import Glibc

/// What a child has open under a number; taken in their order.
package enum ChildFile: Sendable {
  case open(_ path: String, flags: Int32, at: Int32)
  case copy(of: Int32, at: Int32)
}

/// Starts a program with no signal blocked, and with those at their defaults that this program ignores or handles.
///
/// - Parameters:
///   - program: the program's path, or a name that is looked up in our own PATH.
///   - words: its arguments; the first is its own name.
///   - environment: all its environment.
///   - isOfOwnGroup: whether it gets a process group of its own, so that Ctrl-C at the terminal is for us alone.
///   - last: every descriptor from this one on is closed: what it held open of ours (a socket that libcurl made, say)
///     would never be seen to close.
///   - files: what it has open below that, beside what it inherits.
/// - Returns: 0 and the process, which is to be waited for; or an `errno`.
package func spawn(
  _ program: String, _ words: [String], environment: [String: String], isOfOwnGroup: Bool, closingFrom last: Int32,
  files: [ChildFile]
) -> (code: Int32, pid: pid_t) {
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  for file in files {
    switch file {
    case .open(let path, let flags, let number):
      posix_spawn_file_actions_addopen(&actions, number, path, flags, 0o600)
    case .copy(let other, let number): posix_spawn_file_actions_adddup2(&actions, other, number)
    }
  }
  wanzami_spawn_close_from(&actions, last)
  var attributes = posix_spawnattr_t()
  posix_spawnattr_init(&attributes)
  defer { posix_spawnattr_destroy(&attributes) }
  var none = sigset_t()
  sigemptyset(&none)
  posix_spawnattr_setsigmask(&attributes, &none)
  var defaults = sigset_t()
  sigemptyset(&defaults)
  for signal in [SIGINT, SIGTERM, SIGPIPE, SIGHUP] { sigaddset(&defaults, signal) }
  posix_spawnattr_setsigdefault(&attributes, &defaults)
  posix_spawnattr_setpgroup(&attributes, 0)
  let group = isOfOwnGroup ? POSIX_SPAWN_SETPGROUP : 0
  posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | group))
  var argv: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
  defer { for entry in argv { free(entry) } }
  var envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0)=\($1)") } + [nil]
  defer { for entry in envp { free(entry) } }
  var pid: pid_t = 0
  let code = posix_spawnp(&pid, program, &actions, &attributes, &argv, &envp)
  return (code, pid)
}

/// Waits until a child has ended, on the calling thread, and gives its exit status, or 128 and the signal that ended it;
/// -1: it is no child of ours, or was waited for already.
package func waitForEnd(of pid: pid_t) -> Int32 {
  var status: Int32 = 0
  while waitpid(pid, &status, 0) < 0 {
    if errno != EINTR { return -1 }
  }
  return exitStatus(status)
}

/// The exit status in what `waitpid` gave, or 128 and the signal.
func exitStatus(_ status: Int32) -> Int32 {
  status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
}

/// Runs `body` on a new thread that ends with it: blocking calls stay off Swift's cooperative pool.
package func runOnOwnThread(_ body: @escaping @Sendable () -> Void) {
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
