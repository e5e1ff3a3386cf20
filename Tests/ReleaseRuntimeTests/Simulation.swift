import ReleaseCore
import SimulatedAWS
import Testing

/// The real reducer against the emulated world, in virtual time: nothing waits, nothing runs beside anything else.
///
/// Whatever happens next is in one queue by time: answers of actions, boots, health checks, other actors. Runs are
/// "watchers" of the world: several may be at it, one after the other or side by side.
final class Simulation {
  var world: World
  var pipeline: Pipeline
  /// What an image does; the others are healthy after five seconds.
  var apps: [Digest: AppBehaviour] = [:]
  /// The branch, oldest first.
  var commits: [Commit]
  /// What a push of a commit gives, where it is not the commit's own digest.
  var digests: [Commit: Digest] = [:]
  /// Digests that can be pulled.
  var registry: Set<Digest> = []
  /// Healthy targets, least of all since the last reset.
  private(set) var leastHealthy = Int.max
  /// Virtual milliseconds after which a run is called endless.
  var limit: Int64 = 4 * 3600 * 1000

  static let group = "wanzami-api"
  static let start = WorldTime(milliseconds: 1_790_000_000_000)

  private var queue: [Entry] = []
  private var order = 0
  private var triggers: [(condition: (Simulation) -> Bool, act: (Simulation) -> Void)] = []
  private(set) var watchers: [Watcher] = []
  var ran: [String: WorldTime] = [:]

  private struct Entry {
    var time: WorldTime
    var order: Int
    var act: (Simulation) -> Void
  }

  init(world: World, pipeline: Pipeline, commits: [Commit]) {
    self.world = world
    self.pipeline = pipeline
    self.commits = commits
  }

  var now: Moment { Moment(milliseconds: world.now.milliseconds) }

  // MARK: What happens when

  func after(seconds: Double, _ act: @escaping (Simulation) -> Void) {
    order += 1
    let entry = Entry(time: world.now + Int64(seconds * 1000), order: order, act: act)
    let place = queue.firstIndex { ($0.time, $0.order) > (entry.time, entry.order) } ?? queue.endIndex
    queue.insert(entry, at: place)
  }

  /// Once, at the first step at which the condition holds.
  func when(_ condition: @escaping (Simulation) -> Bool, then act: @escaping (Simulation) -> Void) {
    triggers.append((condition, act))
  }

  /// Forgets what was to happen at a condition that did not come.
  func cancelTriggers() { triggers = [] }

  /// Starts a run and lets time pass until it ends or is killed.
  @discardableResult
  func perform(_ intent: Intent, prepare: (Watcher) -> Void = { _ in }) -> Watcher {
    let watcher = begin(intent)
    prepare(watcher)
    finish(watcher)
    return watcher
  }

  /// Starts a run now.
  func begin(_ intent: Intent) -> Watcher {
    let number = UInt16(watchers.count + 1)
    let id = RunID(at: now, randomness: (UInt64(number), number))
    let watcher = Watcher(Run(id: id, actor: "ci", intent: intent, pipeline: pipeline))
    watchers.append(watcher)
    after(seconds: 0) { simulation in
      simulation.perform(watcher.run.begin(at: simulation.now), of: watcher)
    }
    return watcher
  }

  func finish(_ watcher: Watcher) {
    let end = world.now + limit
    while watcher.isAlive {
      guard world.now < end, step() else {
        Issue.record("the run did not end: \(watcher.run.phase)")
        watcher.isAlive = false
        return
      }
    }
  }

  /// Lets time pass, whoever watches.
  func pass(seconds: Double) {
    let end = world.now + Int64(seconds * 1000)
    var isOver = false
    after(seconds: seconds) { _ in isOver = true }
    while !isOver, world.now <= end, step() {}
  }

  /// Moves to the next moment at which anything happens; `false`: nothing will.
  private func step() -> Bool {
    carryOut()
    let times = [queue.first?.time, world.nextEvent(after: world.now)].compactMap { $0 }
    guard let next = times.min() else { return false }
    world.advance(to: next)
    while let entry = queue.first, entry.time <= world.now {
      queue.removeFirst()
      entry.act(self)
    }
    carryOut()
    for (index, trigger) in triggers.enumerated().reversed() where trigger.condition(self) {
      triggers.remove(at: index)
      trigger.act(self)
      carryOut()
    }
    observeInvariants()
    return true
  }

  /// Boots what the world launches, and answers its health checks.
  private func carryOut() {
    for effect in world.takeEffects() {
      guard case .launch(let launch) = effect else { continue }
      after(seconds: 8) { simulation in
        simulation.ran[launch.instance] = simulation.world.now
        simulation.world.instanceRunning(launch.instance, at: simulation.world.now)
      }
    }
    for probe in world.dueProbes(at: world.now) {
      let answer = answer(of: probe.instance)
      after(seconds: 0.02) { simulation in simulation.world.report(answer, for: probe, at: simulation.world.now) }
    }
  }

  private func answer(of id: String) -> World.ProbeResult {
    guard let instance = world.instance(id), let ran = ran[id],
      let digest = UserData.pinnedDigest(in: instance.userData, repository: Fleet.repository)
    else { return .refused }
    return (apps[digest] ?? .healthy(after: 5)).answer(age: Double(world.now - ran) / 1000)
  }

  // MARK: What must never be

  func resetLeastHealthy() { leastHealthy = .max }

  private func observeInvariants() {
    for targetGroup in world.targetGroups {
      leastHealthy = min(leastHealthy, targetGroup.targets.count { $0.state == .healthy })
    }
    let active = state.refreshes.count { $0.status.isActive }
    if active > 1 { Issue.record("\(active) refreshes are active at once") }
  }
}

/// One run of the reducer, with everything it asked for and said.
final class Watcher {
  var run: Run
  var isAlive = true
  var outcome: Outcome?
  var actions: [(time: Moment, action: Action)] = []
  var announcements: [(time: Moment, announcement: Announcement)] = []
  /// Kills the run at its action of that number: before it takes effect, or after that and before its answer.
  var kill: (index: Int, isAfter: Bool)?
  /// Sends SIGTERM when the condition first holds for an action that is about to be performed.
  var interrupt: ((Action) -> Bool)?
  /// What becomes of an action instead of its answer; the number counts actions of this kind from 1.
  var trouble: ((Action, Int) -> Trouble?)?

  enum Trouble {
    /// The request is answered by a failure and changes nothing.
    case refused(ActionFailure)
    /// The request takes effect, and its answer is lost.
    case answerLost(ActionFailure)
  }

  init(_ run: Run) { self.run = run }

  var exit: Int32? { outcome?.exitCode }

  func count(_ isCounted: (Action) -> Bool) -> Int { actions.count { isCounted($0.action) } }

  func has(_ name: FailedAction) -> Bool { actions.contains { Simulation.name(of: $0.action) == name } }

  func said(_ name: String) -> Bool { announcements.contains { $0.announcement.name == name } }

  var sentences: String { announcements.map(\.announcement.sentence).joined(separator: "\n") }
}
