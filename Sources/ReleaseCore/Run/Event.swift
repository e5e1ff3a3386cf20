/// What happened: the answer to an action, or a signal.
public enum Event: Equatable, Sendable {
  case resolved(ResolvedCommit)
  case surveyed(Survey)
  case compared(Ancestry)
  case rollbackTargetChecked(RollbackTargetCheck)
  case imageChecked(ImageCheck)
  case observed(Observation, wasThrottled: Bool)
  case evidence([Evidence])
  /// `nil`: the registry has no image of that content.
  case imageFound(StoredImage?)
  case built(BuiltImage)
  case pushed(Digest)
  /// `registry/name:tag` that names the image now.
  case imageTagged(reference: String)
  case scanned(ScanReport)
  case pinned
  case versionCreated(Int)
  case tagged
  case refreshStarted(id: String)
  case rollbackAccepted
  case cancelAccepted
  case hookPassed
  case notified(NoticeChannel)
  case woke
  /// An action failed; the action is named, for several may be under way.
  case failed(FailedAction, ActionFailure)
  /// SIGINT, SIGTERM or SIGHUP.
  case interrupted(signal: String)
}

/// The actions that can fail, as a failure names them.
public enum FailedAction: String, Equatable, Sendable {
  case resolve, survey, compare, checkRollbackTarget, checkImage, observe, collectEvidence
  case findImage, checkScan
  case build, push, tagImage, pin, createVersion, tag, startRefresh, rollBackRefresh, cancelRefresh
  case runHook, notify
}

/// Why an action failed, as far as a decision depends on it; the rest is the sentence.
public struct ActionFailure: Error, Equatable, Sendable {
  public enum Kind: Equatable, Sendable {
    /// Nothing more is known than the sentence.
    case other
    /// It is the user's or the fleet's state that forbids it: exit 3.
    case refused
    /// The answer was lost: it may have taken effect.
    case ambiguous
    case throttled
    case refreshInProgress
    case noActiveRefresh
    case irreversible
    /// A launch-template version that was created a moment ago is not visible yet.
    case notVisibleYet
  }

  public var kind: Kind
  /// What was being done and to what, what was seen, what to do next.
  public var sentence: String

  public init(_ kind: Kind = .other, _ sentence: String) {
    self.kind = kind
    self.sentence = sentence
  }
}

/// What the check of a rollback target found: empty problems mean that it can run again.
public struct RollbackTargetCheck: Equatable, Sendable {
  public var release: Int
  public var problems: [String]

  public init(release: Int, problems: [String]) {
    self.release = release
    self.problems = problems
  }
}
