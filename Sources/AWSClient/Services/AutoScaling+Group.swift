import AWSWire

extension AutoScaling {
  /// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_AutoScalingGroup.html
  public struct Group: Equatable, Sendable {
    public var name: String
    public var arn: String
    public var minSize: Int
    public var maxSize: Int
    public var desiredCapacity: Int
    /// Exactly one of these three, or none.
    public var launchTemplate: LaunchTemplateSpecification?
    public var mixedInstancesPolicy: MixedInstancesPolicy?
    public var launchConfigurationName: String?
    public var instances: [Instance]
    /// `TargetGroupARNs` and the traffic sources of type `elbv2`, each once, in their order.
    public var targetGroupARNs: [String]
    public var loadBalancerNames: [String]
    public var trafficSources: [TrafficSource]
    /// Names of suspended processes with the reason.
    public var suspendedProcesses: [String: String]
    /// `EC2`, `ELB`, `EBS`, `VPC_LATTICE`: one or several, from the comma-separated text.
    public var healthCheckTypes: [String]
    /// Seconds.
    public var healthCheckGracePeriod: Int
    /// Seconds; `nil`: not set.
    public var defaultInstanceWarmup: Int?
    public var maintenancePolicy: MaintenancePolicy?
    public var tags: [Tag]
    public var availabilityZones: [String]
    public var hasWarmPool: Bool
    public var newInstancesProtectedFromScaleIn: Bool
    /// `units`, `vcpu` or `memory-mib`.
    public var desiredCapacityType: String?
    /// Set while the group is being deleted.
    public var status: String?
    public var createdTime: Timestamp?
  }

  /// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_InstanceMaintenancePolicy.html
  public struct MaintenancePolicy: Equatable, Sendable {
    public var minHealthyPercentage: Int
    public var maxHealthyPercentage: Int
  }

  public struct TrafficSource: Hashable, Sendable {
    public var identifier: String
    /// `elb`, `elbv2` or `vpc-lattice`.
    public var type: String
  }

  /// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_Instance.html
  public struct Instance: Equatable, Sendable {
    public var id: String
    /// Such as `Pending:Wait` or `InService`.
    public var lifecycleState: String
    /// `Healthy` or `Unhealthy`.
    public var healthStatus: String
    public var instanceType: String?
    public var availabilityZone: String
    /// What it was launched from, its version a number.
    public var launchTemplate: LaunchTemplateSpecification?
    public var launchConfigurationName: String?
    public var isProtectedFromScaleIn: Bool
    public var weightedCapacity: Int?
  }

  /// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_LaunchTemplateSpecification.html
  public struct LaunchTemplateSpecification: Hashable, Sendable {
    public var id: String?
    public var name: String?
    /// A number, `$Latest` or `$Default`; `nil` means `$Default`.
    public var version: String?

    public init(id: String? = nil, name: String? = nil, version: String? = nil) {
      self.id = id
      self.name = name
      self.version = version
    }
  }
}

extension AutoScaling.Group {
  init(_ node: XMLNode) throws(MissingMember) {
    name = try node.required("AutoScalingGroupName")
    arn = node.string("AutoScalingGroupARN") ?? ""
    minSize = try node.requiredInt("MinSize")
    maxSize = try node.requiredInt("MaxSize")
    desiredCapacity = try node.requiredInt("DesiredCapacity")
    launchTemplate = node["LaunchTemplate"].map(AutoScaling.LaunchTemplateSpecification.init)
    // An emulated AWS may answer an empty one.
    mixedInstancesPolicy = node["MixedInstancesPolicy"].flatMap {
      $0.children.isEmpty ? nil : AutoScaling.MixedInstancesPolicy(tree: $0)
    }
    launchConfigurationName = node.nonEmpty("LaunchConfigurationName")
    instances = try node.list("Instances").map(AutoScaling.Instance.init)
    trafficSources = node.list("TrafficSources").map {
      AutoScaling.TrafficSource(identifier: $0.string("Identifier") ?? "", type: $0.string("Type") ?? "")
    }
    var seen = Set<String>()
    let elbv2 = trafficSources.filter { $0.type == "elbv2" }.map(\.identifier)
    targetGroupARNs = (node.list("TargetGroupARNs").map(\.text) + elbv2).filter { seen.insert($0).inserted }
    loadBalancerNames = node.list("LoadBalancerNames").map(\.text)
    suspendedProcesses = Dictionary(
      node.list("SuspendedProcesses").map { ($0.string("ProcessName") ?? "", $0.string("SuspensionReason") ?? "") }
    ) { first, _ in first }
    healthCheckTypes = (node.string("HealthCheckType") ?? "").split(separator: ",").map { String($0) }
    healthCheckGracePeriod = node.int("HealthCheckGracePeriod") ?? 0
    defaultInstanceWarmup = node.int("DefaultInstanceWarmup")
    maintenancePolicy = node["InstanceMaintenancePolicy"].flatMap(AutoScaling.MaintenancePolicy.init)
    tags = node.list("Tags").map {
      AutoScaling.Tag(
        key: $0.string("Key") ?? "", value: $0.string("Value") ?? "",
        propagatesAtLaunch: $0.bool("PropagateAtLaunch") ?? false)
    }
    availabilityZones = node.list("AvailabilityZones").map(\.text)
    hasWarmPool = node["WarmPoolConfiguration"] != nil
    newInstancesProtectedFromScaleIn = node.bool("NewInstancesProtectedFromScaleIn") ?? false
    desiredCapacityType = node.nonEmpty("DesiredCapacityType")
    status = node.nonEmpty("Status")
    createdTime = node.timestamp("CreatedTime")
  }
}

extension AutoScaling.MaintenancePolicy {
  /// `nil` when the group's policy was taken away: AWS then answers -1 for both, or nothing.
  init?(_ node: XMLNode) {
    guard let min = node.int("MinHealthyPercentage"), let max = node.int("MaxHealthyPercentage"), min >= 0, max >= 0
    else { return nil }
    minHealthyPercentage = min
    maxHealthyPercentage = max
  }
}

extension AutoScaling.Instance {
  init(_ node: XMLNode) throws(MissingMember) {
    id = try node.required("InstanceId")
    lifecycleState = try node.required("LifecycleState")
    healthStatus = try node.required("HealthStatus")
    instanceType = node.nonEmpty("InstanceType")
    availabilityZone = node.string("AvailabilityZone") ?? ""
    launchTemplate = node["LaunchTemplate"].map(AutoScaling.LaunchTemplateSpecification.init)
    launchConfigurationName = node.nonEmpty("LaunchConfigurationName")
    isProtectedFromScaleIn = node.bool("ProtectedFromScaleIn") ?? false
    weightedCapacity = node.int("WeightedCapacity")
  }
}

extension AutoScaling.LaunchTemplateSpecification {
  init(_ node: XMLNode) {
    self.init(
      id: node.nonEmpty("LaunchTemplateId"), name: node.nonEmpty("LaunchTemplateName"),
      version: node.nonEmpty("Version"))
  }

  /// Sends the id where there is one: AWS refuses both.
  func add(to form: inout QueryForm, prefix: String) {
    if let id { form.add("\(prefix).LaunchTemplateId", id) } else { form.add("\(prefix).LaunchTemplateName", name) }
    form.add("\(prefix).Version", version)
  }

  /// The same as members of a document.
  func node(_ elementName: String) -> XMLNode {
    let members = [("LaunchTemplateId", id), ("LaunchTemplateName", name), ("Version", version)]
    return XMLNode(elementName, children: members.compactMap { name, text in text.map { XMLNode(name, text: $0) } })
  }
}
