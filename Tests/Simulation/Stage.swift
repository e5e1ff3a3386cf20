import ReleaseCore
import SimulatedAWS

extension Shape {
  /// The fleet of this shape, at rest on release 1, and its pipeline.
  func simulation(seed: UInt64) throws -> Simulation {
    var world = World(seed: seed, at: Simulation.start)
    world.add(World.MachineImage(id: "ami-1", name: "base", architecture: "arm64"))
    let arns = (1...targetGroups).map { "\(Fleet.targetGroup)\($0)" }
    for (number, arn) in arns.enumerated() {
      world.add(
        World.TargetGroup(
          arn: arn, name: "wanzami-api-\(number + 1)", port: 4000, path: "/api/health", interval: interval, timeout: 2,
          healthyThreshold: 2, unhealthyThreshold: 2, deregistrationDelay: 20, loadBalancers: ["arn:alb"]))
    }
    if hasAlarm { world.putAlarm("errors", state: .ok) }
    let data = TemplateData(
      imageID: "ami-1", instanceType: "t4g.small", userData: Fleet.base64(Fleet.userData(Fleet.digest(of: Fleet.old))))
    let template = try world.createLaunchTemplate(
      name: "wanzami-api", description: Fleet.description(Fleet.old), data: data)
    let specification = World.TemplateSpecification(id: template.id, version: isLatest ? "$Latest" : "1")
    var request = World.GroupRequest(
      name: Simulation.group, source: isMixed ? .mixed(policy(specification)) : .template(specification), min: 1,
      max: desired * 2 + 1, desired: desired)
    request.targetGroups = arns
    request.healthCheckTypes = heedsBalancer ? ["EC2", "ELB"] : ["EC2"]
    request.healthCheckGrace = grace
    request.tags = [World.GroupTag(PassedMark.key, "1")]
    try world.createGroup(request)
    let simulation = Simulation(world: world, pipeline: pipeline, commits: [Fleet.old])
    simulation.registry = [Fleet.digest(of: Fleet.old)]
    simulation.pass(seconds: 25)
    return simulation
  }

  private func policy(_ specification: World.TemplateSpecification) -> World.MixedPolicy {
    World.MixedPolicy(
      template: specification, overrides: [World.MixedPolicy.Override(instanceType: "t4g.small")],
      distribution: [World.Tag("OnDemandBaseCapacity", "1")])
  }

  var pipeline: Pipeline {
    var pipeline = Fleet.pipeline
    pipeline.rollout.minHealthyPercent = percent?.min
    pipeline.rollout.maxHealthyPercent = percent?.max
    pipeline.rollout.checkpoints = checkpoints
    pipeline.rollout.checkpointDelay = .seconds(20)
    pipeline.rollout.bake = .seconds(bake)
    pipeline.rollout.timeout = .seconds(1200)
    pipeline.rollout.poll = .seconds(poll)
    pipeline.rollout.alarms = hasAlarm ? ["errors"] : []
    return pipeline
  }

  /// The fewest healthy targets that the pipeline allows.
  func floor(desired: Int) -> Int {
    guard let percent else { return desired }
    let floor = (desired * percent.min + 99) / 100
    // With no room between floor and ceiling AWS replaces one at a time all the same.
    return percent.min < 100 && floor == desired && desired * percent.max / 100 == desired ? desired - 1 : floor
  }
}

extension Disturbance.Occasion {
  func hasCome(_ simulation: Simulation, since begin: Int) -> Bool {
    let refreshes = simulation.world.groups[0].refreshes
    guard refreshes.count > begin, let status = refreshes.last?.status else { return self == .begin }
    switch self {
    case .begin: return true
    case .rollout: return status == .inProgress
    case .baking: return status == .baking
    case .over: return !status.isActive
    case .back: return status == .rollbackInProgress || status == .cancelling || refreshes.count > begin + 1
    }
  }
}

extension Disturbance {
  /// What happens to a run itself is arranged at its beginning.
  func arrange(for watcher: Watcher) {
    switch kind {
    case .kill(let action, let isAfter): watcher.kill = (action, isAfter)
    case .interrupt(let action): watcher.interrupt = { [unowned watcher] _ in watcher.actions.count > action }
    case .lateSightOfBack(let seconds): watcher.lateSightOfBack = seconds
    case .clockOff(let seconds): watcher.skew = .milliseconds(Int64(seconds * 1000))
    case .lostAnswer(let call, let tookEffect):
      let failure = ActionFailure(.ambiguous, "\(call.rawValue): the connection broke")
      let before = watcher.trouble
      watcher.trouble = { action, number in
        guard Simulation.name(of: action) == call, number == 1 else { return before?(action, number) }
        return tookEffect ? .answerLost(failure) : .refused(failure)
      }
    case .irreversible:
      let before = watcher.trouble
      watcher.trouble = { action, number in
        guard case .rollBackRefresh = action else { return before?(action, number) }
        return .refused(ActionFailure(.irreversible, "IrreversibleInstanceRefresh"))
      }
    default: break
    }
  }

  /// What happens to the world happens in it, by the same calls that anybody may make.
  func strike(_ simulation: Simulation, _ play: ChanceRun) throws {
    switch kind {
    case .throttled(let calls):
      for operation in [
        "DescribeTargetHealth", "DescribeInstanceRefreshes", "DescribeAutoScalingGroups", "DescribeScalingActivities",
      ] {
        simulation.world.throttle(operation, count: calls)
      }
    case .silent(let seconds, let isOfTargetsOnly):
      let until = simulation.world.now + Int64(seconds * 1000)
      if isOfTargetsOnly { simulation.targetsSilentUntil = until } else { simulation.silentUntil = until }
    case .stale(let seconds, let parts):
      simulation.held = Simulation.Held(
        simulation.world, parts, until: simulation.world.now + Int64(seconds * 1000))
    case .refusedLaunches(let count, let isFatal):
      simulation.world.failNextLaunches(
        Array(repeating: isFatal ? .imageGone : .insufficientCapacity, count: count))
    case .lostInstance(let number, let loss):
      guard let victim = simulation.instance(number) else { return }
      simulation.world.lose(victim, to: loss, at: simulation.world.now)
    case .terminated(let number):
      guard let victim = simulation.instance(number) else { return }
      try simulation.world.terminateInstance(victim, decrementDesired: false)
    case .desired(let count): try simulation.world.setDesiredCapacity(of: Simulation.group, to: count)
    case .suspended(let process, let seconds):
      try simulation.world.suspend([process], of: Simulation.group)
      simulation.after(seconds: seconds) { try? $0.world.resume([process], of: Simulation.group) }
    case .cancelledByOthers: try simulation.world.cancelInstanceRefresh(of: Simulation.group)
    case .rolledBackByOthers: try simulation.world.rollbackInstanceRefresh(of: Simulation.group)
    case .marksDeleted:
      try simulation.world.deleteTags([InFlightMark.key, PassedMark.key], of: Simulation.group)
    case .versionAdded: try simulation.addVersion()
    case .alarm:
      try simulation.world.setAlarm("errors", .alarm, reason: "5xx")
    case .newImageDies: simulation.apps[play.newDigest] = .refusing
    case .oldImageSickens: simulation.apps[play.oldDigest] = .answering(500)
    case .secondRelease, .operatorsRollback: play.beginSecond(kind)
    case .lateSightOfBack, .lostAnswer, .irreversible, .kill, .interrupt, .clockOff: return
    }
    play.struck(self)
  }
}

extension Simulation {
  /// An instance in service, by chance's number.
  fileprivate func instance(_ number: Int) -> String? {
    let serving = state.instances.filter { $0.lifecycle == .inService }
    return serving.isEmpty ? nil : serving[number % serving.count].id
  }

  /// Somebody makes a version by hand.
  fileprivate func addVersion() throws {
    try world.createTemplateVersion(
      of: World.TemplateSpecification(id: template.id), source: "1", description: "by hand", data: TemplateData())
  }
}
