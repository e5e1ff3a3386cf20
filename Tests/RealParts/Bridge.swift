import Glibc

/// A network bridge of our own, made through the kernel's bridge ioctls, so that a private dockerd never touches the
/// `docker0` of another. dockerd gives it an address that overlaps with no route of the machine.
struct Bridge: Sendable {
  let name: String

  // linux/sockios.h
  private static let addBridge: UInt = 0x89a0
  private static let deleteBridge: UInt = 0x89a1

  /// - Parameter name: at most 15 bytes (IFNAMSIZ), of no interface that is there.
  init(name: String) throws {
    self.name = name
    guard Bridge.request(Bridge.addBridge, name) == 0 else {
      throw FixtureFailure("making the network bridge \(name): errno \(errno)")
    }
  }

  /// Takes the bridge down and away.
  func remove() {
    var interface = ifreq()
    withUnsafeMutableBytes(of: &interface.ifr_ifrn.ifrn_name) { $0.copyBytes(from: Array(name.utf8)) }
    Bridge.withSocket { _ = ioctl($0, UInt(SIOCSIFFLAGS), &interface) }
    _ = Bridge.request(Bridge.deleteBridge, name)
  }

  private static func request(_ code: UInt, _ name: String) -> Int32 {
    var bytes = Array(name.utf8CString)
    var result: Int32 = -1
    withSocket { result = ioctl($0, code, &bytes) }
    return result
  }

  private static func withSocket(_ body: (Int32) -> Void) {
    let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return }
    body(descriptor)
    let code = errno
    close(descriptor)
    errno = code
  }
}
