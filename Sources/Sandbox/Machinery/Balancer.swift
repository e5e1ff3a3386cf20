import Glibc
import NIOPosix
import Synchronization

/// The load balancer of a sandbox: HAProxy with one backend for each target group, told where to route through its
/// runtime socket, never reloaded.
///
/// HAProxy checks nothing by itself and repeats nothing: who is healthy is the sandbox's decision, and a request that
/// failed is a failed request (`retries 0`, no `retry-on`, `http-reuse never`).
public final class Balancer: Sendable {
  /// Where clients reach each target group: name to `127.0.0.1:<port>`.
  public let addresses: [String: String]
  private let server: ChildServer
  private let socket: RuntimeSocket
  /// The one thread that talks to HAProxy; also what puts calls in order.
  private let thread: NIOThreadPool
  private let servers = Mutex(BalancerServers())

  private init(addresses: [String: String], server: ChildServer, socket: RuntimeSocket) {
    self.addresses = addresses
    self.server = server
    self.socket = socket
    thread = NIOThreadPool(numberOfThreads: 1)
    thread.start()
  }

  /// Starts HAProxy with a free loopback port for each target group, and returns when it answers.
  ///
  /// - Parameters:
  ///   - targetGroups: names as ELBv2 allows them (letters, digits, hyphens).
  ///   - folder: an existing folder for its settings, socket and log; at most 90 bytes long.
  public static func start(targetGroups: [String], folder: String) async throws(SandboxError) -> Balancer {
    let names = Array(Set(targetGroups)).sorted()
    for name in names where name.isEmpty || !name.utf8.allSatisfy(isNameByte) {
      throw SandboxError("starting the balancer: \"\(name)\" is no name of a target group")
    }
    var doors: [LoopbackListener] = []
    defer { for door in doors { door.close() } }
    for _ in names { doors.append(try LoopbackListener.bind()) }
    // The runtime socket has no port to race for; a name that is ours alone keeps two balancers of one folder apart.
    let socket = RuntimeSocket(path: "\(folder)/haproxy-\(randomText(count: 6)).sock")
    let settings = "\(folder)/haproxy.cfg"
    try writePrivately(BalancerSettings(targetGroups: names, socket: socket.path).text, to: settings)
    let log = "\(folder)/haproxy.log"
    let server = try await ChildServer.start(
      "haproxy", ["-db", "-f", settings], package: "haproxy", log: log, inherited: doors.map(\.descriptor))
    let addresses = zip(names, doors).map { ($0, "127.0.0.1:\($1.port)") }
    let balancer = Balancer(
      addresses: Dictionary(uniqueKeysWithValues: addresses), server: server, socket: socket)
    do {
      try await server.wait(for: "its runtime socket", within: .seconds(10)) {
        try? await balancer.onThread { _ = try socket.send("show version") }
      }
      return balancer
    } catch {
      await balancer.stop()
      throw error
    }
  }

  /// Makes HAProxy route as `table` says; returns when it does. Calls take effect in the order in which they are made.
  ///
  /// - Throws: `SandboxError` naming the first command that HAProxy refused; the others were still performed.
  public func apply(_ table: RoutingTable) async throws(SandboxError) {
    try await onThread { [self] in try servers.withLock { try perform(table, on: &$0) } }
  }

  /// What HAProxy counted so far, one value for each target group.
  public func statistics() async throws(SandboxError) -> [BalancerStatistics] {
    try await onThread { [socket] in BalancerStatistics.parse(try socket.send("show stat -1 2 -1")) }
  }

  /// Ends HAProxy; connections of clients end with it.
  public func stop() async {
    await server.stop(within: .seconds(2))
    unlink(socket.path)
    try? await thread.shutdownGracefully()
  }

  private func perform(_ table: RoutingTable, on servers: inout BalancerServers) throws(SandboxError) {
    var refused: SandboxError?
    for change in servers.changes(to: table, backends: Set(addresses.keys)) {
      let answer = try socket.send(change.command)
      switch (change, answer) {
      case (_, ""), (.add, "New server registered."), (.delete, "Server deleted."):
        servers.record(change)
      case (.delete, _):
        break  // a client's kept-alive connection still holds it; the next call tries again
      default:
        refused = refused ?? SandboxError("HAProxy refused \"\(change.command)\": \(answer)")
      }
    }
    if let refused { throw refused }
  }

  private func onThread<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
  ) async throws(SandboxError) -> Value {
    do {
      return try await thread.runIfActive(body)
    } catch let error as SandboxError {
      throw error
    } catch {
      throw SandboxError("the balancer is stopped or the call was cancelled: \(error)")
    }
  }
}

private func isNameByte(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
    true
  default: false
  }
}
