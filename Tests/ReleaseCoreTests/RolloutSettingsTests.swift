import ReleaseCore
import Testing

@Suite("Effective settings of a rollout")
struct RolloutSettingsTests {
  @Test(
    "percentages come from the pipeline, else the maintenance policy, else the fleet's size",
    arguments: [
      // pipeline's min, max; the group's policy; desired; expected
      (nil, nil, nil, 2, HealthyPercent(min: 100, max: 150)),
      (nil, nil, nil, 3, HealthyPercent(min: 100, max: 150)),
      (nil, nil, nil, 4, HealthyPercent(min: 100, max: 110)),
      (nil, nil, HealthyPercent(min: 90, max: 120), 2, HealthyPercent(min: 90, max: 120)),
      (nil, 200, HealthyPercent(min: 90, max: 120), 2, HealthyPercent(min: 100, max: 200)),
      (50, nil, HealthyPercent(min: 90, max: 120), 2, HealthyPercent(min: 50, max: 120)),
      // A default is never further than 100 from what is asked.
      (20, nil, nil, 2, HealthyPercent(min: 20, max: 120)),
      (0, 100, nil, 2, HealthyPercent(min: 0, max: 100)),
    ] as [(Int?, Int?, HealthyPercent?, Int, HealthyPercent)])
  func percentages(min: Int?, max: Int?, policy: HealthyPercent?, desired: Int, expected: HealthyPercent) {
    var pipeline = Pipeline.Rollout()
    pipeline.minHealthyPercent = min
    pipeline.maxHealthyPercent = max
    var group = fleet(desired: desired)
    group.maintenance = policy
    let settings = RolloutSettings(pipeline: pipeline, group: group, targetGroups: [])
    #expect(HealthyPercent(min: settings.minHealthyPercent, max: settings.maxHealthyPercent) == expected)
  }

  @Test(
    "the floor of healthy targets is rounded up",
    arguments: [(2, 100, 2), (2, 90, 2), (2, 50, 1), (3, 50, 2), (10, 91, 10), (5, 0, 0), (0, 100, 0)])
  func floor(desired: Int, min: Int, expected: Int) {
    var pipeline = Pipeline.Rollout()
    pipeline.minHealthyPercent = min
    let settings = RolloutSettings(pipeline: pipeline, group: fleet(desired: desired), targetGroups: [])
    #expect(settings.floor(desired: desired) == expected)
  }

  @Test("the bake lasts until the slowest target group could have turned a target unhealthy, and a minute at least")
  func bake() {
    let quick = targetGroup(interval: 5, timeout: 2, unhealthy: 2)
    let slow = targetGroup(interval: 30, timeout: 5, unhealthy: 2)
    let group = fleet(desired: 2)
    #expect(RolloutSettings(pipeline: .init(), group: group, targetGroups: [quick]).bake == .seconds(60))
    #expect(RolloutSettings(pipeline: .init(), group: group, targetGroups: [quick, slow]).bake == .seconds(95))
    var pipeline = Pipeline.Rollout()
    pipeline.bake = .seconds(2)
    #expect(RolloutSettings(pipeline: pipeline, group: group, targetGroups: [slow]).bake == .seconds(2))
  }

  @Test("the warmup is the pipeline's, else the group's own, else two minutes; zero is a warmup")
  func warmup() {
    var group = fleet(desired: 2)
    var pipeline = Pipeline.Rollout()
    #expect(RolloutSettings(pipeline: pipeline, group: group, targetGroups: []).warmup == .seconds(120))
    group.defaultWarmup = .seconds(45)
    #expect(RolloutSettings(pipeline: pipeline, group: group, targetGroups: []).warmup == .seconds(45))
    pipeline.warmup = .zero
    #expect(RolloutSettings(pipeline: pipeline, group: group, targetGroups: []).warmup == .zero)
  }

  @Test("AWS is told to wait out a whole start where it does not look at targets itself")
  func warmupWithoutELB() {
    var group = fleet(desired: 2)
    group.healthCheckTypes = ["EC2"]
    var pipeline = Pipeline.Rollout()
    pipeline.warmup = .seconds(30)
    let settings = RolloutSettings(pipeline: pipeline, group: group, targetGroups: [])
    #expect(settings.warmup == .seconds(30))
    #expect(settings.warmupSent == .seconds(300))
    group.healthCheckTypes = ["EC2", "ELB"]
    #expect(RolloutSettings(pipeline: pipeline, group: group, targetGroups: []).warmupSent == .seconds(30))
  }

  @Test("the forecast counts steps, the checkpoints that hold, and the bake")
  func forecast() {
    var pipeline = Pipeline.Rollout()
    pipeline.warmup = .seconds(30)
    pipeline.bake = .seconds(60)
    var group = targetGroup(interval: 10, timeout: 5, unhealthy: 2)
    group.healthyThreshold = 2
    group.deregistrationDelay = .seconds(30)
    let fleet = fleet(desired: 2)
    #expect(RolloutSettings(pipeline: pipeline, group: fleet, targetGroups: [group]).forecast.total == .seconds(300))
    pipeline.checkpoints = [50, 100]
    #expect(RolloutSettings(pipeline: pipeline, group: fleet, targetGroups: [group]).forecast.total == .seconds(360))
  }

  @Test("the timeout is an hour, or twice the forecast of a large fleet")
  func timeout() {
    var pipeline = Pipeline.Rollout()
    #expect(RolloutSettings(pipeline: pipeline, group: fleet(desired: 2), targetGroups: []).timeout == .seconds(3600))
    // 40 instances at 100/110: batches of 4, 10 rounds of 180 s, and a minute of bake: 1860 s, twice that is more.
    let large = RolloutSettings(pipeline: pipeline, group: fleet(desired: 40), targetGroups: [])
    #expect(large.timeout == .seconds(3720))
    pipeline.timeout = .seconds(300)
    #expect(RolloutSettings(pipeline: pipeline, group: fleet(desired: 40), targetGroups: []).timeout == .seconds(300))
  }

  private func fleet(desired: Int) -> Group {
    Group(
      name: "wanzami-api", desired: desired, min: 0, max: desired * 2,
      configuration: .template(TemplateReference(id: "lt-1", name: "wanzami-api", version: .number(1))))
  }

  private func targetGroup(interval: Int, timeout: Int, unhealthy: Int) -> TargetGroup {
    TargetGroup(
      arn: "arn:\(interval)", name: "wanzami-api", interval: .seconds(interval), timeout: .seconds(timeout),
      unhealthyThreshold: unhealthy)
  }
}
