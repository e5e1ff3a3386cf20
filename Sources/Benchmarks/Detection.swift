import RealParts
import Sandbox
import SimulatedAWS

/// From the failing state's first sight in the API to the call that rolls back, both at the sandbox's own clock.
struct Detection: Benchmark {
  static let name = "rollback"
  static let about = "from the failing state visible in the API to the rollback call, beside a 15 s poller"

  /// How long a wrong answer must last before it is a failure; the script does not wait at all.
  private static let unhealthyAfter = 6.0
  /// The aim: one poll at the usual interval, and what the poll that sees the failure and the call itself take.
  private static let (poll, processing) = (3.0, 0.1)

  func run(_ bench: Bench) async throws -> [Row] {
    let rollout = "bake: 2s, unhealthyAfter: \(Int(Detection.unhealthyAfter))s"
    return try await RealFleet.with(bench, rollout: rollout) { fleet in
      var ours: [Double] = []
      var theirs: [Double] = []
      var environment = fleet.environment
      environment["WATCH"] = "targets"
      for round in 1...bench.rounds(3) {
        let release = [bench.tools.program, "release", "--pipeline", fleet.service.pipeline]
        let seen = try await fail(fleet, bench, "ours \(round)", release, fleet.environment, status: 5)
        ours.append(max(0, seen - Detection.unhealthyAfter))
        theirs.append(
          try await fail(
            fleet, bench, "theirs \(round)", ["bash", bench.tools.folder + "/release.sh"], environment, status: 1))
        bench.say("round \(round): \(Words.number(seen)) s beside \(Words.number(theirs[round - 1])) s")
      }
      return [
        Row(
          "from visible failure to rollback call", .seconds, ours: Series(ours), beside: "script, 15 s polls",
          theirs: Series(theirs), aim: .atMost(Detection.poll + Detection.processing),
          note:
            "one poll of 3 s, and 0.1 s for the calls of the poll that sees it and for the rollback's own; beyond the "
            + "poll it was \(Words.quantity(max(0, Series(ours).median - Detection.poll), .seconds)). Ours counts from the "
            + "moment at which the wrong answer has lasted for unhealthyAfter (6 s here), the script's from its first "
            + "sight. AWS's AutoRollback by itself calls a refresh failed only after an hour without "
            + "progress.")
      ]
    }
  }

  /// Releases a broken version; gives the seconds from the first unhealthy target to the rollback.
  private func fail(
    _ fleet: RealFleet, _ bench: Bench, _ version: String, _ arguments: [String], _ environment: [String: String],
    status: Int32
  ) async throws -> Double {
    _ = try fleet.service.commit(version, isBroken: true)
    let watch = Task { try await firstUnhealthy(fleet) }
    do {
      _ = try await bench.tools.run(
        arguments, environment: environment, in: fleet.service.repository.path, status: status, within: .seconds(300))
    } catch {
      watch.cancel()
      throw error
    }
    let visible = try await watch.value
    try await fleet.untilAtRest()
    guard let rollback = try await fleet.newestRefresh().rollback else {
      throw FixtureFailure("the refresh was not rolled back")
    }
    try await fleet.cloud.untilHealthy()
    return Double(rollback.started - visible) / 1000
  }

  /// Looks each 5 ms: the world is in this process.
  private func firstUnhealthy(_ fleet: RealFleet) async throws -> WorldTime {
    while true {
      let world = await fleet.cloud.world.snapshot
      if world.targetGroups[0].targets.contains(where: \.answersWrongly) { return world.now }
      try await Task.sleep(for: .milliseconds(5))
    }
  }
}

extension World.Target {
  fileprivate var answersWrongly: Bool { if case .unhealthy(.code) = state { true } else { false } }
}
