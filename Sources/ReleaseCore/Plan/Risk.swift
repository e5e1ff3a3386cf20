/// Something about a rollout that may surprise, and forbids nothing.
public struct Risk: Equatable, Sendable {
  /// One word for machines, such as `long-draining`.
  public var name: String
  /// One or more whole sentences, without a full stop at the end.
  public var sentence: String
  /// The command that mends it, where one does.
  public var command: String?

  public init(_ name: String, _ sentence: String, command: String? = nil) {
    self.name = name
    self.sentence = sentence
    self.command = command
  }
}

extension Risk {
  /// What is risky about replacing this fleet with these settings: relations between durations first, then capacity,
  /// then what a rollback could not undo.
  public static func all(
    settings: RolloutSettings, group: Group, targetGroups: [TargetGroup], policy: Pipeline.RollbackPolicy
  ) -> [Risk] {
    durations(settings, group, targetGroups) + draining(targetGroups) + capacity(settings, group)
      + safety(settings, group, policy)
  }

  /// Relations between durations that are each fine alone.
  public static func durations(_ settings: RolloutSettings, _ group: Group, _ targetGroups: [TargetGroup]) -> [Risk] {
    let slowest = targetGroups.map(\.firstHealthy).max() ?? .zero
    let turns = targetGroups.map(\.turnsUnhealthy).max() ?? .zero
    let budget = max(settings.startWithin, group.healthCheckGrace) + slowest
    var risks: [Risk] = []
    if group.healthCheckTypes.contains("ELB"), group.healthCheckGrace < turns + Forecast.launch {
      risks.append(
        Risk(
          "short-grace",
          "the group's health-check grace period is \(group.healthCheckGrace.inWords), and a target that boots can be "
            + "called unhealthy \(turns.inWords) after it registered: Auto Scaling may end instances that only boot",
          command: "aws autoscaling update-auto-scaling-group --auto-scaling-group-name \(group.name) "
            + "--health-check-grace-period \((settings.startWithin + turns).wholeSecondsRoundedUp)"))
    }
    if settings.warmupSent < slowest, !group.healthCheckTypes.contains("ELB") {
      risks.append(
        Risk(
          "short-warmup",
          "the warmup is \(settings.warmupSent.inWords), and a first healthy answer may take \(slowest.inWords)"))
    }
    if settings.bake < turns {
      risks.append(
        Risk(
          "short-bake",
          "the bake is \(settings.bake.inWords), and a target is called unhealthy only after \(turns.inWords): a release "
            + "that breaks at its end passes"))
    }
    if settings.unhealthyAfter < settings.poll * 2 {
      risks.append(
        Risk(
          "seldom-poll",
          "rollout.poll is \(settings.poll.inWords), so what lasts for rollout.unhealthyAfter "
            + "(\(settings.unhealthyAfter.inWords)) is not seen twice in that time"))
    }
    if settings.stalledAfter < budget {
      risks.append(
        Risk(
          "short-stall",
          "rollout.stalledAfter is \(settings.stalledAfter.inWords), and a start may take \(budget.inWords): a slow start "
            + "counts as a stall"))
    }
    if settings.timeout < settings.forecast.total {
      risks.append(
        Risk(
          "short-timeout",
          "rollout.timeout is \(settings.timeout.inWords), and the forecast is \(settings.forecast.total.inWords): the rollout "
            + "fails before it ends"))
    }
    if budget > .seconds(3600) {
      risks.append(
        Risk(
          "long-start",
          "a start may take \(budget.inWords), and AWS gives up a refresh that makes no progress for an hour"))
    }
    return risks
  }

  private static func draining(_ targetGroups: [TargetGroup]) -> [Risk] {
    targetGroups.filter { $0.deregistrationDelay >= .seconds(300) }.map { group in
      Risk(
        "long-draining",
        "the deregistration delay of target group \(group.name) is \(group.deregistrationDelay.wholeSecondsRoundedUp) s, "
          + "and each replaced instance drains for all of it, even when idle",
        command: "aws elbv2 modify-target-group-attributes --target-group-arn \(group.arn) "
          + "--attributes Key=deregistration_delay.timeout_seconds,Value=30")
    }
  }

  private static func capacity(_ settings: RolloutSettings, _ group: Group) -> [Risk] {
    let steps = settings.steps
    guard let lowest = steps.lowest, let highest = steps.highest else { return [] }
    var risks: [Risk] = []
    if lowest < group.desired, settings.percent.floor(desired: group.desired) < roundedUpFloor(settings, group) {
      risks.append(
        Risk(
          "no-whole-room",
          "\(settings.minHealthyPercent)–\(settings.maxHealthyPercent) % of \(group.desired) leaves no room for a whole "
            + "instance, so AWS takes one out first; 100–150 % would launch one first"))
    } else if lowest == 0 {
      risks.append(Risk("outage", "nothing is in service while the first step is under way"))
    }
    if steps.steps.count == 1, steps.total > 1 {
      risks.append(Risk("no-canary", "all \(steps.total) are replaced in one step, so no first one proves the release"))
    }
    if highest > group.max {
      risks.append(
        Risk(
          "above-max",
          "\(highest) run at the most, and the group's maximum is \(group.max); AWS does not say whether a refresh may "
            + "pass it"))
    }
    if group.configuration.hasWeights {
      risks.append(Risk("weights", "the group has weights: the steps are counted in units of capacity"))
    }
    return risks
  }

  /// ceil(desired x min / 100), before the rule that rounding never blocks a refresh.
  private static func roundedUpFloor(_ settings: RolloutSettings, _ group: Group) -> Int {
    (group.desired * settings.minHealthyPercent + 99) / 100
  }

  private static func safety(
    _ settings: RolloutSettings, _ group: Group, _ policy: Pipeline.RollbackPolicy
  ) -> [Risk] {
    var risks: [Risk] = []
    if policy == .manual {
      risks.append(Risk("manual", "rollback is manual: a failed release stays until a person acts"))
    }
    if group.hasWarmPool {
      risks.append(
        Risk("warm-pool", "the group has a warm pool, which is replaced after what is in service, and takes longer"))
    }
    if Set(group.instances.filter { $0.lifecycle == .inService }.map(\.zone)).count == 1, group.desired > 1 {
      risks.append(Risk("one-zone", "all instances in service are in one zone"))
    }
    return risks
  }
}

extension SavedConfiguration {
  /// Whether some override counts for more than one unit of capacity.
  var hasWeights: Bool {
    guard case .mixedInstances(let policy) = self else { return false }
    return policy.overrides.contains { ($0.weight ?? 1) > 1 }
  }
}
