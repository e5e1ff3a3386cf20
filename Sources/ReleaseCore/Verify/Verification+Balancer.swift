extension Verification.Reader {
  var balancer: [Check] {
    ofGroup { group in
      guard !group.targetGroups.isEmpty else {
        return [
          Check(
            .failed, "the group has no target group: no load balancer can prove a release",
            command: "aws autoscaling attach-load-balancer-target-groups --auto-scaling-group-name \(name) "
              + "--target-group-arns ARN")
        ]
      }
      let state = facts.balancers.checks(of: "load balancers") { balancers in
        balancers.map { balancer in
          Check(balancer.state == "active" ? .ok : .failed, "load balancer \(balancer.name) is \(balancer.state)")
        }
      }
      return state + facts.targetGroups.checks(of: "target groups") { $0.flatMap { wiring($0) + health($0, group) } }
    }
  }

  private func wiring(_ group: TargetGroup) -> [Check] {
    guard group.isAttached else {
      return [
        Check(
          .failed, "no load balancer uses target group \(group.name): its targets are never checked",
          command: "aws elbv2 create-rule --listener-arn ARN --actions Type=forward,TargetGroupArn=\(group.arn)")
      ]
    }
    var checks = [
      Check(
        .ok,
        "target group \(group.name): port \(group.port), GET \(group.path) expects \(group.matcher) each "
          + group.interval.inWords)
    ]
    if group.path == "/" {
      checks.append(
        Check(
          .warning, "target group \(group.name) asks /, which a broken service may answer too",
          command: "aws elbv2 modify-target-group --target-group-arn \(group.arn) --health-check-path /api/health"))
    }
    if group.deregistrationDelay >= .seconds(300) {
      checks.append(
        Check(
          .warning, "each replaced instance drains for \(group.deregistrationDelay.wholeSecondsRoundedUp) s",
          command: "aws elbv2 modify-target-group-attributes --target-group-arn \(group.arn) "
            + "--attributes Key=deregistration_delay.timeout_seconds,Value=30"))
    }
    return checks
  }

  private func health(_ targetGroup: TargetGroup, _ group: Group) -> [Check] {
    guard targetGroup.isAttached else { return [] }
    return facts.targets.checks(of: "targets of \(targetGroup.name)") { targets in
      let registered = (targets[targetGroup.arn] ?? []).filter { $0.state != .draining }
      let healthy = registered.count { $0.state == .healthy }
      let counted = "\(healthy) of \(registered.count) targets of \(targetGroup.name) are healthy"
      guard !registered.isEmpty else {
        return [Check(.failed, "target group \(targetGroup.name) has no registered target")]
      }
      guard healthy < registered.count else { return [Check(.ok, counted)] }
      let sick = registered.filter { $0.state != .healthy }.prefix(3).map { "\($0.id) \(describe($0))" }
      return [
        Check(
          healthy == 0 ? .failed : .warning, "\(counted): \(sick.joined(separator: "; "))",
          command: sick.first.map { _ in "wanzami-deploy explain \(reason(registered))" })
      ]
    }
  }

  private func reason(_ targets: [Target]) -> String {
    targets.first { $0.state != .healthy && $0.reason != nil }?.reason ?? "unhealthy"
  }
}
