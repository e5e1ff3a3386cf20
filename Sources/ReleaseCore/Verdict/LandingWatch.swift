/// Watches a rollback to its landing: every counted instance on the passed version, every one of them healthy in every
/// target group, at least as many as desired, the passed version saved, and the refresh at its end.
///
/// A pure value. Targets that drain and leftovers of terminated instances do not hold a landing up.
public struct LandingWatch: Equatable, Sendable {
  /// The version that the fleet is to be back on.
  public let passed: Int
  private let settings: RolloutSettings
  private var fleet: FleetTrack
  private var stall: StallClock
  private var endedAt: Moment?
  public private(set) var landing = Landing.goOn

  /// - Parameters:
  ///   - refreshID: the refresh that goes back; `nil`: the newest one, whatever it is.
  ///   - group: as it was when the rollback began.
  ///   - started: when the rollback began.
  public init(
    passed: Int, templateID: String, refreshID: String?, settings: RolloutSettings, targetGroups: [TargetGroup],
    group: Group, started: Moment
  ) {
    self.passed = passed
    self.settings = settings
    fleet = FleetTrack(
      release: passed, templateID: templateID, refreshID: refreshID, adoptsNewest: true, targetGroups: targetGroups,
      group: group, protected: settings.protected, started: started)
    stall = StallClock(started: started)
  }

  /// The newest state of the refresh that goes back.
  public var refresh: Refresh? { fleet.refresh.seen }
  public var group: Group { fleet.group }

  /// The group's or the refresh's next answer may end the watch.
  public var isClosing: Bool { endedAt != nil || !fleet.isLacking(floor: required) }

  /// Takes in what one poll saw and says what is now known.
  ///
  /// Moments are taken in ascending order; an answer other than `goOn` is final.
  public mutating func observe(_ observation: Observation, at now: Moment) -> Landing {
    guard landing == .goOn else { return landing }
    fleet.take(observation, at: now)
    if let refresh = fleet.refresh.seen, !refresh.status.isActive { endedAt = endedAt ?? now }
    if observation.group != nil || observation.refreshes != nil {
      let isWaiting = fleet.isMeantToWait(warmup: settings.warmupSent)
      let blindness = max(settings.poll * 12, settings.stalledAfter / 3)
      stall.look(fleet.mark, isWaiting: isWaiting, blindness: blindness, at: now)
    }
    landing = judge(observation)
    return landing
  }

  public var progress: Progress {
    fleet.progress(floor: required, holdsFor: nil)
  }

  /// What is waited for, in words.
  public var waitingFor: String { shown.isEmpty ? "nothing" : shown.joined(separator: "; ") }

  private mutating func judge(_ observation: Observation) -> Landing {
    if let other = fleet.refresh.other {
      let id = Failure.anotherRefresh(id: other.id, release: other.desired?.version.number, status: other.status)
      return .astray([id.sentence] + shown)
    }
    switch fleet.refresh.seen?.status {
    case .failed, .rollbackFailed, .cancelled: return .astray(shown)
    case .successful, .rollbackSuccessful:
      let sawEverything =
        observation.group != nil && observation.refreshes != nil && fleet.silentTargetGroups.isEmpty
      if sawEverything, wrong.isEmpty { return .landed(fleet.proof(bakedFor: nil)) }
      if sawEverything, let endedAt, fleet.now - endedAt >= budget { return .astray(shown) }
    case .pending, .inProgress, .baking, .cancelling, .rollbackInProgress, .unknown, nil: break
    }
    return overdue(observation)
  }

  private mutating func overdue(_ observation: Observation) -> Landing {
    guard observation.group != nil || observation.refreshes != nil else {
      let unseen = stall.unseen(at: fleet.now)
      return unseen >= settings.timeout ? .outOfSight(for: unseen) : .goOn
    }
    let running = fleet.now - fleet.started
    if endedAt == nil, stall.still(at: fleet.now) >= settings.stalledAfter {
      return .astray(["the rollback has made no progress for \(stall.still(at: fleet.now).inWords)"] + shown)
    }
    let isOver = stall.isOver(
      settings.timeout, grace: settings.stalledAfter, started: fleet.started, at: fleet.now)
    return isOver ? .astray(["the rollback is not finished after \(running.inWords)"] + shown) : .goOn
  }

  /// As many healthy as desired, less what was left alone at the start and still serves.
  private var required: Int {
    fleet.group.desired - fleet.weightAsideInService
  }

  /// The longest that an instance may take to become healthy.
  private var budget: Duration {
    fleet.targetGroups.indices.map { fleet.budget($0, startWithin: settings.startWithin) }.max()
      ?? settings.startWithin
  }

  private var shown: [String] { fleet.hindrances + wrong }

  /// What is not as it should be, in whole sentences; empty: the rollback landed.
  private var wrong: [String] {
    var wrong = fleet.lacks(floor: required)
    if !fleet.savesRelease {
      let saved = fleet.group.configuration.template.map { "version \($0.version)" } ?? "no launch template"
      wrong.append("the group saves \(saved), not version \(passed)")
    }
    guard let refresh = fleet.refresh.seen else { return wrong + ["the instance refresh that goes back was not seen"] }
    if refresh.status != .successful && refresh.status != .rollbackSuccessful {
      let reason = refresh.rollbackReason ?? refresh.statusReason
      wrong.append("instance refresh \(refresh.id) is \(refresh.status.rawValue)" + (reason.map { ": \($0)" } ?? ""))
    }
    return wrong
  }
}

/// What is known of a rollback after one more poll.
public enum Landing: Equatable, Sendable {
  case goOn
  case landed(Proof)
  /// It did not land, and will not by itself: what is wrong, in sentences.
  case astray([String])
  /// Nothing was seen of the fleet for as long as a whole rollout may take.
  case outOfSight(for: Duration)
}
