import Glibc

/// HAProxy's runtime socket. Every call blocks: only a thread of the balancer's own may make it.
struct RuntimeSocket: Sendable {
  /// At most 107 bytes (`sun_path`).
  let path: String

  /// Sends one command and returns the answer without surrounding white space.
  func send(_ command: String) throws(SandboxError) -> String {
    let descriptor = try connect()
    defer { close(descriptor) }
    let request = Array("\(command)\n".utf8)
    guard Glibc.send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
      throw failure("sending \"\(command)\"")
    }
    var answer: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16384)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure("reading the answer to \"\(command)\"") }
      if count == 0 { break }
      answer += buffer[..<count]
    }
    return trimmed(String(decoding: answer, as: UTF8.self))
  }

  private func connect() throws(SandboxError) -> Int32 {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw failure("making a socket") }
    var limit = timeval(tv_sec: 5, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
      close(descriptor)
      throw SandboxError("HAProxy's runtime socket \(path): the path is longer than 107 bytes; use a shorter folder")
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard result == 0 else {
      let error = failure("connecting")
      close(descriptor)
      throw error
    }
    return descriptor
  }

  private func failure(_ what: String) -> SandboxError {
    SandboxError("HAProxy's runtime socket \(path): \(what): \(String(cString: strerror(errno)))")
  }

  private func trimmed(_ text: String) -> String {
    let rest = text.drop(while: \.isWhitespace)
    guard let last = rest.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(rest[...last])
  }
}
