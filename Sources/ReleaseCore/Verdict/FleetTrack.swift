/// What is known of the fleet after several polls, with one version as "new". The two watches rest on it.
///
/// Read in place, by index: one poll looks at each instance many times over, and a copy of one costs more than the look.
struct FleetTrack: Equatable, Sendable {
  let release: Int
  let templateID: String
  /// A group without target groups has one made up, whose targets are Auto Scaling's own opinion: see `ownTargets`.
  let targetGroups: [TargetGroup]
  let hasTargetGroups: Bool
  let started: Moment
  private(set) var group: Group
  /// By id, ascending, so that the same observations give the same words.
  private(set) var instances: [InstanceTrack] = []
  /// Where in `instances` those stand that run the release, are counted, and stay.
  private(set) var counted: [Int] = []
  private(set) var refresh: RefreshTrack
  private(set) var activities = ActivityLog()
  /// When activities were last read.
  private(set) var activitiesAt: Moment?
  /// Places of the target groups that did not answer in the newest poll.
  private(set) var silentTargetGroups: [Int] = []
  private(set) var silences: [String] = []
  /// Healthy targets that no group's answer has named yet, one number for each target group.
  private(set) var strangers: [Int]
  private(set) var now: Moment
  private var groupAnswers = 0
  /// The desired capacity as it was known before the newest poll.
  private var desiredBefore: Int

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
    desiredBefore = group.desired
    self.now = started
    strangers = Array(repeating: 0, count: self.targetGroups.count)
    refresh = RefreshTrack(
      id: refreshID, templateID: templateID, release: release, adoptsNewest: adoptsNewest)
    for instance in group.instances {
      let isNew = runsRelease(instance)
      let isLeftAlone = instance.lifecycle == .standby || (instance.isProtected && !isNew)
      insert(
        InstanceTrack(
          instance, isNew: isNew, isAside: protected == .ignore && isLeftAlone, targetGroups: self.targetGroups.count,
          isAtStart: true))
    }
    counted = instances.indices.filter { instances[$0].isCountedNew }
  }

  /// From when on activities belong to this rollout: AWS's own time where it is known.
  var activitiesSince: Moment { refresh.seen?.started ?? started }

  mutating func take(_ observation: Observation, at now: Moment) {
    self.now = now
    desiredBefore = group.desired
    silences = observation.silences
    if let refreshes = observation.refreshes { refresh.take(refreshes, at: now) }
    if let group = observation.group { takeGroup(group) }
    takeTargets(hasTargetGroups ? observation.targets : ownTargets(observation))
    if let activities = observation.activities { takeActivities(activities) }
    counted.removeAll(keepingCapacity: true)
    for index in instances.indices {
      instances[index].noteLeaving(at: now)
      if instances[index].isCountedNew { counted.append(index) }
    }
  }

  private func runsRelease(_ instance: Instance) -> Bool {
    instance.version == release && (instance.templateID ?? templateID) == templateID
  }

  private mutating func takeGroup(_ group: Group) {
    self.group = group
    groupAnswers += 1
    for instance in group.instances {
      let index = place(of: instance.id) ?? meet(instance)
      instances[index].see(instance, inAnswer: groupAnswers, at: now)
    }
    for index in instances.indices where instances[index].lastAnswer != groupAnswers { instances[index].miss(at: now) }
  }

  /// Takes up an instance that was not known, with what activities told of it before.
  private mutating func meet(_ instance: Instance) -> Int {
    let index = insert(
      InstanceTrack(instance, isNew: runsRelease(instance), isAside: false, targetGroups: targetGroups.count))
    if let removal = activities.removal(of: instance.id) { instances[index].removal = removal }
    return index
  }

  private mutating func takeTargets(_ answers: [String: [Target]]) {
    silentTargetGroups.removeAll(keepingCapacity: true)
    for place in targetGroups.indices {
      guard let answer = answers[targetGroups[place].arn] else {
        silentTargetGroups.append(place)
        strangers[place] = 0
        guard hasTargetGroups || !silences.isEmpty else { continue }
        for index in instances.indices { instances[index].targets[place]?.loseSight() }
        continue
      }
      takeTargets(answer, in: place)
    }
  }

  /// Instances and targets are both gone through in the order of their ids. Whether a drain that is seen first began
  /// before or after a change of the desired capacity in the same poll is not known: the smaller one counts.
  private mutating func takeTargets(_ answer: [Target], in place: Int) {
    let targets = answer.inOrderOfID
    let desired = min(desiredBefore, group.desired)
    var next = targets.startIndex
    var healthyStrangers = 0
    for index in instances.indices {
      while next < targets.endIndex, targets[next].id < instances[index].id {
        if targets[next].state == .healthy { healthyStrangers += 1 }
        next += 1
      }
      // An instance on several ports is as healthy as its worst.
      var sight: Int?
      while next < targets.endIndex, targets[next].id == instances[index].id {
        if sight.map({ targets[$0].state == .healthy }) ?? true { sight = next }
        next += 1
      }
      instances[index].seeTarget(sight.map { targets[$0] }, in: place, desired: desired, at: now)
    }
    while next < targets.endIndex {
      if targets[next].state == .healthy { healthyStrangers += 1 }
      next += 1
    }
    strangers[place] = healthyStrangers
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
      if let removal = entry.removal {
        takeRemoval(removal)
      } else if let ended = entry.launchEnded, let index = place(of: id) {
        instances[index].launched(ended)
      }
    }
  }

  private mutating func takeRemoval(_ removal: Removed) {
    if let index = place(of: removal.instance) {
      instances[index].removal = removal
    } else if activities.began(removal.instance, since: activitiesSince, before: refresh.supersededAt) {
      let index = insert(InstanceTrack(vanished: removal.instance, release: release, targetGroups: targetGroups.count))
      instances[index].removal = removal
    }
  }

  // MARK: In the order of ids

  /// Where the instance stands, or would.
  private func search(_ id: String) -> (place: Int, isThere: Bool) {
    var low = 0
    var high = instances.count
    while low < high {
      let middle = (low + high) / 2
      if instances[middle].id < id { low = middle + 1 } else { high = middle }
    }
    return (low, low < instances.count && instances[low].id == id)
  }

  private func place(of id: String) -> Int? {
    let found = search(id)
    return found.isThere ? found.place : nil
  }

  @discardableResult
  private mutating func insert(_ track: InstanceTrack) -> Int {
    let index = search(track.id).place
    instances.insert(track, at: index)
    return index
  }
}

extension TargetGroup {
  /// Stands in where a group has no target group.
  static let autoScalingsOwn = TargetGroup(
    arn: "", name: "", interval: .zero, timeout: .zero, healthyThreshold: 0, unhealthyThreshold: 0)
}

extension [Target] {
  /// The targets by id, ascending: AWS promises no order.
  var inOrderOfID: [Target] {
    for index in indices.dropFirst() where self[index].id < self[index - 1].id { return sorted { $0.id < $1.id } }
    return self
  }
}
