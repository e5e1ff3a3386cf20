import AWSWire

/// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/
public struct ELBv2: Sendable {
  let caller: AWSCaller

  /// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroup.html
  public struct TargetGroup: Equatable, Sendable {
    public var arn: String
    public var name: String
    public var protocolName: String?
    public var port: Int?
    /// `instance`, `ip`, `lambda` or `alb`.
    public var targetType: String?
    /// At most one; none: no listener uses it, and every target is `unused`.
    public var loadBalancerARNs: [String]
    public var healthCheck: HealthCheck
  }

  public struct HealthCheck: Equatable, Sendable {
    public var isEnabled: Bool
    public var protocolName: String?
    /// A number, or `traffic-port`.
    public var port: String?
    public var path: String?
    /// Seconds.
    public var interval: Int
    public var timeout: Int
    public var healthyThreshold: Int
    public var unhealthyThreshold: Int
    /// `200`, `200,202` or `200-299`.
    public var matcher: String?
  }

  /// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html
  public struct TargetHealth: Equatable, Sendable {
    public var id: String
    public var port: Int?
    public var zone: String?
    /// `initial`, `healthy`, `unhealthy`, `unused`, `draining`, `unhealthy.draining` or `unavailable`.
    public var state: String
    /// Such as `Target.ResponseCodeMismatch`; none for a healthy target.
    public var reason: String?
    /// Such as `Health checks failed with these codes: [502]`.
    public var description: String?
  }

  public struct LoadBalancer: Equatable, Sendable {
    public var arn: String
    public var name: String
    public var dnsName: String?
    /// `application`, `network` or `gateway`.
    public var type: String?
    /// `active`, `provisioning`, `active_impaired` or `failed`.
    public var state: String
    public var stateReason: String?
    public var zones: [String]
  }

  public struct Listener: Equatable, Sendable {
    public var arn: String
    public var port: Int?
    /// `HTTP`, `HTTPS`, `TLS`, `TCP`, …
    public var protocolName: String
    /// What it does with what no rule takes: `forward`, `redirect`, `fixed-response`, …
    public var actions: [String]
    /// The protocol that it redirects to, where it does.
    public var redirectProtocol: String?
  }

  /// The listeners of a load balancer.
  public func describeListeners(of loadBalancer: String) async throws(AWSError) -> [Listener] {
    try await caller.pages(.elbv2, "DescribeListeners", of: loadBalancer, by: \.arn) { token throws(AWSError) in
      try await caller.query(.elbv2, "DescribeListeners", of: loadBalancer) { form in
        form.add("LoadBalancerArn", loadBalancer)
        form.add("Marker", token)
      } decode: { node throws(MissingMember) in
        let found = try node.list("Listeners").map { listener throws(MissingMember) in
          Listener(
            arn: try listener.required("ListenerArn"), port: listener.int("Port"),
            protocolName: listener.string("Protocol") ?? "",
            actions: listener.list("DefaultActions").compactMap { $0.nonEmpty("Type") },
            redirectProtocol: listener.list("DefaultActions").compactMap { $0["RedirectConfig"]?.nonEmpty("Protocol") }
              .first)
        }
        return (items: found, next: node.nonEmpty("NextMarker"))
      }
    }
  }

  /// Target groups by ARN; one that is missing is `notFound`.
  public func describeTargetGroups(arns: [String]) async throws(AWSError) -> [TargetGroup] {
    guard !arns.isEmpty else { return [] }
    return try await targetGroups(of: arns.joined(separator: ", ")) { $0.add(list: "TargetGroupArns.member", arns) }
  }

  /// Target groups by name; one that is missing is `notFound`.
  public func describeTargetGroups(names: [String]) async throws(AWSError) -> [TargetGroup] {
    guard !names.isEmpty else { return [] }
    return try await targetGroups(of: names.joined(separator: ", ")) { $0.add(list: "Names.member", names) }
  }

  private func targetGroups(
    of resource: String, _ fill: (inout QueryForm) -> Void
  ) async throws(AWSError) -> [TargetGroup] {
    try await caller.pages(.elbv2, "DescribeTargetGroups", of: resource, by: \.arn) { token throws(AWSError) in
      try await caller.query(.elbv2, "DescribeTargetGroups", of: resource) { form in
        fill(&form)
        form.add("Marker", token)
      } decode: { node throws(MissingMember) in
        (items: try node.list("TargetGroups").map(TargetGroup.init), next: node.nonEmpty("NextMarker"))
      }
    }
  }

  /// Every target that is registered, or still draining.
  public func describeTargetHealth(targetGroup arn: String) async throws(AWSError) -> [TargetHealth] {
    try await caller.query(.elbv2, "DescribeTargetHealth", of: arn) { form in
      form.add("TargetGroupArn", arn)
    } decode: { node throws(MissingMember) in
      try node.list("TargetHealthDescriptions").map(TargetHealth.init)
    }
  }

  /// Such as `deregistration_delay.timeout_seconds`: `300`.
  public func describeTargetGroupAttributes(targetGroup arn: String) async throws(AWSError) -> [String: String] {
    try await caller.query(.elbv2, "DescribeTargetGroupAttributes", of: arn) { form in
      form.add("TargetGroupArn", arn)
    } decode: { node throws(MissingMember) in
      tagDictionary(node.list("Attributes"))
    }
  }

  /// Load balancers by ARN; one that is missing is `notFound`.
  public func describeLoadBalancers(arns: [String]) async throws(AWSError) -> [LoadBalancer] {
    guard !arns.isEmpty else { return [] }
    let resource = arns.joined(separator: ", ")
    return try await caller.pages(.elbv2, "DescribeLoadBalancers", of: resource, by: \.arn) { token throws(AWSError) in
      try await caller.query(.elbv2, "DescribeLoadBalancers", of: resource) { form in
        form.add(list: "LoadBalancerArns.member", arns)
        form.add("Marker", token)
      } decode: { node throws(MissingMember) in
        (items: try node.list("LoadBalancers").map(LoadBalancer.init), next: node.nonEmpty("NextMarker"))
      }
    }
  }
}

extension ELBv2.TargetGroup {
  init(_ node: XMLNode) throws(MissingMember) {
    arn = try node.required("TargetGroupArn")
    name = try node.required("TargetGroupName")
    protocolName = node.nonEmpty("Protocol")
    port = node.int("Port")
    targetType = node.nonEmpty("TargetType")
    loadBalancerARNs = node.list("LoadBalancerArns").map(\.text)
    healthCheck = try ELBv2.HealthCheck(node)
  }
}

extension ELBv2.HealthCheck {
  init(_ node: XMLNode) throws(MissingMember) {
    isEnabled = node.bool("HealthCheckEnabled") ?? true
    protocolName = node.nonEmpty("HealthCheckProtocol")
    port = node.nonEmpty("HealthCheckPort")
    path = node.nonEmpty("HealthCheckPath")
    interval = try node.requiredInt("HealthCheckIntervalSeconds")
    timeout = try node.requiredInt("HealthCheckTimeoutSeconds")
    healthyThreshold = try node.requiredInt("HealthyThresholdCount")
    unhealthyThreshold = try node.requiredInt("UnhealthyThresholdCount")
    matcher = node["Matcher"].flatMap { $0.nonEmpty("HttpCode") ?? $0.nonEmpty("GrpcCode") }
  }
}

extension ELBv2.TargetHealth {
  init(_ node: XMLNode) throws(MissingMember) {
    guard let target = node["Target"], let health = node["TargetHealth"] else {
      throw MissingMember(name: "Target or TargetHealth")
    }
    id = try target.required("Id")
    port = target.int("Port")
    zone = target.nonEmpty("AvailabilityZone")
    state = try health.required("State")
    reason = health.nonEmpty("Reason")
    description = health.nonEmpty("Description")
  }
}

extension ELBv2.LoadBalancer {
  init(_ node: XMLNode) throws(MissingMember) {
    arn = try node.required("LoadBalancerArn")
    name = try node.required("LoadBalancerName")
    dnsName = node.nonEmpty("DNSName")
    type = node.nonEmpty("Type")
    state = node["State"]?.string("Code") ?? ""
    stateReason = node["State"]?.nonEmpty("Reason")
    zones = node.list("AvailabilityZones").compactMap { $0.nonEmpty("ZoneName") }
  }
}
