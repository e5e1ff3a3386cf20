import SimulatedAWS
import Synchronization
import Testing

@testable import Sandbox

/// A host that writes down what it is told, in order.
private final class RecordingHost: Sendable {
  enum Order: Equatable {
    case launch(String)
    case terminate(String)
    case route([RoutingTable.Target])
  }

  let orders = Mutex<[Order]>([])
  let simulated = SimulatedHost()

  var port: InstanceHost {
    var port = simulated.port
    let inner = port
    port.launch = { [self] order in
      orders.withLock { $0.append(.launch(order.id)) }
      await inner.launch(order)
    }
    port.terminate = { [self] id in
      orders.withLock { $0.append(.terminate(id)) }
      await inner.terminate(id)
    }
    port.route = { [self] table in
      orders.withLock { $0.append(.route(table.targetGroups["wanzami-api"] ?? [])) }
      await inner.route(table)
    }
    return port
  }
}

@Suite("The emulated world on a real clock")
struct FaceWorldTests {
  private func world(_ host: RecordingHost) throws -> SandboxWorld {
    var file = FleetFile()
    file.rate = 50
    file.instanceType = "t4g.small"
    file.min = 1
    return SandboxWorld(try file.world(), host: host.port)
  }

  private func until(_ world: SandboxWorld, _ isSo: (World) -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while !isSo(await world.snapshot) {
      try #require(ContinuousClock.now < deadline)
      try await Task.sleep(for: .milliseconds(5))
    }
  }

  @Test("traffic leaves an instance before it is terminated")
  func order() async throws {
    let host = RecordingHost()
    let world = try world(host)
    await world.start()
    try await until(world) { $0.targetGroups[0].targets.filter { $0.state == .healthy }.count == 2 }
    let id = await world.snapshot.groups[0].instances[0].id
    try await world.perform { world throws(Fault) in try world.terminateInstance(id, decrementDesired: true) }
    try await until(world) { $0.groups[0].instances.count == 1 }
    let deadline = ContinuousClock.now + .seconds(10)
    while !host.orders.withLock({ $0.contains(.terminate(id)) }), ContinuousClock.now < deadline { await Task.yield() }
    let orders = host.orders.withLock { $0 }
    let ended = try #require(orders.firstIndex(of: .terminate(id)))
    let draining = orders.firstIndex { order in
      if case .route(let targets) = order {
        targets.contains { $0.instance == id && $0.state == .draining }
      } else {
        false
      }
    }
    #expect(try #require(draining) < ended)
    let last = orders[..<ended].last { if case .route = $0 { true } else { false } }
    guard case .route(let targets)? = last else {
      Issue.record("nothing was routed before the end")
      return
    }
    #expect(!targets.contains { $0.instance == id }, "the last table before the end no longer has it")
    await world.stop()
  }

  @Test("an instance that is given up while it boots is ended after its boot, so that nothing is left")
  func endedWhileBooting() async throws {
    let host = RecordingHost()
    var port = host.port
    let inner = port.launch
    let (gate, open) = AsyncStream<Void>.makeStream()
    port.launch = { order in
      for await _ in gate { break }
      await inner(order)
    }
    var file = FleetFile()
    file.desired = 1
    file.min = 0
    let world = SandboxWorld(try file.world(), host: port)
    await world.start()
    let id = await world.snapshot.groups[0].instances[0].id
    try await world.perform { world throws(Fault) in try world.setDesiredCapacity(of: "wanzami-api", to: 0) }
    #expect(await world.snapshot.groups[0].instances.isEmpty)
    #expect(host.orders.withLock { $0 }.contains(.terminate(id)) == false)
    open.finish()
    await world.stop()
    let orders = host.orders.withLock { $0 }
    #expect(try #require(orders.firstIndex(of: .launch(id))) < (try #require(orders.firstIndex(of: .terminate(id)))))
  }

  @Test("stopping ends every instance, and each had an address of its own")
  func stop() async throws {
    let host = RecordingHost()
    let world = try world(host)
    await world.start()
    try await until(world) { $0.targetGroups[0].targets.filter { $0.state == .healthy }.count == 2 }
    let instances = await world.snapshot.groups[0].instances
    #expect(Set(instances.map(\.privateAddress)) == ["127.0.10.1", "127.0.10.2"])
    await world.stop()
    let ended = host.orders.withLock { $0 }.filter { if case .terminate = $0 { true } else { false } }
    #expect(ended.count == 2)
  }
}
