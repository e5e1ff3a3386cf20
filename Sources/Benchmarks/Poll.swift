import Foundation
import HTTPTransport
import RealParts
import Sandbox

/// One poll of a rollout, of the program as it runs, beside the AWS CLI asking the same.
struct Poll: Benchmark {
  static let name = "poll"
  static let about = "one poll of a fleet of 10, 100 and 1,000 targets, beside calls by the AWS CLI"

  /// What a poll took, on the average of many.
  private struct Figures {
    var cpu: Double
    var calls: Double
    var bytes: Double
    var anonymous: Double
    var peak: Double
    var aws: (cpu: Double, memory: Double)
  }

  func run(_ bench: Bench) async throws -> [Row] {
    var figures: [(targets: Int, rounds: [Figures])] = []
    for targets in bench.isShort ? [10, 100] : [10, 100, 1000] {
      figures.append((targets, try await watch(targets, bench)))
    }
    var rows: [Row] = []
    for (targets, rounds) in figures {
      rows += [
        row("poll of \(targets) targets: processor time", .seconds, rounds, aim: .atMost(0.050), \.cpu, \.aws.cpu),
        row("poll of \(targets) targets: memory", .bytes, rounds, \.peak, \.aws.memory),
        Row("poll of \(targets) targets: calls", .calls, ours: Series(rounds.map(\.calls)), aim: .atMost(12)),
      ]
    }
    guard let last = figures.last, let before = figures.dropLast().last else { return rows }
    return rows + [
      growth("processor time", from: before, to: last, \.cpu), growth("memory", from: before, to: last, \.peak),
    ]
  }

  private func row(
    _ what: String, _ unit: Row.Unit, _ rounds: [Figures], aim: Row.Aim = .none, _ ours: (Figures) -> Double,
    _ theirs: (Figures) -> Double
  ) -> Row {
    Row(
      what, unit, ours: Series(rounds.map(ours)), beside: "the same calls by aws", theirs: Series(rounds.map(theirs)),
      aim: aim)
  }

  /// How much faster than the answers' bytes a quantity grows; at most 1: no faster.
  private func growth(
    _ what: String, from before: (targets: Int, rounds: [Figures]), to last: (targets: Int, rounds: [Figures]),
    _ quantity: (Figures) -> Double
  ) -> Row {
    let pairs = zip(before.rounds, last.rounds).map { small, large in
      (quantity(large) / quantity(small)) / (large.bytes / small.bytes)
    }
    return Row(
      "growth of \(what) over the answers', \(before.targets) to \(last.targets) targets", .count, ours: Series(pairs),
      aim: .atMost(1))
  }

  /// A rollout that waits for instances that never answer, so that poll follows poll.
  private func watch(_ targets: Int, _ bench: Bench) async throws -> [Figures] {
    let folder = try TemporaryFolder("bench")
    let service = try Service(bench, folder: folder, rollout: "startWithin: 60m, poll: 250ms, maxHealthyPercent: 110")
    let registry = try await RegistryServer.start()
    do {
      let figures = try await Cloud.simulated(
        Poll.fleet(targets, registry.address), images: .registry(registry, transport: HTTPTransport())
      ) { cloud in
        try await cloud.untilHealthy()
        return try await watch(cloud, service, bench, folder)
      }
      await registry.stop()
      return figures
    } catch {
      await registry.stop()
      throw error
    }
  }

  private static func fleet(_ targets: Int, _ registry: String) -> FleetFile {
    var fleet = FleetFile()
    fleet.registry = registry
    fleet.desired = targets
    fleet.max = targets * 2
    fleet.bootSeconds = 0.1
    fleet.grace = 7200
    fleet.healthCheck = FleetFile.HealthCheck()
    fleet.healthCheck?.interval = 5
    fleet.versions = ["2": SimulatedHost.Behaviour(bootSeconds: 7200)]
    return fleet
  }

  private func watch(
    _ cloud: Cloud, _ service: Service, _ bench: Bench, _ folder: TemporaryFolder
  ) async throws -> [Figures] {
    let environment = bench.tools.bareEnvironment(home: folder.path).merging(cloud.variables) { $1 }
    _ = try service.commit("watched")
    let program = try Program(
      [bench.tools.program, "release", "--pipeline", service.pipeline], environment: environment)
    try await eventually("the new instances to be in service", within: .seconds(120)) {
      guard program.isRunning else { throw FixtureFailure("it ended: \(program.output)\(program.errors)") }
      let group = await cloud.world.snapshot.groups[0]
      return group.instances.count > group.desired && program.errors.contains("unhealthy") ? true : nil
    }
    var figures: [Figures] = []
    for _ in 0..<bench.rounds(3) { figures.append(try await look(at: program, cloud, bench, environment)) }
    program.signal(SIGKILL)
    _ = try await program.end()
    return figures
  }

  private func look(
    at program: Program, _ cloud: Cloud, _ bench: Bench, _ environment: [String: String]
  ) async throws -> Figures {
    _ = cloud.calls.take()
    let before = try ProcessFigures.seconds(of: program.pid)
    try await Task.sleep(for: .seconds(bench.isShort ? 2 : 4))
    let cpu = try ProcessFigures.seconds(of: program.pid) - before
    let calls = cloud.calls.take()
    let memory = try ProcessFigures.memory(of: program.pid)
    let polls = Double(max(1, calls.filter { $0.operation == "DescribeTargetHealth" }.count))
    return Figures(
      cpu: cpu / polls, calls: Double(calls.count) / polls, bytes: Double(calls.map(\.bytes).reduce(0, +)) / polls,
      anonymous: memory.anonymous, peak: memory.peak, aws: try await askByAWS(cloud, bench, environment))
  }

  /// The same by the AWS CLI: target health, and at every fourth poll the rest.
  private func askByAWS(
    _ cloud: Cloud, _ bench: Bench, _ environment: [String: String]
  ) async throws -> (cpu: Double, memory: Double) {
    let arn = await cloud.world.snapshot.targetGroups[0].arn
    let group = cloud.fleet.groupName
    let each = try await bench.tools.run(
      [bench.tools.aws, "elbv2", "describe-target-health", "--target-group-arn", arn], environment: environment)
    var (cpu, memory) = (each.cpu, each.resident)
    for (operation, option) in [
      ("describe-auto-scaling-groups", "--auto-scaling-group-names"),
      ("describe-instance-refreshes", "--auto-scaling-group-name"),
      ("describe-scaling-activities", "--auto-scaling-group-name"),
    ] {
      let spent = try await bench.tools.run(
        [bench.tools.aws, "autoscaling", operation, option, group], environment: environment)
      cpu += spent.cpu / 4
      memory = max(memory, spent.resident)
    }
    return (cpu, memory)
  }
}
