/// A target group's settings that time a verdict.
///
/// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroup.html
public struct TargetGroup: Equatable, Sendable {
  public var arn: String
  public var name: String
  public var port: Int
  public var path: String
  public var interval: Duration
  public var timeout: Duration
  public var healthyThreshold: Int
  public var unhealthyThreshold: Int
  /// The codes that count as healthy, such as `200` or `200-299`.
  public var matcher: String
  public var deregistrationDelay: Duration
  /// Whether a load balancer uses it; without one every target is `unused`.
  public var isAttached: Bool

  public init(
    arn: String, name: String, port: Int = 80, path: String = "/", interval: Duration = .seconds(30),
    timeout: Duration = .seconds(5), healthyThreshold: Int = 5, unhealthyThreshold: Int = 2, matcher: String = "200",
    deregistrationDelay: Duration = .seconds(300), isAttached: Bool = true
  ) {
    self.arn = arn
    self.name = name
    self.port = port
    self.path = path
    self.interval = interval
    self.timeout = timeout
    self.healthyThreshold = healthyThreshold
    self.unhealthyThreshold = unhealthyThreshold
    self.matcher = matcher
    self.deregistrationDelay = deregistrationDelay
    self.isAttached = isAttached
  }
}

/// One target as DescribeTargetHealth showed it.
public struct Target: Equatable, Sendable {
  /// The instance's id (target type `instance`).
  public var id: String
  public var state: TargetState
  /// AWS's reason code, such as `Target.ResponseCodeMismatch`.
  public var reason: String?
  /// AWS's own words, such as `Health checks failed with these codes: [500]`.
  public var detail: String?

  public init(id: String, state: TargetState, reason: String? = nil, detail: String? = nil) {
    self.id = id
    self.state = state
    self.reason = reason
    self.detail = detail
  }
}

/// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html
public enum TargetState: String, CaseIterable, Sendable {
  case initial
  case healthy
  case unhealthy
  case unused
  case draining
  /// Also every state that AWS may add: no verdict rests on it.
  case unavailable

  public init(awsName: String) {
    self = awsName == "unhealthy.draining" ? .draining : TargetState(rawValue: awsName) ?? .unavailable
  }
}
