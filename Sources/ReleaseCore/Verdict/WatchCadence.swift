/// A part of an observation, each one read of its own.
public enum ObservationPart: String, CaseIterable, Sendable {
  case group
  case refreshes
  case targets
  case activities
  case alarms
}

/// When to poll next and what to ask: target health at each poll; refresh, group and activities at every fourth, and at
/// once, within the same poll, when a target changed; alarms at every tenth; everything at the first. While only the last
/// step of a rollout is missing, the polls come each second.
///
/// A pure value. What was asked and did not come is owed: the next poll asks for it again, and everything is asked for
/// once all is answered again. Throttling doubles the interval, up to a minute, until nothing is throttled any more; it
/// adds no retry.
public struct WatchCadence: Equatable, Sendable {
  public struct Poll: Equatable, Sendable {
    /// How long to wait before it.
    public var wait: Duration
    public var parts: Set<ObservationPart>

    public init(wait: Duration, parts: Set<ObservationPart>) {
      self.wait = wait
      self.parts = parts
    }
  }

  public static let longestWait = Duration.seconds(60)
  /// Between two polls while only the last step is missing, where the interval is longer; so often in a row at the most.
  public static let nearWait = Duration.seconds(1)
  public static let nearPollsMax = 120

  private let interval: Duration
  private let hasTargetGroups: Bool
  private let hasAlarms: Bool
  private var wait: Duration
  private var number = 0
  private var targets: [String: [Target]] = [:]
  private var asked: Set<ObservationPart> = []
  private var owed: Set<ObservationPart> = []
  private var isBlind = false
  private var nearPolls = 0

  /// - Parameters:
  ///   - poll: the interval between two polls.
  ///   - hasTargetGroups: without one, the group is asked at each poll in place of its targets.
  public init(poll: Duration, hasTargetGroups: Bool, hasAlarms: Bool) {
    interval = poll
    wait = poll
    self.hasTargetGroups = hasTargetGroups
    self.hasAlarms = hasAlarms
  }

  /// The next poll, after what the last one saw; `nil`: there was none yet, and it comes at once.
  ///
  /// - Parameters:
  ///   - wasThrottled: whether AWS throttled any call of the last poll.
  ///   - isClosing: the group's or the refresh's next answer may end the watch.
  ///   - isNear: only the last step is missing, so its sight is not to come a whole interval late.
  ///   - ripens: the time after which the watch can end, where that is known; it is not waited for longer.
  public mutating func next(
    after observation: Observation?, wasThrottled: Bool = false, isClosing: Bool = false, isNear: Bool = false,
    ripens: Duration? = nil
  ) -> Poll {
    defer { number += 1 }
    guard let observation else { return Poll(wait: .zero, parts: parts(isChanged: true, isClosing: false)) }
    let isChanged = takeTargets(observation.targets) && !Self.detail.allSatisfy(observation.answers)
    wait = wasThrottled ? min(wait * 2, max(interval, Self.longestWait)) : interval
    let wasBlind = isBlind
    isBlind = wasThrottled || !observation.silences.isEmpty
    owed = isBlind ? asked.filter { !observation.answers($0) } : []
    nearPolls = isNear ? nearPolls + 1 : 0
    let near = isNear && nearPolls <= Self.nearPollsMax ? min(wait, Self.nearWait) : wait
    let soonest = wasThrottled ? wait : min(near, ripens ?? near)
    return Poll(
      wait: soonest, parts: parts(isChanged: isChanged || (wasBlind && !isBlind), isClosing: isClosing))
  }

  /// What tells why a target changed.
  private static let detail: Set<ObservationPart> = [.group, .refreshes, .activities]

  /// What completes a poll at once: a target changed, and what the group, the refresh and the activities say of it was
  /// not asked. `nil`: the poll is complete. What was asked and did not come is not asked twice.
  public func rest(of observation: Observation, asked: Set<ObservationPart>) -> Set<ObservationPart>? {
    let rest = Self.detail.subtracting(asked)
    guard !rest.isEmpty else { return nil }
    let isChanged = observation.targets.contains { arn, answer in
      targets[arn].map { $0 != answer && $0 != answer.inOrderOfID } ?? false
    }
    return isChanged ? rest : nil
  }

  private mutating func parts(isChanged: Bool, isClosing: Bool) -> Set<ObservationPart> {
    var parts: Set<ObservationPart> = hasTargetGroups ? [.targets] : [.group]
    if number % 4 == 0 || isChanged { parts.formUnion([.group, .refreshes, .activities]) }
    if isClosing { parts.formUnion([.group, .refreshes]) }
    if hasAlarms, number % 10 == 0 { parts.insert(.alarms) }
    parts.formUnion(owed)
    asked = parts
    return parts
  }

  /// Whether a target that answered differs from its last sight. The first sight of a target group is no change: the
  /// first poll asked for everything.
  private mutating func takeTargets(_ answers: [String: [Target]]) -> Bool {
    var isChanged = false
    for (arn, answer) in answers {
      let last = targets[arn]
      guard last != answer else { continue }
      let ordered = answer.inOrderOfID
      if let last, last != ordered { isChanged = true }
      targets[arn] = ordered
    }
    return isChanged
  }
}

extension Observation {
  /// Whether a part came; of several target groups, one is enough: each poll asks for all.
  fileprivate func answers(_ part: ObservationPart) -> Bool {
    switch part {
    case .group: group != nil
    case .refreshes: refreshes != nil
    case .targets: !targets.isEmpty
    case .activities: activities != nil
    case .alarms: alarms != nil
    }
  }
}
