import DockerEngine
import Foundation
import HTTPTransport
import RealParts
import Sandbox
import SimulatedAWS

/// A fleet of real containers behind a real balancer, on version 1 of the example service.
struct RealFleet: Sendable {
  let cloud: Cloud
  let service: Service
  /// Where clients reach it.
  let address: String
  /// The image repository, as `docker push` names it.
  let repositoryURI: String
  /// What the program, or the usual script, is started with.
  let environment: [String: String]

  /// Runs `body` with the fleet, whole and healthy.
  ///
  /// - Parameters:
  ///   - rollout: keys of the pipeline's `rollout`.
  ///   - drains: `false`: instances are ended while requests are still routed to them.
  static func with<Value>(
    _ bench: Bench, rollout: String, drains: Bool = true, _ body: (RealFleet) async throws -> Value
  ) async throws -> Value {
    let folder = try TemporaryFolder("bench")
    let service = try Service(bench, folder: folder, rollout: rollout)
    let transport = HTTPTransport()
    let engine = try await Engine.connect(
      to: EngineEndpoint(environment: ProcessInfo.processInfo.environment), over: transport)
    var settings = Machinery.Settings(targetGroups: ["wanzami-api"])
    settings.environmentFiles = ["/etc/wanzami.env": []]
    settings.drains = drains
    let machinery = try await Machinery.start(settings, engine: engine, transport: transport) { bench.say($0) }
    do {
      let uri = "\(machinery.registry.address)/wanzami-api"
      let commit = try service.commit("1")
      let digest = try await service.push(
        commit, to: "\(uri):\(commit)", credentials: machinery.registry.credentials, engine, transport)
      let value = try await Cloud.with(
        fleet(digest, registry: machinery.registry.address), host: machinery.containers.instanceHost,
        images: machinery.images, network: machinery.network
      ) { cloud in
        try await cloud.untilHealthy()
        let environment = bench.tools.bareEnvironment(home: folder.path).merging(cloud.variables) { $1 }
          .merging(["GROUP": "wanzami-api", "REPOSITORY": uri, "POLL": bench.isShort ? "2" : "15"]) { $1 }
        return try await body(
          RealFleet(
            cloud: cloud, service: service, address: machinery.balancer.addresses["wanzami-api"] ?? "",
            repositoryURI: uri, environment: environment))
      }
      await machinery.stop()
      return value
    } catch {
      await machinery.stop()
      throw error
    }
  }

  private static func fleet(_ digest: String, registry: String) -> FleetFile {
    var check = FleetFile.HealthCheck()
    check.interval = 1
    check.timeout = 1
    check.healthyThreshold = 2
    check.unhealthyThreshold = 2
    var fleet = FleetFile()
    fleet.healthCheck = check
    fleet.registry = registry
    // Longer than any run here: what takes a broken instance out is the one who is measured.
    fleet.grace = 120
    fleet.deregistrationDelay = 1
    fleet.userData = """
      #!/bin/bash
      docker run --detach --restart=always --env-file /etc/wanzami.env -p 4000:4000 {{repositoryUri}}@\(digest)
      """
    return fleet
  }

  /// The newest instance refresh.
  func newestRefresh() async throws -> World.InstanceRefresh {
    guard let refresh = await cloud.world.snapshot.groups.first?.refreshes.last else {
      throw FixtureFailure("no instance refresh was started")
    }
    return refresh
  }

  /// Waits until no refresh is under way.
  func untilAtRest() async throws {
    try await eventually("the refresh to end", within: .seconds(180)) {
      await cloud.world.snapshot.groups.first?.activeRefresh == nil ? true : nil
    }
  }
}

extension World.InstanceRefresh {
  /// What the fleet itself took, in seconds: from the accepted start to the end.
  var seconds: Double? { ended.map { Double($0 - started) / 1000 } }
}
