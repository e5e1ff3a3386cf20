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

  @Test("lands with alarms red, which are named, with --incident and without", arguments: [false, true])
  func redAlarms(isIncident: Bool) throws {
    let simulation = try three()
    simulation.pipeline.rollout.alarms = ["errors"]
    simulation.world.putAlarm("errors", state: .alarm)
    var options = RollbackOptions()
    options.isIncident = isIncident
    let watcher = simulation.perform(.rollback(options))
    #expect(watcher.exit == 0, "\(watcher.sentences)")
    #expect(watcher.sentences.contains("alarm errors is ALARM"))
    simulation.expectWhole(on: 2, passed: "2 1")
  }

  @Test("is refused while a process is suspended that a refresh needs; --incident begins, and lands once it is resumed")
  func suspended() throws {
    let simulation = try three()
    try simulation.world.suspend(["Launch"], of: Simulation.group)
    let refused = simulation.perform(.rollBack)
    #expect(refused.exit == 3)
    #expect(refused.outcome?.sentence.contains("resume-processes") == true)
    simulation.expectUntouched(by: refused)
    var options = RollbackOptions()
    options.isIncident = true
    simulation.after(seconds: 100) { try? $0.world.resume(["Launch"], of: Simulation.group) }
    let watcher = simulation.perform(.rollback(options))
    #expect(watcher.exit == 0, "\(watcher.sentences)")
    simulation.expectWhole(on: 2, passed: "2 1")
  }

  @Test("whose target could not be checked is exit 1; --incident goes without the check")
  func unchecked() throws {
    let simulation = try three()
    let noAnswer: (Action, Int) -> Watcher.Trouble? = { action, _ in
      if case .checkRollbackTarget = action { .refused(ActionFailure(.other, "ECR: no answer")) } else { nil }
    }
    let failed = simulation.perform(.rollBack) { $0.trouble = noAnswer }
    #expect(failed.exit == 1)
    simulation.expectUntouched(by: failed)
    var options = RollbackOptions()
    options.isIncident = true
    let watcher = simulation.perform(.rollback(options)) { $0.trouble = noAnswer }
    #expect(watcher.exit == 0, "\(watcher.sentences)")
    simulation.expectWhole(on: 2, passed: "2 1")
  }

  @Test("that lost its watcher is ended by resume with 0, a failed release's with 5", arguments: [true, false])
  func resumed(isOperators: Bool) throws {
    let simulation = try Fleet.simulation()
    if isOperators {
      #expect(simulation.perform(.releaseNew).exit == 0)
    } else {
      simulation.apps[Fleet.digest(of: Fleet.new)] = .answering(500)
    }
    let first = simulation.begin(isOperators ? .rollBack : .releaseNew)
    simulation.when { simulation in
      guard let refresh = simulation.newestRefresh else { return false }
      return refresh.status == .rollbackInProgress
        || (refresh.status == .inProgress && refresh.desired?.template?.version == "1")
    } then: { _ in
      first.isAlive = false
    }
    simulation.finish(first)
    let resumed = simulation.perform(.resume)
    #expect(resumed.outcome?.name == (isOperators ? "landed" : "rolled-back"), "\(resumed.sentences)")
    #expect(resumed.exit == (isOperators ? 0 : 5))
    simulation.expectWhole(on: 1, passed: "1")
  }

  @Test("that somebody cancelled is taken up by resume: a refresh back is started again")
  func cancelledWayBack() throws {
    let simulation = try three()
    simulation.when {
      $0.newestRefresh?.status == .inProgress && $0.running.contains(2)
    } then: {
      _ = try? $0.world.cancelInstanceRefresh(of: Simulation.group)
    }
    let first = simulation.perform(.rollBack)
    #expect(first.exit == 6, "\(first.sentences)")
    let resumed = simulation.perform(.resume)
    // The first run took release 3 off the passed list: from AWS alone that is a release that failed.
    #expect(resumed.exit == 5, "\(resumed.sentences)")
    simulation.expectWhole(on: 2, passed: "2 1")
  }

  @Test("to a release whose AMI or whose version is gone is refused before anything moves")
  func targetGone() throws {
    let simulation = try three()
    let older = simulation.tags[PassedMark.key]
    try simulation.world.setTags([World.GroupTag(PassedMark.key, "3 7 2 1")], of: Simulation.group)
    let noVersion = simulation.perform(.rollBack(to: 7))
    #expect(noVersion.exit == 3)
    #expect(noVersion.outcome?.sentence.contains("has no version 7") == true)
    simulation.expectUntouched(by: noVersion)
    try simulation.world.setTags([World.GroupTag(PassedMark.key, older ?? "")], of: Simulation.group)
    let noImage = simulation.perform(.rollBack) { watcher in
      watcher.trouble = { action, _ in
        guard case .checkRollbackTarget = action else { return nil }
        simulation.world.deregisterImage("ami-1")
        return nil
      }
    }
    #expect(noImage.exit == 3)
    #expect(noImage.outcome?.sentence.contains("AMI ami-1 is gone") == true)
    simulation.expectUntouched(by: noImage)
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
