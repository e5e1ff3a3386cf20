extension RolloutWatch {
  /// Counts the bake by our own clock: from the first poll at which everything held but AWS's own word.
  mutating func hold(_ observation: Observation, at now: Moment) {
    if fleet.hasTargetGroups || observation.group != nil {
      holding.see(fleet.silentTargetGroups.isEmpty && isComplete, at: now)
    } else if !observation.silences.isEmpty {
      holding.breakOff()
    }
  }

  /// Nothing is left on another version, no counted instance is unhealthy, and healthy targets on the release are at
  /// or above the floor in every target group.
  ///
  /// What is short through no fault of the release, and younger than its budget, is not asked for.
  var isComplete: Bool {
    guard fleet.leftOvers == 0, !fleet.counted.contains(where: { isSpoiling(fleet.instances[$0]) }) else {
      return false
    }
    let shortage = capacity.shortage(fleet)
    let excused = shortage == 0 ? 0 : min(capacity.excused(fleet), shortage)
    guard fleet.unsettled.weight <= excused else { return false }
    let required = max(1, floor - excused)
    return fleet.targetGroups.indices.allSatisfy { fleet.healthyNew(in: $0).weight >= required }
  }

  /// A new instance has just left, and why was not read yet: it may have failed its health checks, which would end the
  /// bake. The next poll reads the activities; one that stays without a known cause counts for nothing.
  private var awaitsCause: Bool {
    fleet.instances.contains { track in
      guard track.isNew, !track.isAside, track.removal == nil, let leftAt = track.leftAt else { return false }
      let isRead = fleet.activitiesAt.map { $0 >= leftAt } ?? false
      return !isRead && fleet.now - leftAt < settings.unhealthyAfter
    }
  }

  /// The floor of the current desired capacity, less what was left alone at the start and still serves.
  var floor: Int {
    settings.floor(desired: fleet.group.desired) - fleet.weightAsideInService
  }

  /// Was healthy and is not, or is past its time and never was: that ends a bake.
  private func isSpoiling(_ track: InstanceTrack) -> Bool {
    if track.isSettled { return false }
    return fleet.targetGroups.indices.contains { place in
      guard let target = track.targets[place], !target.isHealthy else { return false }
      let budget = fleet.budget(place, startWithin: settings.startWithin)
      return target.wasHealthy || (track.age(at: fleet.now) ?? .zero) >= budget
    }
  }

  /// The proof, where this very poll saw the group save the release and our refresh, and no other, Successful.
  func proof(_ observation: Observation) -> Proof? {
    guard let held = holding.lasting(at: fleet.now), held >= settings.bake,
      observation.group != nil, observation.refreshes != nil,
      fleet.refresh.seen?.status == .successful, fleet.refresh.other == nil, fleet.savesRelease, !awaitsCause
    else { return nil }
    return fleet.proof(bakedFor: held)
  }
}

extension FleetTrack {
  func proof(bakedFor: Duration?) -> Proof {
    let counts = targetGroups.indices.map {
      Proof.Count(targetGroup: targetGroups[$0].name, healthy: healthyNew(in: $0).count)
    }
    let serving = counted.filter { instances[$0].lifecycle == .inService }.count
    return Proof(release: release, counts: hasTargetGroups ? counts : [], instances: serving, bakedFor: bakedFor)
  }
}
