extension World {
  /// What CreateAutoScalingGroup takes.
  public struct GroupRequest: Sendable {
    public var name: String
    public var source: LaunchSource
    public var min: Int
    public var max: Int
    /// Default: the minimum.
    public var desired: Int?
    public var zones: [String] = []
    public var subnets = ""
    public var targetGroups: [String] = []
    public var healthCheckTypes = ["EC2"]
    /// Seconds.
    public var healthCheckGrace = 0
    public var defaultWarmup: Int?
    public var maintenance: (min: Int, max: Int)?
    public var tags: [GroupTag] = []
    public var launchHooks: [LifecycleHook] = []
    public var terminationHooks: [LifecycleHook] = []
    public var protectsNewInstances = false

    public init(name: String, source: LaunchSource, min: Int, max: Int, desired: Int? = nil) {
      self.name = name
      self.source = source
      self.min = min
      self.max = max
      self.desired = desired
    }
  }

  /// CreateAutoScalingGroup.
  public mutating func createGroup(_ request: GroupRequest) throws(Fault) {
    guard !groups.contains(where: { $0.name == request.name }) else {
      throw Fault("AlreadyExists", "AutoScalingGroup by this name already exists - \(request.name)")
    }
    let desired = request.desired ?? request.min
    try checkSizes(min: request.min, max: request.max, desired: desired)
    for arn in request.targetGroups where !targetGroups.contains(where: { $0.arn == arn }) {
      throw .validation("One or more target groups not found. Validating load balancer configuration failed.")
    }
    let source = try complete(request.source)
    groups.append(
      Group(
        name: request.name,
        arn: "arn:aws:autoscaling:\(region):\(account):autoScalingGroup:\(random.uuid()):autoScalingGroupName/"
          + request.name,
        created: now, source: source, desired: desired, min: request.min, max: request.max,
        zones: request.zones.isEmpty ? ["\(region)a", "\(region)b"] : request.zones, subnets: request.subnets,
        targetGroups: request.targetGroups, healthCheckTypes: request.healthCheckTypes,
        healthCheckGrace: request.healthCheckGrace, defaultWarmup: request.defaultWarmup,
        maintenance: request.maintenance, tags: request.tags, launchHooks: request.launchHooks,
        terminationHooks: request.terminationHooks,
        protectsNewInstances: request.protectsNewInstances,
        serviceLinkedRole:
          "arn:aws:iam::\(account):role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"))
    settle()
  }

  /// What UpdateAutoScalingGroup changes; `nil` leaves a thing as it is.
  public struct GroupChange: Sendable {
    public var source: LaunchSource?
    public var min: Int?
    public var max: Int?
    public var desired: Int?
    public var healthCheckTypes: [String]?
    public var healthCheckGrace: Int?
    /// -1 removes it.
    public var defaultWarmup: Int?
    public var maintenance: (min: Int, max: Int)?
    public var protectsNewInstances: Bool?

    public init() {}
  }

  /// UpdateAutoScalingGroup. What a desired configuration is made of cannot be changed while a refresh with one is
  /// active.
  public mutating func updateGroup(_ name: String, _ change: GroupChange) throws(Fault) {
    let g = try groupIndex(name)
    if change.source != nil, groups[g].activeRefresh?.desired != nil {
      throw .validation(
        "An active instance refresh with a desired configuration exists. All configuration options derived from the "
          + "desired configuration are not available for update while the instance refresh is active.")
    }
    let source = try change.source.map { source throws(Fault) in try complete(source) }
    let min = change.min ?? groups[g].min
    let max = change.max ?? groups[g].max
    let desired = change.desired ?? Swift.min(Swift.max(groups[g].desired, min), max)
    try checkSizes(min: min, max: max, desired: desired)
    groups[g].source = source ?? groups[g].source
    (groups[g].min, groups[g].max, groups[g].desired) = (min, max, desired)
    groups[g].healthCheckTypes = change.healthCheckTypes ?? groups[g].healthCheckTypes
    groups[g].healthCheckGrace = change.healthCheckGrace ?? groups[g].healthCheckGrace
    if let warmup = change.defaultWarmup { groups[g].defaultWarmup = warmup < 0 ? nil : warmup }
    if let maintenance = change.maintenance {
      groups[g].maintenance = maintenance.min < 0 ? nil : maintenance
    }
    groups[g].protectsNewInstances = change.protectsNewInstances ?? groups[g].protectsNewInstances
    settle()
  }

  /// SetDesiredCapacity; must lie within the group's own minimum and maximum.
  public mutating func setDesiredCapacity(of name: String, to desired: Int) throws(Fault) {
    let g = try groupIndex(name)
    guard desired >= groups[g].min else {
      throw .validation(
        "New SetDesiredCapacity value \(desired) is below min value \(groups[g].min) for the AutoScalingGroup.")
    }
    guard desired <= groups[g].max else {
      throw .validation(
        "New SetDesiredCapacity value \(desired) is above max value \(groups[g].max) for the AutoScalingGroup.")
    }
    groups[g].desired = desired
    settle()
  }

  /// The group of that name.
  public func group(_ name: String) -> Group? { groups.first { $0.name == name } }

  func groupIndex(_ name: String) throws(Fault) -> Int {
    guard let index = groups.firstIndex(where: { $0.name == name }) else { throw .groupNotFound(name) }
    return index
  }

  private func checkSizes(min: Int, max: Int, desired: Int) throws(Fault) {
    guard min >= 0, min <= max else {
      throw .validation("Max bound, \(max), must be greater than or equal to min bound, \(min)")
    }
    guard (min...max).contains(desired) else {
      throw .validation("Desired capacity:\(desired) must be between the specified min size:\(min) and max size:\(max)")
    }
  }
}
