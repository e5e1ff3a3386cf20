import ReleaseCore
import SimulatedAWS
import Testing

@testable import Simulation

@Suite("Somebody else at the fleet")
struct OtherActorsTests {
  @Test("who cancels the refresh is not fought: exit 6 and the commands")
  func cancelled() throws {
    let simulation = try Fleet.simulation()
    simulation.when {
      $0.isRollingOut && $0.running.contains(2)
    } then: {
      _ = try? $0.world.cancelInstanceRefresh(of: Simulation.group)
    }
    let watcher = simulation.perform(.releaseNew)
    #expect(watcher.exit == 6, "\(watcher.sentences)")
    #expect(!watcher.has(.rollBackRefresh) && watcher.counts(.startRefresh) == 1)
    #expect(watcher.commands.contains { $0.contains("wanzami-deploy rollback --to 1") })
    let resumed = simulation.perform(.resume)
    #expect(resumed.exit == 5, "\(resumed.sentences)")
    simulation.expectWhole(on: 1, passed: "1")
  }

  @Test("who rolls the refresh back in the console: it is watched and verified, exit 5")
  func consoleRollback() throws {
    let simulation = try Fleet.simulation()
    simulation.when {
      $0.isRollingOut && $0.running.contains(2)
    } then: {
      _ = try? $0.world.rollbackInstanceRefresh(of: Simulation.group)
    }
    let watcher = simulation.perform(.releaseNew)
    #expect(watcher.exit == 5, "\(watcher.sentences)")
    #expect(!watcher.has(.rollBackRefresh) && !watcher.has(.cancelRefresh))
    simulation.expectWhole(on: 1, passed: "1")
  }

  @Test("with a refresh to another commit holds the fleet: exit 4 and a name")
  func held() throws {
    let simulation = try Fleet.simulation()
    let first = simulation.begin(.releaseNew)
    var second: Watcher?
    simulation.when {
      $0.isRollingOut
    } then: {
      second = $0.begin(.release(Fleet.next))
    }
    simulation.finish(first)
    let watcher = try #require(second)
    #expect(first.exit == 0)
    #expect(watcher.exit == 4)
    #expect(watcher.outcome?.sentence.contains("commit \(Fleet.new.short), by ci") == true)
    simulation.expectUntouched(by: watcher)
  }

  @Test("is waited for with --wait-for-lock, and then everything is read again")
  func waits() throws {
    let simulation = try Fleet.simulation()
    let first = simulation.begin(.releaseNew)
    var second: Watcher?
    simulation.when {
      $0.isRollingOut
    } then: { simulation in
      second = simulation.begin(.release(Fleet.next) { $0.waitsForLock = true })
    }
    simulation.finish(first)
    let watcher = try #require(second)
    simulation.finish(watcher)
    #expect(first.exit == 0, "\(first.sentences)")
    #expect(watcher.exit == 0, "\(watcher.sentences)")
    simulation.expectWhole(on: 3, passed: "3 2 1")
    #expect(simulation.state.refreshes.count == 2)
  }

  @Test("who is faster while we build is waited for, and becomes the rollback target that is checked")
  func fasterWhileBuilding() throws {
    let simulation = try Fleet.simulation()
    let first = simulation.begin(.releaseNew)
    simulation.pass(seconds: 15)
    let second = simulation.begin(.release(Fleet.next) { $0.waitsForLock = true })
    simulation.finish(first)
    simulation.finish(second)
    #expect(first.exit == 0, "\(first.sentences)")
    #expect(second.exit == 0, "\(second.sentences)")
    let checked = second.actions.compactMap {
      if case .checkRollbackTarget(let version) = $0.action { version.number } else { nil }
    }
    #expect(checked.last == 2)
    simulation.expectWhole(on: 3, passed: "3 2 1")
  }

  @Test("with the same commit is joined: one refresh, both end with 0")
  func sameCommit() throws {
    let simulation = try Fleet.simulation()
    let first = simulation.begin(.releaseNew)
    var second: Watcher?
    simulation.when {
      $0.isRollingOut
    } then: {
      second = $0.begin(.releaseNew)
    }
    simulation.finish(first)
    let watcher = try #require(second)
    simulation.finish(watcher)
    #expect(first.exit == 0, "\(first.sentences)")
    #expect(watcher.exit == 0, "\(watcher.sentences)")
    #expect(simulation.state.refreshes.count == 1)
    simulation.expectWhole(on: 2, passed: "2 1")
  }

  @Test("at the very same moment with the same commit: one refresh, one version that is live")
  func sameMoment() throws {
    let simulation = try Fleet.simulation()
    let first = simulation.begin(.releaseNew)
    let second = simulation.begin(.releaseNew)
    simulation.finish(first)
    simulation.finish(second)
    #expect([first.exit, second.exit].contains(0))
    #expect([0, 4].contains(first.exit) && [0, 4].contains(second.exit), "\(first.sentences) \(second.sentences)")
    #expect(simulation.state.refreshes.count == 1)
  }

  @Test("who cancels the refresh and starts one of theirs, as Terraform does, holds the fleet: exit 4 and who")
  func terraform() throws {
    let simulation = try Fleet.simulation()
    try simulation.handMadeVersion()
    let theirs = World.LaunchSource.template(
      World.TemplateSpecification(id: simulation.template.id, version: "2"))
    simulation.when {
      $0.newestRefresh?.status == .inProgress && $0.running.contains(3)
    } then: { simulation in
      _ = try? simulation.world.cancelInstanceRefresh(of: Simulation.group, waitForTransitioningInstances: false)
      simulation.when {
        $0.newestRefresh?.status == .cancelled
      } then: {
        _ = try? $0.world.startInstanceRefresh(of: Simulation.group, desired: theirs)
      }
    }
    let watcher = simulation.perform(.releaseNew)
    #expect([4, 6].contains(watcher.exit), "\(watcher.sentences)")
    #expect(!watcher.has(.rollBackRefresh) && !watcher.has(.cancelRefresh) && watcher.counts(.startRefresh) == 1)
    #expect(simulation.perform(.resume).exit == 4)
    #expect(simulation.perform(.releaseNew).outcome?.sentence.contains("to version 2") == true)
  }

  @Test(
    "whose refresh takes the fleet while our bake is not over: exit 4, or it is waited for", arguments: [false, true])
  func takesOverTheBake(waits: Bool) throws {
    let simulation = try Fleet.simulation()
    simulation.when {
      $0.newestRefresh?.status == .successful
    } then: { simulation in
      try? simulation.handMadeVersion()
      let version = String(simulation.template.latestVersion)
      _ = try? simulation.world.startInstanceRefresh(
        of: Simulation.group,
        desired: .template(World.TemplateSpecification(id: simulation.template.id, version: version)))
    }
    // AWS's bake is over before ours: nothing answers for a while.
    simulation.when {
      $0.newestRefresh?.status == .baking
    } then: {
      $0.silentUntil = $0.world.now + 60_000
    }
    let watcher = simulation.perform(.release(Fleet.new) { $0.waitsForLock = waits })
    guard waits else {
      #expect(watcher.exit == 4, "\(watcher.sentences)")
      #expect(watcher.outcome?.sentence.contains("what becomes of release 2") == true)
      return #expect(!watcher.has(.rollBackRefresh) && !watcher.has(.cancelRefresh))
    }
    #expect(watcher.said("lock.waiting"))
    #expect(watcher.exit == 0, "\(watcher.sentences)")
    simulation.expectWhole(on: 2, passed: "2 3 1")
  }

  @Test("who takes a late failure back first is not turned round: both watchers of one commit end with 5")
  func twoWatchersOfOneFailure() throws {
    let simulation = try Fleet.simulation(desired: 1)
    simulation.pipeline.rollout.bake = .seconds(60)
    simulation.apps[Fleet.digest(of: Fleet.new)] = .flapping(40)
    let first = simulation.begin(.releaseNew)
    var second: Watcher?
    simulation.when {
      $0.isRollingOut
    } then: { simulation in
      simulation.after(seconds: 7) { second = $0.begin(.releaseNew) }
    }
    simulation.finish(first)
    let watcher = try #require(second)
    simulation.finish(watcher)
    #expect(first.exit == 5, "\(first.sentences)")
    #expect(watcher.exit == 5, "\(watcher.sentences)")
    simulation.expectWhole(on: 1, passed: "1")
  }

  @Test("an operator's rollback of a release that AWS calls successful is watched by the release to its end: exit 5")
  func rolledBackInTheBake() throws {
    let simulation = try Fleet.simulation()
    simulation.pipeline.rollout.bake = .seconds(30)
    simulation.when {
      $0.newestRefresh?.status == .baking
    } then: {
      $0.silentUntil = $0.world.now + 40_000
    }
    var rollback: Watcher?
    simulation.when {
      $0.newestRefresh?.status == .successful
    } then: {
      rollback = $0.begin(.rollBack(to: 1))
    }
    let release = simulation.perform(.releaseNew)
    let watcher = try #require(rollback)
    simulation.finish(watcher)
    #expect(watcher.exit == 0, "\(watcher.sentences)")
    #expect(release.exit == 5, "\(release.sentences)")
    simulation.expectWhole(on: 1, passed: "1")
  }

  @Test("going back to a release is not adopted by a release of its commit: exit 4, or waited for and already live")
  func operatorsWayBackIsNoRelease() throws {
    let simulation = try Fleet.simulation()
    #expect(simulation.perform(.releaseNew).exit == 0)
    let rollback = simulation.begin(.rollBack)
    var held: Watcher?
    var waiting: Watcher?
    simulation.when {
      $0.newestRefresh?.status == .inProgress && $0.newestRefresh?.desired?.template?.version == "1"
    } then: { simulation in
      held = simulation.begin(.release(Fleet.old) { $0.allowsOlder = true })
      waiting = simulation.begin(
        .release(Fleet.old) {
          $0.allowsOlder = true
          $0.waitsForLock = true
        })
    }
    simulation.finish(rollback)
    #expect(rollback.exit == 0, "\(rollback.sentences)")
    let first = try #require(held)
    let second = try #require(waiting)
    simulation.finish(second)
    #expect(first.exit == 4)
    #expect(first.outcome?.sentence.contains("back from release 2 to release 1") == true)
    #expect(second.outcome?.name == "already-live", "\(second.sentences)")
    simulation.expectWhole(on: 1, passed: "1")
  }

  @Test("an older commit that waited for a newer one is refused when it is live")
  func olderAfterWaiting() throws {
    let simulation = try Fleet.simulation()
    let newer = simulation.begin(.release(Fleet.next))
    var older: Watcher?
    simulation.when {
      $0.isRollingOut
    } then: { simulation in
      older = simulation.begin(.release(Fleet.new) { $0.waitsForLock = true })
    }
    simulation.finish(newer)
    let watcher = try #require(older)
    simulation.finish(watcher)
    #expect(newer.exit == 0)
    #expect(watcher.exit == 3, "\(watcher.sentences)")
    #expect(watcher.outcome?.sentence.contains("--allow-older") == true)
    simulation.expectUntouched(by: watcher)
  }

  @Test("who changes the desired capacity midway, up or down, does not fail a good release", arguments: [1, 3, 5])
  func desired(count: Int) throws {
    let simulation = try Fleet.simulation(desired: 3)
    simulation.when {
      $0.isRollingOut && $0.running.contains(2)
    } then: {
      try? $0.world.setDesiredCapacity(of: Simulation.group, to: count)
    }
    let watcher = simulation.perform(.releaseNew)
    #expect(watcher.exit == 0, "\(watcher.sentences)")
    #expect(simulation.state.desired == count)
    simulation.expectWhole(on: 2, passed: "2 1")
  }

  @Test("who sets the group to another version after our refresh is over: the release does not pass on it")
  func updatedTemplate() throws {
    let simulation = try Fleet.simulation()
    simulation.when {
      $0.newestRefresh?.status == .successful
    } then: { simulation in
      var change = World.GroupChange()
      change.source = .template(World.TemplateSpecification(id: simulation.template.id, version: "1"))
      try? simulation.world.updateGroup(Simulation.group, change)
    }
    simulation.when {
      $0.newestRefresh?.status == .baking
    } then: {
      $0.silentUntil = $0.world.now + 40_000
    }
    let watcher = simulation.perform(.releaseNew)
    #expect(watcher.exit == 5, "\(watcher.sentences)")
    simulation.expectWhole(on: 1, passed: "1")
  }

  @Test("who suspends Launch midway only delays the release")
  func suspends() throws {
    let simulation = try Fleet.simulation()
    simulation.when {
      $0.isRollingOut && $0.running.contains(2)
    } then: { simulation in
      try? simulation.world.suspend(["Launch"], of: Simulation.group)
      simulation.after(seconds: 600) { try? $0.world.resume(["Launch"], of: Simulation.group) }
    }
    let watcher = simulation.perform(.releaseNew)
    #expect(watcher.exit == 0, "\(watcher.sentences)")
    simulation.expectWhole(on: 2, passed: "2 1")
  }

  @Test("who terminates a new instance by hand does not fail the release")
  func terminates() throws {
    let simulation = try Fleet.simulation()
    simulation.when {
      $0.newestRefresh?.status == .baking
    } then: { simulation in
      guard let victim = simulation.state.instances.first(where: { $0.version == 2 }) else { return }
      _ = try? simulation.world.terminateInstance(victim.id, decrementDesired: false)
    }
    let watcher = simulation.perform(.releaseNew)
    #expect(watcher.exit == 0, "\(watcher.sentences)")
    simulation.expectWhole(on: 2, passed: "2 1")
  }

  @Test("whose refresh without a desired configuration is under way holds the fleet, for resume too")
  func foreign() throws {
    let simulation = try Fleet.simulation()
    _ = try simulation.world.startInstanceRefresh(of: Simulation.group)
    #expect(simulation.perform(.releaseNew).exit == 4)
    #expect(simulation.perform(.resume).exit == 4)
  }
}
