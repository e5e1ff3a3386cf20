/// How far a rollout, or a rollback, is: for people, and for machines that show it.
public struct Progress: Equatable, Sendable {
  /// The version that the fleet is to run.
  public var release: Int
  public var desired: Int
  /// Counted instances on the release: that stay, and that are healthy in every target group.
  public var counted: Int
  public var healthy: Int
  /// Instances on another version that are still to be replaced.
  public var leftOver: Int
  /// Healthy targets that must not be gone below, in units of desired capacity.
  public var floor: Int
  /// Healthy targets of all versions, in the same units, where there are the fewest; without a target group what is in
  /// service; `nil`: some target group has not answered yet.
  public var serving: Int?
  public var refreshStatus: RefreshStatus?
  public var percentComplete: Int?
  public var instancesToUpdate: Int?
  public var rows: [Row]
  /// Instances of the release that were taken out, and why.
  public var removed: [Removed]
  /// Launches that AWS refused, with nothing new in service since.
  public var refused: [Refused]
  /// Standby and protected instances that are left alone, and others on another version: in words.
  public var drift: [String]
  /// What did not answer in the newest poll.
  public var silences: [String]
  /// How long everything but AWS's own word has held; `nil`: it does not hold.
  public var holdsFor: Duration?

  /// A launch that AWS refused.
  public struct Refused: Equatable, Sendable {
    /// The scaling activity's id.
    public var activity: String
    public var why: ActivityClass.Refusal
    /// AWS's own words.
    public var message: String
  }

  /// One instance.
  public struct Row: Equatable, Sendable {
    public var id: String
    public var version: Int?
    public var isNew: Bool
    /// Left alone at the start: named, never counted.
    public var isAside: Bool
    public var lifecycle: Lifecycle
    /// Auto Scaling's own opinion.
    public var isHealthy: Bool
    /// Since InService.
    public var age: Duration?
    /// In the order of the target groups.
    public var targets: [Sight]
  }

  /// An instance in one target group; `state` `nil`: it is not registered, or the target group never answered.
  public struct Sight: Equatable, Sendable {
    public var targetGroup: String
    public var state: TargetState?
    public var reason: String?
    public var detail: String?
  }
}

extension FleetTrack {
  func progress(floor: Int, holdsFor: Duration?) -> Progress {
    Progress(
      release: release, desired: group.desired, counted: counted.count, healthy: counted.count - unsettled.count,
      leftOver: leftOvers, floor: floor, serving: serving, refreshStatus: refresh.seen?.status,
      percentComplete: refresh.seen?.percentComplete, instancesToUpdate: refresh.seen?.instancesToUpdate,
      rows: rows, removed: removed,
      refused: refusals.map { Progress.Refused(activity: $0.activity.id, why: $0.why, message: $0.activity.words) },
      drift: drift, silences: silences,
      holdsFor: holdsFor)
  }

  private var serving: Int? {
    let isSeen = targetGroups.indices.allSatisfy { place in
      instances.isEmpty || instances.contains { $0.targets[place] != nil }
    }
    guard isSeen else { return nil }
    guard hasTargetGroups else { return weight { $0.lifecycle == .inService && $0.isHealthy } }
    return targetGroups.indices.map(healthyWeight).min() ?? 0
  }

  private var rows: [Progress.Row] {
    var rows: [Progress.Row] = []
    rows.reserveCapacity(instances.count)
    for index in instances.indices
    where instances[index].absences < 2 && (instances[index].lifecycle != .leaving || instances[index].isSighted) {
      rows.append(row(instances[index]))
    }
    return rows
  }

  private var removed: [Removed] {
    var removed: [Removed] = []
    for index in instances.indices where instances[index].isNew {
      if let removal = instances[index].removal { removed.append(removal) }
    }
    return removed
  }

  private func row(_ track: InstanceTrack) -> Progress.Row {
    let sights = targetGroups.indices.map { place in
      let sight = track.targets[place]?.sight
      return Progress.Sight(
        targetGroup: targetGroups[place].name, state: sight?.state, reason: sight?.reason, detail: sight?.detail)
    }
    return Progress.Row(
      id: track.id, version: track.version, isNew: track.isNew, isAside: track.isAside, lifecycle: track.lifecycle,
      isHealthy: track.isHealthy, age: track.age(at: now), targets: hasTargetGroups ? sights : [])
  }

  private var drift: [String] {
    var drift: [String] = []
    for index in instances.indices where instances[index].isAside || instances[index].lifecycle == .standby {
      let track = instances[index]
      switch (track.isAside, track.lifecycle) {
      case (true, .leaving): break
      case (true, .standby): drift.append("\(track.id) (\(track.versionInWords)) is in standby and left alone")
      case (true, _):
        drift.append(
          "\(track.id) (\(track.versionInWords)) is protected from scale-in, or was in standby and left alone")
      case (false, _): drift.append("\(track.id) (\(track.versionInWords)) is in standby")
      }
    }
    return drift
  }

  /// What keeps the group from going on, in words; no fault by itself.
  var hindrances: [String] {
    (pausing.isEmpty ? [] : ["\(pausing.joined(separator: ", ")) suspended"])
      + (refusals.last.map { ["AWS refuses a launch: \($0.activity.words)"] } ?? []) + warmPool
  }

  /// The warm pool is replaced last, as long as the refresh is at work.
  private var warmPool: [String] {
    guard let refresh = refresh.seen, refresh.status.isActive, let left = refresh.warmPoolToUpdate, left > 0 else {
      return []
    }
    return ["\(left) instance\(left == 1 ? "" : "s") of the warm pool to be replaced"]
  }

  /// Whether anything is not yet as it should be.
  func isLacking(floor: Int) -> Bool {
    leftOvers > 0 || unsettled.count > 0
      || targetGroups.indices.contains { healthyNew(in: $0).weight < max(1, floor) }
  }

  /// What is not yet as it should be; empty: nothing.
  func lacks(floor: Int) -> [String] {
    guard isLacking(floor: floor) else { return [] }
    var lacks: [String] = []
    if leftOvers > 0 {
      lacks.append("\(leftOvers) instance\(leftOvers == 1 ? "" : "s") on another version")
    }
    for track in counted.map({ instances[$0] }) {
      if track.lifecycle == .pending { lacks.append("\(track.id) is not in service yet") }
      guard track.lifecycle == .inService else { continue }
      for place in targetGroups.indices where track.targets[place]?.isHealthy != true {
        let evidence = evidence(track, in: place)
        lacks.append("\(evidence.subject) is \(evidence.because)")
      }
    }
    for place in targetGroups.indices where healthyNew(in: place).weight < max(1, floor) {
      let name = hasTargetGroups ? " in \(targetGroups[place].name)" : ""
      lacks.append("\(healthyNew(in: place).weight) of at least \(max(1, floor)) healthy on \(release)\(name)")
    }
    return lacks
  }
}

extension InstanceTrack {
  fileprivate var versionInWords: String { version.map { "version \($0)" } ?? "no version" }
}

extension RolloutWatch {
  /// How far the rollout is, as of the newest observation.
  public var progress: Progress {
    fleet.progress(floor: floor, holdsFor: holding.since.map { fleet.now - $0 })
  }

  /// What is waited for, in words.
  public var waitingFor: String {
    var lacks = fleet.hindrances + fleet.lacks(floor: floor)
    if let refresh = fleet.refresh.seen {
      if refresh.status != .successful {
        lacks.append(
          "instance refresh \(refresh.status.rawValue), \(refresh.percentComplete) %"
            + (refresh.statusReason.map { ": \($0)" } ?? ""))
      } else if !fleet.savesRelease {
        lacks.append("the group to save version \(release)")
      }
    } else {
      lacks.append("the first sight of the instance refresh")
    }
    if let since = holding.since, fleet.now - since < settings.bake {
      lacks.append("the bake, \((fleet.now - since).inWords) of \(settings.bake.inWords)")
    }
    return lacks.isEmpty ? "nothing" : lacks.joined(separator: "; ")
  }
}
