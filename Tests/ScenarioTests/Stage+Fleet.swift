import AWSClient
import RealParts
import Testing

/// All of a fleet that a release could change, as AWS tells it.
struct FleetSnapshot: Equatable {
  var launch: String
  var instances: [String]
  var tags: [String: String]
  /// By number: the description.
  var versions: [Int: String]
  /// By id: the version.
  var refreshes: [String: String]
}

extension Stage {
  func group() async throws -> AutoScaling.Group {
    try #require(try await client.autoScaling.describeAutoScalingGroups(["wanzami-api"]).first)
  }

  func refreshes() async throws -> [AutoScaling.InstanceRefresh] {
    try await client.autoScaling.describeInstanceRefreshes(of: "wanzami-api")
  }

  func snapshot() async throws -> FleetSnapshot {
    let group = try await group()
    let versions = try await client.ec2.describeLaunchTemplateVersions(.name("wanzami-api"), from: 1, to: 50)
    let refreshes = try await refreshes()
    return FleetSnapshot(
      launch: "\(String(describing: group.launchTemplate)) \(String(describing: group.mixedInstancesPolicy))",
      instances: group.instances.map(\.id).sorted(),
      tags: Dictionary(group.tags.map { ($0.key, $0.value) }) { $1 },
      versions: Dictionary(versions.map { ($0.number, $0.description ?? "") }) { $1 },
      refreshes: Dictionary(refreshes.map { ($0.id, $0.status) }) { $1 })
  }

  /// How many targets are healthy, and what the instances in service run.
  func health() async throws -> (healthy: Int, versions: Set<String>) {
    let group = try await group()
    let arn = try #require(group.targetGroupARNs.first)
    let targets = try await client.elbv2.describeTargetHealth(targetGroup: arn)
    return (
      targets.filter { $0.state == "healthy" }.count,
      Set(group.instances.filter { $0.lifecycleState == "InService" }.compactMap { $0.launchTemplate?.version })
    )
  }

  func untilHealthy(_ desired: Int = 2) async throws {
    try await eventually("the fleet to be healthy") { try await health().healthy == desired ? true : nil }
  }

  /// Waits until the newest refresh has ended; gives its status.
  func newestRefreshEnded() async throws -> String {
    try await eventually("the refresh to end") {
      guard let status = try await refreshes().first?.status else { return nil }
      return ["Pending", "InProgress", "Baking", "Cancelling", "RollbackInProgress"].contains(status) ? nil : status
    }
  }

  /// Runs `body`, and expects of the fleet that nothing has changed.
  func untouched(
    sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Void
  ) async throws {
    let before = try await snapshot()
    try await body()
    let after = try await snapshot()
    #expect(before == after, sourceLocation: sourceLocation)
  }
}
