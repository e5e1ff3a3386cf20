import Testing

@testable import Sandbox

@Suite("The changes of a routing table")
struct MachineryRoutingChangeTests {
  static func server(_ instance: String) -> BalancerServer {
    BalancerServer(backend: "api", instance: instance, address: "127.0.10.1", port: 4000)
  }

  static func target(_ instance: String, _ state: RoutingTable.Target.State) -> RoutingTable.Target {
    RoutingTable.Target(instance: instance, address: "127.0.10.1", port: 4000, state: state)
  }

  @Test("who is to serve comes first, then the drained, then the removed")
  func order() {
    let servers = BalancerServers(states: [
      Self.server("i-1"): .serving, Self.server("i-2"): .serving, Self.server("i-3"): .leaving,
    ])
    let table = RoutingTable(targetGroups: [
      "api": [Self.target("i-2", .draining), Self.target("i-4", .serving)], "other": [Self.target("i-5", .serving)],
    ])
    #expect(
      servers.changes(to: table, backends: ["api"]) == [
        .add(Self.server("i-4")), .serve(Self.server("i-4")), .drain(Self.server("i-2")),
        .leave(Self.server("i-1")), .delete(Self.server("i-1")), .delete(Self.server("i-3")),
      ])
  }

  @Test("a table that is already so changes nothing; one that was left comes back")
  func settled() {
    var servers = BalancerServers()
    let table = RoutingTable(targetGroups: ["api": [Self.target("i-1", .serving), Self.target("i-1", .serving)]])
    for change in servers.changes(to: table, backends: ["api"]) { servers.record(change) }
    #expect(servers.changes(to: table, backends: ["api"]).isEmpty)
    servers.record(.leave(Self.server("i-1")))
    #expect(servers.changes(to: table, backends: ["api"]) == [.serve(Self.server("i-1"))])
  }
}

@Suite(
  "The sandbox's balancer under traffic",
  .enabled(if: locate("haproxy") != nil && ExampleServer.compiler != nil, "haproxy or clang is not installed"))
struct MachineryBalancerTests {
  @Test("replacing every server by draining it fails no request, and HAProxy counts the same")
  func drained() async throws {
    let folder = try MachineryFolder()
    let a = try await ExampleServer.compile(version: "A", into: folder.path)
    let b = try await ExampleServer.compile(version: "B", into: folder.path)
    let balancer = try await Balancer.start(targetGroups: ["api"], folder: folder.path)
    var old: [ExampleServer] = []
    for index in 1...2 { old.append(try await .start(a, instance: "i-a\(index)", folder: folder.path)) }
    try await balancer.apply(RoutingTable(targetGroups: ["api": old.map(\.target)]))
    let traffic = try Traffic.start(
      Traffic.Load(address: try #require(balancer.addresses["api"]), rate: 400, connections: 16))
    try await pass(100, of: traffic)

    var new: [ExampleServer] = []
    for (index, leaving) in old.enumerated() {
      new.append(try await .start(b, instance: "i-b\(index)", folder: folder.path))
      let staying = (new + old.dropFirst(index + 1)).map(\.target)
      try await balancer.apply(RoutingTable(targetGroups: ["api": staying + [leaving.target.drained()]]))
      try await pass(100, of: traffic)
      await leaving.server.stop()
      try await balancer.apply(RoutingTable(targetGroups: ["api": staying]))
      try await pass(100, of: traffic)
    }
    let totals = await traffic.stop()
    #expect(totals.failed == 0, "\(totals)")
    #expect(totals.versions.keys.sorted() == ["A", "B"])
    #expect(totals.versions.values.reduce(0, +) == totals.requests)
    let statistics = try #require(try await balancer.statistics().first)
    #expect(statistics.responses2xx == totals.requests && statistics.responses5xx == 0, "\(statistics)")
    for server in new { await server.server.stop() }
    await balancer.stop()
  }

  @Test("killing a routed server without draining fails requests, and each is counted")
  func abrupt() async throws {
    let folder = try MachineryFolder()
    let a = try await ExampleServer.compile(version: "A", into: folder.path)
    let balancer = try await Balancer.start(targetGroups: ["api"], folder: folder.path)
    let first = try await ExampleServer.start(a, instance: "i-1", folder: folder.path)
    let second = try await ExampleServer.start(a, instance: "i-2", folder: folder.path)
    try await balancer.apply(RoutingTable(targetGroups: ["api": [first.target, second.target]]))
    let traffic = try Traffic.start(
      Traffic.Load(address: try #require(balancer.addresses["api"]), rate: 200, connections: 8))
    try await pass(50, of: traffic)
    await first.server.stop(within: .zero)
    try await pass(50, of: traffic)
    try await balancer.apply(RoutingTable(targetGroups: ["api": [second.target]]))
    let totals = await traffic.stop()
    #expect(totals.failed > 0, "\(totals)")
    #expect(totals.failed == totals.failures.values.reduce(0, +))
    #expect(totals.requests == totals.failed + totals.versions.values.reduce(0, +))
    await second.server.stop()
    await balancer.stop()
  }

  @Test("a target group without a server answers 503, and nobody there is a failure too")
  func nothingRouted() async throws {
    let folder = try MachineryFolder()
    let balancer = try await Balancer.start(targetGroups: ["api", "web"], folder: folder.path)
    #expect(balancer.addresses.keys.sorted() == ["api", "web"])
    let address = try #require(balancer.addresses["web"])
    let refused = try Traffic.start(Traffic.Load(address: address, rate: 100, connections: 2))
    try await pass(5, of: refused)
    await balancer.stop()
    try await pass(5, of: refused)
    let totals = await refused.stop()
    #expect(totals.failed == totals.requests)
    #expect(totals.failures["status 503", default: 0] >= 5, "\(totals)")
    #expect(totals.failures["could not connect", default: 0] >= 1, "\(totals)")
    await #expect(throws: SandboxError.self) { try await balancer.apply(RoutingTable()) }
  }
}
