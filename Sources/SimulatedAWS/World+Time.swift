extension World {
  /// The first time after `time` at which something happens by itself or a health check is due; `nil`: nothing will.
  public func nextEvent(after time: WorldTime) -> WorldTime? {
    var next = Earliest(after: time)
    for g in groups.indices { note(g, in: &next) }
    for t in targetGroups.indices {
      for i in targetGroups[t].targets.indices {
        next.note(targetGroups[t].targets[i].nextProbe)
        switch targetGroups[t].targets[i].state {
        case .registering(let until), .draining(let until): next.note(until)
        case .checking, .healthy, .unhealthy, .notInUse, .invalidState: break
        }
      }
    }
    return next.time
  }

  /// Reads in place: copying a group or an instance costs more than everything else here.
  private func note(_ g: Int, in next: inout Earliest) {
    next.note(groups[g].launchRetryAt)
    var warmup: Int64?
    if let last = groups[g].refreshes.indices.last, groups[g].refreshes[last].status.isActive {
      next.note(groups[g].refreshes[last].holdUntil)
      let status = groups[g].refreshes[last].status
      if status == .inProgress || status == .rollbackInProgress {
        next.note(groups[g].refreshes[last].lastProgress + milliseconds(pace.stall))
      }
      warmup = milliseconds(groups[g].refreshes[last].preferences.warmup ?? 0)
    }
    let grace = groups[g].usesLoadBalancerChecks ? milliseconds(groups[g].healthCheckGrace) : nil
    for i in groups[g].instances.indices {
      next.note(groups[g].instances[i].hookUntil)
      next.note(groups[g].instances[i].drainUntil)
      guard groups[g].instances[i].lifecycle == .inService, let since = groups[g].instances[i].inServiceSince else {
        continue
      }
      if let warmup { next.note(since + warmup) }
      if let grace, groups[g].instances[i].isHealthy { next.note(since + grace) }
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
