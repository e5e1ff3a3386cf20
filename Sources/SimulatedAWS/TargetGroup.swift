extension World {
  /// A target group with its targets (target type `instance`).
  public struct TargetGroup: Sendable {
    public var arn: String
    public var name: String
    public var port: Int
    public var path: String
    /// `nil`: the traffic port.
    public var checkPort: Int?
    /// Seconds; fractions are for rehearsals, and are shown rounded up.
    public var interval: Double
    /// Seconds.
    public var timeout: Double
    public var healthyThreshold: Int
    public var unhealthyThreshold: Int
    /// `200`, `200,204`, `200-399`.
    public var matcher: String { didSet { codes = Self.codes(of: matcher) } }
    private var codes: [ClosedRange<Int>]
    /// Seconds.
    public var deregistrationDelay: Double
    /// Empty: no listener sends traffic here, and every target is `unused`.
    public var loadBalancers: [String]
    /// In the order of registration.
    public internal(set) var targets: [Target] = []
    /// Whether a target ever passed: Auto Scaling ignores ELB failures before.
    var everHealthy = false

    /// Whether a target ever passed its health checks.
    public var wasEverHealthy: Bool { everHealthy }

    public init(
      arn: String, name: String, port: Int, path: String = "/", checkPort: Int? = nil, interval: Double = 30,
      timeout: Double = 5, healthyThreshold: Int = 5, unhealthyThreshold: Int = 2, matcher: String = "200",
      deregistrationDelay: Double = 300, loadBalancers: [String] = []
    ) {
      self.arn = arn
      self.name = name
      self.port = port
      self.path = path
      self.checkPort = checkPort
      self.interval = interval
      self.timeout = timeout
      self.healthyThreshold = healthyThreshold
      self.unhealthyThreshold = unhealthyThreshold
      self.matcher = matcher
      codes = Self.codes(of: matcher)
      self.deregistrationDelay = deregistrationDelay
      self.loadBalancers = loadBalancers
    }

    /// Whether the code counts as healthy.
    func matches(_ code: Int) -> Bool { codes.contains { $0.contains(code) } }

    private static func codes(of matcher: String) -> [ClosedRange<Int>] {
      matcher.split(separator: ",").compactMap { part in
        let bounds = part.split(separator: "-").compactMap { Int($0.trimmingSpaces) }
        guard let low = bounds.first, let high = bounds.last, low <= high else { return nil }
        return low...high
      }
    }
  }

  /// One registered target.
  public struct Target: Sendable {
    public enum State: Equatable, Sendable {
      case registering(until: WorldTime)
      case checking
      case healthy
      case unhealthy(CheckFailure)
      case draining(until: WorldTime)
      /// The target group is used by no load balancer.
      case notInUse
      /// The instance stopped.
      case invalidState
    }

    public var instance: String
    public var port: Int
    public var state: State
    var passes = 0
    var failures = 0
    /// When the next health check is due; `nil`: none, or one is under way.
    var nextProbe: WorldTime?
    /// When the check under way began.
    var probing: WorldTime?
  }

  /// Why a health check failed.
  public enum CheckFailure: Equatable, Sendable {
    case code(Int)
    case timeout
    case refused
  }

  /// A load balancer.
  public struct LoadBalancer: Hashable, Sendable {
    public var arn: String
    public var name: String
    public var dnsName: String
    public var created: WorldTime

    public init(arn: String, name: String, dnsName: String, created: WorldTime) {
      self.arn = arn
      self.name = name
      self.dnsName = dnsName
      self.created = created
    }
  }
}

extension Substring {
  fileprivate var trimmingSpaces: Substring { drop { $0 == " " } }
}
