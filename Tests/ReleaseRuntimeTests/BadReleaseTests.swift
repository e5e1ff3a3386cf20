import ReleaseCore
import SimulatedAWS
import Testing

@testable import Simulation

@Suite("A release that fails")
struct BadReleaseTests {
  private func bad(_ app: AppBehaviour) throws -> Simulation {
    let simulation = try Fleet.simulation()
    simulation.apps[Fleet.digest(of: Fleet.new)] = app
    return simulation
  }

  @Test(
    "is rolled back and proven: exit 5, the fleet on the passed release, the new one condemned, capacity kept",
    arguments: [AppBehaviour.answering(500), .refusing, .flapping(15), .crashing(after: 25)])
  func rolledBack(app: AppBehaviour) throws {
    let simulation = try bad(app)
    let watcher = simulation.perform(.releaseNew)
    #expect(watcher.exit == 5, "\(watcher.sentences)")
    simulation.expectWhole(on: 1, passed: "1")
    #expect(watcher.counts(.cancelRefresh) == 0)
    if case .answering = app { #expect(simulation.leastHealthy >= 2) }
    if case .refusing = app { #expect(simulation.leastHealthy >= 2) }
  }

  @Test("names the load balancer's own reason")
  func reason() throws {
    let simulation = try bad(.answering(500))
    let watcher = simulation.perform(.releaseNew)
    guard case .rolledBack(2, 1, let cause, _)? = watcher.outcome else {
      Issue.record("\(watcher.sentences)")
      return
    }
    #expect(cause.contains("Target.ResponseCodeMismatch") && cause.contains("[500]"))
    #expect(watcher.has(.collectEvidence))
  }

  @Test("is rolled back at the first poll at which the verdict can fall")
  func promptly() throws {
    let simulation = try bad(.answering(500))
    var unhealthyAt: WorldTime?
    simulation.when {
      $0.world.targetGroups[0].targets.contains { if case .unhealthy = $0.state { true } else { false } }
    } then: {
      unhealthyAt = $0.world.now
    }
    let watcher = simulation.perform(.releaseNew)
    let sick = try #require(unhealthyAt)
    let asked = try #require(watcher.askedAt(.rollBackRefresh))
    // Past its warmup of 10 s, and wrong for `unhealthyAfter` (20 s): the verdict; then a poll, a tag and the call.
    let entered = try #require(simulation.firstInService(of: 2))
    let since = max(sick.milliseconds, entered.milliseconds + 10_000)
    #expect(asked.milliseconds - since <= 20_000 + 2 * 3_000 + 1_000)
  }

  @Test("that never answers is given its budget, and no more")
  func budget() throws {
    let simulation = try bad(.refusing)
    let watcher = simulation.perform(.releaseNew)
    let entered = try #require(simulation.firstInService(of: 2))
    let asked = try #require(watcher.askedAt(.rollBackRefresh))
    let age = asked.milliseconds - entered.milliseconds
    // Auto Scaling takes it out at the end of its grace, 300 s, before max(startWithin, grace) + 2 x 5 s + 2 s is over.
    #expect((300_000...312_000).contains(age), "\(age)")
  }

  @Test("late, in our own bake after AWS called the refresh successful, is brought back by a refresh")
  func late() throws {
    let simulation = try bad(.healthy(after: 5))
    simulation.when {
      $0.newestRefresh?.status == .baking
    } then: { simulation in
      simulation.after(seconds: 20) { $0.apps[Fleet.digest(of: Fleet.new)] = .answering(503) }
    }
    let watcher = simulation.perform(.releaseNew)
    #expect(watcher.exit == 5, "\(watcher.sentences)")
    simulation.expectWhole(on: 1, passed: "1")
    #expect(simulation.state.refreshes.map(\.status) == [.successful, .successful])
  }

  @Test("by an alarm is rolled back by AWS itself, and verified")
  func alarm() throws {
    let simulation = try bad(.healthy(after: 5))
    simulation.pipeline.rollout.alarms = ["5xx"]
    simulation.world.putAlarm("5xx", state: .ok)
    simulation.when {
      $0.isRollingOut && $0.running.contains(2)
    } then: {
      try? $0.world.setAlarm("5xx", .alarm, reason: "12 > 5")
    }
    let watcher = simulation.perform(.releaseNew)
    #expect(watcher.exit == 5, "\(watcher.sentences)")
    simulation.expectWhole(on: 1, passed: "1")
    #expect(simulation.newestRefresh?.status == .rollbackSuccessful)
  }

  @Test("for launches that AWS refuses is rolled back long before AWS's own hour")
  func launchRefused() throws {
    let simulation = try bad(.healthy(after: 5))
    simulation.when {
      $0.newestRefresh?.status == .pending
    } then: {
      $0.world.failNextLaunches([.imageGone, .imageGone, .imageGone])
    }
    let began = simulation.now
    let watcher = simulation.perform(.releaseNew)
    #expect(watcher.exit == 5, "\(watcher.sentences)")
    #expect(simulation.now - began < .seconds(600))
    simulation.expectWhole(on: 1, passed: "1")
  }

  @Test("is left as it is by the pipeline's rollback: manual, exit 6, without a call")
  func manual() throws {
    let simulation = try bad(.answering(500))
    simulation.pipeline.rollback = .manual
    let watcher = simulation.perform(.releaseNew)
    #expect(watcher.exit == 6)
    #expect(!watcher.has(.rollBackRefresh) && !watcher.has(.cancelRefresh))
    #expect(watcher.commands.contains { $0.contains("rollback --to 1") })
    let back = simulation.perform(.rollBack(to: 1))
    #expect(back.exit == 0, "\(back.sentences)")
    simulation.expectWhole(on: 1, passed: "1")
  }

  @Test("as the first release of a fleet ends in exit 6")
  func first() throws {
    let simulation = try Fleet.simulation(isMarked: false, describes: false)
    simulation.apps[Fleet.digest(of: Fleet.old)] = .answering(500)
    simulation.apps[Fleet.digest(of: Fleet.new)] = .answering(500)
    simulation.pass(seconds: 30)
    let refused = simulation.perform(.releaseNew)
    #expect(refused.exit == 3)
    simulation.expectUntouched(by: refused)
    let watcher = simulation.perform(.release(Fleet.new) { $0.isFirst = true })
    #expect(watcher.exit == 6, "\(watcher.sentences)")
  }

  @Test("leaves a fleet to which the next commit can be released")
  func next() throws {
    let simulation = try bad(.answering(500))
    #expect(simulation.perform(.releaseNew).exit == 5)
    let watcher = simulation.perform(.release(Fleet.next))
    #expect(watcher.exit == 0, "\(watcher.sentences)")
    simulation.expectWhole(on: 3, passed: "3 1")
  }

  @Test("and is tried again uses its version again and fails again")
  func again() throws {
    let simulation = try bad(.answering(500))
    #expect(simulation.perform(.releaseNew).exit == 5)
    let watcher = simulation.perform(.releaseNew)
    #expect(watcher.exit == 5, "\(watcher.sentences)")
    #expect(simulation.template.latestVersion == 2)
    simulation.expectWhole(on: 1, passed: "1")
  }
}
