import DockerEngine
import Foundation
import HTTPTransport
import RealParts
import Testing

@testable import Sandbox

/// An Engine, a registry and a balancer for one test, and hosts on them.
final class MachineryStage: Sendable {
  let folder: MachineryFolder
  let transport = HTTPTransport()
  let engine: Engine
  let machinery: Machinery
  var registry: RegistryServer { machinery.registry }
  var balancer: Balancer { machinery.balancer }
  /// Makes names of this test its own.
  let tag = randomText(count: 8).lowercased()
  /// Loopback addresses of this test alone.
  private var network: String { "127.\(machinery.network).10" }

  init(drains: Bool = true) async throws {
    folder = try MachineryFolder()
    let real = try await RealEngine.running()
    engine = try await Engine.connect(to: EngineEndpoint(environment: real.environment), over: transport)
    var settings = Machinery.Settings(targetGroups: ["api", "wanzami-api"])
    settings.drains = drains
    machinery = try await Machinery.start(settings, engine: engine, transport: transport, report: { _ in })
  }

  func end() async {
    await machinery.stop()
    transport.close()
  }

  /// - Parameter report: where the host's own complaints go; a failure of the test if not named.
  func host(
    drains: Bool = true, report: @escaping @Sendable (String) -> Void = { Issue.record("\($0)") }
  ) -> ContainerHost {
    ContainerHost(
      engine: engine, balancer: balancer,
      settings: ContainerHost.Settings(credentials: registry.credentials, drains: drains),
      transport: transport, report: report)
  }

  /// Builds, tags and pushes the example service; returns its reference by digest.
  func publish(_ version: String, healthStatus: Int = 200) async throws -> String {
    let context = "\(folder.path)/context-\(version)"
    try FileManager.default.createDirectory(atPath: context, withIntermediateDirectories: true)
    let binary = try await ExampleServer.compile(version: version, healthStatus: healthStatus, into: folder.path)
    try FileManager.default.moveItem(atPath: binary, toPath: "\(context)/server")
    // Layers of its own: what another test removes of the Engine's cache is none of this one's.
    let dockerfile = try String(contentsOfFile: "\(ExampleServer.sources)/Dockerfile", encoding: .utf8)
      .replacing("FROM scratch\n", with: "FROM scratch\nLABEL mark=\(UInt64.random(in: 0...UInt64.max))\n")
    try dockerfile.write(toFile: "\(context)/Dockerfile", atomically: false, encoding: .utf8)
    let archive = try Command.check(["tar", "-C", context, "-cf", "-", "."]).output
    var request = BuildRequest { write in try write(archive) }
    let name = try #require(ImageReference("\(registry.address)/wanzami-api:\(version.lowercased())"))
    request.tags = [name.description]
    _ = try await engine.build(request) { _ in }
    let digest = try await engine.push(name, credentials: registry.credentials) { _ in }
    return "\(name.name)@\(digest)"
  }

  /// An instance that runs `image` on port 4000.
  func order(_ id: String, image: String, options: String = "") -> InstanceOrder {
    let script = """
      #!/bin/bash
      docker run -d --restart unless-stopped -p 4000:4000 \\
        \(options) \(image)

      """
    let last = 2 + id.utf8.reduce(0) { ($0 * 31 + Int($1)) % 250 }
    return InstanceOrder(
      id: "\(id)-\(tag)", privateAddress: "\(network).\(last)", userData: Array(script.utf8),
      instanceType: "t3.small", imageID: "ami-1", version: 1)
  }

  func probe(_ order: InstanceOrder) -> HealthProbe {
    HealthProbe(
      instance: order.id, address: order.privateAddress, port: 4000, path: "/api/health", timeout: .seconds(5))
  }

  /// What the first health check saw that got an answer.
  func firstAnswer(of order: InstanceOrder, through host: InstanceHost) async throws -> HealthProbeResult {
    let deadline = ContinuousClock.now + .seconds(180)
    while ContinuousClock.now < deadline {
      if case .status(let status) = await host.probe(probe(order)) { return .status(status) }
      try await Task.sleep(for: .milliseconds(20))
    }
    return .timeout
  }

  /// The console, once it holds `text`.
  func console(of order: InstanceOrder, through host: InstanceHost, containing text: String = "") async -> String {
    let deadline = ContinuousClock.now + .seconds(180)
    while true {
      let console = String(decoding: await host.consoleOutput(order.id), as: UTF8.self)
      if text.isEmpty || console.contains(text) || ContinuousClock.now > deadline { return console }
      try? await Task.sleep(for: .milliseconds(20))
    }
  }

  func table(_ serving: [InstanceOrder], draining: [InstanceOrder] = []) -> RoutingTable {
    func target(_ order: InstanceOrder, _ state: RoutingTable.Target.State) -> RoutingTable.Target {
      RoutingTable.Target(instance: order.id, address: order.privateAddress, port: 4000, state: state)
    }
    return RoutingTable(targetGroups: [
      "api": serving.map { target($0, .serving) } + draining.map { target($0, .draining) }
    ])
  }

  /// The names of this test's containers on the Engine.
  func containers() async throws -> [String] {
    try await engine.listContainers().map(\.name).filter { $0.contains(tag) }.sorted()
  }
}

func withStage(drains: Bool = true, _ body: (MachineryStage) async throws -> Void) async throws {
  let stage = try await MachineryStage(drains: drains)
  do {
    try await body(stage)
  } catch {
    await stage.end()
    throw error
  }
  await stage.end()
}
