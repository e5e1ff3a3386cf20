extension Explanation {
  /// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
  static let targetStates: [Explanation] = [
    Explanation(.targetState, "initial", "The target is being registered, or its first health checks are under way."),
    Explanation(.targetState, "healthy", "The target passes its health checks and gets traffic."),
    Explanation(
      .targetState, "unhealthy",
      "The target fails its health checks. When all targets do, the load balancer sends "
        + "traffic to all of them.", "See the reason beside it."),
    Explanation(.targetState, "unused", "No traffic is sent to the target, and it is not checked.", "See the reason."),
    Explanation(
      .targetState, "draining",
      "The target is being deregistered, and keeps its connections for the deregistration delay."
    ),
    Explanation(.targetState, "unavailable", "Health checks are switched off for the target group, or did not answer."),
  ]

  static let targetReasons: [Explanation] = [
    Explanation(.targetReason, "Elb.RegistrationInProgress", "The target is being registered."),
    Explanation(.targetReason, "Elb.InitialHealthChecking", "The first health checks are under way."),
    Explanation(
      .targetReason, "Elb.InternalError", "The load balancer itself failed to check; it says nothing of the target.",
      "Wait; if it stays, see AWS's health page."),
    Explanation(
      .targetReason, "Target.ResponseCodeMismatch",
      "The application answered, with a code that the target group's matcher does not count as healthy.",
      "Ask the path on the instance (curl); compare the target group's path and matcher."),
    Explanation(
      .targetReason, "Target.Timeout", "The target did not answer within the health check's timeout.",
      "The application is slow, or a security group drops the request: it must let the load balancer in on the target's "
        + "port."),
    Explanation(
      .targetReason, "Target.FailedHealthChecks",
      "The connection failed or the answer was no HTTP: nothing listens on the port, or the container is down.",
      "See the container's lines, and that it publishes the target group's port (docker run -p 4000:4000)."),
    Explanation(.targetReason, "Target.NotRegistered", "The target is not registered with this target group."),
    Explanation(
      .targetReason, "Target.NotInUse",
      "No listener uses the target group, or the load balancer is not enabled in the target's zone.",
      "Add a listener rule, or enable the zone."),
    Explanation(.targetReason, "Target.InvalidState", "The instance is stopped or terminated."),
    Explanation(.targetReason, "Target.IpUnusable", "The address is used by a load balancer and cannot be a target."),
    Explanation(
      .targetReason, "Target.HealthCheckDisabled", "Health checks are switched off for the target group.",
      "Switch them on: without them nothing can prove a release."),
    Explanation(.targetReason, "Target.DeregistrationInProgress", "The target drains before it is taken away."),
  ]

  /// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_InstanceRefresh.html
  static let refreshStatuses: [Explanation] = [
    Explanation(.refreshStatus, "Pending", "The refresh was accepted and has not begun."),
    Explanation(.refreshStatus, "InProgress", "Instances are being replaced."),
    Explanation(.refreshStatus, "Baking", "All are replaced; AWS watches its alarms for the bake time."),
    Explanation(
      .refreshStatus, "Successful",
      "AWS counts the refresh as done, and has set the group to the new version. It is no proof of health where the group "
        + "does not use ELB health checks: the targets are judged as well."),
    Explanation(
      .refreshStatus, "Failed", "The refresh ended without success; replaced instances keep the new version.",
      "wanzami-deploy rollback starts a refresh back."),
    Explanation(.refreshStatus, "Cancelling", "The refresh is being cancelled."),
    Explanation(
      .refreshStatus, "Cancelled",
      "The refresh was cancelled: part of the instances may run the new version, and a scale-out launches the old one.",
      "wanzami-deploy rollback, or release again."),
    Explanation(.refreshStatus, "RollbackInProgress", "AWS replaces the new instances by the saved version again."),
    Explanation(.refreshStatus, "RollbackSuccessful", "All instances are on the saved version again."),
    Explanation(
      .refreshStatus, "RollbackFailed", "AWS could not bring the instances back to the saved version.",
      "See the scaling activities; wanzami-deploy rollback tries with a refresh of its own."),
  ]
}
