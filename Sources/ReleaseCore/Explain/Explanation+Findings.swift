extension Explanation {
  /// What `status --check` finds.
  static let drifts: [Explanation] = Drift.Kind.allCases.map { Explanation(.drift, $0.rawValue, $0.meaning, $0.advice) }

  static let risks: [Explanation] = [
    Explanation(
      .risk, "short-grace",
      "Auto Scaling acts on failed ELB health checks as soon as the grace period is over: a grace shorter than a boot ends "
        + "instances that only boot, again and again.", "Raise the group's health-check grace period."),
    Explanation(
      .risk, "short-warmup",
      "Without ELB health checks AWS counts an instance as ready when its warmup is over, whatever its target says.",
      "Raise rollout.warmup, or give the group ELB health checks."),
    Explanation(
      .risk, "short-bake", "A target is called unhealthy only after unhealthy threshold x interval + timeout.",
      "Raise rollout.bake, or leave it out: its default is long enough."),
    Explanation(.risk, "seldom-poll", "A verdict needs two observations.", "Lower rollout.poll."),
    Explanation(
      .risk, "short-stall", "A start within its budget would count as a stall.", "Raise rollout.stalledAfter."),
    Explanation(
      .risk, "short-timeout", "A rollout that goes well takes longer than its timeout.",
      "Raise rollout.timeout, or leave it out: its default is twice the forecast."),
    Explanation(
      .risk, "long-start", "AWS gives up a refresh that makes no progress for an hour.", "Shorten the start."),
    Explanation(
      .risk, "long-draining", "Each replaced instance drains for the whole deregistration delay.",
      "Set deregistration_delay.timeout_seconds to what the longest request takes."),
    Explanation(
      .risk, "no-whole-room",
      "The percentages leave no room for a whole instance, so AWS takes one out before it launches one.",
      "Use minHealthyPercent 100 and maxHealthyPercent 150."),
    Explanation(.risk, "outage", "Nothing serves while the first step is under way.", "Raise minHealthyPercent."),
    Explanation(
      .risk, "no-canary", "All instances are replaced at once, so a bad release meets all of them.",
      "Lower maxHealthyPercent, or set checkpoints."),
    Explanation(
      .risk, "above-max", "A refresh launches before it takes out, and may need more than the group's maximum.",
      "Raise the group's maximum by the batch."),
    Explanation(.risk, "weights", "Overrides with weights count for several units of capacity."),
    Explanation(.risk, "manual", "rollback: manual leaves a failed release to a person."),
    Explanation(.risk, "warm-pool", "A warm pool is replaced after the instances in service."),
    Explanation(.risk, "one-zone", "A zone that fails takes the whole fleet with it.", "Give the group two zones."),
  ]
}
