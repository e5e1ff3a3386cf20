import ReleaseCore
import SimulatedAWS
import Testing

@testable import Simulation

@Suite("A signal")
struct InterruptTests {
  private func at(_ name: FailedAction) -> (Action) -> Bool { { Simulation.name(of: $0) == name } }

  @Test(
    "before the refresh is started ends the run with 1 and leaves the fleet alone",
    arguments: [FailedAction.survey, .build, .push, .createVersion, .tag])
  func before(name: FailedAction) throws {
    let simulation = try Fleet.simulation()
    let watcher = simulation.perform(.releaseNew) { $0.interrupt = at(name) }
    #expect(watcher.exit == 1, "\(watcher.sentences)")
    #expect(simulation.state.refreshes.isEmpty)
    let again = simulation.perform(.releaseNew)
    #expect(again.exit == 0, "\(again.sentences)")
    #expect(simulation.template.latestVersion == 2)
    simulation.expectWhole(on: 2, passed: "2 1")
  }

  @Test("during the rollout ends the run with 7; the rollout goes on, and resume ends it", arguments: [true, false])
  func during(isGood: Bool) throws {
    let simulation = try Fleet.simulation()
    if !isGood { simulation.apps[Fleet.digest(of: Fleet.new)] = .answering(500) }
    let watcher = simulation.perform(.releaseNew) { watcher in
      watcher.interrupt = { _ in simulation.newestRefresh?.status == .inProgress }
    }
    #expect(watcher.exit == 7)
    #expect(simulation.newestRefresh?.status == .inProgress)
    simulation.pass(seconds: 10)
    let resumed = simulation.perform(.resume)
    #expect(resumed.exit == (isGood ? 0 : 5), "\(resumed.sentences)")
    simulation.expectWhole(on: isGood ? 2 : 1, passed: isGood ? "2 1" : "1")
  }

  @Test("during the rollout, and nobody resumes: AWS finishes it, and a resume later still marks it")
  func muchLater() throws {
    let simulation = try Fleet.simulation()
    let watcher = simulation.perform(.releaseNew) { watcher in
      watcher.interrupt = { _ in simulation.newestRefresh?.status == .inProgress }
    }
    #expect(watcher.exit == 7)
    simulation.pass(seconds: 3600)
    let resumed = simulation.perform(.resume)
    #expect(resumed.exit == 0, "\(resumed.sentences)")
    simulation.expectWhole(on: 2, passed: "2 1")
    #expect(simulation.perform(.resume).outcome?.name == "nothing-to-do")
  }

  @Test("while the refresh back is being started waits for that start, and resume proves the landing")
  func startingBack() throws {
    let simulation = try Fleet.simulation()
    #expect(simulation.perform(.releaseNew).exit == 0)
    let watcher = simulation.perform(.rollBack) { $0.interrupt = at(.startRefresh) }
    #expect(watcher.exit == 7)
    #expect(simulation.newestRefresh?.status.isActive == true)
    let resumed = simulation.perform(.resume)
    #expect(simulation.savedVersion == "1")
    #expect(resumed.exit == 5 || resumed.exit == 0, "\(resumed.sentences)")
    simulation.expectWhole(on: 1, passed: "1")
  }

  @Test("between the cancellation and the refresh back starts that first", arguments: 0..<6)
  func betweenCancelAndStart(offset: Int) throws {
    let simulation = try Fleet.simulation()
    simulation.apps[Fleet.digest(of: Fleet.new)] = .answering(500)
    let watcher = simulation.perform(.releaseNew) { watcher in
      watcher.trouble = { action, _ in
        if case .rollBackRefresh = action { .refused(ActionFailure(.irreversible, "irreversible")) } else { nil }
      }
      watcher.interrupt = { _ in
        guard let cancelled = watcher.actions.firstIndex(where: { Simulation.name(of: $0.action) == .cancelRefresh })
        else { return false }
        return watcher.actions.count > cancelled + offset
      }
    }
    #expect([5, 7].contains(watcher.exit), "\(watcher.sentences)")
    #expect(watcher.counts(.startRefresh) == 2)
    if watcher.exit == 7 {
      let resumed = simulation.perform(.resume)
      #expect(resumed.exit == 5, "\(resumed.sentences)")
    }
    simulation.expectWhole(on: 1, passed: "1")
  }

  @Test("while the last marks are written lets them be written")
  func closing() throws {
    let simulation = try Fleet.simulation()
    var tags = 0
    let watcher = simulation.perform(.releaseNew) { watcher in
      watcher.interrupt = { action in
        if case .tag = action { tags += 1 }
        return tags == 2
      }
    }
    #expect(watcher.exit == 0)
    simulation.expectWhole(on: 2, passed: "2 1")
  }
}
