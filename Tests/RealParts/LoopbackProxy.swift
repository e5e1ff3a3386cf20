import Glibc
import Synchronization

/// A real HTTP proxy on loopback (RFC 9110, 7.6 and 9.3.6): it forwards requests in absolute form, opens tunnels for
/// CONNECT, and notes each.
public final class LoopbackProxy: Sendable {
  private final class Log: Sendable { let lines = Mutex<[String]>([]) }

  private let server: LoopbackServer
  private let log: Log

  public var port: UInt16 { server.port }
  public var url: String { server.url }
  /// `CONNECT 127.0.0.1:8443`, `POST http://127.0.0.1:8080/`; with ` as <Proxy-Authorization>` where one was sent.
  public var requests: [String] { log.lines.withLock { $0 } }

  /// - Parameter refusal: a status line such as `403 Forbidden` with which everything is answered.
  public init(refusal: String? = nil) throws {
    let log = Log()
    self.log = log
    server = try LoopbackServer { connection in
      guard let (head, body) = connection.request() else { return }
      let lines = head.split(separator: "\r\n").map(String.init)
      let words = lines[0].split(separator: " ").map(String.init)
      let who = field("proxy-authorization", in: head).map { " as \($0)" } ?? ""
      log.lines.withLock { $0.append("\(words[0]) \(words[1])\(who)") }
      if let refusal { return connection.answer("no way through here", status: refusal) }
      if words[0] == "CONNECT" {
        guard let port = UInt16(words[1].split(separator: ":").last ?? "") else { return }
        connection.send("HTTP/1.1 200 Connection established\r\n\r\n")
        connection.relay(to: port, sending: [])
      } else {
        let place = words[1].dropFirst("http://".count)
        guard let port = UInt16(place.prefix { $0 != "/" }.split(separator: ":").last ?? "") else { return }
        let own = lines.dropFirst().filter { !$0.lowercased().hasPrefix("proxy-") }
        let path = place.drop { $0 != "/" }
        let first = ["\(words[0]) \(path) HTTP/1.1"] + own + ["Connection: close", "", ""]
        connection.relay(to: port, sending: Array(first.joined(separator: "\r\n").utf8) + body)
      }
    }
  }
}

extension LoopbackConnection {
  /// Connects to a port of 127.0.0.1, sends bytes there, and carries everything both ways until either side ends.
  public func relay(to port: UInt16, sending first: [UInt8]) {
    let other = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    defer { close(other) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    address.sin_port = port.bigEndian
    let connected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(other, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0, sendAll(first, to: other) else { return }
    carry(with: other)
  }

  private func carry(with other: Int32) {
    var ends = [
      pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0), pollfd(fd: other, events: Int16(POLLIN), revents: 0),
    ]
    var buffer = [UInt8](repeating: 0, count: 65536)
    while poll(&ends, 2, -1) > 0 {
      for index in ends.indices where ends[index].revents != 0 {
        let count = recv(ends[index].fd, &buffer, buffer.count, 0)
        guard count > 0, sendAll(Array(buffer[..<count]), to: ends[1 - index].fd) else { return }
      }
    }
  }

  private func sendAll(_ bytes: [UInt8], to socket: Int32) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes { raw in
        Glibc.send(socket, raw.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }
}
