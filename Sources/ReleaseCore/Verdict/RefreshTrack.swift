/// The refresh that is watched, over all polls, and any other that holds the group.
struct RefreshTrack: Equatable, Sendable {
  /// `nil` until it is known; then it is found by its template and version.
  private(set) var id: String?
  /// What the refresh replaces instances with.
  let templateID: String
  let release: Int
  /// Without an id: take the newest refresh, whatever it replaces instances with.
  let adoptsNewest: Bool
  /// The newest state of it; an older answer never replaces it.
  private(set) var seen: Refresh?
  /// Another refresh that is active.
  private(set) var other: Refresh?
  /// When the answer that `seen` came with was taken in.
  private(set) var seenAt: Moment?
  /// When the first refresh after it began: what was launched from then on is not of this one.
  private(set) var supersededAt: Moment?
  private var olderAnswers = 0
  private var answersWithout = 0

  init(id: String?, templateID: String, release: Int, adoptsNewest: Bool = false) {
    self.id = id
    self.adoptsNewest = adoptsNewest
    self.templateID = templateID
    self.release = release
  }

  mutating func take(_ refreshes: [Refresh], at now: Moment) {
    if id == nil {
      id = refreshes.first { adoptsNewest || isOurs($0) }?.id
    }
    let ours = id.flatMap { id in refreshes.first { $0.id == id } }
    if let ours { takeOurs(ours, at: now) }
    if let began = ours?.started {
      supersededAt = refreshes.compactMap { $0.id == id ? nil : $0.started }.filter { $0 > began }.min() ?? supersededAt
    }
    takeOther(refreshes.first { $0.id != id && $0.status.isActive }, hasOurs: ours != nil)
  }

  private func isOurs(_ refresh: Refresh) -> Bool {
    refresh.desired?.id == templateID && refresh.desired?.version.number == release
  }

  /// States only go forward; the same id goes through a rollback. A state that is earlier, twice running, is believed
  /// unless an end was seen.
  private mutating func takeOurs(_ refresh: Refresh, at now: Moment) {
    if let seen, refresh.status.rank < seen.status.rank {
      olderAnswers += 1
      guard seen.status.isActive, olderAnswers >= 2 else { return }
    }
    olderAnswers = 0
    seen = refresh
    seenAt = now
  }

  /// An answer that does not know ours may be older than ours: believed when it comes twice.
  private mutating func takeOther(_ refresh: Refresh?, hasOurs: Bool) {
    guard let refresh, !isBefore(refresh) else {
      other = nil
      answersWithout = 0
      return
    }
    answersWithout += 1
    other = hasOurs || answersWithout >= 2 ? refresh : nil
  }

  private func isBefore(_ refresh: Refresh) -> Bool {
    guard let theirs = refresh.started, let ours = seen?.started else { return false }
    return theirs < ours
  }
}

extension RefreshStatus {
  /// How far along a refresh is: see the table of transitions in
  /// https://docs.aws.amazon.com/autoscaling/ec2/userguide/check-status-instance-refresh.html
  fileprivate var rank: Int {
    switch self {
    case .pending: 0
    case .inProgress: 1
    case .baking, .unknown: 2
    case .cancelling, .rollbackInProgress: 3
    case .successful, .failed, .cancelled, .rollbackSuccessful, .rollbackFailed: 4
    }
  }
}
