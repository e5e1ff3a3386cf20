import Testing

@testable import SimulatedAWS

@Suite("Instance refresh")
struct RefreshTests {
  @Test("two instances are replaced one by one, launch first, and healthy targets never fall below two")
  func launchFirst() throws {
    var fleet = try VirtualFleet()
    let version = try fleet.newVersion()
    try fleet.start(version)
    #expect(fleet.refresh.status == .pending)
    fleet.run(for: 30) { $0.refresh.status == .inProgress && $0.group.liveWeight == 3 }
    #expect(fleet.versions == [1, 1, 2])
    #expect(fleet.saved == "1")
    fleet.runToEnd()
    #expect(fleet.refresh.status == .successful)
    #expect(fleet.versions == [2, 2])
    #expect(fleet.saved == "2")
    #expect(fleet.fewestHealthy == 2)
    #expect(fleet.mostLive == 3)
    #expect(fleet.refresh.percentComplete == 100)
    #expect(fleet.refresh.instancesToUpdate == 0)
    #expect(
      fleet.group.activities.last?.cause.contains("was taken out of service in response to an instance refresh") == true
    )
  }

  @Test(
    "percentages bound what is launched and what is left",
    arguments: [
      (2, 100, Int?.some(200), 2, 4), (2, 100, 110, 2, 3), (2, 100, 100, 2, 3), (2, 90, 100, 1, 2), (2, 90, nil, 1, 2),
      (2, 50, 100, 1, 2), (2, 0, 100, 0, 2), (1, 100, 100, 1, 2), (1, 90, nil, 0, 1), (4, 100, 150, 4, 6),
      (4, 75, 125, 3, 5), (3, 100, 150, 3, 4),
    ])
  func percentages(desired: Int, min: Int, max: Int?, fewest: Int, most: Int) throws {
    var fleet = try VirtualFleet(desired: desired, max: 8)
    let version = try fleet.newVersion()
    try fleet.start(version) {
      $0.minHealthyPercent = min
      $0.maxHealthyPercent = max
    }
    fleet.runToEnd()
    #expect(fleet.refresh.status == .successful)
    #expect(fleet.versions == Array(repeating: 2, count: desired))
    #expect(fleet.fewestHealthy == fewest)
    #expect(fleet.mostLive == most)
  }

  @Test("an application that never answers well stalls for an hour, then the refresh fails and nothing is undone")
  func stall() throws {
    var fleet = try VirtualFleet()
    let version = try fleet.newVersion(.answers(500))
    try fleet.start(version)
    fleet.run(for: 3000)
    #expect(fleet.refresh.status == .inProgress)
    #expect(fleet.refresh.percentComplete == 0)
    #expect(fleet.refresh.reason?.text.contains("Waiting for remaining instances to be available") == true)
    #expect(fleet.group.activities.contains { $0.cause.contains("ELB system health check failure") })
    fleet.runToEnd()
    #expect(fleet.refresh.status == .failed)
    #expect(fleet.refresh.reason == .stalled)
    #expect(fleet.saved == "1")
    #expect(fleet.fewestHealthy == 2)
    fleet.run(for: 600)
    #expect(fleet.versions == [1, 1])
  }

  @Test("without ELB in the group's health checks the same application passes")
  func withoutELB() throws {
    var fleet = try VirtualFleet(elb: false)
    let version = try fleet.newVersion(.refuses)
    try fleet.start(version)
    fleet.runToEnd()
    #expect(fleet.refresh.status == .successful)
    #expect(fleet.healthy == 0)
  }

  @Test("AutoRollback turns round after the stall and ends on the saved version")
  func autoRollback() throws {
    var fleet = try VirtualFleet()
    let version = try fleet.newVersion(.silent)
    try fleet.start(version) { $0.autoRollback = true }
    fleet.runToEnd()
    #expect(fleet.refresh.status == .rollbackSuccessful)
    #expect(fleet.refresh.rollback?.reason == "No progress was made for one hour.")
    #expect(fleet.versions == [1, 1])
    #expect(fleet.saved == "1")
    #expect(fleet.fewestHealthy == 2)
  }

  @Test("a rollback keeps the refresh's id, replaces what was new and leaves all on the saved version")
  func rollback() throws {
    var fleet = try VirtualFleet()
    let version = try fleet.newVersion()
    let id = try fleet.start(version)
    fleet.run(for: 5000) { $0.isHalfWay }
    #expect(try fleet.world.rollbackInstanceRefresh(of: "web") == id)
    #expect(fleet.refresh.status == .rollbackInProgress)
    #expect(fleet.refresh.percentComplete == 0)
    #expect(fleet.refresh.rollback?.percentComplete == 50)
    #expect(throws: Fault.self) { try fleet.world.rollbackInstanceRefresh(of: "web") }
    fleet.runToEnd()
    #expect(fleet.refresh.status == .rollbackSuccessful)
    #expect(fleet.versions == [1, 1])
    #expect(fleet.saved == "1")
    #expect(fleet.fewestHealthy == 2)
  }

  @Test("a rollback whose saved version does not answer ends RollbackFailed after an hour")
  func rollbackFails() throws {
    var fleet = try VirtualFleet()
    let version = try fleet.newVersion()
    try fleet.start(version)
    fleet.run(for: 5000) { $0.isHalfWay }
    fleet.world.deregisterImage("ami-1")
    try fleet.world.rollbackInstanceRefresh(of: "web")
    fleet.runToEnd()
    #expect(fleet.refresh.status == .rollbackFailed)
    #expect(fleet.group.activities.last?.message?.contains("The image id '[ami-1]' does not exist") == true)
  }

  @Test("a cancelled refresh leaves the instances mixed and the saved version as it was")
  func cancel() throws {
    var fleet = try VirtualFleet(desired: 4, max: 6)
    let version = try fleet.newVersion()
    try fleet.start(version) { $0.maxHealthyPercent = 125 }
    fleet.run(for: 5000) { $0.versions == [1, 1, 1, 2, 2] }
    try fleet.world.cancelInstanceRefresh(of: "web")
    #expect(fleet.refresh.status == .cancelling)
    #expect(throws: Fault("ActiveInstanceRefreshNotFound", fleet.notFound)) {
      try fleet.world.cancelInstanceRefresh(of: "web")
    }
    fleet.runToEnd()
    fleet.run(for: 300)
    #expect(fleet.refresh.status == .cancelled)
    #expect(fleet.versions == [1, 1, 2, 2])
    #expect(fleet.saved == "1")
    #expect(fleet.fewestHealthy == 4)
  }

  @Test("a rollback can be cancelled too")
  func cancelRollback() throws {
    var fleet = try VirtualFleet()
    let version = try fleet.newVersion()
    try fleet.start(version)
    fleet.run(for: 5000) { $0.isHalfWay }
    try fleet.world.rollbackInstanceRefresh(of: "web")
    fleet.run(for: 5)
    try fleet.world.cancelInstanceRefresh(of: "web")
    fleet.runToEnd()
    #expect(fleet.refresh.status == .cancelled)
    #expect(fleet.saved == "1")
  }

  @Test("the saved version is set when the bake is over, not before; a bake can be rolled back")
  func bake() throws {
    var fleet = try VirtualFleet()
    let version = try fleet.newVersion()
    try fleet.start(version) { $0.bake = 600 }
    fleet.run(for: 5000) { $0.refresh.status == .baking }
    #expect(fleet.versions == [2, 2])
    #expect(fleet.saved == "1")
    var other = fleet
    fleet.run(for: 599)
    #expect(fleet.refresh.status == .baking)
    fleet.run(for: 2)
    #expect(fleet.refresh.status == .successful)
    #expect(fleet.saved == "2")
    try other.world.rollbackInstanceRefresh(of: "web")
    other.runToEnd()
    #expect(other.refresh.status == .rollbackSuccessful)
    #expect(other.versions == [1, 1])
    #expect(other.saved == "1")
  }

  @Test("skip matching with nothing to replace succeeds at once; without it every instance is replaced")
  func skipMatching() throws {
    var fleet = try VirtualFleet()
    let before = Set(fleet.group.instances.map(\.id))
    try fleet.start(1)
    fleet.run(for: 2)
    #expect(fleet.refresh.status == .successful)
    #expect(Set(fleet.group.instances.map(\.id)) == before)
    try fleet.start(1) { $0.skipMatching = false }
    fleet.runToEnd()
    #expect(Set(fleet.group.instances.filter(\.isLive).map(\.id)).isDisjoint(with: before))
  }

  @Test("a checkpoint holds for its delay, and one step can pass over a lower one")
  func checkpoints() throws {
    var fleet = try VirtualFleet()
    let version = try fleet.newVersion()
    try fleet.start(version) {
      $0.checkpoints = [10, 40, 100]
      $0.checkpointDelay = 1200
    }
    fleet.run(for: 5000) { $0.refresh.reason == .checkpoint(40) }
    let held = fleet.world.now
    #expect(fleet.versions == [1, 2])
    fleet.run(for: 1199)
    #expect(fleet.versions == [1, 2])
    fleet.runToEnd()
    #expect(fleet.refresh.status == .successful)
    #expect(fleet.world.now - held >= 1_200_000)
  }

  @Test("a last checkpoint below 100 leaves the rest unreplaced")
  func partialCheckpoint() throws {
    var fleet = try VirtualFleet(desired: 4, max: 8)
    let version = try fleet.newVersion()
    try fleet.start(version) { $0.checkpoints = [50] }
    fleet.runToEnd()
    #expect(fleet.refresh.status == .successful)
    #expect(fleet.versions == [1, 1, 2, 2])
  }
}

extension VirtualFleet {
  var notFound: String { "No in progress or pending Instance Refresh found for Auto Scaling group web" }
}
