extension Verification.Reader {
  var group: [Check] {
    facts.group.checks(of: "group \(name)") { found in
      guard let group = found else {
        return [
          Check(
            .failed, "there is no Auto Scaling group \(name) in this account and region",
            command: "wanzami-deploy init")
        ]
      }
      return state(group) + configuration(group) + refresh(group) + processes(group) + health(group) + room(group)
        + aside(group)
    }
  }

  private func state(_ group: Group) -> [Check] {
    guard group.isActive else { return [Check(.failed, "group \(name) is being deleted")] }
    guard group.desired > 0 else {
      return [
        Check(
          .failed, "group \(name) has desired capacity 0: nothing can prove a release",
          command: "aws autoscaling set-desired-capacity --auto-scaling-group-name \(name) --desired-capacity 2")
      ]
    }
    let zones = Set(group.instances.map(\.zone)).sorted()
    let serving = group.instances.count { $0.lifecycle == .inService }
    return [
      Check(
        .ok,
        "desired \(group.desired), min \(group.min), max \(group.max); \(serving) in service"
          + (zones.isEmpty ? "" : " in \(zones.joined(separator: ", "))"))
    ]
  }

  private func configuration(_ group: Group) -> [Check] {
    let survey = Survey(
      group: group, template: facts.template.value ?? nil, targetGroups: [], targets: [:], repository: "")
    if case .unknown(let why) = facts.template { return [Check(.skipped, "what it launches: \(why)")] }
    let refusals = Preflight.configurationRefusals(survey)
    guard refusals.isEmpty, let reference = group.configuration.template, let template = survey.template else {
      return refusals.map { Check(.failed, $0) }
    }
    switch Preflight.savedVersion(of: group, template: template) {
    case .failure(let refusal): return [Check(.failed, refusal.sentence)]
    case .success(let number) where reference.version.number == nil:
      return [
        Check(
          .warning,
          "the group is set to \(reference.version), which AWS cannot roll back to; a release sets it to version "
            + "\(number), which its instances run, first")
      ]
    case .success(let number): return [Check(.ok, "set to version \(number) of \(template.name), a number")]
    }
  }

  private func refresh(_ group: Group) -> [Check] {
    facts.refreshes.checks(of: "instance refreshes") { refreshes in
      guard let active = refreshes.first(where: { $0.status.isActive }) else {
        return [Check(.ok, "no instance refresh is under way")]
      }
      return [
        Check(
          .failed,
          "instance refresh \(active.id) holds the group: \(active.status.rawValue), "
            + "\(active.percentComplete) % complete", command: "wanzami-deploy status --watch")
      ]
    }
  }

  private func processes(_ group: Group) -> [Check] {
    let needed: Set = ["Launch", "Terminate", "AddToLoadBalancer", "HealthCheck", "InstanceRefresh"]
    let suspended = group.suspendedProcesses.intersection(needed).sorted()
    guard !suspended.isEmpty else { return [Check(.ok, "no process that a refresh needs is suspended")] }
    return [
      Check(
        .failed, "suspended: \(suspended.joined(separator: ", ")): a refresh would stall or prove nothing",
        command: "aws autoscaling resume-processes --auto-scaling-group-name \(name) --scaling-processes "
          + suspended.joined(separator: " "))
    ]
  }

  private func health(_ group: Group) -> [Check] {
    var checks: [Check] = []
    if group.healthCheckTypes.contains("ELB") {
      checks.append(Check(.ok, "uses ELB health checks, so AWS waits for targets"))
    } else {
      checks.append(
        Check(
          .warning, "uses no ELB health checks, so AWS does not wait for targets",
          command:
            "aws autoscaling update-auto-scaling-group --auto-scaling-group-name \(name) --health-check-type ELB "
            + "--health-check-grace-period 300"))
    }
    let settings = RolloutSettings(
      pipeline: pipeline.rollout, group: group, targetGroups: facts.targetGroups.value ?? [])
    let grace = Risk.durations(settings, group, facts.targetGroups.value ?? []).filter { $0.name == "short-grace" }
    checks += grace.map { Check(.warning, $0.sentence, command: $0.command) }
    if grace.isEmpty { checks.append(Check(.ok, "health-check grace period \(group.healthCheckGrace.inWords)")) }
    if pipeline.rollout.warmup == nil, group.defaultWarmup == nil {
      checks.append(
        Check(
          .warning, "neither the pipeline nor the group says how long an instance warms up; 2m is taken",
          command: "aws autoscaling update-auto-scaling-group --auto-scaling-group-name \(name) "
            + "--default-instance-warmup 60"))
    } else {
      checks.append(Check(.ok, "warmup \(settings.warmup.inWords)"))
    }
    return checks
  }

  private func room(_ group: Group) -> [Check] {
    let settings = RolloutSettings(
      pipeline: pipeline.rollout, group: group, targetGroups: facts.targetGroups.value ?? [])
    guard let highest = settings.steps.highest else { return [] }
    let quota = Check(
      .skipped, "quotas of the account are not asked: \(highest) instances run at the most",
      command: "aws service-quotas get-service-quota --service-code ec2 --quota-code L-1216C47A")
    guard highest > group.max else {
      return [Check(.ok, "\(highest) run at the most, and the group's maximum is \(group.max)"), quota]
    }
    return [
      Check(
        .warning, "\(highest) run at the most, and the group's maximum is \(group.max)",
        command: "aws autoscaling update-auto-scaling-group --auto-scaling-group-name \(name) --max-size \(highest)"),
      quota,
    ]
  }

  private func aside(_ group: Group) -> [Check] {
    let aside = group.instances.filter { $0.lifecycle == .standby || $0.isProtected }.map(\.id).sorted()
    var checks: [Check] = []
    if !aside.isEmpty {
      checks.append(
        Check(
          .warning, "standby or scale-in-protected: \(aside.joined(separator: ", ")); they keep their version",
          command:
            "aws autoscaling set-instance-protection --no-protected-from-scale-in --auto-scaling-group-name \(name) "
            + "--instance-ids \(aside.joined(separator: " "))"))
    }
    if group.hasWarmPool { checks.append(Check(.warning, "has a warm pool, which is replaced last")) }
    return checks
  }
}
