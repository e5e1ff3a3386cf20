/// How long a rollout should take, and where the time goes. An estimate on the slow side.
///
/// Each step takes the launch and the boot, the first healthy answer of the slowest target group, what is left of the
/// warmup by then (both run at the same time, and AWS waits for both), and the draining of what is replaced. Between
/// the steps checkpoints hold, and the bake is last.
///
/// Two instances in steps of one, 30 s warmup, health checks 2 x 10 s + 5 s, 30 s drain, 1 m bake:
/// 2 x (60 + 25 + 5 + 30) + 60 = 300 s.
public struct Forecast: Equatable, Sendable {
  /// What EC2 and the boot of an operating system take, roughly.
  public static let launch = Duration.seconds(60)

  public enum Place: String, CaseIterable, Sendable {
    case boot
    case healthChecks = "health checks"
    case warmup
    case draining
    case checkpoints
    case bake
  }

  /// Where a part of the time goes.
  public struct Part: Equatable, Sendable {
    public var place: Place
    public var times: Int
    public var each: Duration
    /// What sets it, in words.
    public var because: String

    public var total: Duration { each * times }
  }

  /// Parts that take no time are left out.
  public let parts: [Part]

  public var total: Duration { parts.reduce(.zero) { $0 + $1.total } }

  /// How long until the first new instance is healthy and warm, or is found to be neither.
  public var firstStep: Duration {
    parts.filter { [.boot, .healthChecks, .warmup].contains($0.place) }.reduce(.zero) { $0 + $1.each }
  }

  /// - Parameters:
  ///   - warmup: as AWS is told.
  ///   - waitsForTargets: whether AWS waits for healthy targets, which takes ELB among the group's health checks.
  public init(
    steps: CapacitySteps, warmup: Duration, waitsForTargets: Bool, targetGroups: [TargetGroup],
    checkpointDelay: Duration = .zero, bake: Duration = .zero
  ) {
    let rounds = steps.steps.count
    let slowest = targetGroups.max { $0.firstHealthy < $1.firstHealthy }
    let first = waitsForTargets ? slowest?.firstHealthy ?? .zero : .zero
    let draining = targetGroups.max { $0.deregistrationDelay < $1.deregistrationDelay }
    let parts = [
      Part(place: .boot, times: rounds, each: Forecast.launch, because: "EC2 and the operating system, estimated"),
      Part(place: .healthChecks, times: rounds, each: first, because: slowest?.firstHealthyInWords ?? ""),
      Part(
        place: .warmup, times: rounds, each: max(.zero, warmup - first),
        because: first > .zero ? "what is left of \(warmup.inWords) after the health checks" : "counted from in service"
      ),
      Part(
        place: .draining, times: rounds, each: draining?.deregistrationDelay ?? .zero,
        because: "deregistration delay of target group \(draining?.name ?? "")"),
      Part(place: .checkpoints, times: steps.holds, each: checkpointDelay, because: "rollout.checkpointDelay"),
      Part(place: .bake, times: rounds == 0 ? 0 : 1, each: bake, because: "the whole fleet is watched"),
    ]
    self.parts = parts.filter { $0.total > .zero }
  }
}

extension TargetGroup {
  /// The most that passes, once the application answers, until its target is healthy: it may have turned unhealthy
  /// while it booted, and then needs all of its threshold.
  /// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
  var firstHealthy: Duration { interval * healthyThreshold + timeout }

  var firstHealthyInWords: String {
    "\(healthyThreshold) x \(interval.inWords) + \(timeout.inWords), as target group \(name) checks"
  }

  /// How long a target answers wrongly before it is called unhealthy.
  var turnsUnhealthy: Duration { interval * unhealthyThreshold + timeout }
}
