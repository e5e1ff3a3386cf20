extension World {
  /// Launches what is missing and takes out what is too much. A refresh under way launches its surplus itself.
  mutating func keepCapacity(_ g: Int) {
    let refresh = groups[g].refreshes.last?.status
    var live = groups[g].liveWeight
    while live < groups[g].desired {
      let isReplacing = refresh == .inProgress || refresh == .rollbackInProgress
      let reason: Activity.Reason = isReplacing ? .refresh : .capacity(from: live, to: live + 1)
      guard launch(in: g, reason: reason) else { break }
      live = groups[g].liveWeight
    }
    guard refresh?.isActive != true || refresh == .baking else { return }
    shrink(g, to: groups[g].desired, preferring: [])
  }

  /// Takes out instances until no more than `capacity` is left: those in `preferred` first, then those that are not
  /// healthy, then the oldest template version and the oldest instance. Protected instances stay.
  mutating func shrink(_ g: Int, to capacity: Int, preferring preferred: Set<String>) {
    guard !groups[g].isSuspended("Terminate") else { return }
    while groups[g].liveWeight > capacity {
      let live = groups[g].liveWeight
      let choice = groups[g].instances.indices
        .filter { i in
          let instance = groups[g].instances[i]
          return instance.isLive && !instance.isProtected && live - instance.weight >= capacity
        }
        .min { rank($0, in: g, preferred) < rank($1, in: g, preferred) }
      guard let choice else { return }
      terminate(g, choice, reason: .capacity(from: live, to: live - groups[g].instances[choice].weight))
    }
  }

  private func rank(_ i: Int, in g: Int, _ preferred: Set<String>) -> (Int, Int, Int, WorldTime) {
    let instance = groups[g].instances[i]
    return (preferred.contains(instance.id) ? 0 : 1, isHealthyNow(g, i) ? 1 : 0, instance.version, instance.launched)
  }

  /// Whether a refresh would count the instance as healthy, warmup aside.
  func isHealthyNow(_ g: Int, _ i: Int) -> Bool {
    guard groups[g].instances[i].lifecycle == .inService, groups[g].instances[i].isHealthy else { return false }
    guard groups[g].usesLoadBalancerChecks else { return true }
    let id = groups[g].instances[i].id
    return groups[g].targetGroups.allSatisfy { isHealthy(id, in: $0) }
  }

  private func isHealthy(_ id: String, in arn: String) -> Bool {
    for t in targetGroups.indices where targetGroups[t].arn == arn {
      for i in targetGroups[t].targets.indices where targetGroups[t].targets[i].state == .healthy {
        if targetGroups[t].targets[i].instance == id { return true }
      }
    }
    return false
  }
}

extension World.Group {
  /// The capacity that counts: coming and serving, by weight. Inlined, so that it is read in place.
  @inline(__always)
  var liveWeight: Int {
    var weight = 0
    for i in instances.indices where instances[i].lifecycle.isLive { weight += instances[i].weight }
    return weight
  }
}
