extension Preflight {
  /// What of the group's configuration AWS or we cannot release, by name.
  static func configurationRefusals(_ survey: Survey) -> [String] {
    let name = survey.group.name
    switch survey.group.configuration {
    case .none:
      return ["group \(name) has no launch template. Give it one."]
    case .launchConfiguration(let configuration):
      return [
        "group \(name) uses launch configuration \(configuration), which has no versions to go back to. "
          + "Move it to a launch template."
      ]
    case .template:
      return survey.template == nil ? ["the launch template of group \(name) could not be found."] : []
    case .mixedInstances(let policy):
      return policyRefusals(policy, of: survey.group)
    }
  }

  private static func policyRefusals(_ policy: MixedInstances, of group: Group) -> [String] {
    var refusals: [String] = []
    if policy.overrides.contains(where: \.hasRequirements) {
      refusals.append(
        "group \(group.name) selects instances by attributes (InstanceRequirements); an instance refresh with a "
          + "desired configuration does not support that. Name instance types instead.")
    }
    if let override = policy.overrides.first(where: { $0.template != nil }) {
      refusals.append(
        "an override of group \(group.name) (\(override.instanceType ?? "?")) names a launch template of its own, "
          + "which a release would not change. Use one template for all overrides.")
    }
    if let heavy = policy.overrides.first(where: { ($0.weight ?? 1) >= group.desired && ($0.weight ?? 1) > 1 }) {
      refusals.append(
        "the weight \(heavy.weight ?? 1) of \(heavy.instanceType ?? "an override") in group \(group.name) reaches the "
          + "desired capacity \(group.desired): all instances could be replaced at once. Raise the capacity or lower "
          + "the weight.")
    }
    return refusals
  }

  /// What of the fleet's state forbids a rollout, by name.
  static func fleetRefusals(_ survey: Survey) -> [String] {
    let group = survey.group
    var refusals: [String] = []
    if !group.isActive {
      refusals.append("group \(group.name) is being deleted.")
    }
    if group.desired == 0 {
      refusals.append("group \(group.name) has desired capacity 0: nothing can prove a release. Scale it out first.")
    }
    if group.targetGroups.isEmpty {
      refusals.append(
        "group \(group.name) has no target group: no load balancer can prove a release. Attach one "
          + "(aws autoscaling attach-load-balancer-target-groups).")
    }
    for targetGroup in survey.targetGroups {
      if !targetGroup.isAttached {
        refusals.append(
          "no load balancer uses target group \(targetGroup.name): its targets are never checked. "
            + "Add it to a listener rule.")
      } else if group.desired > 0 && (survey.targets[targetGroup.arn] ?? []).isEmpty {
        refusals.append(
          "target group \(targetGroup.name) has no registered target although group \(group.name) wants "
            + "\(group.desired) instances. See why they are not registered before a release.")
      }
    }
    let needed: Set = ["Launch", "Terminate", "AddToLoadBalancer", "HealthCheck", "InstanceRefresh"]
    let suspended = group.suspendedProcesses.intersection(needed).sorted()
    if !suspended.isEmpty {
      refusals.append(
        "group \(group.name) has suspended \(suspended.joined(separator: ", ")): a refresh would stall or prove nothing. "
          + "Run aws autoscaling resume-processes --auto-scaling-group-name \(group.name) "
          + "--scaling-processes \(suspended.joined(separator: " ")).")
    }
    return refusals
  }

  /// AWS refuses a refresh whose alarms are not OK, INSUFFICIENT_DATA included.
  ///
  /// https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-rollback.html
  static func alarmRefusals(_ survey: Survey, named names: [String]) -> [String] {
    names.compactMap { name in
      guard let alarm = survey.alarms.first(where: { $0.name == name }) else {
        return "alarm \(name), named in rollout.alarms, does not exist in this region."
      }
      guard alarm.state != .ok else { return nil }
      return "alarm \(name) is \(alarm.state.rawValue)\(alarm.reason.map { " (\($0))" } ?? ""): AWS starts no refresh "
        + "with it. Wait until it is OK, or go on with --incident."
    }
  }

  /// What is odd but forbids nothing: said before the rollout.
  static func warnings(_ clearance: Clearance, _ options: ReleaseOptions) -> [String] {
    let group = clearance.survey.group
    var warnings: [String] = []
    if !group.healthCheckTypes.contains("ELB") {
      warnings.append(
        "group \(group.name) does not use ELB health checks, so AWS does not wait for targets; the warmup sent is "
          + "\(clearance.settings.warmupSent.wholeSecondsRoundedUp) s. To mend it: aws autoscaling "
          + "update-auto-scaling-group --auto-scaling-group-name \(group.name) --health-check-type ELB "
          + "--health-check-grace-period 60")
    }
    let foreign = clearance.template.foreignVersions(
      toSaved: clearance.saved, repository: clearance.survey.repository
    ).filter { number in options.template.map { number > $0 } ?? true }
    if !foreign.isEmpty {
      warnings.append(
        "launch template \(clearance.template.name) has newer versions that no release made "
          + "(\(foreign.map(String.init).joined(separator: ", "))); they are not taken in: version \(clearance.source) is "
          + "the source. See wanzami-deploy plan --template \(foreign[foreign.count - 1]).")
    }
    if group.hasWarmPool {
      warnings.append(
        "group \(group.name) has a warm pool: AWS replaces it after what is in service, which takes longer; what waits "
          + "in it counts for nothing.")
    }
    let aside = group.instances.filter { $0.lifecycle == .standby || $0.isProtected }.map(\.id)
    if !aside.isEmpty && clearance.settings.protected == .ignore {
      warnings.append(
        "standby or scale-in-protected instances keep their version: \(aside.joined(separator: ", ")).")
    }
    return warnings
  }
}
