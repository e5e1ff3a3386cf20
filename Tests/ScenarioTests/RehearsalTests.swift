import Foundation
import RealParts
import Testing

/// The command that a newcomer runs first: real containers behind a real balancer, under traffic.
@Suite("Rehearsals", .serialized, .enabled(if: Rehearsals.canRun, "no Engine, docker-registry, haproxy or clang here"))
struct RehearsalTests {
  @Test("a good, a better and a broken commit end as foretold, without a failed request, and nothing is left")
  func foretold() async throws {
    let stage = try await Rehearsals.made()
    let commits = try [stage.commit("A"), stage.commit("B"), stage.commit("C", healthStatus: 500)]
    let finished = try await stage.run(["--expect", "0,0,5"] + commits)
    #expect(finished.status == 0, "\(finished.everything)")
    for text in [
      "live: release 1; 2 of 2 targets healthy",
      "released: release 2 passed; 2 of 2 targets healthy on release 2 in wanzami-api, unbroken for",
      "rolled back: release 3 failed", "the fleet is back on release 2: 2 of 2 targets healthy on release 2",
      "group wanzami-api: release 2; 2 of 2 targets healthy on it", "condemned", " requests, 0 failed",
    ] { #expect(finished.output.contains(text), "\(text)\n\(finished.everything)") }
    for text in [
      "Target.ResponseCodeMismatch, Health checks failed with these codes: [500]",
      "container | wanzami-api: health: cannot reach database (simulated fault)", "it ended with exit 5",
    ] { #expect(finished.errors.contains(text), "\(text)\n\(finished.everything)") }
    #expect(try stage.leftovers().isEmpty)
  }

  @Test("ending instances without draining shows failed requests")
  func abrupt() async throws {
    let stage = try await Rehearsals.made()
    let commits = try [stage.commit("A"), stage.commit("B")]
    let finished = try await stage.run(["--abrupt", "--expect", "0,0"] + commits)
    #expect(finished.status == 0, "\(finished.everything)")
    let totals = try #require(finished.output.firstMatch(of: /(\d+) requests, (\d+) failed/))
    #expect((Int(totals.2) ?? 0) > 0, "\(finished.everything)")
    #expect(try stage.leftovers().isEmpty)
  }

  static let faults: [(name: String, code: Int32, words: String)] = [
    ("no-capacity", 0, "sufficient"), ("launch-refused", 5, "launches were refused alike"),
    ("throttling", 0, "no answer, looking on"), ("alarm", 5, "rehearsal-5xx"),
    ("cancelled", 6, "being cancelled, not by this run"),
    ("console-rollback", 5, "Rollback was requested by a user"),
    ("scale-out", 0, "all 3 instances run release 2"),
    ("instance-lost", 0, "(release 2) is taken out by a Spot interruption; not counted"),
  ]

  /// How many requests fail is judged where nothing else goes wrong, by the test above.
  @Test("a fault strikes the last release, which ends as it should", arguments: faults)
  func fault(name: String, code: Int32, words: String) async throws {
    let stage = try await Rehearsals.made()
    let commits = try [stage.commit("A"), stage.commit("B")]
    let finished = try await stage.run(["--fault", name] + commits)
    #expect(finished.errors.contains("it ended with exit \(code)"), "\(finished.everything)")
    #expect(finished.errors.contains("fault \(name): "), "\(finished.everything)")
    #expect(finished.errors.contains(words), "\(finished.everything)")
    #expect(try stage.leftovers().isEmpty)
  }

  @Test(
    "a hook on an instance runs the new image there; one that fails leaves the fleet on what it had", arguments: [0, 3])
  func instanceHook(status: Int) async throws {
    let stage = try await Rehearsals.made()
    let commits = try [stage.commit("A"), stage.commit("B")]
    let pipeline = try stage.pipeline(
      "hooks: { beforeRollout: { run: [/tiny, exit, \"\(status)\"], where: instance, envFile: /etc/wanzami.env } }\n")
    let finished = try await stage.run(["--expect", status == 0 ? "0,0" : "0,1"] + commits, pipeline: pipeline)
    #expect(finished.status == 0, "\(finished.everything)")
    #expect(finished.errors.contains("hook  | to standard output"), "\(finished.everything)")
    #expect(finished.errors.contains("in a container of the image on an instance"))
    let live = status == 0 ? 2 : 1
    #expect(
      finished.output.contains("group wanzami-api: release \(live); 2 of 2 targets healthy"), "\(finished.output)")
    if status != 0 { #expect(finished.output.contains("failed: it ended with 3"), "\(finished.output)") }
    #expect(try stage.leftovers().isEmpty)
  }

  @Test("a prophecy that does not come true is exit 1, and a signal ends all that was started")
  func wrong() async throws {
    let stage = try await Rehearsals.made()
    let commits = try [stage.commit("A"), stage.commit("B")]
    let finished = try await stage.run(["--expect", "0,5"] + commits)
    #expect(finished.status == 1, "\(finished.everything)")
    #expect(finished.errors.contains("foretold: 0,5; came: 0,0"), "\(finished.everything)")
    let program = try stage.start(commits)
    try await program.says("instance refresh")
    program.signal(SIGINT)
    let stopped = try await program.end(within: .seconds(40))
    #expect(stopped.status == 7, "\(stopped.everything)")
    #expect(try stage.leftovers().isEmpty)
  }
}

/// A repository of the example service and what a rehearsal of it needs.
struct Rehearsals {
  static let canRun =
    RealEngine.canRun && RealRegistry.isInstalled && Command.exists("clang")
    && ["/usr/sbin", "/usr/local/sbin"].contains { access("\($0)/haproxy", X_OK) == 0 }

  let engine: RealEngine
  let repository: GitFixture
  let folder: TemporaryFolder
  /// Names the containers of this rehearsal: they hold this file's path.
  private let mark = "mark-\(UInt32.random(in: 0...UInt32.max))"

  static func made() async throws -> Rehearsals {
    Rehearsals(
      engine: try await RealEngine.running(), repository: try GitFixture(), folder: try TemporaryFolder("rehearsal"))
  }

  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  func commit(_ version: String, healthStatus: Int = 200) throws -> String {
    try Command.check(["mkdir", "-p", repository.path + "/backend"])
    try Command.check([
      "clang", "-static", "-O2", "-DVERSION=\"\(version)\"", "-DHEALTH_STATUS=\(healthStatus)", "-o",
      repository.path + "/backend/server", "\(Rehearsals.root)/example/server.c",
    ])
    let dockerfile = try String(contentsOfFile: "\(Rehearsals.root)/example/Dockerfile", encoding: .utf8)
    try Data(try TinyProgram.executable()).write(to: URL(filePath: repository.path + "/backend/tiny"))
    try Command.check(["chmod", "755", repository.path + "/backend/tiny"])
    let first = "FROM scratch\nLABEL mark=\(mark)\nCOPY tiny /tiny\n"
    return try repository.commit(
      ["backend/Dockerfile": .file(dockerfile.replacing("FROM scratch\n", with: first))],
      message: "Version \(version)")
  }

  /// - Parameter pipeline: `nil`: the repository's `pipelines/rehearsal.yml`.
  func start(_ arguments: [String], pipeline: String? = nil) throws -> Program {
    var environment = Stage.bareEnvironment(home: folder.path)
    environment["DOCKER_HOST"] = engine.dockerHost
    environment["XDG_STATE_HOME"] = folder.path + "/state"
    return try Program(
      [
        Stage.program, "rehearse", "--pipeline", pipeline ?? "\(Rehearsals.root)/pipelines/rehearsal.yml",
        "--repository", repository.path,
      ] + arguments, environment: environment)
  }

  func run(_ arguments: [String], pipeline: String? = nil) async throws -> Program.Finished {
    try await start(arguments, pipeline: pipeline).end(within: .seconds(120))
  }

  /// The rehearsal's pipeline with more keys.
  func pipeline(_ more: String) throws -> String {
    let text = try String(contentsOfFile: "\(Rehearsals.root)/pipelines/rehearsal.yml", encoding: .utf8)
    return try folder.write("pipeline.yml", text + more)
  }

  /// Containers of this rehearsal's images, running or not.
  func leftovers() throws -> [Substring] {
    try Command.check([
      "docker", "--host", engine.dockerHost, "ps", "--all", "--quiet", "--filter", "label=mark=\(mark)",
    ])
    .text.split(separator: "\n")
  }
}
