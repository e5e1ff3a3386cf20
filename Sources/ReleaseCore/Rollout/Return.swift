/// The way back from a release to one that passed, from the moment it is decided to its proof.
public struct Return: Equatable, Sendable {
  /// `release` is what is left, `aim` where it goes.
  public var rollout: Rollout
  public var aim: Int
  /// Why, in words.
  public var cause: String
  public var origin: Origin
  public var step: Step
  /// The status of the forward refresh when it was last seen; `nil`: there is none to deal with.
  public var status: RefreshStatus?
  public var isCancelOurs = false
  public var isRollbackOurs = false
  /// AWS, or a rule, said that this refresh cannot be rolled back.
  public var isIrreversible = false
  public var asked = 0
  /// How many looks in a row, before a request that acts on whatever refresh the group has, saw no refresh.
  var blindLooks = 0
  /// The release that is left had passed before: an operator leaves it, and no verdict failed.
  var leavesPassed: Bool { rollout.passed.contains(rollout.release) }
  /// A signal came while a start was under way: it is finished first.
  public var isInterrupted = false
  /// What was said of the fleet last, by the rollout's watch.
  var said = ProgressLines()
  /// When waiting for AWS to bring a refresh to its end stops, and a person is needed.
  public var deadline: Moment

  init(
    rollout: Rollout, aim: Int, cause: String, origin: Origin, step: Step, status: RefreshStatus?, deadline: Moment
  ) {
    self.rollout = rollout
    self.aim = aim
    self.cause = cause
    self.origin = origin
    self.step = step
    self.status = status
    self.deadline = deadline
  }

  public enum Origin: Equatable, Sendable {
    /// A failed verdict: the end is exit 5.
    case verdict
    /// `wanzami-deploy rollback`: the end is exit 0.
    case `operator`
    /// `wanzami-deploy resume` of a way back, or of a rollout that others ended: the end is exit 0 where an operator left
    /// a release that had passed, and exit 5 where a release failed.
    case resume
  }

  public indirect enum Step: Equatable, Sendable {
    case marking
    case asking
    case cancelling
    case startingBack
    /// Between polls, waiting for AWS to show what became of a request.
    case pausing
    case settling
    case landing(Approach)
  }

  /// What to do next about a refresh in a certain status.
  public enum Move: Equatable, Sendable {
    case askRollback
    case cancel
    case wait
    /// Watch the rollback that AWS performs to its end.
    case watchLanding
    case startBack
    /// Somebody else cancelled it: never fought during a release.
    case leave
  }

  /// The design's seven rules as one table. `status` `nil` means that no refresh of this release is known.
  public func move() -> Move {
    let lands = rollout.group.configuration.template?.version.number == aim
    switch status {
    case nil, .successful, .failed: return .startBack
    case .pending, .inProgress, .baking: return forwardMove(lands: lands)
    case .cancelling, .unknown: return .wait
    case .cancelled: return isCancelOurs || origin != .verdict ? .startBack : .leave
    case .rollbackInProgress: return lands ? .watchLanding : .wait
    case .rollbackSuccessful: return lands ? .watchLanding : .startBack
    case .rollbackFailed: return origin == .verdict ? .watchLanding : .startBack
    }
  }

  private func forwardMove(lands: Bool) -> Move {
    if isRollbackOurs || isCancelOurs {
      // Accepted already; an answer that still shows it going forward is an older one, for a while.
      return asked < Return.stalePollsMax ? .wait : (isCancelOurs ? .cancel : .askRollback)
    }
    return lands && !isIrreversible ? .askRollback : .cancel
  }

  /// Whether our own cancellation has left, or is leaving, the fleet between two releases: the refresh back is started
  /// before anything else ends the run.
  var mustStartFirst: Bool {
    switch step {
    case .startingBack, .cancelling: true
    case .asking, .pausing, .settling: isCancelOurs
    case .marking, .landing: false
    }
  }

  /// How many looks may see nothing before a request is sent by what was seen last.
  static let blindLooksMax = 3
  /// How many polls may still show the old status after AWS accepted a request.
  static let stalePollsMax = 10
}

/// The end of the way back, being watched.
public struct Approach: Equatable, Sendable {
  var watch: LandingWatch
  var cadence: WatchCadence
  /// What the next poll asks for.
  var next: Set<ObservationPart>
  /// What came of a poll that is being completed.
  var half: Observation?
  var said: ProgressLines
}
