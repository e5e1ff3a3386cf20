/// What a stack's status allows.
///
/// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html#cfn-console-view-stack-data-resources-status-codes
public enum StackStanding: Equatable, Sendable {
  /// There is none, or only a change set of one that is to be.
  case absent
  /// Something is under way.
  case busy
  /// It can be updated.
  case settled
  /// It was never made, and can only be deleted.
  case unmade
  /// Its way back failed.
  case stuck
  /// Deleting it failed, or has come to its end.
  case deleting

  public init(status: String?) {
    switch status {
    case nil, "REVIEW_IN_PROGRESS", "DELETE_COMPLETE": self = .absent
    case "CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED": self = .unmade
    case "UPDATE_ROLLBACK_FAILED": self = .stuck
    case "DELETE_FAILED": self = .deleting
    case let status? where status.hasSuffix("_IN_PROGRESS"): self = .busy
    default: self = .settled
    }
  }
}

/// How a stack's operation ended.
public enum StackEnd: Equatable, Sendable {
  case done
  /// As before: what was changed is taken back.
  case takenBack
  /// Somebody must see to it.
  case broken

  /// `nil`: it goes on.
  public init?(status: String) {
    switch status {
    case "CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "IMPORT_COMPLETE",
      "DELETE_COMPLETE":
      self = .done
    case "UPDATE_ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": self = .takenBack
    case let status where status.hasSuffix("_IN_PROGRESS"): return nil
    default: self = .broken
    }
  }
}
