extension World {
  /// Takes an instance out: it leaves its target groups, drains, and is then terminated.
  mutating func terminate(_ g: Int, _ i: Int, reason: Activity.Reason) {
    let id = groups[g].instances[i].id
    guard !groups[g].instances[i].lifecycle.isLeaving else { return }
    if groups[g].instances[i].lifecycle == .pending || groups[g].instances[i].lifecycle == .pendingWait {
      close(.launch(instance: id), in: g, status: "Cancelled", message: "Instance was terminated while launching")
    }
    var until = now
    for t in targetGroups.indices { until = max(until, drain(id, in: t)) }
    groups[g].instances[i].lifecycle = .terminating
    groups[g].instances[i].hookUntil = nil
    groups[g].instances[i].drainUntil = until
    record(
      .terminate(instance: id), reason, zone: groups[g].instances[i].zone, in: g,
      status: until > now ? "WaitingForELBConnectionDraining" : "InProgress")
    changes += 1
  }

  /// Terminations whose draining is over, and whatever hooks hold after it.
  ///
  /// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html
  mutating func finishTerminations(_ g: Int) {
    var i = 0
    while i < groups[g].instances.count {
      guard let until = groups[g].instances[i].drainUntil, until <= now else {
        i += 1
        continue
      }
      let hold = groups[g].terminationHooks.map(\.completesAfterSeconds).max()
      if let hold, groups[g].instances[i].lifecycle == .terminating {
        groups[g].instances[i].lifecycle = .terminatingWait
        groups[g].instances[i].drainUntil = now + milliseconds(hold)
        changes += 1
        continue
      }
      let id = groups[g].instances[i].id
      effects.append(.terminate(instance: id))
      close(.terminate(instance: id), in: g, status: "Successful")
      retire(g, i)
    }
  }

  /// Moves an instance from its group to those that are gone.
  mutating func retire(_ g: Int, _ i: Int) {
    var instance = groups[g].instances.remove(at: i)
    instance.state = .terminated
    instance.lifecycle = .terminated
    instance.terminated = now
    for t in targetGroups.indices { forget(instance.id, in: t) }
    retired.append(instance)
    if retired.count > 500 { retired.removeFirst(250) }
    changes += 1
  }

  /// Something outside of Auto Scaling takes the instance: a crash of the host, a Spot interruption, a person.
  public mutating func lose(_ id: String, to loss: Activity.Loss, at time: WorldTime) {
    advance(to: time)
    guard let (g, i) = place(of: id), !groups[g].instances[i].lifecycle.isLeaving else { return }
    groups[g].instances[i].state = .terminated
    groups[g].instances[i].lost = loss
    for t in targetGroups.indices { invalidate(id, in: t) }
    settle()
  }

  /// Marks what is lost, and what fails its ELB health checks past the grace period, and replaces it.
  mutating func replaceUnhealthy(_ g: Int) {
    guard !groups[g].isSuspended("HealthCheck") else { return }
    let replaces = !groups[g].isSuspended("ReplaceUnhealthy") && !groups[g].isSuspended("Terminate")
    for i in groups[g].instances.indices where groups[g].instances[i].lifecycle.isLive {
      let lost = groups[g].instances[i].lost
      if groups[g].instances[i].isHealthy, lost != nil || failsAfterGrace(g, i) {
        groups[g].instances[i].isHealthy = false
        changes += 1
      }
      if !groups[g].instances[i].isHealthy, replaces {
        terminate(g, i, reason: lost.map { .loss($0) } ?? .loadBalancerCheck)
      }
    }
  }

  private func failsAfterGrace(_ g: Int, _ i: Int) -> Bool {
    guard groups[g].usesLoadBalancerChecks, groups[g].instances[i].lifecycle == .inService,
      let since = groups[g].instances[i].inServiceSince, since + milliseconds(groups[g].healthCheckGrace) <= now
    else { return false }
    return failsAtTargets(groups[g].instances[i].id, of: g)
  }

  private func failsAtTargets(_ id: String, of g: Int) -> Bool {
    for t in targetGroups.indices where targetGroups[t].everHealthy {
      guard groups[g].targetGroups.contains(targetGroups[t].arn) else { continue }
      for i in targetGroups[t].targets.indices {
        guard case .unhealthy = targetGroups[t].targets[i].state else { continue }
        if targetGroups[t].targets[i].instance == id { return true }
      }
    }
    return false
  }
}
