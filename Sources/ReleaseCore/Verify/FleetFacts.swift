/// What `verify` has read of a fleet and of what a release needs beside it, each part for itself: a permission that is
/// missing costs its own checks and no others.
public struct FleetFacts: Sendable {
  /// `nil`: there is no such group.
  public var group: Known<Group?>
  public var template: Known<LaunchTemplate?>
  public var targetGroups: Known<[TargetGroup]>
  public var targets: Known<[String: [Target]]>
  public var refreshes: Known<[Refresh]>
  public var alarms: Known<[Alarm]>
  /// `registry/name`.
  public var repository: Known<String>
  /// What the instance type runs, such as `arm64`.
  public var architectures: Known<[String]>
  /// State and architecture of the saved version's AMI; `nil`: it does not exist.
  public var machineImage: Known<(state: String, architecture: String?)?>
  /// Names and states of the load balancers, such as `active`.
  public var balancers: Known<[(name: String, state: String)]>
  /// What the check of the release that a rollback would go to found.
  public var rollbackTarget: Known<RollbackTargetCheck?>
  /// The commit that a release without one would take, in words.
  public var source: Known<String>
  /// The Engine's own words about itself.
  public var engine: Known<String>
  /// The principal's ARN.
  public var principal: Known<String>

  public init(
    group: Known<Group?>, template: Known<LaunchTemplate?>, targetGroups: Known<[TargetGroup]>,
    targets: Known<[String: [Target]]>, refreshes: Known<[Refresh]>, alarms: Known<[Alarm]>,
    repository: Known<String>, architectures: Known<[String]>,
    machineImage: Known<(state: String, architecture: String?)?>, balancers: Known<[(name: String, state: String)]>,
    rollbackTarget: Known<RollbackTargetCheck?>, source: Known<String>, engine: Known<String>, principal: Known<String>
  ) {
    self.group = group
    self.template = template
    self.targetGroups = targetGroups
    self.targets = targets
    self.refreshes = refreshes
    self.alarms = alarms
    self.repository = repository
    self.architectures = architectures
    self.machineImage = machineImage
    self.balancers = balancers
    self.rollbackTarget = rollbackTarget
    self.source = source
    self.engine = engine
    self.principal = principal
  }

  /// Everything as one survey; `nil`: a part of it is not known.
  var survey: Survey? {
    guard let group = group.value ?? nil, let template = template.value, let targetGroups = targetGroups.value,
      let targets = targets.value, let refreshes = refreshes.value, let alarms = alarms.value,
      let repository = repository.value
    else { return nil }
    return Survey(
      group: group, template: template, targetGroups: targetGroups, targets: targets, refreshes: refreshes,
      alarms: alarms, repository: repository)
  }
}
