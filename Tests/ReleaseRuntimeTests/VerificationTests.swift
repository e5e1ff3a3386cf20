import ReleaseCore
import SimulatedAWS
import Testing

@testable import Simulation

@Suite("Verification")
struct VerificationTests {
  private func facts(_ simulation: Simulation, _ change: (inout FleetFacts) -> Void = { _ in }) -> FleetFacts {
    let survey = simulation.survey()
    var facts = FleetFacts(
      group: .known(survey.group), template: .known(survey.template), targetGroups: .known(survey.targetGroups),
      targets: .known(survey.targets), refreshes: .known(survey.refreshes), alarms: .known(survey.alarms),
      repository: .known(survey.repository), architectures: .known(["arm64"]),
      machineImage: .known((state: "available", architecture: "arm64")),
      balancers: .known([(name: "api", state: "active")]),
      rollbackTarget: .known(RollbackTargetCheck(release: 1, problems: [])), source: .known("commit a"),
      engine: .known("the Docker Engine answers"), principal: .known("arn:aws:iam::123456789012:user/ci"))
    change(&facts)
    return facts
  }

  private func failed(_ verification: Verification) -> [String] {
    verification.branches.flatMap(\.checks).filter { $0.state == .failed }.map(\.sentence)
  }

  @Test("a good fleet has nothing that failed")
  func good() throws {
    let simulation = try Fleet.simulation()
    let verification = Verification(facts(simulation), pipeline: simulation.pipeline)
    #expect(failed(verification) == [])
    #expect(verification.isGood)
  }

  /// What `release` refuses for the fleet's state, `verify` has found before.
  @Test("a fleet that a release refuses fails", arguments: RefusedFleet.all)
  func refused(fleet: RefusedFleet) throws {
    let simulation = try Fleet.simulation(change: fleet.change)
    try fleet.meanwhile(simulation)
    let verification = Verification(
      facts(simulation) { facts in
        if simulation.registry.isEmpty {
          facts.rollbackTarget = .known(
            RollbackTargetCheck(release: 1, problems: ["its image is not in the registry any more"]))
        }
      }, pipeline: simulation.pipeline)
    #expect(!verification.isGood, "\(verification.branches)")
  }

  @Test("what may not be read is skipped with AWS's words, and fails nothing")
  func denied() throws {
    let simulation = try Fleet.simulation()
    let why = "Allow the principal the action elasticloadbalancing:DescribeTargetHealth."
    let verification = Verification(
      facts(simulation) { facts in
        facts.targets = .unknown(why)
        facts.alarms = .unknown(why)
        facts.machineImage = .unknown(why)
        facts.balancers = .unknown(why)
        facts.refreshes = .unknown(why)
      }, pipeline: simulation.pipeline)
    #expect(verification.isGood)
    let skipped = verification.branches.flatMap(\.checks).filter { $0.state == .skipped && $0.sentence.contains(why) }
    #expect(skipped.count == 4, "\(skipped)")
  }

  @Test("a group that is not there, or cannot be read, costs the checks of the group and no crash")
  func noGroup() throws {
    let simulation = try Fleet.simulation()
    let gone = Verification(facts(simulation) { $0.group = .known(nil) }, pipeline: simulation.pipeline)
    #expect(!gone.isGood)
    let denied = Verification(facts(simulation) { $0.group = .unknown("denied") }, pipeline: simulation.pipeline)
    #expect(denied.count(.skipped) > 0)
  }

  @Test("each failed check and most warnings name the command that mends them")
  func commands() throws {
    let simulation = try Fleet.simulation { request, _ in request.healthCheckTypes = ["EC2"] }
    try simulation.world.suspend(["Launch"], of: Simulation.group)
    let checks = Verification(facts(simulation), pipeline: simulation.pipeline).branches.flatMap(\.checks)
    let suspended = try #require(checks.first { $0.sentence.contains("suspended: Launch") })
    #expect(suspended.command?.contains("resume-processes") == true)
    let health = try #require(checks.first { $0.sentence.contains("uses no ELB health checks") })
    #expect(health.state == .warning && health.command?.contains("--health-check-type ELB") == true)
  }
}
