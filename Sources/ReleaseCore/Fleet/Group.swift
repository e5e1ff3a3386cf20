/// The Auto Scaling group as one answer of DescribeAutoScalingGroups showed it.
///
/// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_AutoScalingGroup.html
public struct Group: Equatable, Sendable {
  public var name: String
  public var arn: String
  public var desired: Int
  public var min: Int
  public var max: Int
  public var configuration: SavedConfiguration
  public var instances: [Instance]
  public var targetGroups: [String]
  /// Names of suspended processes, such as `Launch`.
  public var suspendedProcesses: Set<String>
  /// `EC2`, `ELB`, `EBS`, …; ELB missing means that AWS does not wait for targets.
  public var healthCheckTypes: Set<String>
  public var healthCheckGrace: Duration
  public var defaultWarmup: Duration?
  /// The group's own instance maintenance policy, where it has one.
  public var maintenance: HealthyPercent?
  public var tags: [String: String]
  public var hasWarmPool: Bool
  /// `false` when Auto Scaling is deleting the group (`Status` is set).
  public var isActive: Bool

  public init(
    name: String, arn: String = "", desired: Int, min: Int, max: Int, configuration: SavedConfiguration,
    instances: [Instance] = [], targetGroups: [String] = [], suspendedProcesses: Set<String> = [],
    healthCheckTypes: Set<String> = ["EC2", "ELB"], healthCheckGrace: Duration = .zero,
    defaultWarmup: Duration? = nil, maintenance: HealthyPercent? = nil, tags: [String: String] = [:],
    hasWarmPool: Bool = false, isActive: Bool = true
  ) {
    self.name = name
    self.arn = arn
    self.desired = desired
    self.min = min
    self.max = max
    self.configuration = configuration
    self.instances = instances
    self.targetGroups = targetGroups
    self.suspendedProcesses = suspendedProcesses
    self.healthCheckTypes = healthCheckTypes
    self.healthCheckGrace = healthCheckGrace
    self.defaultWarmup = defaultWarmup
    self.maintenance = maintenance
    self.tags = tags
    self.hasWarmPool = hasWarmPool
    self.isActive = isActive
  }
}

/// A pair of percentages of desired capacity: the floor, 0–100, and the ceiling, 100–200, of replacements.
public struct HealthyPercent: Equatable, Sendable {
  public var min: Int
  public var max: Int

  public init(min: Int, max: Int) {
    self.min = min
    self.max = max
  }
}

/// What a group launches: exactly one of three forms.
public enum SavedConfiguration: Equatable, Sendable {
  case template(TemplateReference)
  case mixedInstances(MixedInstances)
  case launchConfiguration(String)
  /// The group names nothing to launch (it was made from an instance).
  case none

  /// The launch template in either of the two forms that have one.
  public var template: TemplateReference? {
    switch self {
    case .template(let reference): reference
    case .mixedInstances(let policy): policy.template
    case .launchConfiguration, .none: nil
    }
  }
}

/// A launch template and the version that something is set to.
public struct TemplateReference: Hashable, Sendable {
  public var id: String
  public var name: String
  /// A number, or an alias.
  public var version: SavedVersion

  public init(id: String, name: String, version: SavedVersion) {
    self.id = id
    self.name = name
    self.version = version
  }
}

/// What a group's `Version` says.
public enum SavedVersion: Hashable, Sendable, CustomStringConvertible {
  case number(Int)
  /// `$Latest`: moves with each version that anybody creates.
  case latest
  /// `$Default`, also meant by an absent version.
  case `default`

  /// Parses the `Version` of a LaunchTemplateSpecification; anything but a positive number or `$Latest` is `$Default`.
  public init(_ text: String?) {
    if let text, let number = Int(text), number > 0 {
      self = .number(number)
    } else {
      self = text == "$Latest" ? .latest : .default
    }
  }

  public var number: Int? {
    if case .number(let number) = self { number } else { nil }
  }

  public var description: String {
    switch self {
    case .number(let number): String(number)
    case .latest: "$Latest"
    case .default: "$Default"
    }
  }
}

/// A mixed-instances policy, kept as the group has it so that a release changes nothing but the version.
public struct MixedInstances: Equatable, Sendable {
  public var template: TemplateReference
  public var overrides: [Override]
  /// The members of InstancesDistribution as AWS spelled them; `nil`: the group has none.
  public var distribution: [String: String]?

  public struct Override: Equatable, Sendable {
    public var instanceType: String?
    public var weight: Int?
    /// An override that names a template of its own.
    public var template: TemplateReference?
    /// Attribute-based selection (`InstanceRequirements`).
    public var hasRequirements: Bool

    public init(
      instanceType: String? = nil, weight: Int? = nil, template: TemplateReference? = nil, hasRequirements: Bool = false
    ) {
      self.instanceType = instanceType
      self.weight = weight
      self.template = template
      self.hasRequirements = hasRequirements
    }
  }

  public init(template: TemplateReference, overrides: [Override] = [], distribution: [String: String]? = nil) {
    self.template = template
    self.overrides = overrides
    self.distribution = distribution
  }
}

/// One instance of the group.
public struct Instance: Equatable, Sendable {
  public var id: String
  public var lifecycle: Lifecycle
  /// Auto Scaling's own opinion, `Healthy` or `Unhealthy`.
  public var isHealthy: Bool
  /// The template version that it was launched from; `nil`: from something else.
  public var version: Int?
  public var templateID: String?
  public var instanceType: String
  public var zone: String
  public var isProtected: Bool
  public var weight: Int

  public init(
    id: String, lifecycle: Lifecycle = .inService, isHealthy: Bool = true, version: Int?, templateID: String? = nil,
    instanceType: String = "", zone: String = "", isProtected: Bool = false, weight: Int = 1
  ) {
    self.id = id
    self.lifecycle = lifecycle
    self.isHealthy = isHealthy
    self.version = version
    self.templateID = templateID
    self.instanceType = instanceType
    self.zone = zone
    self.isProtected = isProtected
    self.weight = weight
  }
}

/// Where an instance stands, in the coarse terms that a verdict needs.
///
/// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html
public enum Lifecycle: String, Equatable, Sendable {
  /// Pending, Pending:Wait, Pending:Proceed.
  case pending
  case inService
  /// EnteringStandby, Standby.
  case standby
  /// Detaching, Detached, Terminating…, Terminated.
  case leaving
  /// Warmed:…, not part of the capacity.
  case warmed

  /// Parses AWS's `LifecycleState`; a state that is not known yet counts as pending, so that nothing passes on it.
  public init(awsName: String) {
    switch awsName {
    case "InService", "ReplacingRootVolume", "RootVolumeReplaced": self = .inService
    case "EnteringStandby", "Standby": self = .standby
    case let name where name.hasPrefix("Warmed"): self = .warmed
    case let name where name.hasPrefix("Terminat") || name.hasPrefix("Detach"): self = .leaving
    default: self = .pending
    }
  }
}
