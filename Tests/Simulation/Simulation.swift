import ReleaseCore
import SimulatedAWS

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
  /// Whether an image in the registry tells its commit.
  var isLabelled = true
  /// Git's trees of the context; a commit without one has no key of its content.
  var trees: [Commit: String] = [:]
  /// What the registry has for a content.
  var contents: [ContentKey: Content] = [:]
  /// The commits' own tags.
  var names: [Commit: Digest] = [:]
  /// What the registry's scanner says, one report after the other; the last stays.
  var scans: [ScanReport] = []
  /// Healthy targets, least of all since the last reset.
  private(set) var leastHealthy = Int.max
  /// What broke a law of the design, in order.
  private(set) var violations: [Violation] = []
  /// Hears of each violation as it happens.
  var onViolation: (Violation) -> Void = { _ in }
  /// What happened, a line each, where it is asked for.
  var trace: [String]?
  /// How the reducer is crippled; `nil`: it is itself.
  var mutation: Mutation?
  /// What the readers see instead of the world: an older state of it, until a given time.
  var held: Held?
  /// Until when nothing answers a poll.
  var silentUntil = Simulation.start
  /// Until when no target group answers.
  var targetsSilentUntil = Simulation.start
  /// What is asked at each step beside the laws that always hold.
  var watch: (Simulation) -> Void = { _ in }
  /// Hears of each look at the fleet, at its moment.
  var onLook: (Simulation, Watcher) -> Void = { _, _ in }
  /// Hears of each effect, just before it takes place.
  var onEffect: (Simulation, Watcher, Action) -> Void = { _, _, _ in }
  /// Hears of each thing said.
  var onSay: (Simulation, Announcement) -> Void = { _, _ in }
  /// Runs each hook, and throws where it fails.
  var onHook: (HookOrder) throws -> Void = { _ in }
  /// Hears of each end, at its moment.
  var onEnd: (Simulation, Watcher) -> Void = { _, _ in }
  /// Finished activities in the core's words: they do not change any more.
  var knownActivities: [String: Activity] = [:]
  /// Template versions in the core's words: they never change.
  var knownVersions: [Int: TemplateVersion] = [:]
  private var knownApps: [Int: Digest?] = [:]
  /// Virtual milliseconds after which a run is called endless.
  var limit: Int64 = 4 * 3600 * 1000

  static let group = "wanzami-api"
  static let start = WorldTime(milliseconds: 1_790_000_000_000)

  /// The latest first, so that the next one is the last.
  private var queue: [Entry] = []
  private var order = 0
  private var triggers: [(condition: (Simulation) -> Bool, act: (Simulation) -> Void)] = []
  private(set) var watchers: [Watcher] = []
  /// Instances that began to run, and what.
  private var ran: [String: Boot] = [:]

  /// An image that the registry has for a content.
  struct Content: Equatable {
    var digest: Digest
    var pushed: WorldTime
  }

  private struct Boot {
    var at: WorldTime
    var version: Int
  }

  /// An older state of the world; a reference, since the whole of it is too much to copy at each look.
  final class Held {
    let world: World
    let parts: Set<ObservationPart>
    let until: WorldTime

    init(_ world: World, _ parts: Set<ObservationPart>, until: WorldTime) {
      self.world = world
      self.parts = parts
      self.until = until
    }
  }

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
    var place = queue.endIndex
    while place > 0, queue[place - 1].time <= entry.time { place -= 1 }
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
    let told = mutation?.altered(pipeline) ?? pipeline
    let watcher = Watcher(Run(id: id, actor: "ci", intent: intent, pipeline: told))
    watchers.append(watcher)
    trace?.append("\(clock) \(intent.inWords)")
    after(seconds: 0) { simulation in
      simulation.perform(watcher.run.begin(at: simulation.now), of: watcher)
    }
    return watcher
  }

  func finish(_ watcher: Watcher) {
    let end = world.now + limit
    while watcher.isAlive {
      guard world.now < end, step() else {
        violate("bounded time", "the run did not end: \(watcher.run.phase.name)")
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
    guard let next = Simulation.earlier(queue.last?.time, world.nextEvent(after: world.now)) else { return false }
    world.advance(to: next)
    if let until = held?.until, until <= world.now { held = nil }
    while let entry = queue.last, entry.time <= world.now {
      queue.removeLast()
      entry.act(self)
    }
    carryOut()
    for index in triggers.indices.reversed() where triggers[index].condition(self) {
      let trigger = triggers.remove(at: index)
      trigger.act(self)
      carryOut()
    }
    observeInvariants()
    watch(self)
    return true
  }

  /// Boots what the world launches, and answers its health checks.
  private func carryOut() {
    for effect in world.takeEffects() {
      guard case .launch(let launch) = effect else { continue }
      after(seconds: 8) { simulation in
        simulation.ran[launch.instance] = Boot(at: simulation.world.now, version: launch.version)
        simulation.world.instanceRunning(launch.instance, at: simulation.world.now)
      }
    }
    for probe in world.dueProbes(at: world.now) {
      world.report(answer(of: probe.instance), for: probe, at: world.now)
    }
  }

  private func answer(of id: String) -> World.ProbeResult {
    guard let boot = ran[id], let digest = digest(of: boot.version) else { return .refused }
    return (apps[digest] ?? .healthy(after: 5)).answer(age: Double(world.now - boot.at) / 1000)
  }

  /// The image that a version runs; a version never changes.
  func digest(of version: Int) -> Digest? {
    if let known = knownApps[version] { return known }
    let data = template[version]?.data.userData ?? ""
    let digest = UserData.pinnedDigest(in: Fleet.bytes(data), repository: Fleet.repository)
    knownApps[version] = digest
    return digest
  }

  private static func earlier(_ left: WorldTime?, _ right: WorldTime?) -> WorldTime? {
    guard let left, let right else { return left ?? right }
    return min(left, right)
  }

  // MARK: What must never be

  func resetLeastHealthy() { leastHealthy = .max }

  func violate(_ law: String, _ detail: String) {
    let violation = Violation(law: law, detail: detail, after: world.now - Simulation.start)
    violations.append(violation)
    trace?.append("\(clock) VIOLATION \(violation)")
    onViolation(violation)
  }

  /// Seconds since the start, for a trace.
  var clock: String { "\((world.now - Simulation.start) / 100)".tenths }

  private func observeInvariants() {
    for index in world.targetGroups.indices {
      var healthy = 0
      for target in world.targetGroups[index].targets.indices
      where world.targetGroups[index].targets[target].state == .healthy {
        healthy += 1
      }
      leastHealthy = min(leastHealthy, healthy)
    }
    let refreshes = world.groups[0].refreshes
    var active = 0
    for index in refreshes.indices.suffix(2) where refreshes[index].status.isActive { active += 1 }
    if active > 1 { violate("one refresh at a time", "\(active) refreshes are active at once") }
  }
}

/// A law of the design that did not hold.
package struct Violation: Equatable, Sendable, CustomStringConvertible {
  package var law: String
  package var detail: String
  /// Virtual milliseconds since the start.
  var after: Int64

  package var description: String { "\(law): \(detail)" }
}

extension String {
  /// `123` as `12.3`.
  fileprivate var tenths: String { count < 2 ? "0.\(self)" : "\(dropLast()).\(suffix(1))" }
}
