import RealParts
import Sandbox

/// Time and memory of programs that are started for a single answer.
struct StartUp: Benchmark {
  static let name = "start-up"
  static let about = "--version and status, beside aws --version and the same calls by the AWS CLI"

  func run(_ bench: Bench) async throws -> [Row] {
    let folder = try TemporaryFolder("bench")
    var fleet = FleetFile()
    fleet.bootSeconds = 0.1
    fleet.healthCheck = FleetFile.HealthCheck()
    fleet.healthCheck?.interval = 1
    return try await Cloud.simulated(fleet) { cloud in
      try await cloud.untilHealthy()
      let environment = bench.tools.bareEnvironment(home: folder.path).merging(cloud.variables) { $1 }
      return try await version(bench, environment) + status(bench, environment, folder)
    }
  }

  private func version(_ bench: Bench, _ environment: [String: String]) async throws -> [Row] {
    let tools = bench.tools
    let pair = try await Pair.measure(rounds: bench.rounds(11, short: 3)) {
      try await tools.run([tools.program, "--version"], environment: environment)
    } theirs: {
      try await tools.run([tools.aws, "--version"], environment: environment)
    }
    return rows("--version", pair, beside: "aws --version")
  }

  private func status(_ bench: Bench, _ environment: [String: String], _ folder: TemporaryFolder) async throws -> [Row]
  {
    let tools = bench.tools
    let pipeline = try folder.write(
      "pipeline.yml", "image: { repository: wanzami-api }\nfleet: { group: wanzami-api }\n")
    let pair = try await Pair.measure(rounds: bench.rounds(3)) {
      try await tools.run([tools.program, "status", "--pipeline", pipeline], environment: environment)
    } theirs: {
      try await tools.run(["bash", tools.folder + "/status.sh", "wanzami-api"], environment: environment)
    }
    return rows("status", pair, beside: "the same calls by aws")
  }

  private func rows(_ what: String, _ pair: Pair, beside: String) -> [Row] {
    [
      pair.row("\(what): time", .seconds, beside: beside, aim: .ratio(20)) { $0.wall },
      pair.row("\(what): processor time", .seconds, beside: beside) { $0.cpu },
      pair.row("\(what): memory", .bytes, beside: beside, aim: .ratio(5)) { $0.resident },
    ]
  }
}
