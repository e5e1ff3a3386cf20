/// One scaling activity as DescribeScalingActivities showed it.
///
/// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_Activity.html
public struct Activity: Equatable, Sendable {
  public var id: String
  /// `Launching a new EC2 instance: i-…` or `Terminating EC2 instance: i-…`; of a warm pool
  /// `Launching a new EC2 instance into warm pool: i-…`, and later `… from warm pool: i-…`.
  public var description: String
  public var cause: String
  /// AWS's `StatusCode`, such as `Failed`.
  public var status: String
  public var message: String?
  public var started: Moment
  public var ended: Moment?

  public init(
    id: String, description: String, cause: String, status: String, message: String? = nil, started: Moment,
    ended: Moment? = nil
  ) {
    self.id = id
    self.description = description
    self.cause = cause
    self.status = status
    self.message = message
    self.started = started
    self.ended = ended
  }

  public var isLaunch: Bool { description.hasPrefix("Launching") }
  /// A launch that brings an instance no further than into the warm pool.
  public var isLaunchIntoWarmPool: Bool { description.hasPrefix("Launching a new EC2 instance into warm pool") }
  /// A launch of what was made long before, of whatever version it was made from.
  public var isLaunchFromWarmPool: Bool { description.hasPrefix("Launching a new EC2 instance from warm pool") }
  public var isTermination: Bool { description.hasPrefix("Terminating") }
  public var isFinished: Bool { ["Successful", "Failed", "Cancelled"].contains(status) }

  /// The instance that the description names.
  public var instance: String? {
    let words = description.utf8.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: ":") }
    return words.first { $0.starts(with: "i-".utf8) }.flatMap { String(Substring($0)) }
  }
}

/// A CloudWatch alarm as DescribeAlarms showed it.
public struct Alarm: Equatable, Sendable {
  public enum State: String, Sendable {
    case ok = "OK"
    case alarm = "ALARM"
    case insufficientData = "INSUFFICIENT_DATA"
  }

  public var name: String
  public var state: State
  public var reason: String?

  public init(name: String, state: State, reason: String? = nil) {
    self.name = name
    self.state = state
    self.reason = reason
  }
}
