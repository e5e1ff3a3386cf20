/// One instance in one target group, over all polls.
struct TargetTrack: Equatable, Sendable {
  /// The newest sight; `nil`: the target group's newest answer did not name it.
  private(set) var sight: Target?
  private(set) var wasHealthy = false
  /// The last sight of it as unhealthy by its own fault: what is left to tell once it drains.
  private(set) var lastUnhealthy: Target?
  /// How often it was healthy and turned unhealthy.
  private(set) var turns = 0
  /// Unhealthy by the target's own fault.
  private(set) var unhealthy = Streak()
  /// Not healthy in any way that says something about the target.
  private(set) var notHealthy = Streak()
  /// Answers with codes that a booting app behind a proxy would not give.
  private(set) var wrongAnswer = Streak()
  private(set) var drain: Drain?
  /// Since when it is no longer registered, or its instance no longer runs.
  private(set) var goneSince: Moment?
  private var lastVerdict: TargetState?

  /// A deregistration, as it began.
  struct Drain: Equatable, Sendable {
    var since: Moment
    /// What the target was before; `nil`: it was never seen before.
    var before: TargetState?
    var sights: Int
    /// The group's desired capacity when it began.
    var desired: Int
  }

  var isHealthy: Bool { sight?.state == .healthy }
  var isDraining: Bool { sight?.state == .draining }
  /// AWS does not use the target at all, and will not.
  var isUnwired: Bool { sight?.state == .unused && sight?.reason == "Target.NotInUse" }

  /// Takes in what the target group's answer says of this instance; `nil`: it is not in the answer.
  mutating func see(_ target: Target?, desired: Int, at now: Moment) {
    seeDrain(target, desired: desired, at: now)
    goneSince = target.isGone ? (lastVerdict == nil ? nil : goneSince ?? now) : nil
    let isUnhealthy = target?.state == .unhealthy && target?.isInconclusive == false
    if isUnhealthy { lastUnhealthy = target }
    if isUnhealthy, lastVerdict == .healthy { turns += 1 }
    if target?.state == .healthy { wasHealthy = true }
    if isUnhealthy || target?.state == .healthy { lastVerdict = target?.state }
    unhealthy.see(isUnhealthy, at: now)
    notHealthy.see(target?.speaksOfHealth ?? true, at: now)
    wrongAnswer.see(target?.answersWrongly ?? false, at: now)
    sight = target
  }

  /// The target group did not answer: nothing is known, and nothing is unbroken.
  mutating func loseSight() {
    unhealthy.breakOff()
    notHealthy.breakOff()
    wrongAnswer.breakOff()
  }

  private mutating func seeDrain(_ target: Target?, desired: Int, at now: Moment) {
    guard target?.state == .draining else {
      drain = nil
      return
    }
    drain = drain ?? Drain(since: now, before: sight?.state, sights: 0, desired: desired)
    drain?.sights += 1
  }
}

extension Target? {
  /// Not registered, or registered with an instance that is stopped or terminated.
  fileprivate var isGone: Bool {
    guard let target = self else { return true }
    return target.state == .unused && target.reason != "Target.NotInUse"
  }
}

extension Target {
  /// The load balancer's own trouble: no verdict rests on it.
  /// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html
  var isInconclusive: Bool {
    state == .unavailable || (state == .unhealthy && reason?.hasPrefix("Elb.") == true)
  }

  /// Whether this sight of a target that was never healthy counts towards its budget.
  fileprivate var speaksOfHealth: Bool {
    switch state {
    case .initial, .unused: true
    case .unhealthy: !isInconclusive
    case .healthy, .draining, .unavailable: false
    }
  }

  /// The codes of `Health checks failed with these codes: [500]`; empty: the detail names none.
  var codes: [Int] {
    guard reason == "Target.ResponseCodeMismatch", let detail, let open = detail.firstIndex(of: "["),
      let close = detail[open...].firstIndex(of: "]")
    else { return [] }
    return detail[detail.index(after: open)..<close].split { !$0.isNumber }.compactMap { Int($0) }
  }

  /// Whether the app itself answers, with a code that a proxy in front of a booting app (502–504) would not give.
  var answersWrongly: Bool {
    let codes = codes
    return state == .unhealthy && !codes.isEmpty && codes.allSatisfy { !(502...504).contains($0) }
  }
}
