import Glibc

/// HAProxy as the TLS side of a plain HTTP server: one port for each name, so that each is a host of its own to a
/// client, with a certificate of our own for 127.0.0.1. It counts what it accepts.
public final class TLSFront: Sendable {
  /// The PEM file that a client must trust.
  public let caBundle: String
  private let folder: TemporaryFolder
  private let server: ServerProcess
  private let ports: [String: UInt16]
  private var socketPath: String { folder.path + "/stats" }

  public static var canRun: Bool { Command.exists("haproxy") && Command.exists("openssl") }

  /// - Parameter port: the plain server's, on 127.0.0.1.
  public init(to port: Int, names: [String]) throws {
    let folder = try TemporaryFolder("tls")
    self.folder = folder
    caBundle = folder.path + "/ca.pem"
    try Command.check([
      "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext",
      "subjectAltName=IP:127.0.0.1", "-keyout", folder.path + "/key.pem", "-out", caBundle,
    ])
    try folder.write("both.pem", try readFile(caBundle) + readFile(folder.path + "/key.pem"), mode: 0o600)
    // A port that was free may be taken before HAProxy has it: then others are tried.
    var failure = FixtureFailure("no port")
    for _ in 0..<5 {
      let ports = Dictionary(zip(names, try freePorts(names.count))) { $1 }
      let file = try folder.write("haproxy.cfg", TLSFront.configuration(folder.path, to: port, ports))
      do {
        server = try TLSFront.start(file, folder, Array(ports.values))
        self.ports = ports
        return
      } catch let error as FixtureFailure { failure = error }
    }
    throw failure
  }

  deinit { server.stop(within: 5) }

  public func url(_ name: String) -> String { "https://127.0.0.1:\(ports[name] ?? 0)" }
  public func port(_ name: String) -> UInt16 { ports[name] ?? 0 }

  /// What each name has accepted: connections, each of them one handshake, and requests.
  public func counts() throws -> [String: (handshakes: Int, requests: Int)] {
    let lines = try ask("show stat").split(separator: "\n")
    let names = lines.first?.dropFirst(2).split(separator: ",", omittingEmptySubsequences: false).map(String.init) ?? []
    guard let connections = names.firstIndex(of: "conn_tot"), let requests = names.firstIndex(of: "req_tot") else {
      throw FixtureFailure("HAProxy's statistics have other columns: \(names)")
    }
    var counts: [String: (handshakes: Int, requests: Int)] = [:]
    for line in lines.dropFirst() {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      guard fields.count > max(connections, requests), fields[1] == "FRONTEND", ports[String(fields[0])] != nil
      else { continue }
      counts[String(fields[0])] = (Int(fields[connections]) ?? 0, Int(fields[requests]) ?? 0)
    }
    return counts
  }

  private static func start(_ file: String, _ folder: TemporaryFolder, _ ports: [UInt16]) throws -> ServerProcess {
    let server = try ServerProcess(["haproxy", "-db", "-f", file], log: folder.path + "/log")
    _ = try server.wait("HAProxy to listen", seconds: 20) { ports.allSatisfy(isListening) ? true : nil }
    return server
  }

  private static func configuration(_ folder: String, to port: Int, _ ports: [String: UInt16]) -> String {
    let fronts = ports.map { name, own in
      "frontend \(name)\n  bind 127.0.0.1:\(own) ssl crt \(folder)/both.pem\n  default_backend plain\n"
    }
    return """
      global
        stats socket \(folder)/stats mode 600 level admin
        maxconn 500
      defaults
        mode http
        timeout connect 5s
        timeout client 300s
        timeout server 300s
      \(fronts.joined())
      backend plain
        server plain 127.0.0.1:\(port)

      """
  }

  /// https://docs.haproxy.org/2.6/management.html#9.3
  private func ask(_ command: String) throws -> String {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw FixtureFailure("socket: errno \(errno)") }
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: socketPath.utf8) }
    let connected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard connected == 0 else { throw FixtureFailure("connect \(socketPath): errno \(errno)") }
    let line = Array("\(command)\n".utf8)
    guard write(descriptor, line, line.count) == line.count else { throw FixtureFailure("write: errno \(errno)") }
    return String(decoding: readAll(descriptor), as: UTF8.self)
  }
}

/// Ports that were free a moment ago.
private func freePorts(_ count: Int) throws -> [UInt16] { try (0..<count).map { _ in try ClosedPort() }.map(\.port) }

private func isListening(_ port: UInt16) -> Bool {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
  defer { close(descriptor) }
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
  address.sin_port = port.bigEndian
  return withUnsafePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
  } == 0
}
