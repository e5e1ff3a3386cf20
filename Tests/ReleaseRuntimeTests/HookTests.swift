import ReleaseCore
import Testing

@testable import Simulation

@Suite("Hooks and notices of a run")
struct HookTests {
  /// The hooks that ran, in order.
  private final class Log {
    var orders: [HookOrder] = []
    var words: [String] { orders.map { "\($0.point.rawValue) \($0.hook.command[0])" } }
    func variable(_ name: String, of index: Int) -> String? {
      orders[index].variables.first { $0.name == name }?.value
    }
  }

  private func staged(
    failing: Set<String> = [], _ change: (inout Pipeline) -> Void = { _ in }
  ) throws -> (Simulation, Log) {
    let simulation = try Fleet.simulation()
    simulation.pipeline.hooks.beforeRollout = [Pipeline.Hook(command: ["migrate"]), Pipeline.Hook(command: ["check"])]
    simulation.pipeline.hooks.afterPassed = [Pipeline.Hook(command: ["purge"])]
    simulation.pipeline.hooks.afterRollback = [Pipeline.Hook(command: ["undo"])]
    change(&simulation.pipeline)
    let log = Log()
    simulation.onHook = { order in
      log.orders.append(order)
      if failing.contains(order.hook.command[0]) { throw ActionFailure(.other, "it ended with 3") }
    }
    return (simulation, log)
  }

  private var release: Intent { .release(ReleaseOptions(revision: Fleet.new.hex)) }

  @Test("before the rollout they run in their order, with the image in the registry and nothing of the fleet moved")
  func before() throws {
    let (simulation, log) = try staged()
    let run = simulation.perform(release)
    #expect(run.outcome?.exitCode == 0)
    #expect(log.words == ["beforeRollout migrate", "beforeRollout check", "afterPassed purge"])
    let names = run.actions.compactMap { Simulation.name(of: $0.1) }
    let push = try #require(names.firstIndex(of: .push))
    let hook = try #require(names.firstIndex(of: .runHook))
    let create = try #require(names.firstIndex(of: .createVersion))
    #expect(push < hook && hook < create)
    #expect(log.variable("WANZAMI_DIGEST", of: 0) == Fleet.digest(of: Fleet.new).text)
    #expect(log.variable("WANZAMI_IMAGE", of: 0) == "\(Fleet.repository)@\(Fleet.digest(of: Fleet.new))")
    #expect(log.variable("WANZAMI_COMMIT", of: 0) == Fleet.new.hex)
    #expect(log.variable("WANZAMI_LIVE_RELEASE", of: 0) == "1")
    #expect(log.variable("WANZAMI_RELEASE", of: 0) == nil, "there is no such version yet")
    #expect(log.variable("WANZAMI_RELEASE", of: 2) == "2")
  }

  @Test("they run before an image that is in the registry already too, once")
  func redeployed() throws {
    let (simulation, log) = try staged()
    #expect(simulation.perform(.redeploy).exit == 0)
    #expect(log.words == ["beforeRollout migrate", "beforeRollout check", "afterPassed purge"])
  }

  @Test("one that fails before the rollout ends the release with exit 1: no version, no mark, no refresh")
  func failing() throws {
    let (simulation, log) = try staged(failing: ["migrate"])
    let run = simulation.perform(release)
    #expect(run.outcome?.exitCode == 1)
    #expect(run.outcome?.sentence.contains("hook beforeRollout (migrate) failed: it ended with 3") == true)
    #expect(log.words == ["beforeRollout migrate"])
    let names = Set(run.actions.compactMap { Simulation.name(of: $0.1) })
    #expect(names.isDisjoint(with: [.createVersion, .tag, .pin, .startRefresh]))
  }

  @Test("a release that is live already runs none")
  func alreadyLive() throws {
    let (simulation, log) = try staged()
    simulation.perform(release)
    log.orders = []
    #expect(simulation.perform(release).outcome?.name == "already-live")
    #expect(log.words == [])
  }

  @Test("a rollout that is adopted or resumed runs none before it, and those after it", arguments: [true, false])
  func adopted(resumes: Bool) throws {
    let (simulation, log) = try staged()
    let first = simulation.begin(release)
    simulation.pass(seconds: 40)
    #expect(first.isAlive)
    first.isAlive = false
    log.orders = []
    let next = simulation.perform(resumes ? .resume : release)
    #expect(next.outcome?.exitCode == 0)
    #expect(log.words == ["afterPassed purge"])
    #expect(log.variable("WANZAMI_COMMIT", of: 0) == Fleet.new.hex)
    #expect(log.variable("WANZAMI_RELEASE", of: 0) == "2")
  }

  @Test("after a rollback the hook is told what was left, where the fleet is, and why")
  func afterRollback() throws {
    let (simulation, log) = try staged()
    simulation.apps[Fleet.digest(of: Fleet.new)] = .answering(500)
    #expect(simulation.perform(release).outcome?.exitCode == 5)
    #expect(log.words.last == "afterRollback undo")
    let last = log.orders.count - 1
    #expect(log.variable("WANZAMI_RELEASE", of: last) == "2")
    #expect(log.variable("WANZAMI_BACK_ON", of: last) == "1")
    #expect(log.variable("WANZAMI_DIGEST", of: last) == Fleet.digest(of: Fleet.new).text)
    #expect(log.variable("WANZAMI_REASON", of: last)?.isEmpty == false)
  }

  @Test("an operator's rollback is told too, with the image of what was left")
  func operatorRollback() throws {
    let (simulation, log) = try staged()
    simulation.perform(release)
    log.orders = []
    #expect(simulation.perform(.rollback(RollbackOptions())).outcome?.name == "landed")
    #expect(log.words == ["afterRollback undo"])
    #expect(log.variable("WANZAMI_RELEASE", of: 0) == "2")
    #expect(log.variable("WANZAMI_DIGEST", of: 0) == Fleet.digest(of: Fleet.new).text)
  }

  @Test(
    "one that fails after the end is said, and changes neither the exit code nor the fleet", arguments: [true, false])
  func failingAfter(isBad: Bool) throws {
    let (simulation, _) = try staged(failing: ["purge", "undo"])
    if isBad { simulation.apps[Fleet.digest(of: Fleet.new)] = .answering(500) }
    let run = simulation.perform(release)
    #expect(run.outcome?.exitCode == (isBad ? 5 : 0))
    let said = run.announcements.map(\.1)
    #expect(said.contains { $0.level == .warning && $0.sentence.contains("failed, which changes nothing") })
    #expect(said.last?.name == Announcement.endedName)
  }

  @Test("a signal while a hook runs is exit 1 before the rollout, and changes no outcome after it")
  func interrupted() throws {
    let (simulation, _) = try staged()
    let before = simulation.perform(release) { $0.interrupt = { if case .runHook = $0 { true } else { false } } }
    #expect(before.outcome?.exitCode == 1)
    #expect(before.outcome?.sentence.contains("hook beforeRollout (migrate) was stopped") == true)
    simulation.pipeline.hooks.beforeRollout = []
    let after = simulation.perform(release) { $0.interrupt = { if case .runHook = $0 { true } else { false } } }
    #expect(after.outcome?.exitCode == 0)
  }

  @Test("a notice goes to each channel for the results that are named, before the last word")
  func notices() throws {
    let (simulation, _) = try staged {
      $0.notices.webhook = "HOOK_URL"
      $0.notices.topic = "arn:aws:sns:eu-north-1:123456789012:releases"
    }
    let run = simulation.perform(release)
    let told = run.actions.compactMap { _, action -> (Notice, NoticeChannel)? in
      if case .notify(let notice, let channel) = action { (notice, channel) } else { nil }
    }
    #expect(told.map(\.1.words) == ["the webhook of HOOK_URL", "topic arn:aws:sns:eu-north-1:123456789012:releases"])
    #expect(told.first?.0.title == "wanzami-api: release 2 released")
    #expect(run.announcements.map(\.1.name).suffix(3) == ["notice.sent", "notice.sent", "run.ended"])
    let again = simulation.perform(release)
    #expect(!again.actions.contains { if case .notify = $0.1 { true } else { false } }, "already live tells nobody")
  }

  @Test("a notice that fails is said, and fails nothing")
  func failingNotice() throws {
    let (simulation, _) = try staged { $0.notices.webhook = "HOOK_URL" }
    let run = simulation.perform(release) { watcher in
      watcher.trouble = { action, _ in
        guard case .notify = action else { return nil }
        return .refused(ActionFailure(.other, "telling the webhook of HOOK_URL failed: HTTP 500"))
      }
    }
    #expect(run.outcome?.exitCode == 0)
    #expect(run.announcements.contains { $0.1.level == .warning && $0.1.sentence.contains("HTTP 500") })
  }
}
