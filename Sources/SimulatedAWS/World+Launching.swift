extension World {
  /// What the group launches from at this moment: a refresh under way launches its desired configuration.
  func launchSource(of group: Group) -> LaunchSource {
    guard let refresh = group.activeRefresh, let desired = refresh.desired else { return group.source }
    switch refresh.status {
    case .pending, .inProgress, .baking: return desired
    case .cancelling, .rollbackInProgress, .successful, .failed, .cancelled, .rollbackSuccessful, .rollbackFailed:
      return group.source
    }
  }

  /// Launches one instance; returns whether it was ordered.
  @discardableResult
  mutating func launch(in g: Int, reason: Activity.Reason) -> Bool {
    guard !groups[g].isSuspended("Launch") else { return false }
    if let retry = groups[g].launchRetryAt, retry > now { return false }
    let order: LaunchPlan
    do {
      order = try plan(for: launchSource(of: groups[g]))
    } catch {
      failLaunch(in: g, reason: reason, message: error.message)
      return false
    }
    if !launchFaults.isEmpty {
      failLaunch(in: g, reason: reason, message: words(for: launchFaults.removeFirst(), order))
      return false
    }
    let instance = instance(from: order, in: g)
    groups[g].instances.append(instance)
    record(.launch(instance: instance.id), reason, zone: instance.zone, in: g, status: "InProgress")
    effects.append(
      .launch(
        Launch(
          instance: instance.id, privateAddress: instance.privateAddress, userData: instance.userData,
          instanceType: instance.instanceType, imageID: instance.imageID, version: instance.version)))
    changes += 1
    return true
  }

  private mutating func instance(from order: LaunchPlan, in g: Int) -> Instance {
    let group = groups[g]
    launches += 1
    let zone = group.zones.isEmpty ? "\(region)a" : group.zones[launches % group.zones.count]
    return Instance(
      id: "i-0" + random.hex(16), privateAddress: freeAddress(), imageID: order.imageID,
      instanceType: order.instanceType, zone: zone, templateID: order.template.id, templateName: order.template.name,
      version: order.version, userData: order.userData, launched: now, state: .pending, lifecycle: .pending,
      isHealthy: true, isProtected: group.protectsNewInstances, weight: order.weight,
      tags: [Tag("aws:autoscaling:groupName", group.name)]
        + group.tags.filter(\.propagates).map { Tag($0.key, $0.value) }, group: group.name)
  }

  /// A loopback address that no living instance has: 127.<network>.10.1 and upwards, each used again as late as possible.
  private func freeAddress() -> String {
    var number = launches - 1
    while true {
      let place = number % 50_000
      let address = "127.\(network).\(10 + place / 250).\(1 + place % 250)"
      if !groups.contains(where: { $0.instances.contains { $0.privateAddress == address } }) { return address }
      number += 1
    }
  }

  private mutating func failLaunch(in g: Int, reason: Activity.Reason, message: String) {
    record(.launch(instance: nil), reason, zone: groups[g].zones.first ?? "", in: g, status: "Failed", message: message)
    let doublings = min(groups[g].launchFailures, 5)
    groups[g].launchFailures += 1
    groups[g].launchRetryAt = now + milliseconds(min(pace.launchRetry * Double(1 << doublings), 300))
    changes += 1
  }

  private func words(for fault: LaunchFault, _ order: LaunchPlan) -> String {
    let tail = "Launching EC2 instance failed."
    return switch fault {
    case .insufficientCapacity:
      "We currently do not have sufficient \(order.instanceType) capacity in the Availability Zone you requested "
        + "(\(region)a). Our system will be working on provisioning additional capacity. \(tail)"
    case .imageGone: "The image id '[\(order.imageID)]' does not exist. \(tail)"
    case .quota:
      "You have requested more vCPU capacity than your current vCPU limit of 32 allows for the instance bucket that "
        + "the specified instance type belongs to. \(tail)"
    case .message(let message): message
    }
  }

  /// The boot is over: the instance joins its target groups, then comes into service (after the group's launch hooks).
  /// An instance that is already leaving is left alone.
  public mutating func instanceRunning(_ id: String, at time: WorldTime) {
    advance(to: time)
    guard let (g, i) = place(of: id), groups[g].instances[i].state == .pending else { return }
    groups[g].instances[i].state = .running
    groups[g].launchFailures = 0
    groups[g].launchRetryAt = nil
    if let hold = groups[g].launchHooks.map(\.completesAfterSeconds).max() {
      groups[g].instances[i].lifecycle = .pendingWait
      groups[g].instances[i].hookUntil = now + milliseconds(hold)
    } else {
      enterService(g, i)
    }
    settle()
  }

  /// The instance could not be started after all.
  public mutating func launchFailed(_ id: String, message: String, at time: WorldTime) {
    advance(to: time)
    guard let (g, i) = place(of: id), groups[g].instances[i].state == .pending else { return }
    retire(g, i)
    close(.launch(instance: id), in: g, status: "Failed", message: message)
    let doublings = min(groups[g].launchFailures, 5)
    groups[g].launchFailures += 1
    groups[g].launchRetryAt = now + milliseconds(min(pace.launchRetry * Double(1 << doublings), 300))
    settle()
  }

  /// Lifecycle hooks that are over.
  mutating func finishHooks(_ g: Int) {
    for i in groups[g].instances.indices {
      guard let until = groups[g].instances[i].hookUntil, until <= now else { continue }
      groups[g].instances[i].hookUntil = nil
      if groups[g].instances[i].lifecycle == .pendingWait { enterService(g, i) }
    }
  }

  private mutating func enterService(_ g: Int, _ i: Int) {
    let id = groups[g].instances[i].id
    if !groups[g].isSuspended("AddToLoadBalancer") {
      for arn in groups[g].targetGroups { register(id, in: arn) }
    }
    groups[g].instances[i].lifecycle = .inService
    groups[g].instances[i].inServiceSince = now
    close(.launch(instance: id), in: g, status: "Successful")
    changes += 1
  }

  /// Where an instance that is not gone stands.
  func place(of id: String) -> (group: Int, instance: Int)? {
    for g in groups.indices {
      if let i = groups[g].instances.lastIndex(where: { $0.id == id }) { return (g, i) }
    }
    return nil
  }
}
