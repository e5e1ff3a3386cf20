import ReleaseCore
import SimulatedAWS

/// The design's invariants, checked against what is true in the world and not against what a run was told.
final class Laws {
  let shape: Shape
  /// Versions that earned it, and those that were left for good.
  var passed: Set<Int> = [1]
  var condemned: Set<Int> = []
  /// A run said that a person is needed, or was lost: until the next good end the fleet may be anything.
  var isExcused = false
  /// A person's own mending is under way.
  var isMending = false
  /// The passed list may not be what was meant: somebody deleted it, or two runs wrote it side by side.
  var isPassedListLoose = false

  var app = AppBehaviour.healthy(after: 5)
  var kinds: [Disturbance.Kind] = []
  var struckKinds: [Disturbance.Kind] = []
  var isWholeAtBegin = false
  var alarmAt: WorldTime?
  var touchedAt: WorldTime?
  /// By version: when it was last seen whole, and since when it has held at each look.
  var wholeAt: [Int: WorldTime] = [:]
  var holdsSince: [Int: WorldTime] = [:]
  var isFloorChecked = false
  var isOldGood = true
  /// Launches may be refused that were meant for an act before.
  var mayRefuseLaunches = false
  var isOver = false

  init(_ shape: Shape) { self.shape = shape }

  /// - Parameter isOldGood: whether every other image that ran so far is healthy for good.
  func begin(_ act: Act, app: AppBehaviour, isOldGood: Bool, _ simulation: Simulation) {
    self.isOldGood = isOldGood
    self.app = app
    kinds = act.disturbances.map(\.kind)
    struckKinds = []
    alarmAt = nil
    isOver = false
    isWholeAtBegin = !isExcused && passed.contains { isWhole($0, simulation) }
    let isSteady = !kinds.contains { $0.takesCapacity || $0.isByOthers }
    isFloorChecked = shape.heedsBalancer && isWholeAtBegin && isSteady && isOldGood && (app.isGood || app.isBad)
  }

  func struck(_ kind: Disturbance.Kind, _ simulation: Simulation) {
    struckKinds.append(kind)
    touchedAt = simulation.world.now
    if case .refusedLaunches = kind { mayRefuseLaunches = true }
    if case .alarm = kind { alarmAt = simulation.world.now }
    switch kind {
    case .marksDeleted, .secondRelease, .operatorsRollback: isPassedListLoose = true
    default: break
    }
  }

  // MARK: At every step

  func checkStep(_ simulation: Simulation) {
    guard isFloorChecked, !isOver else { return }
    let floor = shape.floor(desired: simulation.world.groups[0].desired)
    for index in simulation.world.targetGroups.indices {
      let healthy = simulation.healthy(inTargetGroup: index)
      if healthy < floor {
        isOver = true
        simulation.violate("never below the floor because of us", "\(healthy) healthy targets, the floor is \(floor)")
      }
    }
  }

  // MARK: At every look

  /// Notes what a run could have seen at this moment.
  func look(_ simulation: Simulation, _ watcher: Watcher) {
    if case .rolling(let rolling) = watcher.run.phase, let id = rolling.rollout.refresh?.id,
      let watched = simulation.world.groups[0].refreshes.last(where: { $0.id == id }),
      watched.desired?.template?.version != String(rolling.rollout.release)
    {
      simulation.violate("only its own refresh", "the rollout of \(rolling.rollout.release) watches refresh \(id)")
    }
    // Where several live side by side none of them is whole, nor holds.
    guard let version = simulation.onlyLiveVersion else {
      for version in simulation.liveVersions { holdsSince[version] = nil }
      return
    }
    if isWhole(version, simulation) { wholeAt[version] = simulation.world.now }
    if holds(version, simulation) {
      if holdsSince[version] == nil { holdsSince[version] = simulation.world.now }
    } else {
      holdsSince[version] = nil
    }
  }

  /// Every living instance runs it and is healthy, as many as desired, and the group saves it.
  func isWhole(_ version: Int, _ simulation: Simulation) -> Bool {
    guard simulation.onlyLiveVersion == version, simulation.savedVersion == String(version) else { return false }
    let desired = simulation.world.groups[0].desired
    return simulation.world.targetGroups.indices.allSatisfy { simulation.healthy(inTargetGroup: $0) >= desired }
  }

  /// Every living instance runs it, and the floor is healthy.
  private func holds(_ version: Int, _ simulation: Simulation) -> Bool {
    guard simulation.onlyLiveVersion == version else { return false }
    let floor = max(1, shape.floor(desired: simulation.world.groups[0].desired))
    return simulation.world.targetGroups.indices.allSatisfy { simulation.healthy(inTargetGroup: $0) >= floor }
  }
}

extension Disturbance.Kind {
  /// Somebody else moves the fleet.
  var isByOthers: Bool {
    switch self {
    case .cancelledByOthers, .rolledBackByOthers, .secondRelease, .operatorsRollback, .alarm: true
    default: false
    }
  }
}

extension Simulation {
  /// The versions of the instances that serve or will.
  var liveVersions: Set<Int> {
    var versions: Set<Int> = []
    let group = world.groups[0]
    for index in group.instances.indices where !group.instances[index].lifecycle.isLeaving {
      versions.insert(group.instances[index].version)
    }
    return versions
  }

  /// The version that all of them run; `nil`: there are several, or no instance.
  var onlyLiveVersion: Int? {
    var only: Int?
    for index in world.groups[0].instances.indices where !world.groups[0].instances[index].lifecycle.isLeaving {
      let version = world.groups[0].instances[index].version
      guard only == nil || only == version else { return nil }
      only = version
    }
    return only
  }

  /// Healthy targets of one target group.
  func healthy(inTargetGroup index: Int) -> Int {
    let targets = world.targetGroups[index].targets
    var healthy = 0
    for place in targets.indices where targets[place].state == .healthy { healthy += 1 }
    return healthy
  }
}
