import ReleaseCore
import SimulatedAWS

extension Simulation {
  /// The group as the world has it.
  var state: World.Group { world.groups[0] }
  var template: World.LaunchTemplate { world.templates[0] }
  var newestRefresh: World.InstanceRefresh? { world.groups[0].refreshes.last }
  var savedVersion: String? { world.groups[0].source.template?.version }
  var tags: [String: String] {
    Dictionary(state.tags.map { ($0.key, $0.value) }, uniquingKeysWith: { _, last in last })
  }
  /// Versions of the instances that serve or will.
  var running: [Int] {
    state.instances.filter { !$0.lifecycle.isLeaving }.map(\.version).sorted()
  }

  /// The world as a reader of this part sees it: an older one where it is held back.
  private func seenGroup(_ part: ObservationPart) -> World.Group {
    if let held, held.parts.contains(part) { held.world.groups[0] } else { world.groups[0] }
  }

  func survey() -> Survey {
    Survey(
      group: coreGroup(), template: coreTemplate(), targetGroups: coreTargetGroups(), targets: coreTargets(),
      refreshes: coreRefreshes(), alarms: coreAlarms(), repository: Fleet.repository, platform: "linux/arm64")
  }

  func observe(_ parts: Set<ObservationPart>) -> Event {
    guard world.now >= silentUntil else { return .failed(.observe, ActionFailure(.other, "no answer within 5 s")) }
    var observation = Observation()
    var isThrottled = false
    func admit(_ operation: String, _ read: () -> Void) {
      do {
        try world.admit(operation)
        read()
      } catch {
        isThrottled = true
        observation.silences.append("\(operation): throttled")
      }
    }
    if parts.contains(.group) { admit("DescribeAutoScalingGroups") { observation.group = coreGroup() } }
    if parts.contains(.refreshes) { admit("DescribeInstanceRefreshes") { observation.refreshes = coreRefreshes() } }
    if parts.contains(.targets), world.now < targetsSilentUntil {
      observation.silences.append("DescribeTargetHealth: no answer within 5 s")
    } else if parts.contains(.targets) {
      admit("DescribeTargetHealth") { observation.targets = coreTargets() }
    }
    if parts.contains(.activities) { admit("DescribeScalingActivities") { observation.activities = coreActivities() } }
    if parts.contains(.alarms) { admit("DescribeAlarms") { observation.alarms = coreAlarms() } }
    return .observed(observation, wasThrottled: isThrottled)
  }

  private func coreGroup() -> Group {
    let group = seenGroup(.group)
    return Group(
      name: group.name, arn: group.arn, desired: group.desired, min: group.min, max: group.max,
      configuration: Simulation.configuration(group.source), instances: group.instances.map(Simulation.instance),
      targetGroups: group.targetGroups, suspendedProcesses: Set(group.suspended),
      healthCheckTypes: Set(group.healthCheckTypes), healthCheckGrace: .seconds(group.healthCheckGrace),
      defaultWarmup: group.defaultWarmup.map { .seconds($0) },
      maintenance: group.maintenance.map { HealthyPercent(min: $0.min, max: $0.max) }, tags: tags)
  }

  private func coreTemplate() -> LaunchTemplate? {
    guard let specification = seenGroup(.group).source.template,
      let template = world.templates.first(where: { $0.id == specification.id })
    else { return nil }
    let versions = template.versions.map { version in
      if let known = knownVersions[version.number] { return known }
      let core = TemplateVersion(
        number: version.number, description: version.description ?? "", imageID: version.data.imageID,
        instanceType: version.data.instanceType, userData: Fleet.bytes(version.data.userData ?? ""),
        fingerprint: Simulation.fingerprint(version.data), created: Simulation.moment(version.created))
      knownVersions[version.number] = core
      return core
    }
    return LaunchTemplate(
      id: template.id, name: template.name, defaultVersion: template.defaultVersion,
      latestVersion: template.latestVersion,
      versions: Dictionary(versions.map { ($0.number, $0) }, uniquingKeysWith: { $1 }))
  }

  private func coreTargetGroups() -> [TargetGroup] {
    world.targetGroups.filter { world.groups[0].targetGroups.contains($0.arn) }.map { group in
      TargetGroup(
        arn: group.arn, name: group.name, port: group.port, path: group.path, interval: .seconds(group.interval),
        timeout: .seconds(group.timeout), healthyThreshold: group.healthyThreshold,
        unhealthyThreshold: group.unhealthyThreshold, matcher: group.matcher,
        deregistrationDelay: .seconds(group.deregistrationDelay), isAttached: !group.loadBalancers.isEmpty)
    }
  }

  private func coreTargets() -> [String: [Target]] {
    var targets: [String: [Target]] = [:]
    let older = held.flatMap { $0.parts.contains(.targets) ? $0 : nil }
    for arn in older?.world.groups[0].targetGroups ?? world.groups[0].targetGroups {
      let health = older.map { try? $0.world.targetHealth(of: arn) } ?? (try? world.targetHealth(of: arn))
      targets[arn] = health?.map {
        Target(
          id: $0.instance, state: TargetState(awsName: $0.state), reason: $0.reason, detail: $0.description)
      }
    }
    return targets
  }

  private func coreRefreshes() -> [Refresh] {
    let refreshes =
      if let held, held.parts.contains(.refreshes) { held.world.groups[0].refreshes } else {
        world.groups[0].refreshes
      }
    return refreshes.reversed().map { refresh in
      Refresh(
        id: refresh.id, status: RefreshStatus(awsName: refresh.status.rawValue),
        desired: refresh.desired.flatMap { Simulation.configuration($0).template },
        percentComplete: refresh.percentComplete, instancesToUpdate: refresh.instancesToUpdate,
        statusReason: refresh.reason?.text, rollbackReason: refresh.rollback?.reason,
        started: Simulation.moment(refresh.started), ended: refresh.ended.map(Simulation.moment),
        autoRollback: refresh.preferences.autoRollback ?? false)
    }
  }

  private func coreActivities() -> [Activity] {
    let activities =
      if let held, held.parts.contains(.activities) { held.world.groups[0].activities } else {
        world.groups[0].activities
      }
    return activities.indices.suffix(30).reversed().map { index in
      if activities[index].ended != nil, let known = knownActivities[activities[index].id] { return known }
      let activity = activities[index]
      let core = Activity(
        id: activity.id, description: activity.description, cause: activity.cause, status: activity.status,
        message: activity.message, started: Simulation.moment(activity.started),
        ended: activity.ended.map(Simulation.moment))
      if activity.ended != nil { knownActivities[activity.id] = core }
      return core
    }
  }

  private func coreAlarms() -> [Alarm] {
    let alarms = if let held, held.parts.contains(.alarms) { held.world.alarms } else { world.alarms }
    return alarms.filter { pipeline.rollout.alarms.contains($0.name) }.map {
      Alarm(name: $0.name, state: Alarm.State(rawValue: $0.state.rawValue)!, reason: $0.reason)
    }
  }

  private static func moment(_ time: WorldTime) -> Moment { Moment(milliseconds: time.milliseconds) }

  private static func instance(_ instance: World.Instance) -> Instance {
    Instance(
      id: instance.id, lifecycle: Lifecycle(awsName: instance.lifecycle.rawValue), isHealthy: instance.isHealthy,
      version: instance.version, templateID: instance.templateID, instanceType: instance.instanceType,
      zone: instance.zone, isProtected: instance.isProtected, weight: instance.weight)
  }

  private static func fingerprint(_ data: TemplateData) -> String {
    guard case .members(let members) = data.tree else { return "" }
    return members.filter { $0.key != "UserData" }.map { "\($0.key)=\(spelled($0.value))" }.joined(separator: "&")
  }
}

/// A value in one line; two differ where the values do.
private func spelled(_ tree: Tree) -> String {
  switch tree {
  case .text(let text): "<\(text)>"
  case .members(let members): "{" + members.map { "\($0.key)=\(spelled($0.value))" }.joined(separator: "&") + "}"
  case .list(let items): "[" + items.map(spelled).joined(separator: "&") + "]"
  }
}

// MARK: - The two vocabularies

extension Simulation {
  static func configuration(_ source: World.LaunchSource) -> SavedConfiguration {
    func reference(_ specification: World.TemplateSpecification) -> TemplateReference {
      TemplateReference(
        id: specification.id, name: specification.name, version: SavedVersion(specification.version))
    }
    switch source {
    case .template(let specification): return .template(reference(specification))
    case .mixed(let policy):
      let distribution = Dictionary(policy.distribution.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
      return .mixedInstances(
        MixedInstances(
          template: reference(policy.template),
          overrides: policy.overrides.map {
            MixedInstances.Override(
              instanceType: $0.instanceType, weight: $0.weight, template: $0.template.map(reference),
              hasRequirements: $0.requirements != nil)
          }, distribution: distribution.isEmpty ? nil : distribution))
    case .launchConfiguration(let name): return .launchConfiguration(name)
    }
  }

  static func source(_ configuration: SavedConfiguration) -> World.LaunchSource? {
    func specification(_ reference: TemplateReference) -> World.TemplateSpecification {
      World.TemplateSpecification(id: reference.id, version: reference.version.description)
    }
    switch configuration {
    case .template(let reference): return .template(specification(reference))
    case .mixedInstances(let policy):
      return .mixed(
        World.MixedPolicy(
          template: specification(policy.template),
          overrides: policy.overrides.map {
            World.MixedPolicy.Override(
              instanceType: $0.instanceType, weight: $0.weight, template: $0.template.map(specification))
          }, distribution: (policy.distribution ?? [:]).sorted { $0.key < $1.key }.map { World.Tag($0.key, $0.value) }))
    case .launchConfiguration(let name): return .launchConfiguration(name)
    case .none: return nil
    }
  }

  static func preferences(_ order: RefreshOrder) -> World.RefreshPreferences {
    World.RefreshPreferences(
      minHealthyPercent: order.percent.min, maxHealthyPercent: order.percent.max, warmup: order.warmupSeconds,
      checkpoints: order.checkpoints, checkpointDelay: order.checkpoints.isEmpty ? nil : order.checkpointDelaySeconds,
      skipMatching: order.skipMatching, autoRollback: order.autoRollback,
      scaleInProtected: order.protected == .ignore ? "Ignore" : "Refresh",
      standby: order.protected == .ignore ? "Ignore" : "Terminate", alarms: order.alarms, bake: order.bakeSeconds)
  }
}
