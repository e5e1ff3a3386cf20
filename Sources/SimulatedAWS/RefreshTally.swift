/// What a refresh counts at one moment, all in units of capacity.
struct RefreshTally {
  struct Candidate {
    var index: Int
    var weight: Int
    var isReady: Bool
    var isStandby: Bool
    var launched: WorldTime
  }

  /// Healthy capacity is never taken below this.
  var floor = 0
  /// Coming and serving capacity is never brought above this.
  var ceiling = 0
  var live = 0
  var ready = 0
  var newReady = 0
  /// Still to replace, without what is blocked.
  var remaining = 0
  /// Still to replace before the next checkpoint.
  var segment = 0
  /// In Standby or protected while the preference is to wait.
  var blocked = 0
  var blockedBy: World.RefreshReason?
  /// Why the new instances do not count yet.
  var waiting: World.RefreshReason?
  /// What can be replaced: the unready first, then the oldest.
  var candidates: [Candidate] = []

  init(of g: Int, in world: World, _ refresh: World.InstanceRefresh) {
    setLimits(desired: world.groups[g].desired, refresh.preferences)
    let warmup = world.milliseconds(refresh.preferences.warmup ?? 0)
    for index in world.groups[g].instances.indices {
      let lifecycle = world.groups[g].instances[index].lifecycle
      guard lifecycle == .standby || lifecycle.isLive else { continue }
      let isReplaced = refresh.replacing.contains(world.groups[g].instances[index].id)
      if lifecycle == .standby {
        if isReplaced { countStandby(world.groups[g].instances[index], index, refresh) }
        continue
      }
      let isNew = !isReplaced && world.groups[g].instances[index].launched >= refresh.phaseStarted
      let since = world.groups[g].instances[index].inServiceSince
      let isWarm = !isNew || since.map { $0 + warmup <= world.now } ?? false
      let isHealthy = world.isHealthyNow(g, index)
      live += world.groups[g].instances[index].weight
      if isHealthy, isWarm { ready += world.groups[g].instances[index].weight }
      if isNew { countNew(world.groups[g].instances[index], isHealthy: isHealthy, isWarm: isWarm) }
      if isReplaced { countReplaced(world.groups[g].instances[index], index, isHealthy: isHealthy, refresh) }
    }
    candidates.sort { left, right in
      left.isReady == right.isReady ? left.launched < right.launched : !left.isReady
    }
    segment = remaining - allowedToStay(refresh)
    if segment < 0 { segment = 0 }
  }

  /// Room by the percentages: with a floor of 100 one instance is launched first even where the ceiling leaves no room,
  /// and rounding never blocks a replacement altogether.
  private mutating func setLimits(desired: Int, _ preferences: World.RefreshPreferences) {
    let min = preferences.minHealthyPercent ?? 90
    let max = preferences.maxHealthyPercent ?? 100
    floor = (desired * min + 99) / 100
    ceiling = Swift.max(desired, desired * max / 100)
    if min == 100 {
      ceiling = Swift.max(ceiling, desired + 1)
    } else if floor == desired, ceiling == desired {
      floor = Swift.max(0, desired - 1)
    }
  }

  private mutating func countStandby(_ instance: World.Instance, _ index: Int, _ refresh: World.InstanceRefresh) {
    if refresh.preferences.standby == "Terminate" {
      remaining += instance.weight
      candidates.append(
        Candidate(
          index: index, weight: instance.weight, isReady: false, isStandby: true, launched: instance.launched))
    } else {
      blocked += instance.weight
      blockedBy = blockedBy ?? .standby(instance.id)
    }
  }

  private mutating func countNew(_ instance: World.Instance, isHealthy: Bool, isWarm: Bool) {
    if isHealthy, isWarm { newReady += instance.weight }
    if !isHealthy {
      waiting = .notHealthyYet(instance.id)
    } else if !isWarm, waiting == nil {
      waiting = .warmingUp(instance.id)
    }
  }

  private mutating func countReplaced(
    _ instance: World.Instance, _ index: Int, isHealthy: Bool, _ refresh: World.InstanceRefresh
  ) {
    if instance.isProtected, refresh.preferences.scaleInProtected != "Refresh" {
      blocked += instance.weight
      blockedBy = blockedBy ?? .protected(instance.id)
      return
    }
    remaining += instance.weight
    candidates.append(
      Candidate(
        index: index, weight: instance.weight, isReady: isHealthy, isStandby: false, launched: instance.launched))
  }

  /// The capacity that may stay unreplaced until the next checkpoint.
  private func allowedToStay(_ refresh: World.InstanceRefresh) -> Int {
    let percentages = refresh.preferences.checkpoints
    guard refresh.status == .inProgress, !percentages.isEmpty else { return 0 }
    let percentage = percentages[min(refresh.checkpoint, percentages.count - 1)]
    let toReplace = (refresh.total * percentage + 99) / 100
    return max(0, refresh.total - toReplace - blocked)
  }
}
