import Foundation
import Glibc
import Synchronization

/// A real Docker Engine for the tests of one process: the machine's own where it answers, else a private dockerd.
///
/// The private one needs root. It has its own data, socket, network bridge and containerd name space, leaves the
/// machine's iptables alone (ports are published by its userland proxy), and ends with the test process.
public struct RealEngine: Sendable {
  /// A value for `DOCKER_HOST`.
  public let dockerHost: String
  /// Whether it is ours alone; another's Engine may hold images and containers.
  public let isPrivate: Bool

  public var environment: [String: String] { ["DOCKER_HOST": dockerHost] }

  /// Whether this machine can have one; for `.enabled(if:)`.
  public static var canRun: Bool {
    existing() != nil || (getuid() == 0 && Command.exists("dockerd") && Command.exists("setpriv"))
  }

  /// The Engine, started at the first call. Waits on a thread of its own.
  public static func running() async throws -> RealEngine {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread {
        continuation.resume(
          with: Result {
            try privateEngine.withLock { engine in
              if let found = existing() { return found }
              let dockerd = try engine ?? PrivateEngine()
              engine = dockerd
              return RealEngine(dockerHost: "unix://\(dockerd.socket)", isPrivate: true)
            }
          })
      }
    }
  }

  private static func existing() -> RealEngine? {
    if let host = currentEnvironment()["DOCKER_HOST"], !host.isEmpty {
      return RealEngine(dockerHost: host, isPrivate: false)
    }
    let socket = "/var/run/docker.sock"
    return answersPing(socket) ? RealEngine(dockerHost: "unix://\(socket)", isPrivate: false) : nil
  }
}

/// One for each test process; ended by `atexit`.
private let privateEngine = Mutex<PrivateEngine?>(nil)

private func stopAtExit() {
  atexit { privateEngine.withLock { $0?.stop() } }
}

/// A dockerd of our own.
final class PrivateEngine: Sendable {
  let socket: String
  private let folder: TemporaryFolder
  private let bridge: Bridge
  private let server: ServerProcess

  init() throws {
    folder = try TemporaryFolder("dockerd")
    // Not by the process id: name spaces of processes share the network's names.
    let mark = String(UInt32.random(in: 0...UInt32.max), radix: 36)
    bridge = try Bridge(name: "wz\(mark)")
    let socket = folder.path + "/docker.sock"
    self.socket = socket
    let name = "wanzami-\(mark)"
    let settings = try folder.write("daemon.json", "{}")
    server = try ServerProcess(
      [
        "dockerd", "--data-root", folder.path + "/data", "--exec-root", folder.path + "/exec",
        "--pidfile", folder.path + "/pid", "-H", "unix://\(socket)", "--bridge", bridge.name,
        "--iptables=false", "--ip-masq=false", "--ip-forward=false", "--config-file", settings,
        "--containerd-namespace", name, "--containerd-plugins-namespace", name + "-plugins",
      ], log: folder.path + "/log")
    do {
      _ = try server.wait("dockerd to answer") { answersPing(socket) ? true : nil }
    } catch {
      stop()
      throw error
    }
    stopAtExit()
  }

  func stop() {
    server.stop(within: 30)
    bridge.remove()
    folder.remove()
  }
}

/// Whether an Engine answers on the Unix socket at `path`, as told by `GET /_ping`.
func answersPing(_ path: String) -> Bool {
  let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
  guard descriptor >= 0 else { return false }
  defer { close(descriptor) }
  var address = sockaddr_un()
  address.sun_family = sa_family_t(AF_UNIX)
  let bytes = Array(path.utf8)
  guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return false }
  withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
  let connected = withUnsafePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
    }
  }
  guard connected == 0 else { return false }
  var limit = timeval(tv_sec: 30, tv_usec: 0)
  setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  let request = Array("GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n".utf8)
  guard send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else { return false }
  return String(decoding: readAll(descriptor), as: UTF8.self).contains(" 200 ")
}
