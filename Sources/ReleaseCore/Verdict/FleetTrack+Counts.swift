/// What the tracks add up to. Weighted groups are counted in units of weight.
extension FleetTrack {
  /// The weight of what a condition holds for.
  @inline(__always)
  func weight(where holds: (InstanceTrack) -> Bool) -> Int {
    var weight = 0
    for index in instances.indices where holds(instances[index]) { weight += instances[index].weight }
    return weight
  }

  /// How many instances stay on another version.
  var leftOvers: Int {
    var count = 0
    for index in instances.indices where instances[index].isLeftOver { count += 1 }
    return count
  }

  /// What was left alone at the start and still serves, whatever it runs.
  var weightAsideInService: Int { weight { $0.isAside && $0.lifecycle == .inService } }

  /// New instances that count for a share: all but those that scaling, EC2 or a user removed, or that wait in a warm
  /// pool.
  var everCounted: Int {
    var count = 0
    for index in instances.indices
    where instances[index].isNew && !instances[index].isAside && instances[index].lifecycle != .warmed {
      if !instances[index].isLeaving || instances[index].removal?.why == .elbHealth { count += 1 }
    }
    return count
  }

  /// The release's healthy targets in one target group.
  func healthyNew(in place: Int) -> (count: Int, weight: Int) {
    var count = 0
    var weight = 0
    for index in counted
    where instances[index].lifecycle == .inService && instances[index].targets[place]?.isHealthy == true {
      count += 1
      weight += instances[index].weight
    }
    return (count, weight)
  }

  /// The weight of all healthy targets in one target group, whatever they run.
  func healthyWeight(in place: Int) -> Int {
    weight { $0.targets[place]?.isHealthy == true } + strangers[place]
  }

  /// The counted instances that are not in service and healthy everywhere.
  var unsettled: (count: Int, weight: Int) {
    var count = 0
    var weight = 0
    for index in counted where !instances[index].isSettled {
      count += 1
      weight += instances[index].weight
    }
    return (count, weight)
  }

  /// Whether the group's newest answer saves the release, by number.
  var savesRelease: Bool {
    guard let saved = group.configuration.template else { return false }
    return saved.id == templateID && saved.version == .number(release)
  }

  /// A new instance's time to become healthy in a target group, counted from InService: a start may take so long, and
  /// the target group must then see it answer.
  func budget(_ place: Int, startWithin: Duration) -> Duration {
    let targetGroup = targetGroups[place]
    return max(startWithin, group.healthCheckGrace) + targetGroup.interval * targetGroup.healthyThreshold
      + targetGroup.timeout
  }

  func evidence(_ instance: InstanceTrack, in place: Int) -> TargetEvidence {
    let sight = instance.targets[place]?.sight
    return TargetEvidence(
      instance: instance.id, version: instance.version, targetGroup: targetGroups[place].name,
      state: sight?.state ?? .unused, reason: sight.map(\.reason) ?? "Target.NotRegistered", detail: sight?.detail,
      age: instance.age(at: now))
  }
}
