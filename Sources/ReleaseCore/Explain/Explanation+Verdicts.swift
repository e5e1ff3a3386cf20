extension Explanation {
  static let verdicts: [Explanation] = [
    Explanation(
      .verdict, "never-healthy",
      "A new instance was not healthy once within its budget: max(startWithin, health-check grace) + healthy threshold x "
        + "interval + timeout.",
      "See the container's lines and the console in the evidence; raise rollout.startWithin if it only boots slowly."),
    Explanation(
      .verdict, "wrong-answer",
      "The application of a new instance answers its health check with a wrong code, past its warmup and for "
        + "unhealthyAfter. 502 to 504 count as booting.", "See why it answers so in the container's lines."),
    Explanation(
      .verdict, "turned-unhealthy", "A new instance was healthy, and then unhealthy, unbroken, for unhealthyAfter.",
      "Look for a crash, a full disk or memory, or a dependency that is gone."),
    Explanation(
      .verdict, "flapping", "A new instance turned from healthy to unhealthy three times.",
      "Look for answers slower than the health check's timeout, and for restarts."),
    Explanation(
      .verdict, "crash-loop",
      "Several new instances were taken out for failed ELB health checks: at least two, or 5 % of them.",
      "See the container's lines in the evidence."),
    Explanation(
      .verdict, "wiring", "The load balancer does not use a new target (Target.NotInUse).",
      "Attach the target group to a listener rule, and enable the instance's zone for the load balancer."),
    Explanation(
      .verdict, "below-floor", "An old target drains while fewer healthy ones are left than the floor allows.",
      "See whether something else scales or ends instances."),
    Explanation(
      .verdict, "launch-refused",
      "EC2 refused launches for the same cause, with nothing new in service in between: the AMI, the template, the "
        + "profile, a key or a permission.", "See the scaling activity's words in the evidence."),
    Explanation(.verdict, "alarm", "An alarm of rollout.alarms went to ALARM and was not there at the start."),
    Explanation(.verdict, "refresh-failed", "AWS ended the instance refresh as Failed.", "See its reason in the log."),
    Explanation(
      .verdict, "ended-by-others", "Somebody else, or AWS itself, cancelled or rolled back the refresh.",
      "Ask who did; wanzami-deploy rollback or release goes on from there."),
    Explanation(.verdict, "another-refresh", "Another instance refresh than this run's holds the group."),
    Explanation(
      .verdict, "stalled",
      "No progress for stalledAfter. Waiting at a checkpoint, the bake, draining, warmup and suspended processes are no "
        + "stall.", "See what the refresh waits for in the log: capacity, quota, or instances that never get ready."),
    Explanation(
      .verdict, "timed-out", "The rollout did not end within rollout.timeout.",
      "Compare with the forecast of wanzami-deploy plan; a long deregistration delay is the usual cause."),
  ]

  static let launchRefusals: [Explanation] = ActivityClass.Refusal.allCases.map { why in
    Explanation(.refusal, why.rawValue, why.meaning, why.isWaitedFor ? "Waited for until stalledAfter." : nil)
  }

  static let removals: [Explanation] = ActivityClass.Removal.allCases.map { why in
    Explanation(
      .removal, why.rawValue, "An instance was taken out \(why.inWords).",
      why == .elbHealth ? nil : "It says nothing against the release, and is only shown.")
  }
}

extension ActivityClass.Refusal {
  fileprivate var meaning: String {
    switch self {
    case .capacity: "The zone has no capacity for the instance type at the moment."
    case .spot: "There is no Spot capacity, or the price is above the limit."
    case .quota: "The account's quota of instances or vCPUs is used up."
    case .zoneLacksType: "The zone does not have the instance type."
    case .image: "The AMI is gone, not ready, or of another architecture than the instance type."
    case .template: "The template names something that does not exist: security group, key pair, subnet or volume."
    case .permission: "Auto Scaling, or the principal that started the refresh, may not launch it."
    case .profile: "The template's instance profile does not exist, or is not usable yet."
    case .wiring: "The group cannot register instances with its target group or load balancer."
    case .hook: "A lifecycle hook abandoned the launch, or nothing answered it in time."
    case .unknown: "The words of the scaling activity are not known to this program."
    }
  }
}
