import AWSWire
import SimulatedAWS

/// Elastic Load Balancing v2, as far as a release reads it.
///
/// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Operations.html
enum LoadBalancingFace {
  static func perform(_ operation: String, _ parameters: Parameters, _ world: World) throws(Fault) -> [XMLNode?]? {
    switch operation {
    case "DescribeTargetGroups": try describeTargetGroups(parameters, world)
    case "DescribeTargetHealth": try describeTargetHealth(parameters, world)
    case "DescribeTargetGroupAttributes": try describeAttributes(parameters, world)
    case "DescribeLoadBalancers": try describeLoadBalancers(parameters, world)
    case "DescribeListeners": try describeListeners(parameters, world)
    default: nil
    }
  }

  private static func describeTargetGroups(_ parameters: Parameters, _ world: World) throws(Fault) -> [XMLNode?] {
    let arns = parameters.texts("TargetGroupArns")
    let names = parameters.texts("Names")
    for arn in arns { _ = try world.targetGroup(arn) }
    for name in names where !world.targetGroups.contains(where: { $0.name == name }) {
      throw Fault("TargetGroupNotFound", "One or more target groups not found")
    }
    let balancer = parameters.text("LoadBalancerArn")
    let chosen = world.targetGroups.filter { group in
      (arns.isEmpty || arns.contains(group.arn)) && (names.isEmpty || names.contains(group.name))
        && (balancer.map(group.loadBalancers.contains) ?? true)
    }
    let page = try Page(
      of: chosen, token: parameters.text("Marker"), size: try parameters.int("PageSize"), default: 400, max: 400,
      invalidCode: "ValidationError")
    return [list("TargetGroups", page.items.map(describe)), element("NextMarker", page.next)]
  }

  private static func describe(_ group: World.TargetGroup) -> [XMLNode?] {
    [
      element("TargetGroupArn", group.arn), element("TargetGroupName", group.name), element("Protocol", "HTTP"),
      element("Port", group.port), element("VpcId", "vpc-0a1b2c3d4e5f60718"),
      element("HealthCheckProtocol", "HTTP"),
      element("HealthCheckPort", group.checkPort.map { String($0) } ?? "traffic-port"),
      element("HealthCheckEnabled", true), element("HealthCheckIntervalSeconds", wholeSeconds(group.interval)),
      element("HealthCheckTimeoutSeconds", wholeSeconds(group.timeout)),
      element("HealthyThresholdCount", group.healthyThreshold),
      element("UnhealthyThresholdCount", group.unhealthyThreshold), element("HealthCheckPath", group.path),
      element("Matcher", [element("HttpCode", group.matcher)]), list("LoadBalancerArns", texts: group.loadBalancers),
      element("TargetType", "instance"), element("ProtocolVersion", "HTTP1"), element("IpAddressType", "ipv4"),
    ]
  }

  private static func describeTargetHealth(_ parameters: Parameters, _ world: World) throws(Fault) -> [XMLNode?] {
    let arn = try parameters.required("TargetGroupArn")
    var health = try world.targetHealth(of: arn)
    let asked = parameters.list("Targets").compactMap { $0.text("Id") }
    if !asked.isEmpty {
      let port = try world.targetGroup(arn).port
      health = asked.map { id in
        health.first { $0.instance == id }
          ?? World.TargetHealth(
            instance: id, port: port, healthCheckPort: port, state: "unused", reason: "Target.NotRegistered",
            description: "Target is not registered to the target group")
      }
    }
    return [
      list(
        "TargetHealthDescriptions",
        health.map { target in
          [
            element("Target", [element("Id", target.instance), element("Port", target.port)]),
            element("HealthCheckPort", String(target.healthCheckPort)),
            element(
              "TargetHealth",
              [
                element("State", target.state), element("Reason", target.reason),
                element("Description", target.description),
              ]),
          ]
        })
    ]
  }

  private static func describeAttributes(_ parameters: Parameters, _ world: World) throws(Fault) -> [XMLNode?] {
    let group = try world.targetGroup(try parameters.required("TargetGroupArn"))
    let attributes = [
      ("deregistration_delay.timeout_seconds", String(wholeSeconds(group.deregistrationDelay))),
      ("stickiness.enabled", "false"), ("slow_start.duration_seconds", "0"),
      ("load_balancing.algorithm.type", "round_robin"),
      ("target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", "1"),
      ("target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage", "off"),
    ]
    return [list("Attributes", attributes.map { [element("Key", $0.0), element("Value", $0.1)] })]
  }

  private static func describeLoadBalancers(_ parameters: Parameters, _ world: World) throws(Fault) -> [XMLNode?] {
    let arns = parameters.texts("LoadBalancerArns")
    let names = parameters.texts("Names")
    let known = world.loadBalancers
    guard arns.allSatisfy({ arn in known.contains { $0.arn == arn } }),
      names.allSatisfy({ name in known.contains { $0.name == name } })
    else { throw Fault("LoadBalancerNotFound", "One or more load balancers not found") }
    let chosen = known.filter {
      (arns.isEmpty || arns.contains($0.arn)) && (names.isEmpty || names.contains($0.name))
    }
    let page = try Page(
      of: chosen, token: parameters.text("Marker"), size: try parameters.int("PageSize"), default: 400, max: 400,
      invalidCode: "ValidationError")
    let described = page.items.map { balancer in
      [
        element("LoadBalancerArn", balancer.arn), element("DNSName", balancer.dnsName),
        element("CreatedTime", balancer.created), element("LoadBalancerName", balancer.name),
        element("Scheme", "internet-facing"), element("VpcId", "vpc-0a1b2c3d4e5f60718"),
        element("State", [element("Code", "active")]), element("Type", "application"),
        element("IpAddressType", "ipv4"),
      ]
    }
    return [list("LoadBalancers", described), element("NextMarker", page.next)]
  }

  /// Each load balancer has the same listeners. Their ids are made from the balancer's, as AWS's are.
  private static func describeListeners(_ parameters: Parameters, _ world: World) throws(Fault) -> [XMLNode?] {
    let arn = try parameters.required("LoadBalancerArn")
    guard world.loadBalancers.contains(where: { $0.arn == arn }) else {
      throw Fault("LoadBalancerNotFound", "One or more load balancers not found")
    }
    let set = world.surroundings.listeners
    let all = set.isEmpty ? [World.Listener(port: 80, protocolName: "HTTP")] : set
    let page = try Page(
      of: all, token: parameters.text("Marker"), size: try parameters.int("PageSize"), default: 400, max: 400,
      invalidCode: "ValidationError")
    let group = world.targetGroups.first { $0.loadBalancers.contains(arn) }?.arn
    let listenerARN = arn.split(separator: ":loadbalancer/").joined(separator: ":listener/")
    let described = page.items.map { listener -> [XMLNode?] in
      let redirect = element(
        "RedirectConfig",
        [element("Protocol", "HTTPS"), element("Port", "443"), element("StatusCode", "HTTP_301")])
      let action =
        listener.redirects
        ? [element("Type", "redirect"), redirect] : [element("Type", "forward"), element("TargetGroupArn", group)]
      return [
        element("ListenerArn", "\(listenerARN)/\(listener.port)"), element("LoadBalancerArn", arn),
        element("Port", listener.port), element("Protocol", listener.protocolName), list("DefaultActions", [action]),
      ]
    }
    return [list("Listeners", described), element("NextMarker", page.next)]
  }

  private static func wholeSeconds(_ seconds: Double) -> Int { Int(seconds.rounded(.up)) }
}
