/// How long something has been seen without a break.
struct Streak: Equatable, Sendable {
  private(set) var since: Moment?
  private(set) var count = 0

  /// Takes in one observation; one in which it does not hold ends the streak.
  mutating func see(_ holds: Bool, at now: Moment) {
    guard holds else { return breakOff() }
    since = since ?? now
    count += 1
  }

  /// A gap without data: the next sight starts anew.
  mutating func breakOff() {
    since = nil
    count = 0
  }

  /// The unbroken time so far, counted from `start` where that is later; `nil` before the second observation.
  func lasting(at now: Moment, from start: Moment? = nil) -> Duration? {
    guard let since, count >= 2 else { return nil }
    return max(.zero, now - max(since, start ?? since))
  }
}
