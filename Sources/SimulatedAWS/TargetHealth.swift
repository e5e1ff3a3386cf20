extension World {
  /// A target's health in AWS's words.
  ///
  /// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html
  public struct TargetHealth: Equatable, Sendable {
    public var instance: String
    public var port: Int
    public var healthCheckPort: Int
    /// `initial`, `healthy`, `unhealthy`, `draining`, `unused`.
    public var state: String
    public var reason: String?
    public var description: String?

    public init(
      instance: String, port: Int, healthCheckPort: Int, state: String, reason: String? = nil,
      description: String? = nil
    ) {
      self.instance = instance
      self.port = port
      self.healthCheckPort = healthCheckPort
      self.state = state
      self.reason = reason
      self.description = description
    }
  }
}

extension World.Target.State {
  /// AWS's name of the state.
  public var name: String {
    switch self {
    case .registering, .checking: "initial"
    case .healthy: "healthy"
    case .unhealthy: "unhealthy"
    case .draining: "draining"
    case .notInUse, .invalidState: "unused"
    }
  }

  /// AWS's reason code; a healthy target has none.
  public var reason: String? {
    switch self {
    case .registering: "Elb.RegistrationInProgress"
    case .checking: "Elb.InitialHealthChecking"
    case .healthy: nil
    case .unhealthy(.code): "Target.ResponseCodeMismatch"
    case .unhealthy(.timeout): "Target.Timeout"
    case .unhealthy(.refused): "Target.FailedHealthChecks"
    case .draining: "Target.DeregistrationInProgress"
    case .notInUse: "Target.NotInUse"
    case .invalidState: "Target.InvalidState"
    }
  }

  /// AWS's sentence.
  public var sentence: String? {
    switch self {
    case .registering: "Target registration is in progress"
    case .checking: "Initial health checks in progress"
    case .healthy: nil
    case .unhealthy(.code(let code)): "Health checks failed with these codes: [\(code)]"
    case .unhealthy(.timeout): "Request timed out"
    case .unhealthy(.refused): "Health checks failed"
    case .draining: "Target deregistration is in progress"
    case .notInUse: "Target group is not configured to receive traffic from the load balancer"
    case .invalidState: "Target is in the stopped state"
    }
  }
}
