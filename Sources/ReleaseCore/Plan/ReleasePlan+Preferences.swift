extension ReleasePlan {
  /// One member of StartInstanceRefresh's Preferences, by AWS's own name.
  public struct Preference: Equatable, Sendable {
    public var name: String
    public var value: String
    /// What decided it.
    public var origin: String
  }

  /// The preferences as they will be sent; a member that is not in the list is not sent.
  ///
  /// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RefreshPreferences.html
  public func preferences(_ pipeline: Pipeline) -> [Preference] {
    let rollout = pipeline.rollout
    let group = survey.group
    let policy = group.maintenance == nil ? "default for this size" : "the group's maintenance policy"
    var list = [
      Preference(
        name: "MinHealthyPercentage", value: String(order.percent.min),
        origin: rollout.minHealthyPercent == nil
          ? (rollout.maxHealthyPercent == nil ? policy : "default")
          : "rollout.minHealthyPercent"),
      Preference(
        name: "MaxHealthyPercentage", value: String(order.percent.max),
        origin: rollout.maxHealthyPercent == nil ? policy : "rollout.maxHealthyPercent"),
      Preference(name: "InstanceWarmup", value: String(order.warmupSeconds), origin: warmupOrigin(rollout)),
    ]
    if !order.checkpoints.isEmpty {
      list += [
        Preference(
          name: "CheckpointPercentages", value: order.checkpoints.map(String.init).joined(separator: ", "),
          origin: "rollout.checkpoints"),
        Preference(
          name: "CheckpointDelay", value: String(order.checkpointDelaySeconds), origin: "rollout.checkpointDelay"),
      ]
    }
    list += [
      Preference(name: "SkipMatching", value: String(order.skipMatching), origin: "every instance is replaced"),
      Preference(name: "AutoRollback", value: String(order.autoRollback), origin: autoRollbackOrigin(pipeline)),
      Preference(
        name: "ScaleInProtectedInstances", value: order.protected == .ignore ? "Ignore" : "Refresh",
        origin: "rollout.protected"),
      Preference(
        name: "StandbyInstances", value: order.protected == .ignore ? "Ignore" : "Terminate",
        origin: "rollout.protected"),
    ]
    if !order.alarms.isEmpty {
      list.append(Preference(name: "Alarms", value: order.alarms.joined(separator: ", "), origin: "rollout.alarms"))
    }
    list.append(
      Preference(
        name: "BakeTime", value: String(order.bakeSeconds),
        origin: rollout.bake == nil ? "default for the health checks" : "rollout.bake"))
    return list
  }

  private func warmupOrigin(_ rollout: Pipeline.Rollout) -> String {
    if settings.warmupSent > settings.warmup { return "rollout.startWithin: no ELB health checks" }
    if rollout.warmup != nil { return "rollout.warmup" }
    return survey.group.defaultWarmup == nil ? "default" : "the group's default warmup"
  }

  private func autoRollbackOrigin(_ pipeline: Pipeline) -> String {
    if order.autoRollback { return "AWS goes back if nobody watches" }
    if pipeline.rollback == .manual { return "rollback: manual" }
    return aim == nil ? "nothing passed to go back to" : "the saved version did not pass"
  }
}
