extension RolloutWatch {
  /// The first row of the table that speaks against the release. What others did with the refresh comes first, for it
  /// explains the rest.
  func failure() -> Failure? {
    refreshFailure() ?? wiringFailure() ?? capacityFailure() ?? healthFailure() ?? givenUp() ?? crashLoop()
      ?? launchFailure() ?? raisedAlarm.map { .alarm(name: $0.name, reason: $0.reason) }
  }

  private func refreshFailure() -> Failure? {
    if let other = fleet.refresh.other {
      return .anotherRefresh(id: other.id, release: other.desired?.version.number, status: other.status)
    }
    guard let refresh = fleet.refresh.seen else { return nil }
    switch refresh.status {
    case .pending, .inProgress, .baking, .successful, .unknown: return nil
    case .failed: return .refreshFailed(id: refresh.id, reason: refresh.statusReason)
    case .cancelling, .cancelled:
      return .endedByOthers(RefreshEnd(id: refresh.id, status: refresh.status, reason: refresh.statusReason))
    case .rollbackInProgress, .rollbackSuccessful, .rollbackFailed:
      let reason = refresh.rollbackReason ?? refresh.statusReason
      return .endedByOthers(RefreshEnd(id: refresh.id, status: refresh.status, reason: reason))
    }
  }

  /// Each target group that answered in this poll with each counted instance's track in it.
  private var answered: [(InstanceTrack, TargetGroup, TargetTrack)] {
    fleet.targetGroups.filter { !fleet.silentTargetGroups.contains($0.arn) }.flatMap { targetGroup in
      fleet.countedNew.compactMap { track in track.targets[targetGroup.arn].map { (track, targetGroup, $0) } }
    }
  }

  private func wiringFailure() -> Failure? {
    answered.first { $0.2.isUnwired }.map { .wiring(fleet.evidence($0.0, in: $0.1)) }
  }

  private func healthFailure() -> Failure? {
    for (track, targetGroup, target) in answered where track.lifecycle == .inService {
      let evidence = fleet.evidence(track, in: targetGroup)
      let failure =
        target.wasHealthy
        ? relapse(target, evidence)
        : start(track, target, evidence, budget: fleet.budget(targetGroup, startWithin: settings.startWithin))
      if let failure { return failure }
    }
    return nil
  }

  private func relapse(_ target: TargetTrack, _ evidence: TargetEvidence) -> Failure? {
    if target.turns >= 3 { return .flapping(evidence, turns: target.turns) }
    guard let lasting = target.unhealthy.lasting(at: fleet.now), lasting >= settings.unhealthyAfter else { return nil }
    return .turnedUnhealthy(evidence, lasting: lasting)
  }

  private func start(
    _ track: InstanceTrack, _ target: TargetTrack, _ evidence: TargetEvidence, budget: Duration
  ) -> Failure? {
    guard let since = track.inServiceSince else { return nil }
    if let lasting = target.wrongAnswer.lasting(at: fleet.now, from: since + settings.warmup),
      lasting >= settings.unhealthyAfter, fleet.now >= since + settings.warmup + settings.unhealthyAfter
    {
      return .wrongAnswer(evidence, codes: target.sight?.codes ?? [], lasting: lasting)
    }
    guard target.notHealthy.count >= 2, fleet.now - since >= budget else { return nil }
    return .neverHealthy(evidence, budget: budget)
  }

  /// Never healthy, and taken out by Auto Scaling at the end of its grace, which may be before its budget: nothing more
  /// will be seen of it, and its successor would fare no better.
  private func givenUp() -> Failure? {
    for track in fleet.ordered where track.isNew && !track.isAside && track.removal?.why == .elbHealth {
      guard !track.wasHealthy else { continue }
      for targetGroup in fleet.targetGroups {
        guard let sight = track.targets[targetGroup.arn]?.lastUnhealthy else { continue }
        let evidence = TargetEvidence(
          instance: track.id, version: track.version, targetGroup: targetGroup.name, state: sight.state,
          reason: sight.reason, detail: sight.detail, age: track.age(at: track.leftAt ?? fleet.now))
        return .neverHealthy(evidence, budget: fleet.group.healthCheckGrace)
      }
    }
    return nil
  }

  private func crashLoop() -> Failure? {
    let takenOut = fleet.ordered.filter { $0.isNew && !$0.isAside }.compactMap(\.removal)
      .filter { $0.why == .elbHealth }
    let total = fleet.everCounted
    return takenOut.count >= max(2, (total * 5 + 99) / 100) ? .crashLoop(takenOut: takenOut, of: total) : nil
  }

  private func launchFailure() -> Failure? {
    LaunchRefusal(fatalAmong: fleet.refusals, zones: fleet.zones).map(Failure.launchRefused)
  }

  /// An old target drains while healthy targets, of all versions, are below the floor.
  ///
  /// Not meant are a target that was not healthy before it drained (no capacity goes with it), one that a known cause
  /// other than the refresh takes out, and a floor that rose after the drain began. The cause is waited for until
  /// activities were read once, or for three sights.
  private func capacityFailure() -> Failure? {
    for targetGroup in fleet.targetGroups where !fleet.silentTargetGroups.contains(targetGroup.arn) {
      let healthy = fleet.healthyWeight(in: targetGroup)
      for track in fleet.ordered where !track.isNew && !track.isAside && track.lifecycle != .standby {
        guard let drain = track.targets[targetGroup.arn]?.drain, isOurs(drain, of: track) else { continue }
        let floor = settings.floor(desired: min(drain.desired, fleet.group.desired))
        guard healthy + departed(since: drain.since).weight < floor else { continue }
        return .belowFloor(draining: fleet.evidence(track, in: targetGroup), healthy: healthy, floor: floor)
      }
    }
    return nil
  }

  /// New instances that served when a drain began, and that something other than the release took out since.
  private func departed(since: Moment) -> [InstanceTrack] {
    fleet.ordered.filter { track in
      guard track.isNew, !track.isAside, track.wasHealthy, let leftAt = track.leftAt, leftAt >= since else {
        return false
      }
      switch track.removal?.why {
      case .elbHealth, .refresh: return false
      case .stopped, .statusCheck, .spot, .rebalance, .scaleIn, .user, .unknown, nil: return true
      }
    }
  }

  private func isOurs(_ drain: TargetTrack.Drain, of track: InstanceTrack) -> Bool {
    guard drain.before == nil || drain.before == .healthy else { return false }
    switch track.removal?.why {
    case .refresh, .unknown: return true
    case .elbHealth, .stopped, .statusCheck, .spot, .rebalance, .scaleIn, .user: return false
    case nil: return drain.sights >= 3 || (fleet.activitiesAt ?? fleet.started - .seconds(1)) >= drain.since
    }
  }

  /// No progress for too long, or the rollout's own time is over. Only where this poll saw the refresh: absent data is
  /// no verdict; but a rollout that nothing is seen of is not watched for ever.
  func overdue(_ observation: Observation) -> Failure? {
    let running = fleet.now - fleet.started
    let hasData = observation.refreshes != nil || observation.group != nil
    if hasData, stall.still(at: fleet.now) >= settings.stalledAfter {
      return .stalled(lasting: stall.still(at: fleet.now), waitingFor: waitingFor)
    }
    guard running >= settings.timeout, hasData || running >= settings.timeout + settings.stalledAfter else {
      return nil
    }
    return .timedOut(after: running, waitingFor: waitingFor)
  }

  /// Waits that are no stall: checkpoint, bake, draining, warmup, suspension.
  var isMeantToWait: Bool {
    let status = fleet.refresh.seen?.status
    if status == .baking || fleet.isMeantToWait(warmup: settings.warmupSent) { return true }
    if let since = holding.since, fleet.now - since < settings.bake { return true }
    return isAtCheckpoint
  }

  /// A checkpoint was reached and its delay is not over. AWS's percentage lags until the warmup is over, and there is
  /// no other sign of a checkpoint.
  private var isAtCheckpoint: Bool {
    let percent = fleet.refresh.seen?.percentComplete ?? 0
    let isReached = settings.checkpoints.contains { $0 <= percent && $0 < 100 }
    return isReached && fleet.now - stall.percentAt < settings.checkpointDelay
  }
}

extension FleetTrack {
  var refusals: [ActivityLog.Refused] {
    activities.refusals(
      since: activitiesSince, inService: ordered.filter { $0.isNew }.compactMap(\.inServiceSince))
  }

  /// The zones that the group has instances in.
  var zones: Set<String> { Set(group.instances.map(\.zone)).subtracting([""]) }
}
