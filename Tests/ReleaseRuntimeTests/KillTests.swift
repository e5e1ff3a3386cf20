import ReleaseCore
import SimulatedAWS
import Testing

@testable import Simulation

/// Kills a run at each of its actions, before and after the action takes effect, and lets another machine take up what
/// is left.
@Suite("A run that is killed")
struct KillTests {
  enum Kind: CaseIterable { case good, bad, late, irreversible }

  private func simulation(_ kind: Kind) throws -> Simulation {
    let simulation = try Fleet.simulation()
    let digest = Fleet.digest(of: Fleet.new)
    switch kind {
    case .good: break
    case .bad, .irreversible: simulation.apps[digest] = .answering(500)
    case .late:
      simulation.when {
        $0.newestRefresh?.status == .baking
      } then: { simulation in
        simulation.after(seconds: 20) { $0.apps[digest] = .answering(500) }
      }
    }
    return simulation
  }

  private func prepare(_ watcher: Watcher, _ kind: Kind) {
    guard kind == .irreversible else { return }
    watcher.trouble = { action, _ in
      if case .rollBackRefresh = action { .refused(ActionFailure(.irreversible, "irreversible")) } else { nil }
    }
  }

  @Test(
    "at any action is taken up by resume, or by the next release, and the fleet ends right", arguments: Kind.allCases)
  func everywhere(kind: Kind) throws {
    let whole = try simulation(kind).perform(.releaseNew) { prepare($0, kind) }
    let expected: Int32 = kind == .good ? 0 : 5
    #expect(whole.exit == expected, "\(whole.sentences)")
    for (index, isAfter) in kills(of: whole) {
      try killed(kind, at: index, isAfter: isAfter, action: whole.actions[index].action)
    }
  }

  /// Every action but waits, which end in the next one; before its effect, and after it where it has one.
  private func kills(of watcher: Watcher) -> [(index: Int, isAfter: Bool)] {
    watcher.actions.indices.flatMap { index -> [(index: Int, isAfter: Bool)] in
      switch Simulation.name(of: watcher.actions[index].action) {
      case nil: []
      case .resolve, .survey, .compare, .checkRollbackTarget, .observe, .collectEvidence: [(index, false)]
      default: [(index, false), (index, true)]
      }
    }
  }

  private func killed(_ kind: Kind, at index: Int, isAfter: Bool, action: Action) throws {
    let simulation = try simulation(kind)
    let comment =
      "\(kind) killed \(isAfter ? "after" : "before") action \(index), \(Simulation.name(of: action).map(\.rawValue) ?? "wait")"
    simulation.perform(.releaseNew) {
      prepare($0, kind)
      $0.kill = (index, isAfter)
    }
    simulation.pass(seconds: 2)
    var last = simulation.perform(.resume) { prepare($0, kind) }
    if last.outcome?.name == "nothing-to-do" { last = simulation.perform(.releaseNew) { prepare($0, kind) } }
    let isReleased = simulation.savedVersion == "2"
    let text: Comment = "\(comment): \(last.outcome?.sentence ?? "killed")"
    #expect(last.exit == (isReleased ? 0 : 5), text)
    if kind == .good { #expect(isReleased, text) }
    if kind == .bad || kind == .irreversible { #expect(!isReleased, text) }
    #expect(Set(simulation.running) == [isReleased ? 2 : 1], text)
    #expect(simulation.tags[PassedMark.key] == (isReleased ? "2 1" : "1"), text)
    #expect(simulation.tags[InFlightMark.key] == nil, text)
    #expect(simulation.template.latestVersion == 2, text)
    #expect(simulation.perform(.resume).outcome?.name == "nothing-to-do", text)
  }

  @Test("as an operator's rollback, at any action, is taken up by resume or by the same command")
  func rollback() throws {
    func prepared() throws -> Simulation {
      let simulation = try Fleet.simulation()
      #expect(simulation.perform(.releaseNew).exit == 0)
      return simulation
    }
    let whole = try prepared().perform(.rollBack)
    for (index, isAfter) in kills(of: whole) {

      let simulation = try prepared()
      simulation.perform(.rollBack) { $0.kill = (index, isAfter) }
      var last = simulation.perform(.resume)
      if last.outcome?.name == "nothing-to-do", simulation.savedVersion == "2" {
        last = simulation.perform(.rollBack)
      }
      let text: Comment = "killed \(isAfter ? "after" : "before") \(index): \(last.outcome?.sentence ?? "")"
      #expect(simulation.savedVersion == "1", text)
      #expect(Set(simulation.running) == [1], text)
      #expect(simulation.tags[PassedMark.key] == "1", text)
      #expect(simulation.tags[InFlightMark.key] == nil, text)
    }
  }

  @Test("at any action, and whose marks Terraform removed as well, is still taken up")
  func withoutTags() throws {
    let whole = try simulation(.bad).perform(.releaseNew)
    for (index, isAfter) in kills(of: whole) {
      let simulation = try simulation(.bad)
      simulation.perform(.releaseNew) { $0.kill = (index, isAfter) }
      try simulation.world.deleteTags([PassedMark.key, InFlightMark.key], of: Simulation.group)
      var last = simulation.perform(.resume)
      if last.outcome?.name == "nothing-to-do" { last = simulation.perform(.releaseNew) }
      let text: Comment = "killed after \(index): \(last.outcome?.sentence ?? "")"
      #expect(last.exit == 5, text)
      #expect(simulation.savedVersion == "1" && Set(simulation.running) == [1], text)
    }
  }
}
