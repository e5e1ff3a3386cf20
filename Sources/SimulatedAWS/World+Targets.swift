extension World {
  /// Adds a target group; its name is unique.
  public mutating func add(_ targetGroup: TargetGroup) {
    targetGroups.removeAll { $0.name == targetGroup.name }
    targetGroups.append(targetGroup)
  }

  public mutating func add(_ loadBalancer: LoadBalancer) { loadBalancers.append(loadBalancer) }

  /// The target group of that ARN; `TargetGroupNotFound` otherwise.
  public func targetGroup(_ arn: String) throws(Fault) -> TargetGroup {
    guard let found = targetGroups.first(where: { $0.arn == arn }) else {
      throw Fault("TargetGroupNotFound", "One or more target groups not found")
    }
    return found
  }

  /// DescribeTargetHealth of every registered target, in the order of registration.
  public func targetHealth(of arn: String) throws(Fault) -> [TargetHealth] {
    let targetGroup = try targetGroup(arn)
    return targetGroup.targets.map { target in
      TargetHealth(
        instance: target.instance, port: target.port, healthCheckPort: targetGroup.checkPort ?? target.port,
        state: target.state.name, reason: target.state.reason, description: target.state.sentence)
    }
  }

  /// The targets that a request may go to: the healthy ones, or all that are registered when none is healthy (the load
  /// balancer fails open).
  ///
  /// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html
  public func routedTargets(of arn: String) -> [Route] {
    guard let targetGroup = targetGroups.first(where: { $0.arn == arn }) else { return [] }
    let healthy = targetGroup.targets.filter { $0.state == .healthy }
    let chosen =
      healthy.isEmpty
      ? targetGroup.targets.filter { target in
        switch target.state {
        case .checking, .unhealthy: true
        case .registering, .healthy, .draining, .notInUse, .invalidState: false
        }
      } : healthy
    return chosen.map { route($0, isDraining: false) }
  }

  /// The targets that only finish what they have.
  public func drainingTargets(of arn: String) -> [Route] {
    guard let targetGroup = targetGroups.first(where: { $0.arn == arn }) else { return [] }
    return targetGroup.targets.compactMap { target in
      if case .draining = target.state { route(target, isDraining: true) } else { nil }
    }
  }

  private func route(_ target: Target, isDraining: Bool) -> Route {
    Route(
      instance: target.instance, privateAddress: instance(target.instance)?.privateAddress ?? "", port: target.port,
      isDraining: isDraining)
  }
}
