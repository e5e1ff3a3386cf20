import AWSWire

extension AutoScaling {
  /// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_Activity.html
  public struct Activity: Equatable, Sendable {
    public var id: String
    /// `Launching a new EC2 instance: i-…` or `Terminating EC2 instance: i-…`.
    public var description: String
    public var cause: String
    /// Such as `InProgress`, `Successful`, `Failed` or `Cancelled`.
    public var statusCode: String
    public var statusMessage: String?
    /// JSON text with subnet and zone.
    public var details: String?
    /// Percent.
    public var progress: Int?
    public var startTime: Timestamp?
    public var endTime: Timestamp?
  }

  public struct WarmPool: Equatable, Sendable {
    public var minSize: Int?
    /// `Stopped`, `Running` or `Hibernated`.
    public var poolState: String?
    /// Set while the pool is being deleted.
    public var status: String?
    public var instances: [Instance]
  }

  /// The group's activities, newest first, page after page until `isEnough` says so of all that came so far.
  public func describeScalingActivities(
    of group: String, isEnough: ([Activity]) -> Bool = { _ in false }
  ) async throws(AWSError) -> [Activity] {
    try await caller.pages(
      .autoScaling, "DescribeScalingActivities", of: group, by: \.id, isEnough: isEnough,
      page: { token throws(AWSError) in
        try await caller.query(.autoScaling, "DescribeScalingActivities", of: group) { form in
          form.add("AutoScalingGroupName", group)
          form.add("MaxRecords", 100)
          form.add("NextToken", token)
        } decode: { node throws(MissingMember) in
          (items: try node.list("Activities").map(Activity.init), next: node.nonEmpty("NextToken"))
        }
      })
  }

  /// The group's warm pool, or `nil` when it has none.
  public func describeWarmPool(of group: String) async throws(AWSError) -> WarmPool? {
    var pool: WarmPool?
    let instances = try await caller.pages(.autoScaling, "DescribeWarmPool", of: group, by: \.id) {
      token throws(AWSError) -> (items: [Instance], next: String?) in
      let (page, instances, next) = try await caller.query(.autoScaling, "DescribeWarmPool", of: group) { form in
        form.add("AutoScalingGroupName", group)
        form.add("NextToken", token)
      } decode: { node throws(MissingMember) in
        let page = node["WarmPoolConfiguration"].map {
          WarmPool(
            minSize: $0.int("MinSize"), poolState: $0.nonEmpty("PoolState"), status: $0.nonEmpty("Status"),
            instances: [])
        }
        return (page, try node.list("Instances").map(Instance.init), node.nonEmpty("NextToken"))
      }
      pool = pool ?? page
      return (instances, next)
    }
    pool?.instances = instances
    return pool
  }
}

extension AutoScaling.Activity {
  init(_ node: XMLNode) throws(MissingMember) {
    id = try node.required("ActivityId")
    description = node.string("Description") ?? ""
    cause = node.string("Cause") ?? ""
    statusCode = try node.required("StatusCode")
    statusMessage = node.nonEmpty("StatusMessage")
    details = node.nonEmpty("Details")
    progress = node.int("Progress")
    startTime = node.timestamp("StartTime")
    endTime = node.timestamp("EndTime")
  }
}
