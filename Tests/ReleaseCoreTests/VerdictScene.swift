import ReleaseCore

/// A fleet that a test moves by hand, and the watch that looks at it: group `api`, two instances on version 41, release
/// 42 being rolled out by refresh `r-1`, one target group checked every 10 s. Times are seconds since the start.
struct VerdictScene {
  static let template = "lt-1"
  static let start = Moment(milliseconds: 1_700_000_000_000)
  static let api = TargetGroup(
    arn: "arn:api", name: "api", interval: .seconds(10), timeout: .seconds(5), healthyThreshold: 2,
    unhealthyThreshold: 2)

  var group: Group
  var refresh = Refresh(
    id: "r-1", status: .inProgress, desired: reference(42), instancesToUpdate: 2, started: start)
  var others: [Refresh] = []
  var targets: [String: [String: Target]] = [:]
  var activities: [Activity] = []
  var alarms: [Alarm] = []
  var watch: RolloutWatch
  let targetGroups: [TargetGroup]
  /// The verdict of the newest look.
  var verdict = Verdict.goOn

  /// The budget of an instance: 100 s + 2 x 10 s + 5 s.
  static let budget = 125

  static func reference(_ version: Int) -> TemplateReference {
    TemplateReference(id: template, name: "api", version: .number(version))
  }

  static func old(_ id: String) -> Instance {
    Instance(id: id, version: 41, templateID: template, zone: id.hasSuffix("1") ? "eu-north-1a" : "eu-north-1b")
  }

  static func settings(_ group: Group, _ targetGroups: [TargetGroup]) -> RolloutSettings {
    var settings = RolloutSettings(
      pipeline: Pipeline.Rollout(), group: group, targetGroups: targetGroups)
    settings.minHealthyPercent = 100
    settings.warmup = .seconds(30)
    settings.warmupSent = .seconds(30)
    settings.bake = .seconds(60)
    settings.unhealthyAfter = .seconds(60)
    settings.startWithin = .seconds(100)
    settings.stalledAfter = .seconds(900)
    settings.timeout = .seconds(3600)
    settings.poll = .seconds(3)
    settings.alarms = ["errors"]
    return settings
  }

  init(
    targetGroups: [TargetGroup] = [api], olds: [Instance] = [old("i-old1"), old("i-old2")], refreshID: String? = "r-1",
    alarmsAtStart: [Alarm] = [], change: (inout RolloutSettings, inout Group) -> Void = { _, _ in }
  ) {
    var group = Group(
      name: "api", desired: olds.count, min: 0, max: 8, configuration: .template(Self.reference(41)), instances: olds,
      targetGroups: targetGroups.map(\.arn))
    var settings = Self.settings(group, targetGroups)
    change(&settings, &group)
    self.group = group
    self.targetGroups = targetGroups
    for targetGroup in targetGroups { targets[targetGroup.arn] = [:] }
    watch = RolloutWatch(
      release: 42, templateID: Self.template, refreshID: refreshID, settings: settings, targetGroups: targetGroups,
      group: group, alarmsAtStart: alarmsAtStart, started: Self.start)
    for old in olds { target(old.id, .healthy) }
  }

  static func moment(_ seconds: Int) -> Moment { start + .seconds(seconds) }

  /// Everything at once, as the fleet stands.
  var everything: Observation {
    Observation(
      group: group, refreshes: others.filter(\.status.isActive) + [refresh] + others.filter { !$0.status.isActive },
      targets: targets.mapValues { $0.values.sorted { $0.id < $1.id } }, activities: activities, alarms: alarms)
  }

  // Moving the fleet.

  /// A new instance, in service at once.
  mutating func serve(_ ids: String..., version: Int = 42, lifecycle: Lifecycle = .inService) {
    for id in ids {
      group.instances.removeAll { $0.id == id }
      group.instances.append(
        Instance(id: id, lifecycle: lifecycle, version: version, templateID: Self.template, zone: "eu-north-1a"))
    }
  }

  mutating func target(
    _ id: String, _ state: TargetState, _ reason: String? = nil, _ detail: String? = nil, in arn: String? = nil
  ) {
    for targetGroup in targetGroups where arn == nil || arn == targetGroup.arn {
      targets[targetGroup.arn]?[id] = Target(id: id, state: state, reason: reason, detail: detail)
    }
  }

  mutating func answers(_ id: String, codes: String) {
    target(id, .unhealthy, "Target.ResponseCodeMismatch", "Health checks failed with these codes: [\(codes)]")
  }

  mutating func refuses(_ id: String) { target(id, .unhealthy, "Target.FailedHealthChecks", "Health checks failed") }

  mutating func change(_ id: String, _ change: (inout Instance) -> Void) {
    for index in group.instances.indices where group.instances[index].id == id { change(&group.instances[index]) }
  }

  mutating func leave(_ ids: String...) {
    for id in ids {
      change(id) { $0.lifecycle = .leaving }
      target(id, .draining, "Target.DeregistrationInProgress")
    }
  }

  mutating func vanish(_ ids: String...) {
    for id in ids {
      group.instances.removeAll { $0.id == id }
      for arn in targets.keys { targets[arn]?[id] = nil }
    }
  }

  /// Both old instances are being terminated and two new ones serve.
  mutating func replaceAll() {
    for id in ["i-old1", "i-old2"] {
      change(id) { $0.lifecycle = .leaving }
      for arn in targets.keys { targets[arn]?[id] = nil }
    }
    serve("i-1", "i-2")
    target("i-1", .healthy)
    target("i-2", .healthy)
    refresh.percentComplete = 100
    refresh.instancesToUpdate = 0
  }

  mutating func succeed() {
    refresh.status = .successful
    group.configuration = .template(Self.reference(42))
  }

  mutating func takeOut(_ id: String, _ cause: String, at seconds: Int) {
    activities.insert(
      Activity(
        id: "t-\(id)", description: "Terminating EC2 instance: \(id)",
        cause: "At 2026-01-02T03:04:05Z an instance was taken out of service in response to \(cause).",
        status: "InProgress", started: Self.moment(seconds)), at: 0)
  }

  mutating func refuseLaunch(_ message: String, at seconds: Int) {
    activities.insert(
      Activity(
        id: "l-\(activities.count)", description: "Launching a new EC2 instance.  Status Reason: \(message)",
        cause: "At 2026-01-02T03:04:05Z an instance was started", status: "Failed", message: message,
        started: Self.moment(seconds), ended: Self.moment(seconds)), at: 0)
  }

  // Looking at it.

  @discardableResult
  mutating func look(at seconds: Int, _ observation: Observation? = nil) -> Verdict {
    verdict = watch.observe(observation ?? everything, at: Self.moment(seconds))
    return verdict
  }

  /// Looks every three seconds, both ends included, until the verdict is not "go on".
  /// - Returns: the second of the last look.
  @discardableResult
  mutating func look(from first: Int, to last: Int) -> Int {
    var second = first
    while true {
      look(at: second)
      if verdict != .goOn || second + 3 > last { return second }
      second += 3
    }
  }

  /// A look at the targets only, as three of four polls are.
  @discardableResult
  mutating func lookAtTargets(at seconds: Int) -> Verdict {
    look(at: seconds, Observation(targets: everything.targets))
  }

  var failure: Failure? { if case .failed(let failure) = verdict { failure } else { nil } }
  var proof: Proof? { if case .passed(let proof) = verdict { proof } else { nil } }
}
