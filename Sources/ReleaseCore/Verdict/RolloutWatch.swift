/// Watches one rollout: takes in what each poll saw and says what is then known.
///
/// A pure value. Counted are the group's instances that run the release; standby and protected ones that the rollout
/// leaves alone are named and not counted, and an instance that scaling removed leaves all counts. Weighted groups are
/// counted in units of weight, as their desired capacity is. A verdict other than `goOn` is final: later observations
/// do not change it.
public struct RolloutWatch: Equatable, Sendable {
  public let release: Int
  let settings: RolloutSettings
  var fleet: FleetTrack
  var holding = Streak()
  var stall: StallClock
  var capacity: SettledCapacity
  /// Alarms that were in ALARM at the start and have been ever since.
  var excusedAlarms: Set<String>
  var raisedAlarm: Alarm?
  public private(set) var verdict = Verdict.goOn

  /// - Parameters:
  ///   - refreshID: our refresh; `nil` finds it by its template and version.
  ///   - targetGroups: those of the group; empty: it has none, and Auto Scaling's own opinion is all there is.
  ///   - group: as it was at the start of the rollout, or when it was taken up.
  ///   - started: when the rollout began, as far as it is known; the timeout counts from here.
  public init(
    release: Int, templateID: String, refreshID: String?, settings: RolloutSettings, targetGroups: [TargetGroup],
    group: Group, alarmsAtStart: [Alarm], started: Moment
  ) {
    self.release = release
    self.settings = settings
    fleet = FleetTrack(
      release: release, templateID: templateID, refreshID: refreshID, targetGroups: targetGroups, group: group,
      protected: settings.protected, started: started)
    stall = StallClock(started: started)
    capacity = SettledCapacity(desired: group.desired, at: started)
    excusedAlarms = Set(alarmsAtStart.filter { $0.state == .alarm }.map(\.name))
  }

  /// Our refresh, once it is known.
  public var refreshID: String? { fleet.refresh.id }
  /// The newest state of our refresh; an older answer never replaces it.
  public var refresh: Refresh? { fleet.refresh.seen }
  /// Another refresh that holds the group.
  public var otherRefresh: Refresh? { fleet.refresh.other }
  /// The group as it was last seen.
  public var group: Group { fleet.group }

  /// Everything holds but AWS's own word, or the bake is about to be over: each poll should ask for the group and the
  /// refresh.
  public var isClosing: Bool {
    guard let since = holding.since else { return false }
    return fleet.now - since + settings.poll * 2 >= settings.bake
  }

  /// Only the last step is missing: the health of the last new instances, the leaving of the last old ones, or, when the
  /// bake is over, AWS's own word.
  public var isNear: Bool {
    if let since = holding.since { return fleet.now - since >= settings.bake }
    if fleet.leftOvers == 0 { return true }
    let all = max(1, fleet.group.desired - fleet.weightAsideInService)
    return fleet.hasTargetGroups && fleet.targetGroups.indices.allSatisfy { fleet.healthyNew(in: $0).weight >= all }
  }

  /// How long the bake has still to hold, while it does: nothing but its end is waited for, so it need not be found a
  /// poll later. `nil`: it does not hold, or is over.
  public var ripens: Duration? {
    guard let since = holding.since else { return nil }
    let left = settings.bake - (fleet.now - since)
    return left > .zero ? left : nil
  }

  /// Takes in what one poll saw and says what is now known.
  ///
  /// Moments are taken in ascending order.
  public mutating func observe(_ observation: Observation, at now: Moment) -> Verdict {
    guard verdict == .goOn else { return verdict }
    fleet.take(observation, at: now)
    if let alarms = observation.alarms { takeAlarms(alarms) }
    capacity.take(fleet, at: now)
    hold(observation, at: now)
    if observation.group != nil || observation.refreshes != nil {
      let blindness = max(settings.poll * 12, settings.stalledAfter / 3)
      stall.look(fleet.mark, isWaiting: isMeantToWait, blindness: blindness, at: now)
    }
    verdict = judge(observation)
    return verdict
  }

  private mutating func takeAlarms(_ alarms: [Alarm]) {
    for alarm in alarms where settings.alarms.contains(alarm.name) {
      if alarm.state == .ok { excusedAlarms.remove(alarm.name) }
      if alarm.state == .alarm, !excusedAlarms.contains(alarm.name) { raisedAlarm = raisedAlarm ?? alarm }
    }
  }

  private mutating func judge(_ observation: Observation) -> Verdict {
    if let failure = failure() { return .failed(failure) }
    if let proof = proof(observation) { return .passed(proof) }
    if let failure = overdue(observation) { return .failed(failure) }
    let unseen = stall.unseen(at: fleet.now)
    return unseen >= settings.timeout ? .outOfSight(for: unseen) : .goOn
  }
}
