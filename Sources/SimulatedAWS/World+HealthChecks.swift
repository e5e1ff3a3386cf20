extension World {
  /// The health checks that are due. Each is under way until its result is reported.
  public mutating func dueProbes(at time: WorldTime) -> [Probe] {
    advance(to: time)
    var probes: [Probe] = []
    for t in targetGroups.indices {
      for i in targetGroups[t].targets.indices {
        guard let due = targetGroups[t].targets[i].nextProbe, due <= now else { continue }
        targetGroups[t].targets[i].nextProbe = nil
        targetGroups[t].targets[i].probing = now
        let id = targetGroups[t].targets[i].instance
        probes.append(
          Probe(
            targetGroup: targetGroups[t].arn, instance: id,
            privateAddress: place(of: id).map { groups[$0].instances[$1].privateAddress } ?? "",
            port: targetGroups[t].checkPort ?? targetGroups[t].targets[i].port, path: targetGroups[t].path,
            timeoutMilliseconds: Int64(targetGroups[t].timeout * 1000)))
      }
    }
    return probes
  }

  /// Tells what a health check saw. A result for a target that has left is ignored.
  public mutating func report(_ result: ProbeResult, for probe: Probe, at time: WorldTime) {
    advance(to: time)
    guard let t = targetGroups.firstIndex(where: { $0.arn == probe.targetGroup }),
      let i = targetGroups[t].targets.firstIndex(where: { $0.instance == probe.instance }),
      let began = targetGroups[t].targets[i].probing
    else { return }
    targetGroups[t].targets[i].probing = nil
    targetGroups[t].targets[i].nextProbe = max(now, began + milliseconds(targetGroups[t].interval))
    let failure: CheckFailure? =
      switch result {
      case .status(let code): targetGroups[t].matches(code) ? nil : .code(code)
      case .timeout: .timeout
      case .refused: .refused
      }
    let before = targetGroups[t].targets[i].state
    targetGroups[t].targets[i].judge(
      failure, healthyThreshold: targetGroups[t].healthyThreshold,
      unhealthyThreshold: targetGroups[t].unhealthyThreshold)
    let after = targetGroups[t].targets[i].state
    if after == .healthy { targetGroups[t].everHealthy = true }
    if before != after {
      if (before == .healthy) != (after == .healthy) || before == .checking {
        effects.append(.routingChanged(targetGroup: targetGroups[t].arn))
      }
      settle()
    }
  }

  /// Registrations that are through, and drained targets that are gone.
  mutating func settleTargets(_ t: Int) {
    var isChanged = false
    var i = 0
    while i < targetGroups[t].targets.count {
      switch targetGroups[t].targets[i].state {
      case .registering(let until) where until <= now:
        targetGroups[t].targets[i].state = .checking
        targetGroups[t].targets[i].nextProbe = now
        isChanged = true
      case .draining(let until) where until <= now:
        targetGroups[t].targets.remove(at: i)
        isChanged = true
        continue
      default: break
      }
      i += 1
    }
    if isChanged { effects.append(.routingChanged(targetGroup: targetGroups[t].arn)) }
  }

  mutating func register(_ id: String, in arn: String) {
    guard let t = targetGroups.firstIndex(where: { $0.arn == arn }) else { return }
    let isInUse = !targetGroups[t].loadBalancers.isEmpty
    targetGroups[t].targets.removeAll { $0.instance == id }
    targetGroups[t].targets.append(
      Target(
        instance: id, port: targetGroups[t].port,
        state: isInUse ? .registering(until: now + milliseconds(pace.registration)) : .notInUse))
  }

  /// Begins to drain a target and tells until when.
  mutating func drain(_ id: String, in t: Int) -> WorldTime {
    guard let i = targetGroups[t].targets.firstIndex(where: { $0.instance == id }) else { return now }
    effects.append(.routingChanged(targetGroup: targetGroups[t].arn))
    switch targetGroups[t].targets[i].state {
    case .notInUse, .invalidState:
      targetGroups[t].targets.remove(at: i)
      return now
    case .draining(let until): return until
    case .registering, .checking, .healthy, .unhealthy:
      let until = now + milliseconds(targetGroups[t].deregistrationDelay)
      targetGroups[t].targets[i].state = .draining(until: until)
      targetGroups[t].targets[i].nextProbe = nil
      targetGroups[t].targets[i].probing = nil
      return until
    }
  }

  mutating func forget(_ id: String, in t: Int) {
    guard let i = targetGroups[t].targets.firstIndex(where: { $0.instance == id }) else { return }
    targetGroups[t].targets.remove(at: i)
    effects.append(.routingChanged(targetGroup: targetGroups[t].arn))
  }

  mutating func invalidate(_ id: String, in t: Int) {
    guard let i = targetGroups[t].targets.firstIndex(where: { $0.instance == id }) else { return }
    targetGroups[t].targets[i].state = .invalidState
    targetGroups[t].targets[i].nextProbe = nil
    targetGroups[t].targets[i].probing = nil
    effects.append(.routingChanged(targetGroup: targetGroups[t].arn))
  }
}

extension World.Target {
  /// Counts one result. A new target needs one success; the thresholds hold afterwards.
  ///
  /// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
  fileprivate mutating func judge(_ failure: World.CheckFailure?, healthyThreshold: Int, unhealthyThreshold: Int) {
    passes = failure == nil ? passes + 1 : 0
    failures = failure == nil ? 0 : failures + 1
    switch state {
    case .checking:
      if let failure {
        if failures >= unhealthyThreshold { state = .unhealthy(failure) }
      } else {
        state = .healthy
      }
    case .healthy:
      if let failure, failures >= unhealthyThreshold { state = .unhealthy(failure) }
    case .unhealthy:
      if let failure {
        state = .unhealthy(failure)
      } else if passes >= healthyThreshold {
        state = .healthy
      }
    case .registering, .draining, .notInUse, .invalidState: break
    }
  }
}
