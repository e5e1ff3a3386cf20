import Testing

@testable import SimulatedAWS

@Suite("What else happens to a group while it is refreshed")
struct InteractionTests {
  @Test("an alarm that fires fails the refresh, or turns it round", arguments: [false, true])
  func alarm(autoRollback: Bool) throws {
    var fleet = try VirtualFleet()
    fleet.world.putAlarm("errors", state: .ok)
    let version = try fleet.newVersion()
    try fleet.start(version) {
      $0.alarms = ["errors"]
      $0.autoRollback = autoRollback
    }
    fleet.run(for: 5000) { $0.isHalfWay }
    try fleet.world.setAlarm("errors", .alarm, reason: "too many")
    #expect(fleet.refresh.status == (autoRollback ? .rollbackInProgress : .failed))
    fleet.runToEnd()
    #expect(fleet.refresh.status == (autoRollback ? .rollbackSuccessful : .failed))
    if autoRollback { #expect(fleet.versions == [1, 1]) }
  }

  @Test("an alarm without data pauses the replacement until data returns")
  func insufficientData() throws {
    var fleet = try VirtualFleet()
    fleet.world.putAlarm("errors", state: .ok)
    let version = try fleet.newVersion()
    try fleet.start(version) { $0.alarms = ["errors"] }
    fleet.run(for: 5000) { $0.isHalfWay }
    try fleet.world.setAlarm("errors", .insufficientData, reason: "no data")
    fleet.run(for: 3000)
    #expect(fleet.refresh.status == .inProgress)
    #expect(fleet.versions.contains(1))
    try fleet.world.setAlarm("errors", .ok, reason: "data")
    fleet.runToEnd()
    #expect(fleet.refresh.status == .successful)
  }

  @Test("a scale-out during the refresh launches the desired configuration; after a cancel the saved one")
  func scaleOut() throws {
    var fleet = try VirtualFleet()
    let version = try fleet.newVersion()
    try fleet.start(version)
    fleet.run(for: 30) { $0.refresh.status == .inProgress }
    try fleet.world.setDesiredCapacity(of: "web", to: 4)
    fleet.run(for: 1)
    #expect(fleet.versions.filter { $0 == 2 }.count >= 2)
    fleet.runToEnd()
    #expect(fleet.refresh.status == .successful)
    #expect(fleet.versions == [2, 2, 2, 2])

    var cancelled = try VirtualFleet()
    try cancelled.start(try cancelled.newVersion())
    cancelled.run(for: 5000) { $0.group.liveWeight == 3 && $0.healthy == 3 }
    try cancelled.world.cancelInstanceRefresh(of: "web")
    cancelled.runToEnd()
    try cancelled.world.setDesiredCapacity(of: "web", to: 4)
    cancelled.run(for: 300)
    #expect(cancelled.versions == [1, 1, 1, 2])
  }

  @Test("a scale-in during the refresh takes an old instance and the refresh still ends well")
  func scaleIn() throws {
    var fleet = try VirtualFleet(desired: 4, max: 8)
    let version = try fleet.newVersion()
    try fleet.start(version)
    fleet.run(for: 200)
    try fleet.world.setDesiredCapacity(of: "web", to: 2)
    fleet.runToEnd()
    #expect(fleet.refresh.status == .successful)
    #expect(fleet.versions == [2, 2])
  }

  @Test("standby and protected instances are left alone, replaced, or waited for until the refresh fails")
  func standbyAndProtected() throws {
    for (preference, status, left) in [
      ("Ignore", World.InstanceRefresh.Status.successful, 1), ("Refresh", .successful, 0), ("Wait", .failed, 1),
    ] {
      var fleet = try VirtualFleet()
      let id = fleet.group.instances[0].id
      try fleet.world.setProtection([id], of: "web", isProtected: true)
      let version = try fleet.newVersion()
      try fleet.start(version) { $0.scaleInProtected = preference }
      fleet.runToEnd()
      #expect(fleet.refresh.status == status, "\(preference)")
      #expect(fleet.versions.filter { $0 == 1 }.count == left, "\(preference)")
    }
    for (preference, status, stays) in [
      ("Ignore", World.InstanceRefresh.Status.successful, true), ("Terminate", .successful, false),
      ("Wait", .failed, true),
    ] {
      var fleet = try VirtualFleet()
      let id = fleet.group.instances[0].id
      try fleet.world.enterStandby([id], of: "web", decrementDesired: true)
      let version = try fleet.newVersion()
      try fleet.start(version) { $0.standby = preference }
      fleet.runToEnd()
      #expect(fleet.refresh.status == status, "\(preference)")
      #expect(fleet.group.instances.contains { $0.id == id } == stays, "\(preference)")
    }
  }

  @Test(
    "a suspended Launch stops the replacement without ending it", arguments: ["Launch", "Terminate", "InstanceRefresh"])
  func suspended(process: String) throws {
    var fleet = try VirtualFleet()
    let version = try fleet.newVersion()
    try fleet.world.suspend([process], of: "web")
    try fleet.start(version)
    fleet.run(for: 8000)
    #expect(fleet.refresh.status == .inProgress)
    #expect(fleet.versions == [1, 1])
    try fleet.world.resume([process], of: "web")
    fleet.runToEnd()
    #expect(fleet.refresh.status == .successful)
  }

  @Test("a mixed-instances group is refreshed by its own policy with another version")
  func mixed() throws {
    var fleet = try VirtualFleet()
    let id = fleet.world.templates[0].id
    var policy = World.MixedPolicy(
      template: World.TemplateSpecification(id: id, version: "1"),
      overrides: [.init(instanceType: "t4g.medium"), .init(instanceType: "t4g.small")])
    var change = World.GroupChange()
    change.source = .mixed(policy)
    try fleet.world.updateGroup("web", change)
    let version = try fleet.newVersion()
    policy.template.version = String(version)
    try fleet.world.startInstanceRefresh(
      of: "web", desired: .mixed(policy),
      preferences: World.RefreshPreferences(minHealthyPercent: 100, maxHealthyPercent: 150, warmup: 10))
    fleet.runToEnd()
    #expect(fleet.refresh.status == .successful)
    #expect(fleet.versions == [2, 2])
    #expect(fleet.group.instances.filter(\.isLive).allSatisfy { $0.instanceType == "t4g.medium" })
    #expect(fleet.group.source.template?.version == "2")
  }

  @Test("launches that are refused are activities with AWS's words, tried again later")
  func launchFaults() throws {
    var fleet = try VirtualFleet()
    let version = try fleet.newVersion()
    fleet.world.failNextLaunches([.insufficientCapacity, .quota])
    try fleet.start(version)
    fleet.runToEnd()
    #expect(fleet.refresh.status == .successful)
    let failed = fleet.group.activities.filter { $0.status == "Failed" }.compactMap(\.message)
    #expect(failed.count == 2)
    #expect(failed[0].contains("do not have sufficient t4g.small capacity in the Availability Zone"))
    #expect(failed[1].contains("vCPU limit"))
  }

  @Test("a launch hook holds an instance before it is in service")
  func hook() throws {
    var fleet = try VirtualFleet { $0.launchHooks = [.init(name: "boot", completesAfterSeconds: 90)] }
    let version = try fleet.newVersion()
    try fleet.start(version)
    fleet.run(for: 100) { $0.group.instances.contains { $0.lifecycle == .pendingWait } }
    #expect(fleet.group.instances.contains { $0.lifecycle == .pendingWait })
    fleet.runToEnd()
    #expect(fleet.refresh.status == .successful)
  }

  @Test("a termination hook holds an instance after it has drained and before it is terminated")
  func terminationHook() throws {
    var fleet = try VirtualFleet { $0.terminationHooks = [.init(name: "stop", completesAfterSeconds: 90)] }
    let id = fleet.group.instances[0].id
    try fleet.world.terminateInstance(id, decrementDesired: false)
    fleet.run(for: 29)
    #expect(fleet.world.instance(id)?.lifecycle == .terminating)
    fleet.run(for: 2)
    #expect(fleet.world.instance(id)?.lifecycle == .terminatingWait)
    #expect(
      !(try fleet.world.targetHealth(of: VirtualFleet.arn)).contains { $0.instance == id && $0.state == "healthy" })
    #expect(throws: Fault.self) { try fleet.world.terminateInstance(id, decrementDesired: false) }
    fleet.run(for: 90)
    #expect(fleet.world.instance(id)?.lifecycle == .terminated)
  }

  @Test("an instance that stops by itself is replaced, with the cause that AWS gives")
  func stopped() throws {
    var fleet = try VirtualFleet()
    let id = fleet.group.instances[0].id
    fleet.world.lose(id, to: .stopped, at: fleet.world.now)
    fleet.run(for: 300)
    #expect(fleet.healthy == 2)
    #expect(!fleet.group.instances.contains { $0.id == id })
    #expect(fleet.group.activities.contains { $0.cause.contains("terminated or stopped") })
  }

  @Test("at rate 100 an hour of stall is over in 36 seconds, and one seed gives one world")
  func rate() throws {
    func ids() throws -> [String] {
      var fleet = try VirtualFleet(rate: 100)
      let began = fleet.world.now
      try fleet.start(try fleet.newVersion(.refuses))
      fleet.runToEnd()
      #expect(fleet.refresh.status == .failed)
      #expect((36_000...40_000).contains(fleet.world.now - began))
      return fleet.group.activities.map(\.id)
    }
    #expect(try ids() == ids())
  }
}
