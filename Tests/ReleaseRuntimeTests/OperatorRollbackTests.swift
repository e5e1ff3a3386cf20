import ReleaseCore
import SimulatedAWS
import Testing

@testable import Simulation

@Suite("An operator's rollback")
struct OperatorRollbackTests {
  /// Releases 1, 2 and 3 passed.
  private func three() throws -> Simulation {
    let simulation = try Fleet.simulation()
    #expect(simulation.perform(.releaseNew).exit == 0)
    #expect(simulation.perform(.release(Fleet.next)).exit == 0)
    simulation.resetLeastHealthy()
    return simulation
  }

  @Test("goes to the release before the live one, condemns the live one, and keeps the capacity")
  func before() throws {
    let simulation = try three()
    let watcher = simulation.perform(.rollBack)
    #expect(watcher.outcome?.name == "landed", "\(watcher.sentences)")
    simulation.expectWhole(on: 2, passed: "2 1")
    #expect(simulation.leastHealthy >= 2)
    #expect(watcher.sentences.contains("database"))
  }

  @Test("twice in a row goes two releases back")
  func twice() throws {
    let simulation = try three()
    #expect(simulation.perform(.rollBack).exit == 0)
    let watcher = simulation.perform(.rollBack)
    #expect(watcher.exit == 0, "\(watcher.sentences)")
    simulation.expectWhole(on: 1, passed: "1")
    #expect(simulation.perform(.rollBack).exit == 3)
  }

  @Test("goes to the release that is named")
  func named() throws {
    let simulation = try three()
    let watcher = simulation.perform(.rollBack(to: 1))
    #expect(watcher.exit == 0, "\(watcher.sentences)")
    #expect(simulation.savedVersion == "1")
    #expect(Set(simulation.running) == [1])
    // Release 2 was skipped: it was rolled away from as well, so no later rollback goes there by itself.
    #expect(simulation.tags[PassedMark.key] == "1")
  }

  @Test("to the live release, to one that did not pass, or to one whose image is gone is refused")
  func refused() throws {
    let simulation = try three()
    simulation.apps[Fleet.digest(of: Fleet.commit("d"))] = .answering(500)
    simulation.commits.append(Fleet.commit("d"))
    #expect(simulation.perform(.release(Fleet.commit("d"))).exit == 5)
    for intent in [Intent.rollBack(to: 3), .rollBack(to: 4), .rollBack(to: 9)] {
      let watcher = simulation.perform(intent)
      #expect(watcher.exit == 3, "\(watcher.sentences)")
      simulation.expectUntouched(by: watcher)
    }
    simulation.registry.remove(Fleet.digest(of: Fleet.new))
    let gone = simulation.perform(.rollBack)
    #expect(gone.exit == 3)
    #expect(gone.outcome?.sentence.contains("not in the registry") == true)
    simulation.expectUntouched(by: gone)
  }

  @Test("during a release takes it over: the operator's run lands, the release's run ends with 5")
  func takesOver() throws {
    let simulation = try Fleet.simulation()
    let release = simulation.begin(.releaseNew)
    var rollback: Watcher?
    simulation.when {
      $0.isRollingOut && $0.running.contains(2)
    } then: {
      rollback = $0.begin(.rollBack)
    }
    simulation.finish(release)
    let watcher = try #require(rollback)
    simulation.finish(watcher)
    #expect(watcher.exit == 0, "\(watcher.sentences)")
    #expect(release.exit == 5, "\(release.sentences)")
    simulation.expectWhole(on: 1, passed: "1")
    #expect(simulation.leastHealthy >= 2)
  }

  @Test("heals a fleet that a cancelled refresh left half and half")
  func mixed() throws {
    let simulation = try Fleet.simulation()
    simulation.when {
      $0.newestRefresh?.percentComplete == 50
    } then: {
      _ = try? $0.world.cancelInstanceRefresh(of: Simulation.group)
    }
    #expect(simulation.perform(.releaseNew).exit == 6)
    #expect(simulation.running.contains(2) && simulation.savedVersion == "1")
    let watcher = simulation.perform(.rollBack)
    #expect(watcher.exit == 0, "\(watcher.sentences)")
    simulation.expectWhole(on: 1, passed: "1")
  }

  @Test("works from the refresh history when the tags are gone")
  func withoutTags() throws {
    let simulation = try three()
    try simulation.world.deleteTags([PassedMark.key, InFlightMark.key], of: Simulation.group)
    let watcher = simulation.perform(.rollBack)
    #expect(watcher.exit == 0, "\(watcher.sentences)")
    simulation.expectWhole(on: 2, passed: "2")
  }

  @Test("while a way back is under way already joins it")
  func joins() throws {
    let simulation = try three()
    let first = simulation.begin(.rollBack)
    simulation.when {
      $0.newestRefresh?.status == .inProgress && $0.running.contains(2)
    } then: { _ in
      first.isAlive = false
    }
    simulation.finish(first)
    let watcher = simulation.perform(.rollBack)
    #expect(watcher.exit == 0, "\(watcher.sentences)")
    simulation.expectWhole(on: 2, passed: "2 1")
  }

  @Test("a release after a rollback goes on top of what is live")
  func releaseAfter() throws {
    let simulation = try three()
    #expect(simulation.perform(.rollBack).exit == 0)
    let watcher = simulation.perform(.release(Fleet.next))
    #expect(watcher.exit == 0, "\(watcher.sentences)")
    simulation.expectWhole(on: 3, passed: "3 2 1")
  }
}
