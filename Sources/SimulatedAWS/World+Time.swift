extension World {
  /// The first time after `time` at which something happens by itself or a health check is due; `nil`: nothing will.
  public func nextEvent(after time: WorldTime) -> WorldTime? {
    var next = Earliest(after: time)
    for group in groups { note(group, in: &next) }
    for targetGroup in targetGroups {
      for target in targetGroup.targets {
        next.note(target.nextProbe)
        switch target.state {
        case .registering(let until), .draining(let until): next.note(until)
        case .checking, .healthy, .unhealthy, .notInUse, .invalidState: break
        }
      }
    }
    return next.time
  }

  private func note(_ group: Group, in next: inout Earliest) {
    next.note(group.launchRetryAt)
    let refresh = group.activeRefresh
    if let refresh {
      next.note(refresh.holdUntil)
      if refresh.status == .inProgress || refresh.status == .rollbackInProgress {
        next.note(refresh.lastProgress + milliseconds(pace.stall))
      }
    }
    let warmup = refresh.map { milliseconds($0.preferences.warmup ?? 0) }
    let grace = milliseconds(group.healthCheckGrace)
    for instance in group.instances {
      next.note(instance.hookUntil)
      next.note(instance.drainUntil)
      guard let since = instance.inServiceSince, instance.lifecycle == .inService else { continue }
      if let warmup { next.note(since + warmup) }
      if group.usesLoadBalancerChecks, instance.isHealthy { next.note(since + grace) }
    }
  }

  /// The earliest of the times noted that lie after a given one.
  private struct Earliest {
    let after: WorldTime
    var time: WorldTime?

    init(after: WorldTime) { self.after = after }

    mutating func note(_ candidate: WorldTime?) {
      guard let candidate, candidate > after else { return }
      if let time, time <= candidate { return }
      time = candidate
    }
  }
}
