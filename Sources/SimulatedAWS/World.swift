/// The emulated AWS: pure values, moved only by time and by requests.
///
/// Callers first `advance(to:)`, then ask, then carry out `takeEffects()` and `dueProbes()`; `nextEvent(after:)` tells
/// when time matters next, so that virtual time can jump. One seed gives one world. Durations that AWS's clients send
/// and delays of AWS's own pass at `rate`; timestamps are real.
public struct World: Sendable {
  public internal(set) var now: WorldTime
  public let account: String
  public let region: String
  /// World seconds to a real second, above 0.
  public let rate: Double
  public let pace: Pace
  /// The second number of the instances' loopback addresses, so that two worlds on one machine share none.
  public let network: UInt8

  public internal(set) var groups: [Group] = []
  public internal(set) var templates: [LaunchTemplate] = []
  public internal(set) var targetGroups: [TargetGroup] = []
  public internal(set) var loadBalancers: [LoadBalancer] = []
  public internal(set) var machineImages: [MachineImage] = []
  public internal(set) var repositories: [Repository] = []
  public internal(set) var alarms: [Alarm] = []
  public internal(set) var commands: [Command] = []
  /// Terminated instances, as long as EC2 still shows them.
  public internal(set) var retired: [Instance] = []
  public var surroundings = Surroundings()

  var random: Generator
  var effects: [Effect] = []
  var launchFaults: [LaunchFault] = []
  var throttles: [String: Int] = [:]
  var launches = 0
  /// Counts what `settle` did, so that it ends when a round did nothing.
  var changes = 0

  /// Delays of AWS's own, in world seconds.
  public struct Pace: Hashable, Sendable {
    /// How long a refresh stays `Pending`.
    public var pending: Double = 1
    /// How long a refresh stays `Cancelling` at least.
    public var cancelling: Double = 1
    /// How long a target stays `Elb.RegistrationInProgress`.
    public var registration: Double = 1
    /// How long a refresh may make no progress.
    public var stall: Double = 3600
    /// The wait after a first failed launch; each further one waits twice as long, up to five minutes.
    public var launchRetry: Double = 10

    public init() {}
  }

  public init(
    seed: UInt64, at start: WorldTime, account: String = "123456789012", region: String = "eu-north-1",
    rate: Double = 1, pace: Pace = Pace(), network: UInt8 = 0
  ) {
    precondition(rate > 0, "the rate of a world is above 0")
    now = start
    self.account = account
    self.region = region
    self.rate = rate
    self.pace = pace
    self.network = network
    random = Generator(seed: seed)
  }

  /// World seconds as milliseconds of the world's timestamps.
  func milliseconds(_ seconds: Double) -> Int64 { Int64(seconds * 1000 / rate + 0.5) }

  func milliseconds(_ seconds: Int) -> Int64 { milliseconds(Double(seconds)) }

  /// Lets time pass up to `time`; a time that has passed already changes nothing.
  public mutating func advance(to time: WorldTime) {
    guard time > now else { return }
    while let event = nextEvent(after: now), event <= time {
      now = event
      settle()
    }
    now = time
  }

  /// What there is to carry out since the last call, in order.
  public mutating func takeEffects() -> [Effect] {
    defer { effects.removeAll(keepingCapacity: true) }
    return effects
  }

  /// A fresh id for an answer.
  public mutating func requestID() -> String { random.uuid() }

  /// Applies every rule that the present time and state call for, until none applies.
  mutating func settle() {
    for index in targetGroups.indices { settleTargets(index) }
    for index in groups.indices {
      var before: Int
      repeat {
        before = changes
        finishTerminations(index)
        finishHooks(index)
        replaceUnhealthy(index)
        stepRefresh(index)
        keepCapacity(index)
      } while changes != before
    }
  }
}
