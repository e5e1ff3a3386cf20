/// What one poll saw. A part is `nil` when it was not asked for, or when the service did not answer: absent data is
/// never a verdict.
public struct Observation: Equatable, Sendable {
  public var group: Group?
  /// Newest first, the active one before all others.
  public var refreshes: [Refresh]?
  /// By target group ARN. A target group that did not answer is missing.
  public var targets: [String: [Target]]
  /// Newest first.
  public var activities: [Activity]?
  public var alarms: [Alarm]?
  /// What was asked and did not come, in words: `DescribeTargetHealth: throttled`.
  public var silences: [String]

  public init(
    group: Group? = nil, refreshes: [Refresh]? = nil, targets: [String: [Target]] = [:], activities: [Activity]? = nil,
    alarms: [Alarm]? = nil, silences: [String] = []
  ) {
    self.group = group
    self.refreshes = refreshes
    self.targets = targets
    self.activities = activities
    self.alarms = alarms
    self.silences = silences
  }

  /// The first half of a poll and this one, which was asked for at once after it, as one.
  func completing(_ first: Observation) -> Observation {
    Observation(
      group: group ?? first.group, refreshes: refreshes ?? first.refreshes,
      targets: first.targets.merging(targets) { _, newer in newer }, activities: activities ?? first.activities,
      alarms: alarms ?? first.alarms, silences: first.silences + silences)
  }
}
