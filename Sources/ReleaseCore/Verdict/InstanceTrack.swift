/// One instance of the group, over all polls.
struct InstanceTrack: Equatable, Sendable {
  let id: String
  var version: Int?
  /// Runs the release: same template, same version.
  var isNew: Bool
  /// In standby or protected from scale-in at the start, and left alone: named, never counted.
  var isAside: Bool
  var lifecycle: Lifecycle
  /// Auto Scaling's own opinion.
  var isHealthy: Bool
  var weight: Int
  /// When it came into service; the age counts from here.
  private(set) var inServiceSince: Moment?
  /// It was in service when the watch began: its launch activity knows since when.
  private let wasInServiceAtStart: Bool
  /// When the group's answer last named it.
  private var seenAt: Moment?
  /// When it was first seen on its way out.
  var leftAt: Moment?
  var removal: Removed?
  /// How many answers in a row did not name it.
  var absences = 0
  /// By target group ARN.
  var targets: [String: TargetTrack] = [:]

  init(_ instance: Instance, isNew: Bool, isAside: Bool, isAtStart: Bool = false) {
    id = instance.id
    version = instance.version
    self.isNew = isNew
    self.isAside = isAside
    lifecycle = instance.lifecycle
    isHealthy = instance.isHealthy
    weight = instance.weight
    wasInServiceAtStart = isAtStart && instance.lifecycle == .inService
  }

  /// An instance that came and went between two polls and is known by its activities only.
  init(vanished id: String, release: Int) {
    self.init(Instance(id: id, lifecycle: .leaving, version: release), isNew: true, isAside: false)
    // Nobody saw it in the group: it is counted where removals are, and not shown as an instance.
    absences = 2
  }

  /// On its way out: by its lifecycle, by an activity, or by its target (draining, or gone since the group was last
  /// seen).
  var isLeaving: Bool {
    lifecycle == .leaving || removal != nil
      || targets.values.contains { target in
        if target.isDraining { return true }
        guard let goneSince = target.goneSince, let seenAt else { return false }
        return goneSince > seenAt
      }
  }
  /// Part of the capacity that stays.
  var isLive: Bool { !isLeaving && (lifecycle == .inService || lifecycle == .pending) }
  var isCountedNew: Bool { isNew && !isAside && isLive }
  /// On another version and staying there.
  var isLeftOver: Bool { !isNew && !isAside && isLive }

  var wasHealthy: Bool { targets.values.contains { $0.wasHealthy } }
  /// In service and healthy everywhere. Auto Scaling's own opinion is not asked: where a target is healthy, it speaks
  /// of the machine and not of the release.
  func isSettled(in targetGroups: [TargetGroup]) -> Bool {
    lifecycle == .inService && targetGroups.allSatisfy { targets[$0.arn]?.isHealthy == true }
  }

  func age(at now: Moment) -> Duration? { inServiceSince.map { max(.zero, now - $0) } }

  /// Takes in the group's answer. A step back (out of service to pending, back from leaving) is an older answer.
  mutating func see(_ instance: Instance, at now: Moment) {
    absences = 0
    seenAt = now
    isHealthy = instance.isHealthy
    weight = instance.weight
    let isOlder =
      lifecycle == .leaving || (lifecycle == .inService && instance.lifecycle == .pending)
    if !isOlder { lifecycle = instance.lifecycle }
    if lifecycle == .inService { inServiceSince = inServiceSince ?? now }
    noteLeaving(at: now)
  }

  /// The group's answer did not name it: once may be an older answer, twice is gone.
  mutating func miss(at now: Moment) {
    absences += 1
    if absences >= 2 { lifecycle = .leaving }
    noteLeaving(at: now)
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
