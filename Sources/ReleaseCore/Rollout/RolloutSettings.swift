/// The effective settings of one rollout: what the pipeline file says, and for every key that it leaves out what the
/// fleet or the design says.
///
/// Made once, when the fleet is known; every field is a plain value that the reducer and `plan` read.
public struct RolloutSettings: Equatable, Sendable {
  /// 0–100 percent of desired capacity.
  public var minHealthyPercent: Int
  /// 100–200 percent of desired capacity.
  public var maxHealthyPercent: Int
  /// How long a new instance counts as young.
  public var warmup: Duration
  /// What AWS is told. Longer than `warmup` where AWS does not wait for targets: see ``init(pipeline:group:targetGroups:)``.
  public var warmupSent: Duration
  /// Ascending, unique, 1–100, the last 100; empty: none.
  public var checkpoints: [Int]
  public var checkpointDelay: Duration
  public var bake: Duration
  public var alarms: [String]
  public var unhealthyAfter: Duration
  public var startWithin: Duration
  public var stalledAfter: Duration
  public var timeout: Duration
  public var poll: Duration
  public var protected: Pipeline.ProtectedInstances
  /// How capacity moves.
  public var steps: CapacitySteps
  /// How long the rollout should take, bake included.
  public var forecast: Forecast

  /// Fills in what the pipeline leaves out.
  ///
  /// - The percentages: the pipeline's; without a `maxHealthyPercent`, the group's maintenance policy; without that,
  ///   100 and 150 up to three instances (a batch of one), 100 and 110 above.
  /// - `warmup`: the pipeline's, the group's own default warmup, two minutes.
  /// - `warmupSent`: without ELB among the group's health checks AWS counts an instance as ready when its warmup is
  ///   over, whatever its target says; so it is told the time that a start may take: max(warmup, startWithin).
  /// - `bake`: max(1m, (unhealthy threshold + 1) x interval + timeout), of the slowest target group.
  /// - `timeout`: max(60m, twice the forecast).
  public init(pipeline: Pipeline.Rollout, group: Group, targetGroups: [TargetGroup]) {
    let percent = HealthyPercent(pipeline: pipeline, group: group)
    minHealthyPercent = percent.min
    maxHealthyPercent = percent.max
    warmup = pipeline.warmup ?? group.defaultWarmup ?? .seconds(120)
    warmupSent = group.healthCheckTypes.contains("ELB") ? warmup : Swift.max(warmup, pipeline.startWithin)
    checkpoints = pipeline.checkpoints
    checkpointDelay = pipeline.checkpointDelay
    bake = pipeline.bake ?? RolloutSettings.defaultBake(targetGroups)
    alarms = pipeline.alarms
    unhealthyAfter = pipeline.unhealthyAfter
    startWithin = pipeline.startWithin
    stalledAfter = pipeline.stalledAfter
    poll = pipeline.poll
    protected = pipeline.protected
    steps = CapacitySteps(group: group, percent: percent, checkpoints: checkpoints, protected: protected)
    forecast = Forecast(
      steps: steps, warmup: warmupSent, waitsForTargets: group.healthCheckTypes.contains("ELB"),
      targetGroups: targetGroups, checkpointDelay: checkpointDelay, bake: bake)
    timeout = pipeline.timeout ?? Swift.max(.seconds(3600), forecast.total * 2)
  }

  /// The fewest healthy targets that a fleet of `desired` may have: ceil(desired x min / 100).
  ///
  /// AWS rounds the minimum up to whole instances.
  public func floor(desired: Int) -> Int {
    percent.floor(desired: desired)
  }

  /// Both percentages.
  public var percent: HealthyPercent { HealthyPercent(min: minHealthyPercent, max: maxHealthyPercent) }

  private static func defaultBake(_ targetGroups: [TargetGroup]) -> Duration {
    targetGroups.reduce(.seconds(60)) { longest, group in
      Swift.max(longest, group.interval * (group.unhealthyThreshold + 1) + group.timeout)
    }
  }
}

extension HealthyPercent {
  /// The percentages of a rollout: see ``RolloutSettings/init(pipeline:group:targetGroups:)``.
  ///
  /// AWS refuses a pair further than 100 apart, so a default never is: `minHealthyPercent: 20` alone gives 20 and 120.
  /// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RefreshPreferences.html
  public init(pipeline: Pipeline.Rollout, group: Group) {
    switch (pipeline.minHealthyPercent, pipeline.maxHealthyPercent) {
    case (let min, let max?):
      self.init(min: min ?? 100, max: max)
    case (let min?, nil):
      let max = group.maintenance?.max ?? HealthyPercent.maxForSize(group.desired)
      self.init(min: min, max: Swift.min(max, min + 100))
    case (nil, nil):
      self = group.maintenance ?? HealthyPercent(min: 100, max: HealthyPercent.maxForSize(group.desired))
    }
  }

  /// The fewest healthy instances that `desired` allows, rounded up. Where that and the ceiling leave no room for a
  /// single replacement, AWS may take one instance out first all the same: rounding never blocks a refresh.
  public func floor(desired: Int) -> Int {
    let floor = (desired * min + 99) / 100
    let hasRoom = min >= 100 || floor < desired || desired * max / 100 > desired
    return hasRoom ? floor : Swift.max(0, desired - 1)
  }

  /// How many instances AWS replaces at once: the room between ceiling and floor, and at least one.
  public func batch(desired: Int) -> Int { Swift.max(1, desired * max / 100 - floor(desired: desired)) }

  private static func maxForSize(_ desired: Int) -> Int { desired <= 3 ? 150 : 110 }
}
