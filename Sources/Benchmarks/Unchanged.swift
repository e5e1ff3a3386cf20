import Foundation
import RealParts

/// A release that changes nothing: of the commit that is live, and of one that did not touch the image's context.
struct Unchanged: Benchmark {
  static let name = "unchanged"
  static let about = "a release that changes nothing: calls, builds and pushes, beside the usual script"

  func run(_ bench: Bench) async throws -> [Row] {
    try await RealFleet.with(bench, rollout: "bake: 1s, poll: 300ms") { fleet in
      let tools = bench.tools
      let release = [tools.program, "release", "--pipeline", fleet.service.pipeline]
      _ = try fleet.service.commit("live")
      _ = try await tools.run(release, environment: fleet.environment)
      _ = fleet.cloud.calls.take()
      var same = Counts()
      for _ in 0..<bench.rounds(3) { try await same.add(fleet, bench, release) }
      _ = try fleet.service.repository.commit(["README.md": "Words only.\n"], message: "Touch nothing of the image")
      var elsewhere = Counts()
      try await elsewhere.add(fleet, bench, release)
      var script = Counts()
      try await script.add(fleet, bench, ["bash", tools.folder + "/release.sh"])
      return same.rows("release of the live commit", script)
        + elsewhere.rows("release of a commit that left the context alone", script)
    }
  }

  /// What releases came to, one after the other.
  private struct Counts {
    var calls: [Double] = []
    var builds: [Double] = []
    var seconds: [Double] = []

    mutating func add(_ fleet: RealFleet, _ bench: Bench, _ arguments: [String]) async throws {
      let since = Date().timeIntervalSince1970
      let spent = try await bench.tools.run(
        arguments, environment: fleet.environment, in: fleet.service.repository.path, within: .seconds(300))
      calls.append(Double(fleet.cloud.calls.take().count))
      builds.append(Double(try Counts.events(fleet, bench, since: since)))
      seconds.append(spent.wall)
    }

    /// What the Engine built and pushed under our repository's name: its events `tag` and `push`.
    /// https://docs.docker.com/reference/cli/docker/system/events/
    private static func events(_ fleet: RealFleet, _ bench: Bench, since: Double) throws -> Int {
      let until = Date().timeIntervalSince1970
      let listed = try Command.check(
        [
          bench.tools.docker, "events", "--since", String(format: "%.3f", since), "--until",
          String(format: "%.3f", until), "--filter", "type=image", "--format", "{{.Action}} {{.Actor.Attributes.name}}",
        ], environment: fleet.environment)
      return listed.text.split(separator: "\n").filter { line in
        (line.hasPrefix("tag ") || line.hasPrefix("push ")) && line.contains(fleet.repositoryURI)
      }.count
    }

    func rows(_ what: String, _ script: Counts) -> [Row] {
      [
        Row(
          "\(what): calls", .calls, ours: Series(calls), beside: "usual script", theirs: Series(script.calls),
          aim: .atMost(12)),
        Row(
          "\(what): builds and pushes", .count, ours: Series(builds), beside: "usual script",
          theirs: Series(script.builds), aim: .atMost(0)),
        Row(
          "\(what): time", .seconds, ours: Series(seconds), beside: "usual script", theirs: Series(script.seconds)),
      ]
    }
  }
}
