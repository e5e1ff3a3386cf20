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
public final class PrivateEngine: Sendable {
  /// What is different from the usual.
  public struct Options: Sendable {
    /// Listens on a free port of 127.0.0.1 too, with mutual TLS.
    public var certificates: Certificates?
    /// Keeps its data on a file system of so many bytes, in memory.
    public var dataBytesMax: Int?

    public init(certificates: Certificates? = nil, dataBytesMax: Int? = nil) {
      self.certificates = certificates
      self.dataBytesMax = dataBytesMax
    }
  }

  let socket: String
  private let folder: TemporaryFolder
  private let bridge: Bridge
  private let server: ServerProcess
  private let hasOwnDisk: Bool

  /// A value for `DOCKER_HOST`.
  public var dockerHost: String { "unix://\(socket)" }

  /// `127.0.0.1:<port>`, where it listens with TLS.
  public let tlsAddress: String?

  /// Whether this machine can have one.
  public static var canRun: Bool { getuid() == 0 && Command.exists("dockerd") && Command.exists("setpriv") }

  /// Starts on a thread that may wait.
  public static func start(_ options: Options = Options()) async throws -> PrivateEngine {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Result { try PrivateEngine(options) }) }
    }
  }

  init(_ options: Options = Options()) throws {
    folder = try TemporaryFolder("dockerd")
    // Not by the process id: name spaces of processes share the network's names.
    let mark = String(UInt32.random(in: 0...UInt32.max), radix: 36)
    bridge = try Bridge(name: "wz\(mark)")
    let socket = folder.path + "/docker.sock"
    self.socket = socket
    let name = "wanzami-\(mark)"
    let settings = try folder.write("daemon.json", "{}")
    try Command.check(["mkdir", folder.path + "/data"])
    hasOwnDisk = options.dataBytesMax != nil
    if let bytes = options.dataBytesMax {
      try Command.check(["mount", "-t", "tmpfs", "-o", "size=\(bytes)", "tmpfs", folder.path + "/data"])
    }
    var arguments = [
      "dockerd", "--data-root", folder.path + "/data", "--exec-root", folder.path + "/exec",
      "--pidfile", folder.path + "/pid", "-H", "unix://\(socket)", "--bridge", bridge.name,
      "--iptables=false", "--ip-masq=false", "--ip-forward=false", "--config-file", settings,
      "--containerd-namespace", name, "--containerd-plugins-namespace", name + "-plugins",
    ]
    if let path = options.certificates?.path {
      arguments += [
        "-H", "tcp://127.0.0.1:0", "--tlsverify", "--tlscacert", path + "/ca.pem", "--tlscert",
        path + "/server-cert.pem", "--tlskey", path + "/server-key.pem",
      ]
    }
    let server = try ServerProcess(arguments, log: folder.path + "/log")
    self.server = server
    var address: String?
    do {
      _ = try server.wait("dockerd to answer") { answersPing(socket) ? true : nil }
      if options.certificates != nil {
        address = try server.wait("dockerd to listen") {
          server.output.firstMatch(of: /API listen on (127\.0\.0\.1:\d+)/).map { String($0.1) }
        }
      }
    } catch {
      server.stop(within: 30)
      bridge.remove()
      throw error
    }
    tlsAddress = address
    stopAtExit()
  }

  /// Ends it as a crash would.
  public func kill() { server.kill() }

  public func stop() {
    server.stop(within: 30)
    bridge.remove()
    if hasOwnDisk { _ = try? Command.run(["umount", "--lazy", folder.path + "/data"]) }
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
