internal import CSpawn
import Glibc

/// A program run to its end, for fixtures: the product itself starts none.
public struct Command: Sendable {
  /// The exit status, or 128 and the signal that ended it.
  public let status: Int32
  /// What it wrote to standard output and standard error, in the order of arrival.
  public let output: [UInt8]

  public var text: String { String(decoding: output, as: UTF8.self) }

  /// Runs `arguments` (the first is looked up in PATH) and waits; it gets an empty standard input.
  ///
  /// - Parameters:
  ///   - folder: its working folder; `nil`: ours.
  ///   - environment: all its environment; `nil`: ours.
  public static func run(
    _ arguments: [String], in folder: String? = nil, environment: [String: String]? = nil
  ) throws -> Command {
    var ends: [Int32] = [-1, -1]
    // A socket pair and not a pipe: it is closed on exec from its first moment, so no server started by another thread
    // can inherit it and keep it open.
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw FixtureFailure("socketpair: errno \(errno)") }
    defer { close(ends[0]) }
    let pid: pid_t
    do {
      pid = try spawn(arguments, in: folder, environment: environment, output: ends[1])
    } catch {
      close(ends[1])
      throw error
    }
    close(ends[1])
    let output = readAll(ends[0])
    return Command(status: waitForEnd(of: pid), output: output)
  }

  /// As `run`, and a status other than 0 is an error with the output in it.
  @discardableResult
  public static func check(
    _ arguments: [String], in folder: String? = nil, environment: [String: String]? = nil
  ) throws -> Command {
    let result = try run(arguments, in: folder, environment: environment)
    guard result.status == 0 else {
      throw FixtureFailure("\(arguments.joined(separator: " ")): exit \(result.status): \(result.text)")
    }
    return result
  }

  /// Whether the tests run as root.
  public static var isRoot: Bool { getuid() == 0 }

  /// Whether `name` is a program in PATH.
  public static func exists(_ name: String) -> Bool {
    let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
    return path.split(separator: ":").contains { access("\($0)/\(name)", X_OK) == 0 }
  }
}

/// Starts a program with an empty standard input, its output in `output`, and its errors in `errors`, or there too;
/// returns its process id.
func spawn(
  _ arguments: [String], in folder: String?, environment: [String: String]?, output: Int32, errors: Int32? = nil
) throws -> pid_t {
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
  posix_spawn_file_actions_adddup2(&actions, output, 1)
  posix_spawn_file_actions_adddup2(&actions, errors ?? output, 2)
  // Nothing else of ours: a socket that a server held open would never be seen to close.
  wanzami_spawn_close_from(&actions, 3)
  var attributes = posix_spawnattr_t()
  posix_spawnattr_init(&attributes)
  defer { posix_spawnattr_destroy(&attributes) }
  var none = sigset_t()
  sigemptyset(&none)
  posix_spawnattr_setsigmask(&attributes, &none)
  posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
  let arguments = (folder.map { ["env", "-C", $0] } ?? []) + arguments
  var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
  argv.append(nil)
  defer { for entry in argv { free(entry) } }
  var envp: [UnsafeMutablePointer<CChar>?] = (environment ?? currentEnvironment()).map { strdup("\($0)=\($1)") }
  envp.append(nil)
  defer { for entry in envp { free(entry) } }
  var pid: pid_t = 0
  let code = posix_spawnp(&pid, arguments[0], &actions, &attributes, argv, envp)
  guard code == 0 else { throw FixtureFailure("could not start \(arguments[0]): errno \(code)") }
  return pid
}

/// Waits for a child; the status as a shell gives it.
func waitForEnd(of pid: pid_t) -> Int32 {
  var status: Int32 = 0
  while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
  return status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
}
