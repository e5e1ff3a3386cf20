import AWSWire
import RealParts
import SimulatedAWS
import Testing

@testable import Sandbox

@Suite(
  "An emulated fleet of real containers", .serialized,
  .enabled(
    if: RealEngine.canRun && locate("haproxy") != nil && locate("docker-registry") != nil
      && ExampleServer.compiler != nil, "needs an Engine (or root and dockerd), haproxy, docker-registry and clang"))
struct MachineryFleetTests {
  static func script(_ image: String) -> String {
    "#!/bin/bash\ndocker run -d -p 4000:4000 --restart unless-stopped \\\n  \(image)\n"
  }

  static func fleet(_ image: String, registry: String) -> FleetFile {
    var fleet = FleetFile()
    fleet.registry = registry
    fleet.userData = script(image)
    fleet.desired = 2
    fleet.grace = 0
    fleet.warmup = 0
    fleet.deregistrationDelay = 0.5
    var check = FleetFile.HealthCheck()
    check.interval = 0.25
    check.timeout = 2
    fleet.healthCheck = check
    return fleet
  }

  @Test(
    "an instance refresh under traffic fails no request, and some where instances end without draining",
    arguments: [true, false])
  func refresh(drains: Bool) async throws {
    try await withStage(drains: drains) { stage in
      let a = try await stage.publish("A")
      let b = try await stage.publish("B")
      let fleet = Self.fleet(a, registry: stage.registry.address)
      let world = SandboxWorld(
        try fleet.world(network: stage.machinery.network), host: stage.machinery.containers.instanceHost)
      await world.start()
      try await Self.wait(for: "two healthy targets", in: world) { $0.healthyTargets == 2 }
      let traffic = try Traffic.start(
        Traffic.Load(address: try #require(stage.balancer.addresses[fleet.targetGroupName]), rate: 200))
      try await pass(100, of: traffic)

      let template = World.TemplateSpecification(name: "wanzami-api")
      try await world.perform { (world) throws(Fault) in
        let data = TemplateData(
          imageID: "ami-0a1b2c3d4e5f60718", instanceType: "t3.small",
          userData: base64Encoded(Array(Self.script(b).utf8)))
        let version = try world.createTemplateVersion(of: template, data: data)
        try world.startInstanceRefresh(
          of: "wanzami-api",
          desired: .template(.init(name: "wanzami-api", version: String(version.number))),
          preferences: World.RefreshPreferences(minHealthyPercent: 100, maxHealthyPercent: 150, warmup: 0))
      }
      try await Self.wait(for: "a successful refresh", in: world) {
        $0.groups[0].refreshes.last?.status == .successful
      }
      try await pass(100, of: traffic)
      let totals = await traffic.stop()
      #expect(drains ? totals.failed == 0 : totals.failed > 0, "\(totals)")
      #expect(totals.versions["A", default: 0] > 0 && totals.versions["B", default: 0] > 0, "\(totals)")
      await world.stop()
    }
  }

  static func wait(
    for what: String, in world: SandboxWorld, _ isSo: @Sendable (World) -> Bool
  ) async throws {
    let deadline = ContinuousClock.now + .seconds(240)
    while true {
      let now = await world.snapshot
      if isSo(now) { return }
      try #require(ContinuousClock.now < deadline, "\(what) did not come: \(now.groups)")
      try await Task.sleep(for: .milliseconds(50))
    }
  }
}

extension World {
  fileprivate var healthyTargets: Int {
    targetGroups.reduce(0) { count, group in
      count + ((try? targetHealth(of: group.arn)) ?? []).count { $0.state == "healthy" }
    }
  }
}
