import Glibc

/// A real podman that serves Docker's API on a socket of its own, with its data in a folder of its own. It ends with
/// `stop`, or with the value.
public final class RealPodman: Sendable {
  /// Whether this machine can have one.
  public static var canRun: Bool {
    getuid() == 0 && Command.exists("podman") && Command.exists("runc") && Command.exists("setpriv")
  }

  /// A value for `DOCKER_HOST`.
  public let dockerHost: String
  private let folder: TemporaryFolder
  private let server: ServerProcess

  public init() throws {
    folder = try TemporaryFolder("podman")
    let socket = folder.path + "/podman.sock"
    dockerHost = "unix://\(socket)"
    server = try ServerProcess(
      [
        "podman", "--root", folder.path + "/data", "--runroot", folder.path + "/run", "--tmpdir", folder.path + "/tmp",
        "--storage-driver", "vfs", "--events-backend", "none", "--cgroup-manager", "cgroupfs", "system", "service",
        "--time", "0", dockerHost,
      ], log: folder.path + "/log")
    do {
      _ = try server.wait("podman to answer") { answersPing(socket) ? true : nil }
    } catch {
      server.stop()
      throw error
    }
  }

  deinit { stop() }

  public func stop() {
    server.stop()
    folder.remove()
  }
}
