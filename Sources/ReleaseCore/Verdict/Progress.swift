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
  public var refreshStatus: RefreshStatus?
  public var percentComplete: Int?
  public var instancesToUpdate: Int?
  public var rows: [Row]
  /// Instances of the release that were taken out, and why.
  public var removed: [Removed]
  /// Standby and protected instances that are left alone, and others on another version: in words.
  public var drift: [String]
  /// What is waited for, in words.
  public var waitingFor: String
  /// What did not answer in the newest poll.
  public var silences: [String]
  /// How long everything but AWS's own word has held; `nil`: it does not hold.
  public var holdsFor: Duration?

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
  func progress(floor: Int, waitingFor: String, holdsFor: Duration?) -> Progress {
    Progress(
      release: release, desired: group.desired, counted: countedNew.count,
      healthy: countedNew.filter { $0.isSettled(in: targetGroups) }.count, leftOver: leftOvers.count,
      floor: floor, refreshStatus: refresh.seen?.status,
      percentComplete: refresh.seen?.percentComplete, instancesToUpdate: refresh.seen?.instancesToUpdate,
      rows: ordered.filter { $0.absences < 2 && ($0.lifecycle != .leaving || !$0.targets.isEmpty) }.map(row),
      removed: ordered.filter(\.isNew).compactMap(\.removal), drift: drift, waitingFor: waitingFor,
      silences: silences, holdsFor: holdsFor)
  }

  private func row(_ track: InstanceTrack) -> Progress.Row {
    let sights = targetGroups.map { targetGroup in
      let sight = track.targets[targetGroup.arn]?.sight
      return Progress.Sight(
        targetGroup: targetGroup.name, state: sight?.state, reason: sight?.reason, detail: sight?.detail)
    }
    return Progress.Row(
      id: track.id, version: track.version, isNew: track.isNew, isAside: track.isAside, lifecycle: track.lifecycle,
      isHealthy: track.isHealthy, age: track.age(at: now), targets: hasTargetGroups ? sights : [])
  }

  private var drift: [String] {
    aside.map { track in
      let why = track.lifecycle == .standby ? "in standby" : "protected from scale-in, or was in standby"
      return "\(track.id) (\(track.versionInWords)) is \(why) and left alone"
    }
      + ordered.filter { !$0.isAside && $0.lifecycle == .standby }.map {
        "\($0.id) (\($0.versionInWords)) is in standby"
      }
  }

  /// What keeps the group from going on, in words; no fault by itself.
  var hindrances: [String] {
    (pausing.isEmpty ? [] : ["\(pausing.joined(separator: ", ")) suspended"])
      + (refusals.last.map { ["AWS refuses a launch: \($0.activity.words)"] } ?? [])
  }

  /// What is not yet as it should be; empty: nothing.
  func lacks(floor: Int) -> [String] {
    var lacks: [String] = []
    if !leftOvers.isEmpty {
      lacks.append("\(leftOvers.count) instance\(leftOvers.count == 1 ? "" : "s") on another version")
    }
    for track in countedNew {
      if track.lifecycle == .pending { lacks.append("\(track.id) is not in service yet") }
      for targetGroup in targetGroups where track.targets[targetGroup.arn]?.isHealthy != true {
        let evidence = evidence(track, in: targetGroup)
        if track.lifecycle == .inService { lacks.append("\(evidence.subject) is \(evidence.because)") }
      }
    }
    for targetGroup in targetGroups where healthyNew(in: targetGroup).weight < max(1, floor) {
      let place = hasTargetGroups ? " in \(targetGroup.name)" : ""
      lacks.append("\(healthyNew(in: targetGroup).weight) of at least \(max(1, floor)) healthy on \(release)\(place)")
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
    fleet.progress(
      floor: floor, waitingFor: waitingFor, holdsFor: holding.since.map { fleet.now - $0 })
  }

  var waitingFor: String {
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
