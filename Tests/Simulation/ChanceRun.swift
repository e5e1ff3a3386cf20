import ReleaseCore
import SimulatedAWS

/// Plays one history and watches over the design's laws.
package final class ChanceRun {
  let history: History
  let simulation: Simulation
  let laws: Laws
  /// What became of it, for the statistics.
  package private(set) var faults: [String: Int] = [:]
  package private(set) var outcomes: [String: Int] = [:]
  package private(set) var runs = 0

  private var act = 0
  private var begin = 0
  private var seconds: [Watcher] = []
  private(set) var newDigest = Fleet.digest(of: Fleet.old)
  private(set) var oldDigest = Fleet.digest(of: Fleet.old)

  package convenience init(seed: UInt64, mutation: Mutation? = nil, isTraced: Bool = false) throws {
    try self.init(History(seed: seed), mutation: mutation, isTraced: isTraced)
  }

  init(_ history: History, mutation: Mutation? = nil, isTraced: Bool = false) throws {
    self.history = history
    simulation = try history.shape.simulation(seed: history.seed)
    laws = Laws(history.shape)
    simulation.mutation = mutation
    if isTraced { simulation.trace = [] }
    simulation.watch = { [laws] in laws.checkStep($0) }
    simulation.onLook = { [laws] in laws.look($0, $1) }
    simulation.onEffect = { [laws] in laws.checkEffect($2, of: $1, in: $0) }
    simulation.onSay = { [laws] in laws.checkVerdict($1, in: $0) }
    simulation.onEnd = { [laws] in laws.checkEnd(of: $1, in: $0) }
  }

  package var violation: Violation? { simulation.violations.first }
  package var trace: [String] { simulation.trace ?? [] }

  /// Plays every act, or up to the first violation.
  package func play() {
    for (number, act) in history.acts.enumerated() where violation == nil {
      self.act = number
      perform(act, number)
    }
  }

  private func perform(_ act: Act, _ number: Int) {
    let commit = commit(for: act.command)
    if act.command.isRelease {
      oldDigest = newDigest
      newDigest = Fleet.digest(of: commit)
      if case .release = act.command { simulation.apps[newDigest] = act.app }
    }
    begin = simulation.world.groups[0].refreshes.count
    seconds = []
    let app = simulation.apps[newDigest] ?? .healthy(after: 5)
    let isOldGood = simulation.apps.allSatisfy { (act.command.isRelease && $0.key == newDigest) || $0.value.isGood }
    laws.begin(act, app: act.command.isRelease ? app : .healthy(after: 5), isOldGood: isOldGood, simulation)
    let intent: Intent =
      act.command.isRelease ? .release(ReleaseOptions(revision: commit.hex)) : .rollback(RollbackOptions())
    for disturbance in act.disturbances { schedule(disturbance, number) }
    let last = finish(intent, act)
    for second in seconds where violation == nil { end(second) }
    guard violation == nil else { return }
    self.act = -1
    simulation.cancelTriggers()
    rest(last, act)
  }

  private func commit(for command: Act.Command) -> Commit {
    guard case .release = command else { return simulation.commits[simulation.commits.count - 1] }
    let digits = Array("abcdef0123456789")
    let commit = Fleet.commit(digits[simulation.commits.count % digits.count])
    simulation.commits.append(commit)
    return commit
  }

  private func schedule(_ disturbance: Disturbance, _ number: Int) {
    let begin = begin
    simulation.when {
      disturbance.occasion.hasCome($0, since: begin)
    } then: { [unowned self] simulation in
      simulation.after(seconds: disturbance.delay) { [unowned self] simulation in
        guard act == number else { return }
        try? disturbance.strike(simulation, self)
      }
    }
  }

  /// The run, and whoever takes it up again until it is settled.
  private func finish(_ intent: Intent, _ act: Act) -> Watcher {
    var watcher = simulation.begin(intent)
    for disturbance in act.disturbances { disturbance.arrange(for: watcher) }
    end(watcher)
    for disturbance in act.disturbances where disturbance.isArranged { count(disturbance) }
    for _ in 0..<4 where violation == nil {
      let next: Intent
      switch watcher.exit {
      case nil, 7: next = .resume
      case 0 where watcher.outcome?.name == "nothing-to-do", 1, 3: next = intent
      default: return watcher
      }
      if watcher.run.intent == intent, watcher.exit == 3 || watcher.exit == 1 {
        guard act.disturbances.contains(where: \.kind.mayRefuse) else { return watcher }
        simulation.pass(seconds: 120)
      } else {
        simulation.pass(seconds: 2)
      }
      watcher = simulation.begin(next)
      end(watcher)
    }
    return watcher
  }

  private func end(_ watcher: Watcher) {
    guard watcher.isAlive else { return tell(watcher) }
    simulation.finish(watcher)
    tell(watcher)
  }

  private func tell(_ watcher: Watcher) {
    runs += 1
    outcomes[watcher.outcome?.name ?? "killed", default: 0] += 1
  }

  /// The fleet comes to rest; where a person was needed, it is mended as advised.
  private func rest(_ last: Watcher, _ act: Act) {
    try? simulation.world.resume([], of: Simulation.group)
    if history.shape.hasAlarm { try? simulation.world.setAlarm("errors", .ok, reason: "calm") }
    if act.disturbances.contains(where: { if case .oldImageSickens = $0.kind { true } else { false } }) {
      simulation.apps[oldDigest] = .healthy(after: 5)
    }
    laws.checkAct(last, act, simulation)
    guard violation == nil else { return }
    if simulation.newestRefresh?.status.isActive == true { simulation.pass(seconds: 2000) }
    guard last.exit != 0 && last.exit != 5 || simulation.tags[InFlightMark.key] != nil else {
      return simulation.pass(seconds: 40)
    }
    laws.isMending = true
    let resumed = simulation.begin(.resume)
    end(resumed)
    if resumed.exit != 5, violation == nil { end(simulation.begin(.rollback(RollbackOptions()))) }
    laws.isMending = false
    simulation.pass(seconds: 40)
  }

  // MARK: What disturbances ask for

  func beginSecond(_ kind: Disturbance.Kind) {
    switch kind {
    case .secondRelease(let isSame, let waits):
      var options = ReleaseOptions(revision: (isSame ? simulation.commits.last : simulation.commits.first)?.hex)
      options.waitsForLock = waits
      options.allowsOlder = true
      seconds.append(simulation.begin(.release(options)))
    default:
      seconds.append(simulation.begin(.rollback(RollbackOptions())))
    }
  }

  func struck(_ disturbance: Disturbance) {
    count(disturbance)
    laws.struck(disturbance.kind, simulation)
    simulation.trace?.append("\(simulation.clock) FAULT \(disturbance.kind)")
  }

  private func count(_ disturbance: Disturbance) { faults[disturbance.kind.name, default: 0] += 1 }
}

extension Act.Command {
  var isRelease: Bool {
    switch self {
    case .release, .again: true
    case .rollback: false
    }
  }
}

extension Disturbance {
  /// Whether it was arranged for the run, and so counts when the run was played.
  fileprivate var isArranged: Bool {
    switch kind {
    case .lateSightOfBack, .lostAnswer, .irreversible, .kill, .interrupt, .clockOff: true
    default: false
    }
  }
}

extension Disturbance.Kind {
  /// What may refuse a run, or end it before the rollout, without being about the release.
  fileprivate var mayRefuse: Bool {
    switch self {
    case .lostAnswer, .kill, .interrupt, .suspended, .lostInstance, .terminated, .desired: true
    default: false
    }
  }
}
