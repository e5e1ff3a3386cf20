/// What is known of the fleet after several polls, with one version as "new". The two watches rest on it.
struct FleetTrack: Equatable, Sendable {
  let release: Int
  let templateID: String
  /// A group without target groups has one made up, whose targets are Auto Scaling's own opinion: see `ownTargets`.
  let targetGroups: [TargetGroup]
  let hasTargetGroups: Bool
  let started: Moment
  private(set) var group: Group
  private(set) var instances: [String: InstanceTrack] = [:]
  private(set) var refresh: RefreshTrack
  private(set) var activities = ActivityLog()
  /// When activities were last read.
  private(set) var activitiesAt: Moment?
  /// Target groups that did not answer in the newest poll.
  private(set) var silentTargetGroups: [String] = []
  private(set) var silences: [String] = []
  /// Healthy targets that no group's answer has named yet, by target group ARN.
  private(set) var strangers: [String: Int] = [:]
  private(set) var now: Moment

  init(
    release: Int, templateID: String, refreshID: String?, adoptsNewest: Bool = false, targetGroups: [TargetGroup],
    group: Group, protected: Pipeline.ProtectedInstances, started: Moment
  ) {
    self.release = release
    self.templateID = templateID
    self.hasTargetGroups = !targetGroups.isEmpty
    self.targetGroups = targetGroups.isEmpty ? [.autoScalingsOwn] : targetGroups
    self.started = started
    self.group = group
    self.now = started
    refresh = RefreshTrack(
      id: refreshID, templateID: templateID, release: release, adoptsNewest: adoptsNewest)
    for instance in group.instances {
      let isNew = runsRelease(instance)
      let isLeftAlone = instance.lifecycle == .standby || (instance.isProtected && !isNew)
      instances[instance.id] = InstanceTrack(
        instance, isNew: isNew, isAside: protected == .ignore && isLeftAlone, isAtStart: true)
    }
    ordered = instances.values.sorted { $0.id < $1.id }
  }

  /// From when on activities belong to this rollout: AWS's own time where it is known.
  var activitiesSince: Moment { refresh.seen?.started ?? started }

  /// In a fixed order, so that the same observations give the same words; put in order once for each poll.
  private(set) var ordered: [InstanceTrack] = []

  mutating func take(_ observation: Observation, at now: Moment) {
    self.now = now
    silences = observation.silences
    if let refreshes = observation.refreshes { refresh.take(refreshes, at: now) }
    if let group = observation.group { takeGroup(group) }
    takeTargets(hasTargetGroups ? observation.targets : ownTargets(observation))
    if let activities = observation.activities { takeActivities(activities) }
    for id in instances.keys { instances[id]?.noteLeaving(at: now) }
    ordered = instances.values.sorted { $0.id < $1.id }
  }

  private func runsRelease(_ instance: Instance) -> Bool {
    instance.version == release && (instance.templateID ?? templateID) == templateID
  }

  private mutating func takeGroup(_ group: Group) {
    self.group = group
    for instance in group.instances {
      var track =
        instances[instance.id] ?? InstanceTrack(instance, isNew: runsRelease(instance), isAside: false)
      track.see(instance, at: now)
      instances[instance.id] = track
    }
    let named = Set(group.instances.map(\.id))
    for id in instances.keys where !named.contains(id) { instances[id]?.miss(at: now) }
  }

  private mutating func takeTargets(_ answers: [String: [Target]]) {
    silentTargetGroups = targetGroups.filter { answers[$0.arn] == nil }.map(\.arn)
    strangers = answers.mapValues { $0.filter { $0.state == .healthy && instances[$0.id] == nil }.count }
    for targetGroup in targetGroups {
      guard let answer = answers[targetGroup.arn] else {
        guard hasTargetGroups || !silences.isEmpty else { continue }
        for id in instances.keys { instances[id]?.targets[targetGroup.arn]?.loseSight() }
        continue
      }
      // An instance on several ports is as healthy as its worst.
      let sights = Dictionary(answer.map { ($0.id, $0) }) { $0.state == .healthy ? $1 : $0 }
      for id in instances.keys {
        instances[id]?.targets[targetGroup.arn, default: TargetTrack()]
          .see(sights[id], desired: group.desired, at: now)
      }
    }
  }

  /// Auto Scaling's opinion of its instances in the form of targets; nothing where the group was not seen.
  private func ownTargets(_ observation: Observation) -> [String: [Target]] {
    guard let group = observation.group else { return [:] }
    let targets = group.instances.map { instance in
      let state: TargetState =
        switch instance.lifecycle {
        case .pending: .initial
        case .inService: instance.isHealthy ? .healthy : .unhealthy
        case .standby, .leaving, .warmed: .unused
        }
      return Target(id: instance.id, state: state)
    }
    return [TargetGroup.autoScalingsOwn.arn: targets]
  }

  private mutating func takeActivities(_ answer: [Activity]) {
    activitiesAt = now
    for entry in activities.take(answer) {
      guard let id = entry.instance else { continue }
      if case .removal(let why) = entry.kind, !["Failed", "Cancelled"].contains(entry.activity.status) {
        takeRemoval(of: id, why, cause: entry.activity.cause)
      } else if let ended = activities.ended(id) {
        instances[id]?.launched(ended)
      }
    }
  }

  private mutating func takeRemoval(of id: String, _ why: ActivityClass.Removal, cause: String) {
    if instances[id] == nil, activities.began(id, since: activitiesSince) {
      instances[id] = InstanceTrack(vanished: id, release: release)
    }
    instances[id]?.removal = Removed(instance: id, why: why, cause: cause)
  }
}

extension TargetGroup {
  /// Stands in where a group has no target group.
  static let autoScalingsOwn = TargetGroup(
    arn: "", name: "", interval: .zero, timeout: .zero, healthyThreshold: 0, unhealthyThreshold: 0)
}

extension FleetTrack {
  /// The counted instances that run the release and stay.
  var countedNew: [InstanceTrack] { ordered.filter(\.isCountedNew) }
  var leftOvers: [InstanceTrack] { ordered.filter(\.isLeftOver) }
  /// Left alone at the start, and on another version or out of service still.
  var aside: [InstanceTrack] { ordered.filter { $0.isAside && $0.lifecycle != .leaving } }

  /// New instances that count for a share: all but those that scaling, EC2 or a user removed.
  var everCounted: Int {
    ordered.filter { $0.isNew && !$0.isAside && (!$0.isLeaving || $0.removal?.why == .elbHealth) }.count
  }

  /// The weight of the release's healthy targets in one target group.
  func healthyNew(in targetGroup: TargetGroup) -> [InstanceTrack] {
    countedNew.filter { $0.lifecycle == .inService && $0.targets[targetGroup.arn]?.isHealthy == true }
  }

  /// The weight of all healthy targets in one target group, whatever they run.
  func healthyWeight(in targetGroup: TargetGroup) -> Int {
    ordered.filter { $0.targets[targetGroup.arn]?.isHealthy == true }.weight + strangers[targetGroup.arn, default: 0]
  }

  /// Whether the group's newest answer saves the release, by number.
  var savesRelease: Bool {
    guard let saved = group.configuration.template else { return false }
    return saved.id == templateID && saved.version == .number(release)
  }

  /// A new instance's time to become healthy in a target group, counted from InService: a start may take so long, and
  /// the target group must then see it answer.
  func budget(_ targetGroup: TargetGroup, startWithin: Duration) -> Duration {
    max(startWithin, group.healthCheckGrace) + targetGroup.interval * targetGroup.healthyThreshold + targetGroup.timeout
  }

  func evidence(_ instance: InstanceTrack, in targetGroup: TargetGroup) -> TargetEvidence {
    let sight = instance.targets[targetGroup.arn]?.sight
    return TargetEvidence(
      instance: instance.id, version: instance.version, targetGroup: targetGroup.name,
      state: sight?.state ?? .unused, reason: sight.map(\.reason) ?? "Target.NotRegistered", detail: sight?.detail,
      age: instance.age(at: now))
  }
}

extension [InstanceTrack] {
  var weight: Int { reduce(0) { $0 + $1.weight } }
}
