import Glibc

/// One of the networks 127.0.0.0/16 to 127.99.0.0/16, claimed for one sandbox of this machine.
///
/// The claim is a bound Unix socket with an abstract name, of which the kernel has one for each network name space, as
/// it has of the loopback addresses, and which ends with the value or with the process (unix(7)).
final class LoopbackNetwork: Sendable {
  /// The second number of its addresses.
  let network: UInt8
  private let descriptor: Int32

  private init(network: UInt8, descriptor: Int32) {
    self.network = network
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Claims the first network that is free.
  static func claim() throws(SandboxError) -> LoopbackNetwork {
    for network in UInt8(0)..<100 {
      if let descriptor = bind(network) { return LoopbackNetwork(network: network, descriptor: descriptor) }
    }
    throw SandboxError("claiming loopback addresses: 100 sandboxes run on this machine already; end one")
  }

  /// `nil`: another sandbox has it.
  private static func bind(_ network: UInt8) -> Int32? {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let name = [UInt8(0)] + Array("wanzami-sandbox-network-\(network)".utf8)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.bind(descriptor, $0, length) }
    }
    if result == 0 { return descriptor }
    close(descriptor)
    return nil
  }
}
