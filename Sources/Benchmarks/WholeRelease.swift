import RealParts

/// Everything that a release takes beside what the fleet itself needs: build, push, calls, and noticing the end.
struct WholeRelease: Benchmark {
  static let name = "release"
  static let about = "a whole release, minus the time the fleet needs, beside the usual script with 15 s polls"

  func run(_ bench: Bench) async throws -> [Row] {
    try await RealFleet.with(bench, rollout: "bake: 2s") { fleet in
      var whole = Pair()
      var overhead: (ours: [Double], theirs: [Double]) = ([], [])
      for round in 1...bench.rounds(3) {
        let (ours, oursOver) = try await release(fleet, bench, "ours \(round)") { commit in
          [bench.tools.program, "release", commit, "--pipeline", fleet.service.pipeline]
        }
        let (theirs, theirsOver) = try await release(fleet, bench, "theirs \(round)") { _ in
          ["bash", bench.tools.folder + "/release.sh"]
        }
        whole.ours.append(ours)
        whole.theirs.append(theirs)
        overhead.ours.append(oursOver)
        overhead.theirs.append(theirsOver)
        bench.say(
          "round \(round): \(Words.number(oursOver)) s of \(Words.number(ours.wall)) s beside "
            + "\(Words.number(theirsOver)) s of \(Words.number(theirs.wall)) s")
      }
      return [
        Row(
          "release: time beside the fleet's own", .seconds, ours: Series(overhead.ours), beside: "usual script",
          theirs: Series(overhead.theirs), aim: .ratio(10),
          note: "wall clock, minus the time from the refresh's start to its end as the sandbox itself has it; our "
            + "refresh has a bake, the script's has none. We poll each 3 s, and each second while only "
            + "the last step is missing; the script each 15 s."),
        whole.row("release: processor time", .seconds, beside: "usual script") { $0.cpu },
        whole.row("release: memory", .bytes, beside: "usual script") { $0.resident },
      ]
    }
  }

  private func release(
    _ fleet: RealFleet, _ bench: Bench, _ version: String, _ arguments: (String) -> [String]
  ) async throws -> (Spent, overhead: Double) {
    let commit = try fleet.service.commit(version)
    let spent = try await bench.tools.run(
      arguments(commit), environment: fleet.environment, in: fleet.service.repository.path, within: .seconds(300))
    guard let own = try await fleet.newestRefresh().seconds else { throw FixtureFailure("the refresh has not ended") }
    return (spent, spent.wall - own)
  }
}
