/// A point in time, as the wall clock of the machine or the virtual clock of a simulation has it.
///
/// The core never reads a clock: each moment arrives as an argument. Resolution is a millisecond, which is more than
/// AWS's timestamps carry.
public struct Moment: Hashable, Comparable, Sendable {
  /// Milliseconds since 1970-01-01T00:00:00Z.
  public var milliseconds: Int64

  public init(milliseconds: Int64) {
    self.milliseconds = milliseconds
  }

  public static func < (left: Moment, right: Moment) -> Bool {
    left.milliseconds < right.milliseconds
  }

  public static func + (moment: Moment, duration: Duration) -> Moment {
    Moment(milliseconds: moment.milliseconds + duration.wholeMilliseconds)
  }

  public static func - (moment: Moment, duration: Duration) -> Moment {
    Moment(milliseconds: moment.milliseconds - duration.wholeMilliseconds)
  }

  public static func - (left: Moment, right: Moment) -> Duration {
    .milliseconds(left.milliseconds - right.milliseconds)
  }
}

extension Duration {
  /// The duration in milliseconds, rounded towards zero.
  public var wholeMilliseconds: Int64 {
    components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
  }

  /// The duration in whole seconds for AWS, which takes no fractions: rounded up.
  public var wholeSecondsRoundedUp: Int {
    Int((wholeMilliseconds + 999) / 1000)
  }
}
