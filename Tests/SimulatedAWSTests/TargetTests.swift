import Testing

@testable import SimulatedAWS

@Suite("Target health")
struct TargetTests {
  /// A running instance's target, driven by hand.
  private func fleet() throws -> VirtualFleet { try VirtualFleet(desired: 1) }

  private func health(_ fleet: VirtualFleet) throws -> World.TargetHealth {
    try #require(try fleet.world.targetHealth(of: VirtualFleet.arn).last)
  }

  @Test("a new target registers, is checked, and is healthy after one success")
  func first() throws {
    var fleet = try fleet()
    fleet.behaviour[1] = .healthy
    try fleet.world.setDesiredCapacity(of: "web", to: 2)
    fleet.run(for: 60) { $0.world.targetGroups[0].targets.count == 2 }
    #expect(try health(fleet).state == "initial")
    #expect(try health(fleet).reason == "Elb.RegistrationInProgress")
    fleet.world.advance(to: fleet.world.now + 1000)
    #expect(try health(fleet).reason == "Elb.InitialHealthChecking")
    let probe = try #require(fleet.world.dueProbes(at: fleet.world.now).last)
    #expect(probe.port == 4000 && probe.path == "/api/health" && probe.timeoutMilliseconds == 5000)
    fleet.world.report(.status(200), for: probe, at: fleet.world.now)
    #expect(try health(fleet).state == "healthy")
    #expect(try health(fleet).reason == nil)
  }

  @Test(
    "failures are told in AWS's words",
    arguments: [
      (World.ProbeResult.status(502), "Target.ResponseCodeMismatch", "Health checks failed with these codes: [502]"),
      (.timeout, "Target.Timeout", "Request timed out"),
      (.refused, "Target.FailedHealthChecks", "Health checks failed"),
    ])
  func words(result: World.ProbeResult, reason: String, sentence: String) throws {
    var fleet = try VirtualFleet(desired: 1, elb: false)
    for round in 1...2 {
      let due = fleet.world.now + 10_000
      for probe in fleet.world.dueProbes(at: due) { fleet.world.report(result, for: probe, at: due) }
      #expect(try health(fleet).state == (round == 1 ? "healthy" : "unhealthy"))
    }
    #expect(try health(fleet).reason == reason)
    #expect(try health(fleet).description == sentence)
  }

  @Test("after it was unhealthy a target needs the healthy threshold")
  func recovery() throws {
    var fleet = try VirtualFleet(desired: 1, elb: false)
    fleet.behaviour[1] = .answers(503)
    fleet.run(for: 60)
    #expect(try health(fleet).state == "unhealthy")
    fleet.behaviour[1] = .healthy
    fleet.run(for: 10)
    #expect(try health(fleet).state == "unhealthy")
    fleet.run(for: 10)
    #expect(try health(fleet).state == "healthy")
  }

  @Test("traffic goes to the healthy targets, and to all when none is healthy")
  func routing() throws {
    var fleet = try VirtualFleet(elb: false)
    #expect(fleet.world.routedTargets(of: VirtualFleet.arn).count == 2)
    fleet.behaviour[1] = .refuses
    fleet.run(for: 100)
    #expect(fleet.healthy == 0)
    #expect(fleet.world.routedTargets(of: VirtualFleet.arn).count == 2)
    _ = fleet.world.takeEffects()
    let id = fleet.group.instances[0].id
    try fleet.world.terminateInstance(id, decrementDesired: true)
    #expect(fleet.world.routedTargets(of: VirtualFleet.arn).count == 1)
    #expect(fleet.world.drainingTargets(of: VirtualFleet.arn).map(\.instance) == [id])
  }

  @Test("a target drains for its delay before the instance is terminated")
  func draining() throws {
    var fleet = try VirtualFleet(max: 4)
    let id = fleet.group.instances[0].id
    try fleet.world.terminateInstance(id, decrementDesired: true)
    #expect(fleet.group.activities.last?.status == "WaitingForELBConnectionDraining")
    _ = fleet.world.takeEffects()
    fleet.world.advance(to: fleet.world.now + 29_000)
    #expect(fleet.world.instance(id)?.lifecycle == .terminating)
    #expect(try fleet.world.targetHealth(of: VirtualFleet.arn).first?.reason == "Target.DeregistrationInProgress")
    fleet.world.advance(to: fleet.world.now + 1000)
    #expect(fleet.world.instance(id)?.lifecycle == .terminated)
    #expect(try fleet.world.targetHealth(of: VirtualFleet.arn).count == 1)
    let terminated = fleet.world.takeEffects().contains {
      if case .terminate(instance: id) = $0 { true } else { false }
    }
    #expect(terminated)
  }

  @Test("a target group without a load balancer has unused targets")
  func unused() throws {
    var world = World(seed: 1, at: VirtualFleet.start)
    world.add(World.TargetGroup(arn: "tg", name: "t", port: 80))
    world.register("i-1", in: "tg")
    #expect(try world.targetHealth(of: "tg").first?.reason == "Target.NotInUse")
    #expect(throws: Fault("TargetGroupNotFound", "One or more target groups not found")) {
      try world.targetHealth(of: "other")
    }
  }
}
