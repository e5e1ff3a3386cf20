/// How long a rollout has made no progress, of the time in which it was seen and was not meant to wait.
struct StallClock: Equatable, Sendable {
  /// Everything that may change while a rollout gets on.
  struct Mark: Equatable, Sendable {
    var status: RefreshStatus?
    var percent: Int
    var instancesToUpdate: Int
    var warmPoolToUpdate: Int?
    var healthy: Int
    /// Of each instance that was ever seen, in the order of their ids.
    var lifecycles: [Lifecycle]
  }

  private var mark: Mark?
  private var progressAt: Moment
  private var lookedAt: Moment
  /// When the fleet was last seen, or the watch began.
  private var sightAt: Moment?
  /// How long nothing was seen, in all: gaps between two looks that are longer than a look may take.
  private var blind = Duration.zero
  /// When the percentage last changed: a checkpoint's delay counts from here.
  private(set) var percentAt: Moment

  init(started: Moment) {
    progressAt = started
    lookedAt = started
    percentAt = started
  }

  /// Takes in one look at the fleet. Time without data, longer than `blindness`, does not count; nor does time in
  /// which the rollout is meant to wait.
  mutating func look(_ mark: Mark, isWaiting: Bool, blindness: Duration, at now: Moment) {
    let gap = now - lookedAt
    if gap > blindness {
      progressAt = min(now, progressAt + gap)
      if self.mark != nil { blind += gap }
    }
    sightAt = now
    if mark.percent != self.mark?.percent { percentAt = now }
    if isWaiting || mark != self.mark { progressAt = now }
    self.mark = mark
    lookedAt = now
  }

  func still(at now: Moment) -> Duration { now - progressAt }

  /// How long nothing has been seen, at a poll that saw nothing.
  mutating func unseen(at now: Moment) -> Duration {
    let since = sightAt ?? now
    sightAt = since
    return max(.zero, now - since)
  }

  /// Whether a rollout that began at `started` is over its time: `timeout` of the time in which it was seen, or twice
  /// that and `grace` of any time, so that it ends.
  func isOver(_ timeout: Duration, grace: Duration, started: Moment, at now: Moment) -> Bool {
    now - started - blind >= timeout || now - started >= timeout * 2 + grace
  }
}

extension FleetTrack {
  var mark: StallClock.Mark {
    StallClock.Mark(
      status: refresh.seen?.status, percent: refresh.seen?.percentComplete ?? 0,
      instancesToUpdate: refresh.seen?.instancesToUpdate ?? 0, warmPoolToUpdate: refresh.seen?.warmPoolToUpdate,
      healthy: targetGroups.indices.reduce(0) { $0 + healthyNew(in: $1).count }, lifecycles: instances.map(\.lifecycle))
  }

  /// Processes without which a refresh pauses, and which the group has suspended.
  /// https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html
  var pausing: [String] {
    guard !group.suspendedProcesses.isEmpty else { return [] }
    return group.suspendedProcesses.intersection(["InstanceRefresh", "Launch", "Terminate"]).sorted()
  }

  /// Draining, warmup or a suspension: waits that are no stall.
  func isMeantToWait(warmup: Duration) -> Bool {
    let isWarming = counted.contains { instances[$0].age(at: now).map { $0 < warmup } ?? false }
    return isWarming || !pausing.isEmpty
      || instances.contains { ($0.lifecycle == .leaving && $0.absences == 0) || $0.isDrainingAnywhere }
  }
}
