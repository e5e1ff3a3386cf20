import ReleaseCore
import SimulatedAWS
import Testing

@testable import Simulation

@Suite("Answers that are lost, late or refusals")
struct LostAnswerTests {
  private static let lost = ActionFailure(.ambiguous, "StartInstanceRefresh: the connection broke")

  private func trouble(
    _ name: FailedAction, times: Int = 1, _ trouble: Watcher.Trouble
  ) -> (Action, Int) -> Watcher.Trouble? {
    { action, number in Simulation.name(of: action) == name && number <= times ? trouble : nil }
  }

  @Test("a lost answer of StartInstanceRefresh that took effect is settled by describing: one refresh")
  func lostStart() throws {
    let simulation = try Fleet.simulation()
    let watcher = simulation.perform(.releaseNew) {
      $0.trouble = trouble(.startRefresh, .answerLost(LostAnswerTests.lost))
    }
    #expect(watcher.exit == 0, "\(watcher.sentences)")
    #expect(watcher.counts(.startRefresh) == 1)
    #expect(simulation.state.refreshes.count == 1)
    simulation.expectWhole(on: 2, passed: "2 1")
  }

  @Test("a lost answer of StartInstanceRefresh that did not take effect is settled by describing, and sent again")
  func lostStartAgain() throws {
    let simulation = try Fleet.simulation()
    let watcher = simulation.perform(.releaseNew) {
      $0.trouble = trouble(.startRefresh, times: 2, .refused(LostAnswerTests.lost))
    }
    #expect(watcher.exit == 0, "\(watcher.sentences)")
    #expect(watcher.counts(.startRefresh) == 3)
    #expect(simulation.state.refreshes.count == 1)
  }

  @Test("a lost start whose refresh is over before it is described is not sent again")
  func lostStartOver() throws {
    let simulation = try Fleet.simulation()
    simulation.when {
      $0.isRollingOut
    } then: {
      _ = try? $0.world.cancelInstanceRefresh(of: Simulation.group)
    }
    let watcher = simulation.perform(.releaseNew) {
      $0.trouble = trouble(.startRefresh, .answerLost(LostAnswerTests.lost))
    }
    #expect(watcher.exit == 6, "\(watcher.sentences)")
    #expect(watcher.counts(.startRefresh) == 1)
    #expect(simulation.state.refreshes.map(\.status) == [.cancelled])
  }

  @Test("a version that is not visible yet when the refresh starts is tried again")
  func notVisibleYet() throws {
    let simulation = try Fleet.simulation()
    let failure = ActionFailure(.notVisibleYet, "StartInstanceRefresh: could not find launch template version 2")
    let watcher = simulation.perform(.releaseNew) { $0.trouble = trouble(.startRefresh, times: 4, .refused(failure)) }
    #expect(watcher.exit == 0, "\(watcher.sentences)")
    simulation.expectWhole(on: 2, passed: "2 1")
  }

  @Test(
    "a start that AWS refuses for good is the end, and leaves no mark", arguments: [ActionFailure.Kind.refused, .other])
  func refusedStart(kind: ActionFailure.Kind) throws {
    let simulation = try Fleet.simulation()
    let watcher = simulation.perform(.releaseNew) {
      $0.trouble = trouble(.startRefresh, times: 99, .refused(ActionFailure(kind, "no")))
    }
    #expect(watcher.exit == (kind == .refused ? 3 : 1))
    #expect(simulation.tags[InFlightMark.key] == nil)
    #expect(simulation.state.refreshes.isEmpty)
  }

  @Test("a version whose refresh never becomes possible ends within minutes")
  func neverVisible() throws {
    let simulation = try Fleet.simulation()
    let began = simulation.now
    let watcher = simulation.perform(.releaseNew) {
      $0.trouble = trouble(.startRefresh, times: 999, .refused(ActionFailure(.notVisibleYet, "no such version")))
    }
    #expect(watcher.exit == 1)
    #expect(simulation.now - began < .seconds(300))
  }

  @Test("a rollback call that AWS refuses while baking is settled by describing, and the fleet lands all the same")
  func refusedWhileBaking() throws {
    let simulation = try Fleet.simulation()
    simulation.pipeline.rollout.bake = .seconds(60)
    simulation.when {
      $0.newestRefresh?.status == .baking
    } then: { simulation in
      simulation.after(seconds: 5) { $0.apps[Fleet.digest(of: Fleet.new)] = .answering(500) }
    }
    let failure = ActionFailure(.noActiveRefresh, "RollbackInstanceRefresh: no in progress refresh")
    let watcher = simulation.perform(.releaseNew) {
      $0.trouble = trouble(.rollBackRefresh, times: 999, .refused(failure))
    }
    #expect(watcher.exit == 5, "\(watcher.sentences)")
    #expect(watcher.counts(.rollBackRefresh) >= 2)
    simulation.expectWhole(on: 1, passed: "1")
  }

  @Test(
    "a lost answer of RollbackInstanceRefresh is settled by describing", arguments: [true, false])
  func lostRollback(tookEffect: Bool) throws {
    let simulation = try Fleet.simulation()
    simulation.apps[Fleet.digest(of: Fleet.new)] = .answering(500)
    let lost = ActionFailure(.ambiguous, "RollbackInstanceRefresh: the connection broke")
    let watcher = simulation.perform(.releaseNew) {
      $0.trouble = trouble(.rollBackRefresh, tookEffect ? .answerLost(lost) : .refused(lost))
    }
    #expect(watcher.exit == 5, "\(watcher.sentences)")
    #expect(watcher.counts(.rollBackRefresh) == (tookEffect ? 1 : 2))
    simulation.expectWhole(on: 1, passed: "1")
  }

  @Test("a refresh that AWS calls irreversible is cancelled, and a refresh back is started")
  func irreversible() throws {
    let simulation = try Fleet.simulation()
    simulation.apps[Fleet.digest(of: Fleet.new)] = .answering(500)
    let watcher = simulation.perform(.releaseNew) {
      $0.trouble = trouble(.rollBackRefresh, times: 99, .refused(ActionFailure(.irreversible, "irreversible")))
    }
    #expect(watcher.exit == 5, "\(watcher.sentences)")
    #expect(watcher.counts(.rollBackRefresh) == 1 && watcher.counts(.cancelRefresh) == 1)
    simulation.expectWhole(on: 1, passed: "1")
    #expect(simulation.leastHealthy >= 2)
  }

  @Test("a lost answer of the refresh back is settled by describing", arguments: [true, false])
  func lostStartBack(tookEffect: Bool) throws {
    let simulation = try Fleet.simulation()
    #expect(simulation.perform(.releaseNew).exit == 0)
    let watcher = simulation.perform(.rollBack) {
      $0.trouble = trouble(
        .startRefresh, tookEffect ? .answerLost(LostAnswerTests.lost) : .refused(LostAnswerTests.lost))
    }
    #expect(watcher.exit == 0, "\(watcher.sentences)")
    #expect(watcher.counts(.startRefresh) == (tookEffect ? 1 : 2))
    simulation.expectWhole(on: 1, passed: "1")
  }

  @Test("a rollback call that is always refused ends in bounded time, for a person")
  func refusedForEver() throws {
    let simulation = try Fleet.simulation()
    simulation.apps[Fleet.digest(of: Fleet.new)] = .refusing
    var request = World.GroupChange()
    request.healthCheckTypes = ["EC2"]
    try simulation.world.updateGroup(Simulation.group, request)
    let watcher = simulation.perform(.releaseNew) {
      $0.trouble = { action, _ in
        switch action {
        case .rollBackRefresh, .cancelRefresh: .refused(ActionFailure(.other, "AccessDenied"))
        default: nil
        }
      }
    }
    #expect(watcher.exit == 6 || watcher.exit == 5, "\(watcher.sentences)")
  }

  @Test("marks that cannot be written on the way back do not stop it")
  func unwritableMarks() throws {
    let simulation = try Fleet.simulation()
    simulation.apps[Fleet.digest(of: Fleet.new)] = .answering(500)
    let watcher = simulation.perform(.releaseNew) {
      $0.trouble = { action, number in
        Simulation.name(of: action) == .tag && number > 1 ? .refused(ActionFailure(.other, "AccessDenied")) : nil
      }
    }
    #expect(watcher.exit == 5, "\(watcher.sentences)")
    #expect(Set(simulation.running) == [1])
  }

  @Test("observations that fail for minutes are no verdict")
  func blind() throws {
    let simulation = try Fleet.simulation()
    let watcher = simulation.perform(.releaseNew) {
      $0.trouble = { action, number in
        Simulation.name(of: action) == .observe && (5...40).contains(number)
          ? .refused(ActionFailure(.other, "no route to host")) : nil
      }
    }
    #expect(watcher.exit == 0, "\(watcher.sentences)")
    simulation.expectWhole(on: 2, passed: "2 1")
  }
}
