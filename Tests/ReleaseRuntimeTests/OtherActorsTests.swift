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
