import Glibc
import Synchronization

/// A raw socket server on loopback or a Unix socket: each accepted connection is handed to a script on a thread of its
/// own. It knows nothing of HTTP, so that what a test sees on the wire is what was sent.
public final class LoopbackServer: Sendable {
  public let port: UInt16
  private let listener: Int32
  private let accepted = Mutex(0)

  public var url: String { "http://127.0.0.1:\(port)" }
  /// Connections accepted so far.
  public var connections: Int { accepted.withLock { $0 } }

  /// Listens on a free port of 127.0.0.1, or on a Unix socket at `path`.
  public init(unixSocket path: String? = nil, script: @escaping @Sendable (LoopbackConnection) -> Void) throws {
    if let path {
      listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
      try bindUnix(listener, to: path)
      port = 0
    } else {
      listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
      port = try bindLoopback(listener)
    }
    guard listen(listener, 64) == 0 else { throw FixtureFailure("listen: errno \(errno)") }
    let listener = listener
    runOnThread { [weak self] in
      // This thread alone closes the listener: its number would else be another server's while we still accept on it.
      defer { close(listener) }
      while true {
        let socket = accept(listener, nil, nil)
        guard socket >= 0 else {
          if errno == EINVAL { return }
          continue
        }
        // A server that another test starts meanwhile would keep the connection open.
        _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
        self?.accepted.withLock { $0 += 1 }
        runOnThread { script(LoopbackConnection(socket: socket)) }
      }
    }
  }

  /// A listener that is shut down answers EINVAL to its accepting thread.
  deinit { shutdown(listener, Int32(SHUT_RDWR)) }
}

/// A port of loopback on which nobody listens, and which nobody else gets as long as this lives: connecting is refused.
public final class ClosedPort: Sendable {
  public let port: UInt16
  private let socket: Int32

  public var url: String { "http://127.0.0.1:\(port)" }

  public init() throws {
    socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    port = try bindLoopback(socket)
  }

  deinit { close(socket) }
}

/// One accepted connection; closed when let go of.
public final class LoopbackConnection: @unchecked Sendable {
  private let socket: Int32
  private var buffer: [UInt8] = []

  var descriptor: Int32 { socket }

  init(socket: Int32) { self.socket = socket }

  deinit { close(socket) }

  /// Reads one request: its head, and its body by `Content-Length` or in chunks. `nil` at the end of the connection.
  public func request() -> (head: String, body: [UInt8])? {
    guard let head = readHead() else { return nil }
    if let length = field("content-length", in: head).flatMap(Int.init) {
      guard let body = take(length) else { return nil }
      return (head, body)
    }
    guard field("transfer-encoding", in: head) == "chunked" else { return (head, []) }
    var body: [UInt8] = []
    while let chunk = readChunk() {
      if chunk.isEmpty { return (head, body) }
      body += chunk
    }
    return nil
  }

  public func readHead() -> String? {
    while true {
      if let end = position(of: Array("\r\n\r\n".utf8)) {
        let head = String(decoding: buffer[..<end], as: UTF8.self)
        buffer.removeFirst(end + 4)
        return head
      }
      guard fill() else { return nil }
    }
  }

  /// One chunk of a chunked body; empty is the last, `nil` a broken connection.
  public func readChunk() -> [UInt8]? {
    while position(of: [13, 10]) == nil { guard fill() else { return nil } }
    guard let end = position(of: [13, 10]) else { return nil }
    let length = Int(String(decoding: buffer[..<end], as: UTF8.self), radix: 16) ?? 0
    buffer.removeFirst(end + 2)
    guard let chunk = take(length), take(2) != nil else { return nil }
    return chunk
  }

  public func send(_ text: String) { send(Array(text.utf8)) }

  /// `false` once the peer is gone.
  @discardableResult
  public func send(_ bytes: [UInt8]) -> Bool {
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

  public func answer(_ body: String, status: String = "200 OK", headers: [String] = []) {
    let head = ["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)"] + headers
    send(head.joined(separator: "\r\n") + "\r\n\r\n" + body)
  }

  /// Blocks until the peer closes.
  public func waitForClose() { while fill() {} }

  /// Makes the close a reset.
  public func resetOnClose() {
    var linger = linger(l_onoff: 1, l_linger: 0)
    setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
  }

  private func take(_ count: Int) -> [UInt8]? {
    while buffer.count < count { guard fill() else { return nil } }
    defer { buffer.removeFirst(count) }
    return Array(buffer.prefix(count))
  }

  private func fill() -> Bool {
    var chunk = [UInt8](repeating: 0, count: 65536)
    let count = recv(socket, &chunk, chunk.count, 0)
    guard count > 0 else { return false }
    buffer += chunk[..<count]
    return true
  }

  private func position(of pattern: [UInt8]) -> Int? {
    guard buffer.count >= pattern.count else { return nil }
    return (0...(buffer.count - pattern.count)).first { Array(buffer[$0..<($0 + pattern.count)]) == pattern }
  }
}

/// The value of a field of a request's head; `name` in lower case.
public func field(_ name: String, in head: String) -> String? {
  for line in head.split(separator: "\r\n").dropFirst() {
    let parts = line.split(separator: ":", maxSplits: 1)
    if parts[0].lowercased() == name { return parts.count > 1 ? String(parts[1].drop { $0 == " " }) : "" }
  }
  return nil
}

/// Runs a blocking body on a thread of its own.
public func runOnThread(_ body: @escaping @Sendable () -> Void) {
  final class Box {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  var thread = pthread_t()
  let context = Unmanaged.passRetained(Box(body)).toOpaque()
  pthread_create(
    &thread, nil,
    { context in
      Unmanaged<Box>.fromOpaque(context!).takeRetainedValue().body()
      return nil
    }, context)
  pthread_detach(thread)
}

private func bindLoopback(_ listener: Int32) throws -> UInt16 {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
  var length = socklen_t(MemoryLayout<sockaddr_in>.size)
  let rc = withUnsafeMutablePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
      let bound = bind(listener, pointer, length)
      return bound == 0 ? getsockname(listener, pointer, &length) : bound
    }
  }
  guard rc == 0 else { throw FixtureFailure("bind: errno \(errno)") }
  return UInt16(bigEndian: address.sin_port)
}

private func bindUnix(_ listener: Int32, to path: String) throws {
  var address = sockaddr_un()
  address.sun_family = sa_family_t(AF_UNIX)
  withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
  let rc = withUnsafePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
    }
  }
  guard rc == 0 else { throw FixtureFailure("bind: errno \(errno)") }
}
