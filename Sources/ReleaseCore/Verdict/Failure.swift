/// Why a rollout failed: one case for each row of the design's table, with what was seen.
public enum Failure: Equatable, Sendable {
  /// Not once healthy within the time that a start may take.
  case neverHealthy(TargetEvidence, budget: Duration)
  /// The app answers, wrongly.
  case wrongAnswer(TargetEvidence, codes: [Int], lasting: Duration)
  case turnedUnhealthy(TargetEvidence, lasting: Duration)
  case flapping(TargetEvidence, turns: Int)
  case crashLoop(takenOut: [Removed], of: Int)
  /// The load balancer does not use the target.
  case wiring(TargetEvidence)
  /// An old target drains while too few others are healthy.
  case belowFloor(draining: TargetEvidence, healthy: Int, floor: Int)
  case launchRefused(LaunchRefusal)
  case alarm(name: String, reason: String?)
  case refreshFailed(id: String, reason: String?)
  /// The refresh was cancelled or is rolled back, not by us.
  case endedByOthers(RefreshEnd)
  /// Another refresh than ours holds the group.
  case anotherRefresh(id: String, release: Int?, status: RefreshStatus)
  case stalled(lasting: Duration, waitingFor: String)
  case timedOut(after: Duration, waitingFor: String)
}

/// A target that speaks against a release, as it was seen.
public struct TargetEvidence: Equatable, Sendable {
  public var instance: String
  /// The version that the instance was launched from.
  public var version: Int?
  /// The target group's name; empty: the group has none, and the state is Auto Scaling's own opinion.
  public var targetGroup: String
  public var state: TargetState
  /// AWS's reason code and its own words.
  public var reason: String?
  public var detail: String?
  /// Since InService; `nil`: it is not in service yet.
  public var age: Duration?

  public init(
    instance: String, version: Int?, targetGroup: String, state: TargetState, reason: String? = nil,
    detail: String? = nil, age: Duration? = nil
  ) {
    self.instance = instance
    self.version = version
    self.targetGroup = targetGroup
    self.state = state
    self.reason = reason
    self.detail = detail
    self.age = age
  }
}

/// A counted instance that was taken out of the group, and why.
public struct Removed: Equatable, Sendable {
  public var instance: String
  public var why: ActivityClass.Removal
  /// The activity's own words.
  public var cause: String

  public init(instance: String, why: ActivityClass.Removal, cause: String) {
    self.instance = instance
    self.why = why
    self.cause = cause
  }
}

/// Launches that AWS refused alike.
public struct LaunchRefusal: Equatable, Sendable {
  public var why: ActivityClass.Refusal
  /// AWS's own words, the newest.
  public var message: String
  public var count: Int
  /// The zones that the refusals name, sorted.
  public var zones: [String]

  public init(why: ActivityClass.Refusal, message: String, count: Int, zones: [String] = []) {
    self.why = why
    self.message = message
    self.count = count
    self.zones = zones
  }
}

/// How a refresh of ours was ended by somebody else, or by AWS itself.
public struct RefreshEnd: Equatable, Sendable {
  public var id: String
  /// Cancelling, Cancelled, RollbackInProgress, RollbackSuccessful or RollbackFailed.
  public var status: RefreshStatus
  /// AWS's `RollbackReason`, else its `StatusReason`.
  public var reason: String?

  public init(id: String, status: RefreshStatus, reason: String?) {
    self.id = id
    self.status = status
    self.reason = reason
  }
}

extension Failure {
  /// Whether the release itself is off the passed list for good. A cancellation or another's refresh says nothing
  /// about the release.
  public var isCondemning: Bool {
    switch self {
    case .endedByOthers(let end): end.status != .cancelled && end.status != .cancelling
    case .anotherRefresh: false
    default: true
    }
  }

  /// Whether somebody else, or AWS itself, has already decided what becomes of the refresh: nothing of ours may
  /// fight it.
  public var isEndedByOthers: Bool {
    switch self {
    case .endedByOthers, .anotherRefresh: true
    default: false
    }
  }

  /// Whether the refresh is at its end, so that going back needs a new one.
  public var isRefreshOver: Bool {
    switch self {
    case .refreshFailed: true
    case .endedByOthers(let end): !end.status.isActive
    default: false
    }
  }

  /// The instances that the evidence is to be collected from.
  public var instances: [String] {
    switch self {
    case .neverHealthy(let target, _), .wrongAnswer(let target, _, _), .turnedUnhealthy(let target, _),
      .flapping(let target, _), .wiring(let target):
      [target.instance]
    case .crashLoop(let removed, _): removed.map(\.instance)
    default: []
    }
  }

  /// One word for machines.
  public var name: String {
    switch self {
    case .neverHealthy: "never-healthy"
    case .wrongAnswer: "wrong-answer"
    case .turnedUnhealthy: "turned-unhealthy"
    case .flapping: "flapping"
    case .crashLoop: "crash-loop"
    case .wiring: "wiring"
    case .belowFloor: "below-floor"
    case .launchRefused: "launch-refused"
    case .alarm: "alarm"
    case .refreshFailed: "refresh-failed"
    case .endedByOthers: "ended-by-others"
    case .anotherRefresh: "another-refresh"
    case .stalled: "stalled"
    case .timedOut: "timed-out"
    }
  }
}
