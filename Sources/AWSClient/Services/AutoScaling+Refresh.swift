import AWSWire

extension AutoScaling {
  /// What a refresh replaces instances with, and what a group is set to.
  public enum DesiredConfiguration: Equatable, Sendable {
    case launchTemplate(LaunchTemplateSpecification)
    /// The complete policy: AWS takes what is sent, and keeps nothing of the group's own.
    case mixedInstances(MixedInstancesPolicy)

    public var launchTemplate: LaunchTemplateSpecification? {
      switch self {
      case .launchTemplate(let specification): specification
      case .mixedInstances(let policy): policy.launchTemplate
      }
    }

    func add(to form: inout QueryForm, prefix: String) {
      switch self {
      case .launchTemplate(let specification): specification.add(to: &form, prefix: "\(prefix)LaunchTemplate")
      case .mixedInstances(let policy): policy.add(to: &form, prefix: "\(prefix)MixedInstancesPolicy")
      }
    }
  }

  /// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RefreshPreferences.html. Defaults depend on the
  /// group and differ from the console's, so callers send each; `nil` is not sent.
  public struct RefreshPreferences: Equatable, Sendable {
    /// Percent, 0–100 and 100–200.
    public var minHealthyPercentage: Int?
    public var maxHealthyPercentage: Int?
    /// Seconds, from InService on.
    public var instanceWarmup: Int?
    /// Ascending, 1–100; the rest after the last is never replaced.
    public var checkpointPercentages: [Int]?
    /// Seconds.
    public var checkpointDelay: Int?
    public var skipMatching: Bool?
    public var autoRollback: Bool?
    /// `Refresh`, `Ignore` or `Wait`.
    public var scaleInProtectedInstances: String?
    /// `Terminate`, `Ignore` or `Wait`.
    public var standbyInstances: String?
    /// Names of alarms, at most ten.
    public var alarms: [String]?
    /// Seconds, 0–172800.
    public var bakeTime: Int?

    public init(
      minHealthyPercentage: Int? = nil, maxHealthyPercentage: Int? = nil, instanceWarmup: Int? = nil,
      checkpointPercentages: [Int]? = nil, checkpointDelay: Int? = nil, skipMatching: Bool? = nil,
      autoRollback: Bool? = nil, scaleInProtectedInstances: String? = nil, standbyInstances: String? = nil,
      alarms: [String]? = nil, bakeTime: Int? = nil
    ) {
      self.minHealthyPercentage = minHealthyPercentage
      self.maxHealthyPercentage = maxHealthyPercentage
      self.instanceWarmup = instanceWarmup
      self.checkpointPercentages = checkpointPercentages
      self.checkpointDelay = checkpointDelay
      self.skipMatching = skipMatching
      self.autoRollback = autoRollback
      self.scaleInProtectedInstances = scaleInProtectedInstances
      self.standbyInstances = standbyInstances
      self.alarms = alarms
      self.bakeTime = bakeTime
    }
  }

  /// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_InstanceRefresh.html
  public struct InstanceRefresh: Equatable, Sendable {
    public var id: String
    public var groupName: String
    /// Such as `InProgress`, `Baking` or `RollbackInProgress`.
    public var status: String
    public var statusReason: String?
    /// 0–100; falls during a rollback, and 100 is no success.
    public var percentageComplete: Int?
    public var instancesToUpdate: Int?
    /// `ProgressDetails.WarmPoolProgress`; `nil` without a warm pool.
    public var warmPoolToUpdate: Int?
    public var startTime: Timestamp?
    public var endTime: Timestamp?
    /// What really applies.
    public var preferences: RefreshPreferences?
    public var desiredConfiguration: DesiredConfiguration?
    public var rollback: RollbackDetails?
  }

  public struct RollbackDetails: Equatable, Sendable {
    public var reason: String?
    public var startTime: Timestamp?
    public var percentageCompleteOnRollback: Int?
    public var instancesToUpdateOnRollback: Int?
    public var warmPoolToUpdateOnRollback: Int?
  }

  /// Starts a refresh and returns its id. Another that is active is `refreshInProgress`.
  public func startInstanceRefresh(
    of group: String, to desired: DesiredConfiguration?, preferences: RefreshPreferences
  ) async throws(AWSError) -> String {
    try await refreshCall("StartInstanceRefresh", group) { form in
      form.add("Strategy", "Rolling")
      desired?.add(to: &form, prefix: "DesiredConfiguration.")
      preferences.add(to: &form)
    }
  }

  /// Cancels the active refresh, a rollback included, and returns its id. None active is `noActiveRefresh`.
  public func cancelInstanceRefresh(of group: String) async throws(AWSError) -> String {
    try await refreshCall("CancelInstanceRefresh", group) { _ in }
  }

  /// Has AWS replace the new instances with the saved version; returns the id of the refresh that is rolled back.
  /// Throws `irreversible` when it cannot be, and `noActiveRefresh` when there is none.
  public func rollbackInstanceRefresh(of group: String) async throws(AWSError) -> String {
    try await refreshCall("RollbackInstanceRefresh", group) { _ in }
  }

  /// Refreshes of six weeks: active ones first, then by start, newest first. Stops asking after `limit`.
  public func describeInstanceRefreshes(
    of group: String, ids: [String] = [], limit: Int? = nil
  ) async throws(AWSError) -> [InstanceRefresh] {
    let found = try await caller.pages(
      .autoScaling, "DescribeInstanceRefreshes", of: group, by: \.id,
      isEnough: { (items: [InstanceRefresh]) in limit.map { items.count >= $0 } ?? false },
      page: { token throws(AWSError) in
        try await caller.query(.autoScaling, "DescribeInstanceRefreshes", of: group) { form in
          form.add("AutoScalingGroupName", group)
          form.add(list: "InstanceRefreshIds.member", ids)
          form.add("MaxRecords", min(100, limit ?? 100))
          form.add("NextToken", token)
        } decode: { node throws(MissingMember) in
          (items: try node.list("InstanceRefreshes").map(InstanceRefresh.init), next: node.nonEmpty("NextToken"))
        }
      })
    return limit.map { Array(found.prefix($0)) } ?? found
  }

  private func refreshCall(
    _ operation: String, _ group: String, _ fill: (inout QueryForm) -> Void
  ) async throws(AWSError) -> String {
    try await caller.query(.autoScaling, operation, of: group, safety: .once) { form in
      form.add("AutoScalingGroupName", group)
      fill(&form)
    } decode: { node throws(MissingMember) in
      try node.required("InstanceRefreshId")
    }
  }
}

extension AutoScaling.RefreshPreferences {
  func add(to form: inout QueryForm) {
    form.add("Preferences.MinHealthyPercentage", minHealthyPercentage)
    form.add("Preferences.MaxHealthyPercentage", maxHealthyPercentage)
    form.add("Preferences.InstanceWarmup", instanceWarmup)
    form.add(list: "Preferences.CheckpointPercentages.member", (checkpointPercentages ?? []).map { String($0) })
    form.add("Preferences.CheckpointDelay", checkpointDelay)
    form.add("Preferences.SkipMatching", skipMatching)
    form.add("Preferences.AutoRollback", autoRollback)
    form.add("Preferences.ScaleInProtectedInstances", scaleInProtectedInstances)
    form.add("Preferences.StandbyInstances", standbyInstances)
    form.add(list: "Preferences.AlarmSpecification.Alarms.member", alarms ?? [])
    form.add("Preferences.BakeTime", bakeTime)
  }

  init(_ node: XMLNode) {
    self.init(
      minHealthyPercentage: node.int("MinHealthyPercentage"), maxHealthyPercentage: node.int("MaxHealthyPercentage"),
      instanceWarmup: node.int("InstanceWarmup"),
      checkpointPercentages: node["CheckpointPercentages"].map { _ in
        node.list("CheckpointPercentages").compactMap { Int($0.text) }
      },
      checkpointDelay: node.int("CheckpointDelay"), skipMatching: node.bool("SkipMatching"),
      autoRollback: node.bool("AutoRollback"), scaleInProtectedInstances: node.nonEmpty("ScaleInProtectedInstances"),
      standbyInstances: node.nonEmpty("StandbyInstances"),
      alarms: node["AlarmSpecification"].map { $0.list("Alarms").map(\.text) }, bakeTime: node.int("BakeTime"))
  }
}

extension AutoScaling.InstanceRefresh {
  init(_ node: XMLNode) throws(MissingMember) {
    id = try node.required("InstanceRefreshId")
    groupName = try node.required("AutoScalingGroupName")
    status = try node.required("Status")
    statusReason = node.nonEmpty("StatusReason")
    percentageComplete = node.int("PercentageComplete")
    instancesToUpdate = node.int("InstancesToUpdate")
    warmPoolToUpdate = node["ProgressDetails"]?["WarmPoolProgress"]?.int("InstancesToUpdate")
    startTime = node.timestamp("StartTime")
    endTime = node.timestamp("EndTime")
    preferences = node["Preferences"].map(AutoScaling.RefreshPreferences.init)
    let desired = node["DesiredConfiguration"]
    if let policy = desired?["MixedInstancesPolicy"] {
      desiredConfiguration = .mixedInstances(AutoScaling.MixedInstancesPolicy(tree: policy))
    } else {
      desiredConfiguration = desired?["LaunchTemplate"].map {
        .launchTemplate(AutoScaling.LaunchTemplateSpecification($0))
      }
    }
    rollback = node["RollbackDetails"].map {
      AutoScaling.RollbackDetails(
        reason: $0.nonEmpty("RollbackReason"), startTime: $0.timestamp("RollbackStartTime"),
        percentageCompleteOnRollback: $0.int("PercentageCompleteOnRollback"),
        instancesToUpdateOnRollback: $0.int("InstancesToUpdateOnRollback"),
        warmPoolToUpdateOnRollback: $0["ProgressDetailsOnRollback"]?["WarmPoolProgress"]?.int("InstancesToUpdate"))
    }
  }
}
