/// One instance refresh as DescribeInstanceRefreshes showed it.
///
/// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_InstanceRefresh.html
public struct Refresh: Equatable, Sendable {
  public var id: String
  public var status: RefreshStatus
  /// The template and version that it replaces instances with; `nil`: it was started without a desired configuration.
  public var desired: TemplateReference?
  /// 0–100; falls during a rollback, and 100 is no success.
  public var percentComplete: Int
  public var instancesToUpdate: Int
  /// Instances of the group's warm pool that are still to be replaced, after all in service; `nil`: it has none.
  public var warmPoolToUpdate: Int?
  public var statusReason: String?
  public var rollbackReason: String?
  public var started: Moment?
  public var ended: Moment?
  public var autoRollback: Bool

  public init(
    id: String, status: RefreshStatus, desired: TemplateReference? = nil, percentComplete: Int = 0,
    instancesToUpdate: Int = 0, warmPoolToUpdate: Int? = nil, statusReason: String? = nil,
    rollbackReason: String? = nil, started: Moment? = nil,
    ended: Moment? = nil, autoRollback: Bool = false
  ) {
    self.id = id
    self.status = status
    self.desired = desired
    self.percentComplete = percentComplete
    self.instancesToUpdate = instancesToUpdate
    self.warmPoolToUpdate = warmPoolToUpdate
    self.statusReason = statusReason
    self.rollbackReason = rollbackReason
    self.started = started
    self.ended = ended
    self.autoRollback = autoRollback
  }
}

extension Refresh {
  /// Whether it is under way to that version, and not being turned round or cancelled.
  func goes(to number: Int) -> Bool {
    guard desired?.version.number == number else { return false }
    switch status {
    case .pending, .inProgress, .baking, .unknown: return true
    case .successful, .failed, .cancelling, .cancelled, .rollbackInProgress, .rollbackSuccessful, .rollbackFailed:
      return false
    }
  }
}

public enum RefreshStatus: String, CaseIterable, Sendable {
  case pending = "Pending"
  case inProgress = "InProgress"
  case baking = "Baking"
  case successful = "Successful"
  case failed = "Failed"
  case cancelling = "Cancelling"
  case cancelled = "Cancelled"
  case rollbackInProgress = "RollbackInProgress"
  case rollbackSuccessful = "RollbackSuccessful"
  case rollbackFailed = "RollbackFailed"
  /// A status that AWS added after this was written: treated as active, never as an end.
  case unknown

  public init(awsName: String) { self = RefreshStatus(rawValue: awsName) ?? .unknown }

  /// Whether the refresh still holds the group: AWS refuses a second one.
  public var isActive: Bool {
    switch self {
    case .pending, .inProgress, .baking, .cancelling, .rollbackInProgress, .unknown: true
    case .successful, .failed, .cancelled, .rollbackSuccessful, .rollbackFailed: false
    }
  }
}
