import AWSWire
import NIOCore
import NIOHTTP1
import NIOPosix

/// The sandbox's HTTP face: every service of the emulated AWS on one loopback port, for any client that signs.
public final class SandboxServer: Sendable {
  /// The longest request body that is read, in bytes: an ECR manifest may have 4 MiB.
  static let bodyBytesMax = 8 << 20

  public let port: Int
  /// What clients must sign with.
  public let key: AccessKey

  private let channel: any Channel
  private let connections: ConnectionList

  /// For `AWS_ENDPOINT_URL`.
  public var endpoint: String { "http://127.0.0.1:\(port)" }

  private init(channel: any Channel, port: Int, key: AccessKey, connections: ConnectionList) {
    self.channel = channel
    self.port = port
    self.key = key
    self.connections = connections
  }

  /// Binds and begins to answer.
  ///
  /// - Parameters:
  ///   - world: what is asked; the caller starts and stops it.
  ///   - key: default: a fresh one.
  ///   - host: a numeric loopback address.
  ///   - port: 0 takes a free one.
  ///   - permissions: what is denied.
  ///   - faults: what goes wrong between it and its clients.
  ///   - sessionSeconds: how long the keys of a session last; default: as long as was asked for.
  ///   - record: told of each call that was signed well, when it is answered.
  /// - Throws: a `SandboxError` for an address beyond loopback, and when the port is taken.
  public static func start(
    world: SandboxWorld, images: ImageStore, key: AccessKey = .random(), host: String = "127.0.0.1", port: Int = 0,
    permissions: Permissions = Permissions(), faults: WireFaults = WireFaults(), sessionSeconds: Double? = nil,
    record: @escaping @Sendable (RecordedCall) -> Void = { _ in }
  ) async throws(SandboxError) -> SandboxServer {
    guard let address = try? SocketAddress(ipAddress: host, port: port), isLoopback(host) else {
      throw SandboxError(
        "The sandbox does not listen on \(host): it emulates AWS for this machine only. Use 127.0.0.1 or ::1")
    }
    let snapshot = await world.snapshot
    let plane = ControlPlane(
      world: world, images: images, key: key, account: snapshot.account, permissions: permissions, faults: faults,
      sessionSeconds: sessionSeconds, record: record)
    let connections = ConnectionList()
    let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.backlog, value: 256)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          connections.add(channel)
          try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
          try channel.pipeline.syncOperations.addHandler(HTTPFace(plane: plane))
        }
      }
    do {
      let channel = try await bootstrap.bind(to: address).get()
      return SandboxServer(
        channel: channel, port: channel.localAddress?.port ?? port, key: key, connections: connections)
    } catch {
      throw SandboxError("The sandbox cannot listen on \(host) port \(port): \(error)")
    }
  }

  /// Closes the port and every connection.
  public func stop() async {
    try? await channel.close()
    await connections.closeAll()
  }

  private static func isLoopback(_ host: String) -> Bool { host == "::1" || host.hasPrefix("127.") }
}

extension AccessKey {
  /// A key that nobody else has; its id looks like AWS's.
  public static func random() -> AccessKey {
    var generator = SystemRandomNumberGenerator()
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    let signs = letters + Array("abcdefghijklmnopqrstuvwxyz0189")
    let id = String((0..<16).map { _ in letters[Int.random(in: 0..<letters.count, using: &generator)] })
    let secret = String((0..<40).map { _ in signs[Int.random(in: 0..<signs.count, using: &generator)] })
    return AccessKey(id: "AKIA" + id, secret: Secret(secret))
  }
}
