extension World {
  /// An Auto Scaling group.
  public struct Group: Sendable {
    public var name: String
    public var arn: String
    public var created: WorldTime
    /// What it is set to: the saved configuration.
    public var source: LaunchSource
    public var desired: Int
    public var min: Int
    public var max: Int
    public var zones: [String]
    public var subnets: String
    public var targetGroups: [String]
    /// `EC2`, `ELB`, `EBS`, …
    public var healthCheckTypes: [String]
    /// Seconds.
    public var healthCheckGrace: Int
    /// Seconds; `nil`: not set.
    public var defaultWarmup: Int?
    public var defaultCooldown = 300
    public var maintenance: (min: Int, max: Int)?
    public var suspended: [String] = []
    public var tags: [GroupTag]
    public var launchHooks: [LifecycleHook]
    public var terminationHooks: [LifecycleHook]
    public var protectsNewInstances = false
    public var serviceLinkedRole: String
    /// In the order of launch.
    public internal(set) var instances: [Instance] = []
    /// Oldest first.
    public internal(set) var activities: [Activity] = []
    /// Oldest first; only the last can be active.
    public internal(set) var refreshes: [InstanceRefresh] = []
    var launchRetryAt: WorldTime?
    var launchFailures = 0

    public var usesLoadBalancerChecks: Bool { healthCheckTypes.contains("ELB") }

    /// The refresh that holds the group.
    public var activeRefresh: InstanceRefresh? { refreshes.last.flatMap { $0.status.isActive ? $0 : nil } }

    func isSuspended(_ process: String) -> Bool { !suspended.isEmpty && suspended.contains(process) }
  }

  /// A tag of a group.
  public struct GroupTag: Hashable, Sendable {
    public var key: String
    public var value: String
    public var propagates: Bool

    public init(_ key: String, _ value: String, propagates: Bool = false) {
      self.key = key
      self.value = value
      self.propagates = propagates
    }
  }

  /// A lifecycle hook, emulated as the time that it holds an instance in `Pending:Wait` or `Terminating:Wait`.
  public struct LifecycleHook: Hashable, Sendable {
    public var name: String
    public var heartbeatSeconds: Int
    /// How long until something completes it, in seconds.
    public var completesAfterSeconds: Int

    public init(name: String, heartbeatSeconds: Int = 3600, completesAfterSeconds: Int) {
      self.name = name
      self.heartbeatSeconds = heartbeatSeconds
      self.completesAfterSeconds = completesAfterSeconds
    }
  }
}
