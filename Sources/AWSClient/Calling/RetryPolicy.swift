/// AWS's standard retry mode as a pure decision: the class of a failure, the attempt and the quota to wait or give up.
///
/// https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html. The wait before retry i (from 0) is
/// random(0…1) × min(base × 2^i, 20 s); base is 50 ms, or a second after throttling. So at random 1: 50 ms, 100 ms,
/// 200 ms, and 1 s, 2 s, 4 s.
public struct RetryPolicy: Equatable, Sendable {
  /// What one attempt failed of, as far as repeating is concerned.
  public enum Failure: Equatable, Sendable {
    /// Refused for its rate: nothing was done. `after` is the server's wish (`x-amz-retry-after`).
    case throttled(after: Duration? = nil)
    /// Refused because something else holds the resource: nothing was done.
    case busy
    /// Surely no byte left.
    case notSent
    /// A 5xx, or the connection broke off or was silent after the request may have been sent.
    case unsettled(after: Duration? = nil)
    /// Anything that would fail again.
    case final
  }

  /// Whether the same request may be carried out twice.
  public enum Safety: Equatable, Sendable {
    /// It only reads.
    case read
    /// The second time changes nothing: it carries a client token, or sets what it sets.
    case repeatable
    /// Twice is more than once, and nothing tells the service that it is the same request.
    case once
  }

  public enum Decision: Equatable, Sendable {
    case wait(Duration)
    case giveUp
  }

  /// The first attempt included, at least 1.
  public var maxAttempts: Int

  public init(maxAttempts: Int = 3) { self.maxAttempts = max(1, maxAttempts) }

  static let longestWait: Duration = .seconds(20)

  /// Decides after `attempt` (from 1) failed. A retry takes its cost from the quota; `random` lies in 0..<1.
  public func decide(
    _ failure: Failure, safety: Safety, attempt: Int, quota: inout RetryQuota, random: Double
  ) -> Decision {
    guard attempt < maxAttempts, isRepeatable(failure, safety) else { return .giveUp }
    let isThrottled = if case .throttled = failure { true } else { false }
    guard quota.take(isThrottled ? RetryQuota.throttlingCost : RetryQuota.cost) else { return .giveUp }
    let base: Duration = isThrottled ? .seconds(1) : .milliseconds(50)
    let ceiling = min(base * (1 << min(attempt - 1, 20)), RetryPolicy.longestWait)
    let wait = ceiling * random
    switch failure {
    case .throttled(let hint?), .unsettled(let hint?): return .wait(min(max(wait, hint), wait + .seconds(5)))
    default: return .wait(wait)
    }
  }

  private func isRepeatable(_ failure: Failure, _ safety: Safety) -> Bool {
    switch failure {
    case .throttled, .busy, .notSent: true
    case .unsettled: safety != .once
    case .final: false
    }
  }
}

/// The tokens that retries of one client share, so that an outage is not met with a storm.
public struct RetryQuota: Equatable, Sendable {
  static let capacity = 500
  static let cost = 14
  static let throttlingCost = 5

  public private(set) var tokens = RetryQuota.capacity

  public init() {}

  mutating func take(_ cost: Int) -> Bool {
    guard tokens >= cost else { return false }
    tokens -= cost
    return true
  }

  /// Gives back the last cost of a call that succeeded after retries, or one token for a success at first try.
  mutating func refund(_ cost: Int?) {
    tokens = min(RetryQuota.capacity, tokens + (cost ?? 1))
  }
}
