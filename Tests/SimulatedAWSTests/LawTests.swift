import Testing

@testable import SimulatedAWS

/// What holds whatever happens: random requests and faults from a seed, which a failure prints as its argument.
@Suite("Laws of the world")
struct LawTests {
  @Test("no sequence of requests and faults breaks the world, and left alone it comes to rest", arguments: 0..<24)
  func laws(seed: UInt64) throws {
    var chance = Generator(seed: seed &* 7919 &+ 1)
    var fleet = try VirtualFleet(
      desired: Int.random(in: 1...4, using: &chance), max: 6, elb: Bool.random(using: &chance), seed: seed)
    fleet.world.putAlarm("errors", state: .ok)
    var saved = fleet.saved
    for _ in 0..<30 {
      let successes = fleet.successes
      disturb(&fleet, &chance)
      fleet.run(for: Double(Int.random(in: 0...400, using: &chance)))
      check(fleet, seed)
      #expect(fleet.saved == saved || fleet.successes > successes, "only a success moves the saved version")
      saved = fleet.saved
    }
    try calm(&fleet)
    fleet.run(for: 9000)
    check(fleet, seed)
    #expect(fleet.group.activeRefresh == nil)
    #expect(fleet.group.liveWeight == fleet.group.desired)
    #expect(fleet.group.instances.allSatisfy { $0.lifecycle == .inService || $0.lifecycle == .standby })
    #expect(fleet.world.targetGroups[0].targets.allSatisfy { $0.state == .healthy })
  }

  /// One random thing; a request that the world refuses is as good as any.
  private func disturb(_ fleet: inout VirtualFleet, _ chance: inout Generator) {
    let ids = fleet.group.instances.map(\.id)
    let id = ids.randomElement(using: &chance) ?? ""
    let version = Int.random(in: 1...max(1, fleet.world.templates[0].latestVersion), using: &chance)
    do {
      switch Int.random(in: 0..<16, using: &chance) {
      case 0: _ = try fleet.newVersion([.healthy, .answers(500), .silent, .refuses].randomElement(using: &chance)!)
      case 1...4: try start(version, &fleet, &chance)
      case 5: try fleet.world.rollbackInstanceRefresh(of: "web")
      case 6:
        try fleet.world.cancelInstanceRefresh(of: "web", waitForTransitioningInstances: Bool.random(using: &chance))
      case 7: try fleet.world.setDesiredCapacity(of: "web", to: Int.random(in: 1...6, using: &chance))
      case 8: try fleet.world.terminateInstance(id, decrementDesired: Bool.random(using: &chance))
      case 9: try fleet.world.enterStandby([id], of: "web", decrementDesired: true)
      case 10: try fleet.world.exitStandby([id], of: "web")
      case 11: try fleet.world.setProtection([id], of: "web", isProtected: Bool.random(using: &chance))
      case 12: try fleet.world.suspend([World.processes.randomElement(using: &chance)!], of: "web")
      case 13: try fleet.world.resume([], of: "web")
      case 14:
        try fleet.world.setAlarm("errors", [.ok, .alarm, .insufficientData].randomElement(using: &chance)!, reason: "")
      default:
        fleet.world.failNextLaunches([.insufficientCapacity, .message("no")])
        fleet.world.lose(id, to: World.Activity.Loss.allCases.randomElement(using: &chance)!, at: fleet.world.now)
      }
    } catch { #expect(error is Fault) }
  }

  private func start(_ version: Int, _ fleet: inout VirtualFleet, _ chance: inout Generator) throws {
    let percentages = [(0, 100), (50, 100), (90, 100), (100, 100), (100, 150), (100, 200)].randomElement(
      using: &chance)!
    try fleet.start(version) {
      $0.minHealthyPercent = percentages.0
      $0.maxHealthyPercent = percentages.1
      $0.autoRollback = Bool.random(using: &chance)
      $0.skipMatching = Bool.random(using: &chance)
      $0.alarms = Bool.random(using: &chance) ? ["errors"] : []
      $0.bake = Int.random(in: 0...600, using: &chance)
      $0.checkpoints = Bool.random(using: &chance) ? [25, 100] : []
      $0.checkpointDelay = 300
      $0.scaleInProtected = ["Ignore", "Wait", "Refresh"].randomElement(using: &chance)!
      $0.standby = ["Ignore", "Wait", "Terminate"].randomElement(using: &chance)!
    }
  }

  private func check(_ fleet: VirtualFleet, _ seed: UInt64) {
    let group = fleet.group
    #expect(!group.refreshes.dropLast().contains { $0.status.isActive }, "one active refresh at most")
    #expect(Set(group.instances.map(\.privateAddress)).count == group.instances.count)
    #expect(group.liveWeight <= 2 * group.max + 1)
    let ids = Set(group.instances.map(\.id))
    #expect(fleet.world.targetGroups[0].targets.allSatisfy { ids.contains($0.instance) }, "a target outlives nobody")
    for refresh in group.refreshes {
      #expect((0...100).contains(refresh.percentComplete))
      #expect((refresh.ended == nil) == refresh.status.isActive)
    }
    for activity in group.activities where activity.ended == nil {
      switch activity.kind {
      case .launch(let id): #expect(id.map(ids.contains) == true, "an open launch has its instance")
      case .terminate(let id): #expect(ids.contains(id), "an open termination has its instance")
      }
    }
  }

  /// Takes every fault away.
  private func calm(_ fleet: inout VirtualFleet) throws {
    fleet.behaviour = [:]
    try fleet.world.resume([], of: "web")
    try fleet.world.setAlarm("errors", .ok, reason: "")
    for instance in fleet.group.instances {
      try fleet.world.setProtection([instance.id], of: "web", isProtected: false)
    }
  }
}

extension VirtualFleet {
  fileprivate var successes: Int { group.refreshes.filter { $0.status == .successful }.count }
}
