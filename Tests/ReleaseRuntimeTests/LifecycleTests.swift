import ReleaseCore
import SimulatedAWS
import Testing

@testable import Simulation

/// Hooks hold instances before they serve and after they have drained; a balancer without a healthy target sends to all.
@Suite("A whole release of a fleet with hooks, or through a balancer that fails open")
struct LifecycleTests {
  /// Longer than any instance may be unhealthy, and shorter than a stall.
  private static let hold = World.LifecycleHook(name: "hold", completesAfterSeconds: 240)

  private func hooked(isBad: Bool = false) throws -> Simulation {
    let simulation = try Fleet.simulation { request, _ in
      request.launchHooks = [LifecycleTests.hold]
      request.terminationHooks = [LifecycleTests.hold]
    }
    simulation.pass(seconds: 300)
    simulation.resetLeastHealthy()
    if isBad { simulation.apps[Fleet.digest(of: Fleet.new)] = .answering(500) }
    return simulation
  }

  private func saw(_ lifecycle: World.Instance.Lifecycle, _ simulation: Simulation, then act: @escaping () -> Void) {
    simulation.when {
      $0.state.instances.contains { $0.lifecycle == lifecycle }
    } then: { _ in
      act()
    }
  }

  @Test("hooks that hold each instance for minutes, coming and going, neither fail nor stall a good release")
  func held() throws {
    let simulation = try hooked()
    var sawPending = false
    var sawTerminating = false
    saw(.pendingWait, simulation) { sawPending = true }
    saw(.terminatingWait, simulation) { sawTerminating = true }
    let watcher = simulation.perform(.releaseNew)
    #expect(watcher.exit == 0, "\(watcher.sentences)")
    #expect(sawPending && sawTerminating)
    #expect(simulation.leastHealthy >= 2)
    simulation.expectWhole(on: 2, passed: "2 1")
  }

  @Test("an instance's age counts from InService: a bad release is judged when its hooks are over, and rolled back")
  func age() throws {
    let simulation = try hooked(isBad: true)
    let watcher = simulation.perform(.releaseNew)
    #expect(watcher.exit == 5, "\(watcher.sentences)")
    let entered = try #require(simulation.firstInService(of: 2))
    let asked = try #require(watcher.askedAt(.rollBackRefresh))
    // Warmup of 10 s, then wrong for `unhealthyAfter` (20 s), then at most two polls, a tag and the call.
    #expect((30_000...40_000).contains(asked.milliseconds - entered.milliseconds))
    #expect(simulation.leastHealthy >= 2)
    simulation.expectWhole(on: 1, passed: "1")
  }

  @Test("a kill while hooks hold instances loses nothing: resume finishes the release", arguments: [true, false])
  func resumed(isComing: Bool) throws {
    let simulation = try hooked()
    let first = simulation.begin(.releaseNew)
    saw(isComing ? .pendingWait : .terminatingWait, simulation) { first.isAlive = false }
    simulation.finish(first)
    #expect(first.outcome == nil)
    let resumed = simulation.perform(.resume)
    #expect(resumed.exit == 0, "\(resumed.sentences)")
    simulation.expectWhole(on: 2, passed: "2 1")
  }

  @Test(
    "a balancer that fails open serves a bad release to everybody: it fails by its targets' health and is rolled back",
    arguments: [AppBehaviour.answering(500), .answering(503), .refusing, .crashing(after: 25)])
  func failsOpen(app: AppBehaviour) throws {
    let simulation = try Fleet.simulation { request, _ in request.healthCheckGrace = 60 }
    simulation.apps[Fleet.digest(of: Fleet.new)] = app
    // Every instance at once: nothing old is left to serve.
    simulation.pipeline.rollout.minHealthyPercent = 0
    simulation.pipeline.rollout.maxHealthyPercent = 100
    var isOpen = false
    simulation.when { simulation in
      simulation.healthy(inTargetGroup: 0) == 0
        && simulation.world.routedTargets(of: Fleet.targetGroup).contains {
          simulation.world.instance($0.instance)?.version == 2
        }
    } then: { _ in
      isOpen = true
    }
    let watcher = simulation.perform(.releaseNew)
    #expect(isOpen, "the balancer never failed open")
    #expect(watcher.exit == 5, "\(watcher.sentences)")
    #expect(watcher.said("verdict.failed"))
    simulation.expectWhole(on: 1, passed: "1")
    #expect(simulation.healthy(inTargetGroup: 0) == 2)
  }

  @Test("a fleet whose balancer fails open already has no release that passed: refused before anything moves")
  func openAtStart() throws {
    let simulation = try Fleet.simulation { request, _ in request.tags = [] }
    simulation.apps[Fleet.digest(of: Fleet.old)] = .answering(500)
    simulation.pass(seconds: 20)
    #expect(simulation.healthy(inTargetGroup: 0) == 0)
    #expect(simulation.world.routedTargets(of: Fleet.targetGroup).count == 2)
    let refused = simulation.perform(.releaseNew)
    #expect(refused.exit == 3, "\(refused.sentences)")
    simulation.expectUntouched(by: refused)
  }
}
