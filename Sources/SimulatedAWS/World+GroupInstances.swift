extension World {
  /// The instance of that id, living or terminated.
  public func instance(_ id: String) -> Instance? {
    for group in groups {
      if let found = group.instances.first(where: { $0.id == id }) { return found }
    }
    return retired.last { $0.id == id }
  }

  /// TerminateInstanceInAutoScalingGroup; gives its activity.
  @discardableResult
  public mutating func terminateInstance(_ id: String, decrementDesired: Bool) throws(Fault) -> Activity {
    guard let (g, i) = place(of: id) else {
      throw .validation("Instance Id not found - No managed instance found for instance ID: \(id)")
    }
    guard !groups[g].instances[i].lifecycle.isLeaving else {
      throw Fault("ScalingActivityInProgress", "Activity for instance \(id) is in progress.")
    }
    if decrementDesired {
      guard groups[g].desired > groups[g].min else {
        throw .validation(
          "Currently, desiredSize equals minSize (\(groups[g].min)). Terminating instance without replacement will "
            + "violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower "
            + "group's min size.")
      }
      groups[g].desired -= groups[g].instances[i].weight
    }
    terminate(g, i, reason: .userRequest)
    let activity = groups[g].activities[groups[g].activities.count - 1]
    settle()
    return activity
  }

  /// EnterStandby.
  public mutating func enterStandby(_ ids: [String], of name: String, decrementDesired: Bool) throws(Fault) {
    let g = try groupIndex(name)
    for id in ids {
      let i = try index(of: id, in: g)
      guard groups[g].instances[i].lifecycle == .inService else {
        throw .validation("The instance \(id) is not in InService.")
      }
      if decrementDesired {
        guard groups[g].desired > groups[g].min else {
          throw .validation(
            "AutoScalingGroup \(name) has min-size=\(groups[g].min), max-size=\(groups[g].max), and "
              + "desired-size=\(groups[g].desired). To place into standby 1 instance, please update the "
              + "AutoScalingGroup sizes appropriately.")
        }
        groups[g].desired -= 1
      }
      groups[g].instances[i].lifecycle = .standby
      groups[g].instances[i].inServiceSince = nil
      for t in targetGroups.indices { _ = drain(id, in: t) }
    }
    settle()
  }

  /// ExitStandby: the instances return to service, and desired capacity grows by them.
  public mutating func exitStandby(_ ids: [String], of name: String) throws(Fault) {
    let g = try groupIndex(name)
    for id in ids {
      let i = try index(of: id, in: g)
      guard groups[g].instances[i].lifecycle == .standby else {
        throw .validation("The instance \(id) is not in Standby.")
      }
      guard groups[g].desired < groups[g].max else {
        throw .validation("AutoScalingGroup \(name) has reached its max-size=\(groups[g].max).")
      }
      groups[g].desired += 1
      groups[g].instances[i].lifecycle = .inService
      groups[g].instances[i].inServiceSince = now
      for arn in groups[g].targetGroups { register(id, in: arn) }
    }
    settle()
  }

  /// SetInstanceProtection from scale-in.
  public mutating func setProtection(_ ids: [String], of name: String, isProtected: Bool) throws(Fault) {
    let g = try groupIndex(name)
    for id in ids { groups[g].instances[try index(of: id, in: g)].isProtected = isProtected }
    settle()
  }

  /// SuspendProcesses; without names all of them.
  public mutating func suspend(_ processes: [String], of name: String) throws(Fault) {
    let g = try groupIndex(name)
    for process in try known(processes) where !groups[g].suspended.contains(process) {
      groups[g].suspended.append(process)
    }
    settle()
  }

  /// ResumeProcesses; without names all of them.
  public mutating func resume(_ processes: [String], of name: String) throws(Fault) {
    let g = try groupIndex(name)
    let resumed = try known(processes)
    groups[g].suspended.removeAll { resumed.contains($0) }
    settle()
  }

  /// CreateOrUpdateTags on a group: the last writer wins.
  public mutating func setTags(_ tags: [GroupTag], of name: String) throws(Fault) {
    let g = try groupIndex(name)
    for tag in tags {
      guard (1...128).contains(tag.key.count) else { throw .validation("A tag key must have 1 to 128 characters") }
      guard tag.value.count <= 256 else { throw .validation("A tag value must have at most 256 characters") }
      if let index = groups[g].tags.firstIndex(where: { $0.key == tag.key }) {
        groups[g].tags[index] = tag
      } else {
        guard groups[g].tags.count < 50 else { throw Fault("LimitExceeded", "A group can have at most 50 tags") }
        groups[g].tags.append(tag)
      }
    }
  }

  /// DeleteTags on a group; absent keys are no error.
  public mutating func deleteTags(_ keys: [String], of name: String) throws(Fault) {
    let g = try groupIndex(name)
    groups[g].tags.removeAll { keys.contains($0.key) }
  }

  private func index(of id: String, in g: Int) throws(Fault) -> Int {
    guard let index = groups[g].instances.firstIndex(where: { $0.id == id }) else {
      throw .validation("The instance \(id) is not part of Auto Scaling group \(groups[g].name).")
    }
    return index
  }

  private func known(_ processes: [String]) throws(Fault) -> [String] {
    guard !processes.isEmpty else { return Self.processes }
    for process in processes where !Self.processes.contains(process) {
      throw .validation("\(process) is not a valid scaling process.")
    }
    return processes
  }

  /// https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html
  static let processes = [
    "Launch", "Terminate", "AddToLoadBalancer", "AlarmNotification", "AZRebalance", "HealthCheck", "InstanceRefresh",
    "ReplaceUnhealthy", "ScheduledActions",
  ]
}
