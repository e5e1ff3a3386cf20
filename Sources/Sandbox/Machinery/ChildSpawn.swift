internal import CSpawn
import Glibc

/// The program's path; `nil`: not installed.
func locate(_ program: String) -> String? {
  if program.contains("/") { return access(program, X_OK) == 0 ? program : nil }
  let path = getenv("PATH").map { String(cString: $0) } ?? ""
  let folders =
    path.split(separator: ":").map(String.init) + ["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin", "/bin"]
  return folders.lazy.map { "\($0)/\(program)" }.first { access($0, X_OK) == 0 }
}

/// Whether a child was started.
enum SpawnResult: Sendable {
  case started(pid_t)
  case failed(errno: Int32)
}

/// Gives the child the descriptors as 3, 4, …, and closes every other one: what it held open of ours (a socket that
/// libcurl made, say) would never be seen to close.
private func hand(_ inherited: [Int32], to actions: inout posix_spawn_file_actions_t) {
  let first = ChildServer.firstInherited
  // By way of numbers above all of them, so that none is overwritten before it was copied.
  let above = max(inherited.max() ?? 0, first + Int32(inherited.count)) + 1
  for (index, descriptor) in inherited.enumerated() {
    posix_spawn_file_actions_adddup2(&actions, descriptor, above + Int32(index))
  }
  for index in inherited.indices {
    posix_spawn_file_actions_adddup2(&actions, above + Int32(index), first + Int32(index))
  }
  wanzami_spawn_close_from(&actions, first + Int32(inherited.count))
}

/// Starts `words[0]` with empty standard input, both outputs appended to `log`, and no signal blocked.
func spawn(_ words: [String], log: String, environment: [String: String], inherited: [Int32])
  -> SpawnResult
{
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
  posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
  posix_spawn_file_actions_adddup2(&actions, 1, 2)
  hand(inherited, to: &actions)
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
  // A process group of its own: Ctrl-C at the terminal is for the sandbox, which then stops its parts in order.
  posix_spawnattr_setpgroup(&attributes, 0)
  posix_spawnattr_setflags(
    &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
  var argv: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
  defer { for entry in argv { free(entry) } }
  let path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
  let values = ["PATH": path].merging(environment) { $1 }
  var envp: [UnsafeMutablePointer<CChar>?] = values.map { strdup("\($0)=\($1)") } + [nil]
  defer { for entry in envp { free(entry) } }
  var pid: pid_t = 0
  let code = posix_spawn(&pid, words[0], &actions, &attributes, &argv, &envp)
  return code == 0 ? .started(pid) : .failed(errno: code)
}

func waitForEnd(of pid: pid_t) -> Int32 {
  var status: Int32 = 0
  while waitpid(pid, &status, 0) < 0 {
    if errno != EINTR { return -1 }
  }
  return status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
}

/// Runs `body` on a new thread that ends with it.
func detachThread(_ body: @escaping @Sendable () -> Void) {
  final class Box: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  var thread = pthread_t()
  let box = Unmanaged.passRetained(Box(body)).toOpaque()
  let code = pthread_create(
    &thread, nil,
    { argument in
      guard let argument else { return nil }
      Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body()
      return nil
    }, box)
  precondition(code == 0, "the machine gives no thread for a child process")
  pthread_detach(thread)
}
