import Glibc

/// A bound socket on a free loopback port, to be handed to a child: no port is guessed, so none can be taken.
struct LoopbackListener: Sendable {
  let descriptor: Int32
  let port: UInt16

  static func bind() throws(SandboxError) -> LoopbackListener {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.bind(descriptor, $0, length) == 0 ? getsockname(descriptor, $0, &length) : -1
      }
    }
    guard descriptor >= 0, result == 0 else {
      let code = errno
      if descriptor >= 0 { Glibc.close(descriptor) }
      throw SandboxError("taking a free loopback port: \(String(cString: strerror(code)))")
    }
    return LoopbackListener(descriptor: descriptor, port: UInt16(bigEndian: address.sin_port))
  }

  func close() { Glibc.close(descriptor) }
}
