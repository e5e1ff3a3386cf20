/// One instance of the group, over all polls. What is asked of it for each instance of each poll is inlined, so that it
/// is read in place.
struct InstanceTrack: Equatable, Sendable {
  let id: String
  let version: Int?
  /// Runs the release: same template, same version.
  let isNew: Bool
  /// In standby or protected from scale-in at the start, and left alone: named, never counted.
  let isAside: Bool
  private(set) var lifecycle: Lifecycle
  /// Auto Scaling's own opinion.
  private(set) var isHealthy: Bool
  private(set) var weight: Int
  /// When it came into service; the age counts from here.
  private(set) var inServiceSince: Moment?
  /// It was in service when the watch began: its launch activity knows since when.
  private let wasInServiceAtStart: Bool
  /// When the group's answer last named it, and which of the answers that was.
  private var seenAt: Moment?
  private(set) var lastAnswer = 0
  /// When some target group first called it healthy, after it was not.
  private(set) var healthySince: Moment?
  /// When it was first seen on its way out.
  private(set) var leftAt: Moment?
  var removal: Removed?
  /// How many answers in a row did not name it.
  private(set) var absences = 0
  /// One for each target group; `nil`: it has never answered.
  var targets: [TargetTrack?]

  init(_ instance: Instance, isNew: Bool, isAside: Bool, targetGroups: Int, isAtStart: Bool = false) {
    id = instance.id
    version = instance.version
    self.isNew = isNew
    self.isAside = isAside
    lifecycle = instance.lifecycle
    isHealthy = instance.isHealthy
    weight = instance.weight
    wasInServiceAtStart = isAtStart && instance.lifecycle == .inService
    targets = Array(repeating: nil, count: targetGroups)
  }

  /// An instance that came and went between two polls and is known by its activities only.
  init(vanished id: String, release: Int, targetGroups: Int) {
    self.init(
      Instance(id: id, lifecycle: .leaving, version: release), isNew: true, isAside: false, targetGroups: targetGroups)
    // Nobody saw it in the group: it is counted where removals are, and not shown as an instance.
    absences = 2
  }

  /// On its way out: by its lifecycle, by an activity, or by its target (draining, or gone since the group was last
  /// seen).
  @inline(__always)
  var isLeaving: Bool {
    if lifecycle == .leaving || removal != nil { return true }
    for place in targets.indices {
      if targets[place]?.isDraining == true { return true }
      if let goneSince = targets[place]?.goneSince, let seenAt, goneSince > seenAt { return true }
    }
    return false
  }
  /// Part of the capacity that stays.
  @inline(__always)
  var isLive: Bool { (lifecycle == .inService || lifecycle == .pending) && !isLeaving }
  @inline(__always)
  var isCountedNew: Bool { isNew && !isAside && isLive }
  /// On another version and staying there.
  @inline(__always)
  var isLeftOver: Bool { !isNew && !isAside && isLive }

  @inline(__always)
  var wasHealthy: Bool { targets.contains { $0?.wasHealthy == true } }
  /// In service and healthy everywhere. Auto Scaling's own opinion is not asked: where a target is healthy, it speaks
  /// of the machine and not of the release.
  @inline(__always)
  var isSettled: Bool { lifecycle == .inService && targets.allSatisfy { $0?.isHealthy == true } }
  var isDrainingAnywhere: Bool { targets.contains { $0?.isDraining == true } }
  /// Whether some target group has answered since it is known.
  @inline(__always)
  var isSighted: Bool { targets.contains { $0 != nil } }

  func age(at now: Moment) -> Duration? { inServiceSince.map { max(.zero, now - $0) } }

  /// Takes in the group's answer. A step back (out of service to pending, back from leaving) is an older answer.
  mutating func see(_ instance: Instance, inAnswer answer: Int, at now: Moment) {
    absences = 0
    seenAt = now
    lastAnswer = answer
    isHealthy = instance.isHealthy
    weight = instance.weight
    let isOlder =
      lifecycle == .leaving || (lifecycle == .inService && instance.lifecycle == .pending)
    if !isOlder { lifecycle = instance.lifecycle }
    if lifecycle == .inService { inServiceSince = inServiceSince ?? now }
    // A scale-in may put it back into the warm pool: out of it, it boots anew.
    if lifecycle == .warmed { inServiceSince = nil }
    noteLeaving(at: now)
  }

  /// The group's answer did not name it: once may be an older answer, twice is gone.
  mutating func miss(at now: Moment) {
    absences += 1
    if absences >= 2 { lifecycle = .leaving }
    noteLeaving(at: now)
  }

  /// Takes in what a target group's answer says of it; `nil`: it is not in the answer.
  mutating func seeTarget(_ target: Target?, in place: Int, desired: Int, at now: Moment) {
    if targets[place] == nil { targets[place] = TargetTrack() }
    targets[place]?.see(target, desired: desired, at: now)
    if target?.state == .healthy { healthySince = healthySince ?? now }
  }

  /// The launch activity of an instance that was in service before the watch began ended at `ended`. For all others
  /// the first sight counts: it is on our own clock, and late by a poll or so on the safe side.
  mutating func launched(_ ended: Moment) {
    guard wasInServiceAtStart, let since = inServiceSince else { return }
    inServiceSince = min(since, ended)
  }

  mutating func noteLeaving(at now: Moment) {
    leftAt = isLeaving ? leftAt ?? now : nil
  }
}
