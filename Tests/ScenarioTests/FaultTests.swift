import RealParts
import Testing

/// What a run does while the first call of each operation goes wrong, and how it must end.
struct FaultScenario: Sendable, CustomTestStringConvertible {
  var testDescription: String
  /// The command, after a passed release.
  var words: [String]
  /// Further lines of the fleet file.
  var fleet: String
  var exit: Int32
  var saying: String
  /// The version that the fleet must be on afterwards.
  var version: String
  /// The calls that change something, each of which must have met its fault.
  var changes: Set<String>

  private static let marks: Set<String> = ["CreateOrUpdateTags", "DeleteTags"]
  private static let rollout: Set<String> = ["PutImage", "CreateLaunchTemplateVersion", "StartInstanceRefresh"]

  static let all = [
    FaultScenario(
      testDescription: "a good release", words: ["release"], fleet: "", exit: 0, saying: "released: release 2 passed",
      version: "2", changes: rollout.union(marks)),
    FaultScenario(
      testDescription: "a bad release", words: ["release"], fleet: "versions: { '2': { status: 500 } }", exit: 5,
      saying: "the fleet is back on release 1", version: "1",
      changes: rollout.union(marks).union(["RollbackInstanceRefresh"])),
    FaultScenario(
      testDescription: "a release of a group on $Latest", words: ["release"], fleet: "templateVersion: $Latest",
      exit: 0, saying: "released: release 2 passed", version: "2",
      changes: rollout.union(marks).union(["UpdateAutoScalingGroup"])),
  ]
}

/// Each fault, for the first call of every operation that a run makes: reads and changes. AWS is the sandbox, which
/// plays the faults on the wire; the program is the built one.
@Suite("A run through each fault", .enabled(if: Stage.canRun, Stage.condition))
struct FaultTests {
  private static let kinds = [
    "throttled", "internalError", "unavailable", "expired", "page", "slow", "resetBefore", "resetAfter", "halfAnswer",
    "unseenVersion",
  ]
  /// Each fault of a good and of a bad release; of the pin, which is one call more, those that differ for a change.
  private static let table =
    kinds.flatMap { kind in FaultScenario.all.dropLast().map { (kind, $0) } }
    + ["throttled", "internalError", "resetBefore", "resetAfter"].map { ($0, FaultScenario.all[2]) }

  @Test("it ends as if nothing had been", arguments: table)
  func once(kind: String, scenario: FaultScenario) async throws {
    try await Self.play("{ kind: \(kind) }", scenario) { faults in
      for change in scenario.changes where kind != "unseenVersion" {
        #expect(faults.contains("fault: \(kind) of \(change)"), "\(change) met no fault: \(faults)")
      }
      #expect(!faults.isEmpty)
    }
  }

  @Test(
    "bursts are waited out too",
    arguments: [
      "{ kind: throttled, count: 2 }", "{ kind: unavailable, count: 2 }",
      // The version stays unseen for longer than a retry takes, as AWS warns of minutes.
      "{ kind: unseenVersion, count: 6 }",
    ], [FaultScenario.all[0]])
  func burst(fault: String, scenario: FaultScenario) async throws {
    try await Self.play(fault, scenario) { faults in #expect(!faults.isEmpty) }
  }

  private static func play(
    _ fault: String, _ scenario: FaultScenario, _ check: (Set<String>) throws -> Void
  ) async throws {
    let fleet = "rate: 5\nfaults: [\(fault)]\n\(scenario.fleet)"
    try await Stage.with(fleet: fleet, rollout: "bake: 500ms") { stage in
      let commit = try stage.commit("B")
      // The program signs with a role's keys: the stage, which looks at the fleet with others, uses up none of its faults.
      let finished = try await stage.run(scenario.words[0], commit, with: try stage.asRole())
      #expect(finished.status == scenario.exit, "\(finished.everything)")
      #expect(finished.output.contains(scenario.saying), "\(finished.everything)")
      #expect(try await stage.health().versions == [scenario.version])
      let group = try await stage.group()
      #expect(group.launchTemplate?.version == scenario.version)
      #expect(!group.tags.contains { $0.key == "wanzami-deploy:in-flight" }, "\(group.tags)")
      #expect(try await stage.refreshes().count == 1)
      let faults = stage.sandbox.errors.split(separator: "\n").filter { $0.hasPrefix("fault: ") }.map(String.init)
      try check(Set(faults))
    }
  }
}
