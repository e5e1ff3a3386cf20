import Testing

@testable import SimulatedAWS

/// A group of `desired` instances behind one target group, driven in virtual time: nothing waits.
struct VirtualFleet {
  /// What an application does, by its template version.
  enum Behaviour {
    case healthy
    case answers(Int)
    case silent
    case refuses
  }

  static let arn = "arn:aws:elasticloadbalancing:eu-north-1:123456789012:targetgroup/web/1"
  static let start = WorldTime(milliseconds: 1_800_000_000_000)

  var world: World
  var behaviour: [Int: Behaviour] = [:]
  /// Milliseconds from launch to running, and from running to the first answer.
  var boot: Int64 = 20_000
  var running: [String: WorldTime] = [:]
  private var boots: [(id: String, at: WorldTime)] = []
  /// The fewest healthy targets seen after the fleet first stood.
  var fewestHealthy = Int.max
  var mostLive = 0

  init(
    desired: Int = 2, max: Int = 4, version: String? = "1", elb: Bool = true, seed: UInt64 = 7, rate: Double = 1,
    adjust: (inout World.GroupRequest) -> Void = { _ in }
  ) throws {
    world = World(seed: seed, at: Self.start, rate: rate)
    world.add(World.MachineImage(id: "ami-1", name: "linux", architecture: "arm64"))
    let template = try world.createLaunchTemplate(
      name: "web", data: TemplateData(imageID: "ami-1", instanceType: "t4g.small"))
    world.add(
      World.TargetGroup(
        arn: Self.arn, name: "web", port: 4000, path: "/api/health", interval: 10, timeout: 5, healthyThreshold: 2,
        unhealthyThreshold: 2, deregistrationDelay: 30, loadBalancers: ["lb"]))
    var request = World.GroupRequest(
      name: "web", source: .template(World.TemplateSpecification(id: template.id, version: version)), min: 1,
      max: max, desired: desired)
    request.targetGroups = [Self.arn]
    request.healthCheckTypes = elb ? ["EC2", "ELB"] : ["EC2"]
    request.healthCheckGrace = 60
    adjust(&request)
    try world.createGroup(request)
    run(for: 300)
    fewestHealthy = healthy
    mostLive = 0
  }

  var group: World.Group { world.groups[0] }
  var refresh: World.InstanceRefresh { group.refreshes[group.refreshes.count - 1] }
  var saved: String? { group.source.template?.version }
  var healthy: Int { world.targetGroups[0].targets.filter { $0.state == .healthy }.count }
  var versions: [Int] { group.instances.filter(\.isLive).map(\.version).sorted() }

  /// Whether one of two instances is replaced and the second replacement has begun.
  var isHalfWay: Bool { versions == [1, 2, 2] }

  func specification(_ version: Int) -> World.LaunchSource {
    .template(World.TemplateSpecification(id: world.templates[0].id, version: String(version)))
  }

  mutating func newVersion(_ behaviour: Behaviour = .healthy) throws -> Int {
    let specification = World.TemplateSpecification(id: world.templates[0].id)
    let version = try world.createTemplateVersion(
      of: specification, source: "1", data: TemplateData(tree: .members([.init("KeyName", .text("key"))])))
    self.behaviour[version.number] = behaviour
    return version.number
  }

  @discardableResult
  mutating func start(_ version: Int?, _ adjust: (inout World.RefreshPreferences) -> Void = { _ in }) throws -> String {
    var preferences = World.RefreshPreferences(
      minHealthyPercent: 100, maxHealthyPercent: 150, warmup: 30, skipMatching: true, scaleInProtected: "Ignore",
      standby: "Ignore")
    adjust(&preferences)
    return try world.startInstanceRefresh(
      of: "web", desired: version.map(specification), preferences: preferences)
  }

  /// Lets virtual time pass, event by event, until it is over or `until` holds.
  mutating func run(for seconds: Double, until isDone: (VirtualFleet) -> Bool = { _ in false }) {
    let end = world.now + Int64(seconds * 1000)
    while !isDone(self) {
      carryOut()
      let boot = boots.map(\.at).min()
      guard let next = [world.nextEvent(after: world.now), boot].compactMap({ $0 }).min(), next <= end else {
        world.advance(to: end)
        carryOut()
        return
      }
      world.advance(to: next)
      for due in boots where due.at <= next {
        boots.removeAll { $0.id == due.id }
        running[due.id] = next
        world.instanceRunning(due.id, at: next)
      }
    }
  }

  mutating func runToEnd() { run(for: 20_000) { !$0.refresh.status.isActive } }

  private mutating func carryOut() {
    for effect in world.takeEffects() {
      if case .launch(let launch) = effect { boots.append((launch.instance, world.now + boot)) }
    }
    for probe in world.dueProbes(at: world.now) {
      let version = world.instance(probe.instance)?.version ?? 0
      let result: World.ProbeResult =
        switch behaviour[version] ?? .healthy {
        case .healthy: .status(200)
        case .answers(let code): .status(code)
        case .silent: .timeout
        case .refuses: .refused
        }
      world.report(result, for: probe, at: world.now)
    }
    fewestHealthy = min(fewestHealthy, healthy)
    mostLive = max(mostLive, group.liveWeight)
  }
}
