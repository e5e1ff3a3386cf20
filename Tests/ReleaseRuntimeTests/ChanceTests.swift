import ReleaseCore
import SimulatedAWS
import Testing

@testable import Simulation

/// Whole histories by chance: releases good and bad, other actors, lost answers, kills, resumes. Whatever happens, the
/// exit code, the marks and the fleet agree.
@Suite("Histories by chance")
struct ChanceTests {
  @Test("end with a fleet that is what the exit code says", arguments: UInt64(1)...25)
  func history(seed: UInt64) throws {
    var chance = Chance(state: seed)
    let simulation = try Fleet.simulation(desired: [2, 3, 4].randomElement(using: &chance)!)
    var story: [String] = []
    for (number, digit) in "bcde".enumerated() {
      let commit = Fleet.commit(digit)
      simulation.commits = Array(simulation.commits.prefix(number + 1)) + [commit]
      let app = AppBehaviour.any(&chance)
      simulation.apps[Fleet.digest(of: commit)] = app
      let intent: Intent = Int.random(in: 0..<6, using: &chance) == 0 && number > 0 ? .rollBack : .release(commit)
      disturb(simulation, &chance, &story)
      let watcher = simulation.perform(intent) { watcher in
        let trouble = Trouble.any(&chance)
        story.append("\(intent == .rollBack ? "rollback" : "release \(digit)") \(app) \(trouble)")
        trouble.apply(to: watcher)
      }
      simulation.cancelTriggers()
      try settle(watcher, simulation, story)
    }
  }

  /// Brings the fleet to rest after a run that was killed, interrupted or ended for a person.
  private func settle(_ watcher: Watcher, _ simulation: Simulation, _ story: [String]) throws {
    try simulation.world.resume([], of: Simulation.group)
    var last = watcher
    if watcher.outcome == nil || watcher.exit == 7 { last = simulation.perform(.resume) }
    check(last, simulation, story)
    if simulation.newestRefresh?.status.isActive == true { simulation.pass(seconds: 4000) }
    guard last.exit == 6 || last.outcome?.name == "nothing-to-do" else { return }
    // A person follows the advice: rollback to the last that passed.
    let mended = simulation.perform(.rollBack)
    check(mended, simulation, story + ["mended"])
  }

  private func check(_ watcher: Watcher, _ simulation: Simulation, _ story: [String]) {
    let text: Comment = "\(story) \(watcher.outcome?.sentence ?? "killed")\n\(watcher.sentences)"
    let passed = (simulation.tags[PassedMark.key] ?? "").split(separator: " ").compactMap { Int($0) }
    let saved = simulation.savedVersion.flatMap { Int($0) }
    switch watcher.outcome {
    case .released(let release, _), .alreadyLive(let release, _), .landed(let release, _),
      .rolledBack(_, let release, _, _):
      #expect(saved == release, text)
      #expect(passed.contains(release), text)
      #expect(simulation.tags[InFlightMark.key] == nil, text)
      #expect(
        simulation.state.instances.allSatisfy { $0.lifecycle.isLeaving || $0.version == release }, text)
    case .nothingToDo, .refused, .failedBefore, .held:
      #expect(saved.map(passed.contains) == true || passed.isEmpty, text)
    case .needsPerson, .interrupted, nil: break
    }
  }

  private func disturb(_ simulation: Simulation, _ chance: inout Chance, _ story: inout [String]) {
    let kind = Int.random(in: 0..<9, using: &chance)
    let delay = Double(Int.random(in: 0..<90, using: &chance))
    story.append("disturbance \(kind) after \(delay) s")
    simulation.when {
      $0.newestRefresh?.status.isActive == true
    } then: { simulation in
      simulation.after(seconds: delay) { simulation in
        switch kind {
        case 0: _ = try? simulation.world.cancelInstanceRefresh(of: Simulation.group)
        case 1: _ = try? simulation.world.rollbackInstanceRefresh(of: Simulation.group)
        case 2: try? simulation.world.setDesiredCapacity(of: Simulation.group, to: 5)
        case 3: try? simulation.world.setDesiredCapacity(of: Simulation.group, to: 2)
        case 4: try? simulation.world.deleteTags([InFlightMark.key], of: Simulation.group)
        case 5:
          guard let victim = simulation.state.instances.last(where: { $0.lifecycle == .inService }) else { return }
          _ = try? simulation.world.terminateInstance(victim.id, decrementDesired: false)
        case 6:
          for operation in ["DescribeTargetHealth", "DescribeInstanceRefreshes", "DescribeAutoScalingGroups"] {
            simulation.world.throttle(operation, count: 8)
          }
        default: break
        }
      }
    }
  }
}

extension AppBehaviour {
  static func any(_ chance: inout Chance) -> AppBehaviour {
    [
      .healthy(after: 3), .healthy(after: 20), .healthy(after: 5), .answering(500), .answering(503), .refusing,
      .flapping(15), .crashing(after: 40),
    ].randomElement(using: &chance)!
  }
}

/// What goes wrong with a run itself.
enum Trouble {
  case none
  case kill(index: Int, isAfter: Bool)
  case interrupt(Int)
  case lost(FailedAction, tookEffect: Bool)

  static func any(_ chance: inout Chance) -> Trouble {
    switch Int.random(in: 0..<6, using: &chance) {
    case 0, 1: .kill(index: .random(in: 0..<60, using: &chance), isAfter: .random(using: &chance))
    case 2: .interrupt(.random(in: 0..<60, using: &chance))
    case 3:
      .lost(
        [FailedAction.startRefresh, .rollBackRefresh, .cancelRefresh].randomElement(using: &chance)!,
        tookEffect: .random(using: &chance))
    default: .none
    }
  }

  func apply(to watcher: Watcher) {
    switch self {
    case .none: break
    case .kill(let index, let isAfter): watcher.kill = (index, isAfter)
    case .interrupt(let index): watcher.interrupt = { _ in watcher.actions.count > index }
    case .lost(let name, let tookEffect):
      let failure = ActionFailure(.ambiguous, "\(name): the connection broke")
      watcher.trouble = { action, number in
        guard Simulation.name(of: action) == name, number == 1 else { return nil }
        return tookEffect ? .answerLost(failure) : .refused(failure)
      }
    }
  }
}
