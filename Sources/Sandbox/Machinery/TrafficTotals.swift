/// What the requests of a load came to: each request that was begun is counted exactly once, as answered or as failed.
public struct TrafficTotals: Equatable, Sendable {
  /// Requests that ended, whichever way.
  public var requests = 0
  /// Requests without a good answer: no connection, no complete answer, an answer too late, or a 5xx.
  public var failed = 0
  /// How often each reason of a failure was seen, in words.
  public var failures: [String: Int] = [:]
  /// Answers below 500 by the version that the body names; a body without one counts under the empty string.
  public var versions: [String: Int] = [:]
  /// The slowest request that was answered.
  public var slowest = Duration.zero

  public init() {}

  mutating func record(_ result: Result<TrafficAnswer, TrafficFailure>, after duration: Duration) {
    requests += 1
    switch result {
    case .success(let answer) where answer.status < 500:
      versions[answer.version ?? "", default: 0] += 1
      slowest = max(slowest, duration)
    case .success(let answer):
      failed += 1
      failures["status \(answer.status)", default: 0] += 1
    case .failure(let failure):
      failed += 1
      failures[failure.rawValue, default: 0] += 1
    }
  }
}

/// A complete answer.
struct TrafficAnswer: Equatable, Sendable {
  var status: Int
  /// The string under `"version"` in a JSON body.
  var version: String?
  /// Whether the server announced that it closes the connection.
  var isLast: Bool
}

/// Why a request has no answer.
enum TrafficFailure: String, Error, Sendable {
  case couldNotConnect = "could not connect"
  case closedBeforeAnswer = "the connection closed before the answer began"
  case closedWithinAnswer = "the connection closed within the answer"
  case malformed = "the answer is no HTTP"
  case tooLate = "no complete answer in time"
  /// The connection was gone before a byte was sent; the request is still to be made, on another one.
  case notSent = "not sent"
}
