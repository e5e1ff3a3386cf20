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

  /// The target groups that answered in this poll.
  private var answered: [Int] { fleet.targetGroups.indices.filter { !fleet.silentTargetGroups.contains($0) } }

  private func wiringFailure() -> Failure? {
    for place in answered {
      for index in fleet.counted where fleet.instances[index].targets[place]?.isUnwired == true {
        return .wiring(fleet.evidence(fleet.instances[index], in: place))
      }
    }
    return nil
  }

  private func healthFailure() -> Failure? {
    for place in answered {
      for index in fleet.counted where fleet.instances[index].lifecycle == .inService {
        guard let isHealthy = fleet.instances[index].targets[place]?.isHealthy else { continue }
        let wasHealthy = fleet.instances[index].targets[place]?.wasHealthy == true
        // What is healthy now can have done nothing worse than flap.
        if isHealthy, wasHealthy, (fleet.instances[index].targets[place]?.turns ?? 0) < 3 { continue }
        let failure = wasHealthy ? relapse(fleet.instances[index], in: place) : start(fleet.instances[index], in: place)
        if let failure { return failure }
      }
    }
    return nil
  }

  private func relapse(_ track: InstanceTrack, in place: Int) -> Failure? {
    guard let target = track.targets[place] else { return nil }
    if target.turns >= 3 { return .flapping(fleet.evidence(track, in: place), turns: target.turns) }
    guard let lasting = target.unhealthy.lasting(at: fleet.now), lasting >= settings.unhealthyAfter else { return nil }
    return .turnedUnhealthy(fleet.evidence(track, in: place), lasting: lasting)
  }

  private func start(_ track: InstanceTrack, in place: Int) -> Failure? {
    guard let target = track.targets[place], let since = track.inServiceSince else { return nil }
    if let lasting = target.wrongAnswer.lasting(at: fleet.now, from: since + settings.warmup),
      lasting >= settings.unhealthyAfter, fleet.now >= since + settings.warmup + settings.unhealthyAfter
    {
      return .wrongAnswer(fleet.evidence(track, in: place), codes: target.sight?.codes ?? [], lasting: lasting)
    }
    let budget = fleet.budget(place, startWithin: settings.startWithin)
    guard target.notHealthy.count >= 2, fleet.now - since >= budget else { return nil }
    return .neverHealthy(fleet.evidence(track, in: place), budget: budget)
  }

  /// Never healthy, and taken out by Auto Scaling at the end of its grace, which may be before its budget: nothing more
  /// will be seen of it, and its successor would fare no better.
  private func givenUp() -> Failure? {
    for index in fleet.instances.indices where fleet.instances[index].removal?.why == .elbHealth {
      let track = fleet.instances[index]
      guard track.isNew, !track.isAside, !track.wasHealthy else { continue }
      for place in fleet.targetGroups.indices {
        guard let sight = track.targets[place]?.lastUnhealthy else { continue }
        let evidence = TargetEvidence(
          instance: track.id, version: track.version, targetGroup: fleet.targetGroups[place].name, state: sight.state,
          reason: sight.reason, detail: sight.detail, age: track.age(at: track.leftAt ?? fleet.now))
        return .neverHealthy(evidence, budget: fleet.group.healthCheckGrace)
      }
    }
    return nil
  }

  private func crashLoop() -> Failure? {
    var takenOut: [Removed] = []
    for index in fleet.instances.indices where fleet.instances[index].isNew && !fleet.instances[index].isAside {
      if let removal = fleet.instances[index].removal, removal.why == .elbHealth { takenOut.append(removal) }
    }
    guard takenOut.count >= 2 else { return nil }
    let total = fleet.everCounted
    return takenOut.count >= max(2, (total * 5 + 99) / 100) ? .crashLoop(takenOut: takenOut, of: total) : nil
  }

  private func launchFailure() -> Failure? {
    let refusals = fleet.refusals
    guard !refusals.isEmpty else { return nil }
    return LaunchRefusal(fatalAmong: refusals, zones: fleet.zones).map(Failure.launchRefused)
  }

  /// An old target drains while healthy targets, of all versions, are below the floor.
  ///
  /// Not meant are a target that was not seen healthy before it drained (no capacity goes with it, as far as is known:
  /// it may have drained already when the watch was taken up, beside what others took before that), one that a known cause
  /// other than the refresh takes out, a floor that rose after the drain began, and what EC2, Spot, scaling or a user
  /// took, before its replacement is healthy. The cause is waited for until activities were read once, or for three
  /// sights.
  private func capacityFailure() -> Failure? {
    for place in answered {
      for index in fleet.instances.indices where fleet.instances[index].targets[place]?.isDraining == true {
        let track = fleet.instances[index]
        guard !track.isNew, !track.isAside, track.lifecycle != .standby, let drain = track.targets[place]?.drain,
          isOurs(drain, of: track)
        else { continue }
        let healthy = fleet.healthyWeight(in: place)
        let floor = settings.floor(desired: min(drain.desired, fleet.group.desired))
        guard healthy + lost + unexplained(beside: track) < floor else { continue }
        return .belowFloor(draining: fleet.evidence(track, in: place), healthy: healthy, floor: floor)
      }
    }
    return nil
  }

  /// The weight of what served and was taken by something other than the release or its refresh, and that no instance
  /// which turned healthy later has replaced yet.
  private var lost: Int {
    let losses = fleet.instances.filter(isLost).sorted { ($0.leftAt ?? fleet.now) < ($1.leftAt ?? fleet.now) }
    guard !losses.isEmpty else { return 0 }
    var replacements = fleet.instances.filter { $0.isLive }.compactMap(\.healthySince).sorted()
    var weight = 0
    for loss in losses {
      if let index = replacements.firstIndex(where: { $0 > loss.leftAt ?? fleet.now }) {
        replacements.remove(at: index)
      } else {
        weight += loss.weight
      }
    }
    return weight
  }

  /// Gone through no fault of the release, by the cause; a new one that served may be gone for no known cause. It may
  /// have come, served and gone between two polls.
  private func isLost(_ track: InstanceTrack) -> Bool {
    guard !track.isAside, track.leftAt != nil else { return false }
    switch track.removal?.why {
    case .elbHealth, .refresh: return false
    case .stopped, .statusCheck, .spot, .rebalance, .scaleIn, .user: return true
    case .unknown, nil: return track.isNew && track.wasHealthy
    }
  }

  /// The weight of what left a moment ago beside a drain, and whose cause no answer could tell yet: the next one does.
  private func unexplained(beside drained: InstanceTrack) -> Int {
    fleet.weight { track in
      guard track.id != drained.id, !track.isAside, track.removal == nil, track.wasHealthy, !track.isNew,
        let leftAt = track.leftAt, fleet.now - leftAt < settings.poll * 3
      else { return false }
      return fleet.activitiesAt.map { $0 < leftAt } ?? true
    }
  }

  private func isOurs(_ drain: TargetTrack.Drain, of track: InstanceTrack) -> Bool {
    guard drain.before == .healthy else { return false }
    switch track.removal?.why {
    case .refresh, .unknown: return true
    case .elbHealth, .stopped, .statusCheck, .spot, .rebalance, .scaleIn, .user: return false
    case nil: return drain.sights >= 3 || (fleet.activitiesAt ?? fleet.started - .seconds(1)) >= drain.since
    }
  }

  /// No progress for too long, or the rollout's own time is over. Only where this poll saw the fleet, and of the time
  /// in which it was seen: absent data is no verdict.
  func overdue(_ observation: Observation) -> Failure? {
    guard observation.refreshes != nil || observation.group != nil else { return nil }
    if stall.still(at: fleet.now) >= settings.stalledAfter {
      return .stalled(lasting: stall.still(at: fleet.now), waitingFor: waitingFor)
    }
    let isOver = stall.isOver(
      settings.timeout, grace: settings.stalledAfter, started: fleet.started, at: fleet.now)
    return isOver ? .timedOut(after: fleet.now - fleet.started, waitingFor: waitingFor) : nil
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
    activities.refusals(since: activitiesSince) {
      instances.filter { $0.isNew }.compactMap(\.inServiceSince).max()
    }
  }

  /// The zones that the group has instances in.
  var zones: Set<String> { Set(group.instances.map(\.zone)).subtracting([""]) }
}
