import ReleaseCore
import SimulatedAWS

extension History {
  /// The history of a seed.
  init(seed: UInt64) {
    var chance = Chance(state: seed)
    let shape = Shape(drawn: &chance)
    let count = chance.pick([1, 2, 2, 3, 3, 4])
    let acts = (0..<count).map { Act(drawn: &chance, isFirst: $0 == 0, shape: shape) }
    self.init(seed: seed, shape: shape, acts: acts)
  }
}

extension Shape {
  init(drawn chance: inout Chance) {
    desired = chance.pick([1, 2, 2, 2, 2, 3, 3, 4, 5, 8])
    targetGroups = chance.isOne(in: 5) ? 2 : 1
    isMixed = chance.isOne(in: 6)
    isLatest = chance.isOne(in: 8)
    heedsBalancer = !chance.isOne(in: 8)
    percent = chance.pick([
      nil, nil, nil, HealthyPercent(min: 100, max: 110), HealthyPercent(min: 100, max: 200),
      HealthyPercent(min: 50, max: 100), HealthyPercent(min: 90, max: 120),
    ])
    checkpoints = chance.isOne(in: 5) ? chance.pick([[50, 100], [20, 100], [34, 67, 100]]) : []
    bake = chance.pick([10, 20, 30, 30, 60])
    poll = chance.pick([3, 3, 5])
    interval = chance.pick([5, 5, 10])
    grace = chance.pick([60, 90, 120, 300])
    hasAlarm = chance.isOne(in: 4)
  }
}

extension Act {
  init(drawn chance: inout Chance, isFirst: Bool, shape: Shape) {
    command = isFirst ? .release : chance.pick([.release, .release, .release, .again, .rollback])
    app =
      chance.isOne(in: 2)
      ? chance.pick([.healthy(after: 1), .healthy(after: 5), .healthy(after: 30)])
      : chance.pick([
        .answering(500), .answering(404), .answering(503), .refusing, .flapping(15), .flapping(40),
        .crashing(after: 20),
        .crashing(after: 60),
      ])
    let count = chance.pick([0, 0, 1, 1, 1, 2, 2, 3, 4])
    disturbances = (0..<count).map { _ in Disturbance(drawn: &chance, shape: shape) }
  }
}

extension Disturbance {
  init(drawn chance: inout Chance, shape: Shape) {
    kind = Kind(drawn: &chance, shape: shape)
    occasion = chance.pick([.begin, .rollout, .rollout, .rollout, .baking, .over, .back])
    // What only the bake can hide is drawn into it.
    if case .newImageDies = kind, chance.isOne(in: 2) { occasion = .baking }
    if case .silent = kind, chance.isOne(in: 3) { occasion = .baking }
    delay = Double(chance.below(chance.pick([3, 10, 40, 100]) * 10)) / 10
  }
}

extension Disturbance.Kind {
  private static let calls: [FailedAction] = [
    .startRefresh, .startRefresh, .rollBackRefresh, .rollBackRefresh, .cancelRefresh, .createVersion, .pin, .tag, .push,
  ]

  init(drawn chance: inout Chance, shape: Shape) {
    switch chance.below(30) {
    case 0, 1: self = .throttled(calls: 2 + chance.below(8))
    case 2, 3:
      // Targets that say nothing for a whole rollout and its bake tell whether silence is taken for an answer.
      let isOfTargetsOnly = chance.isOne(in: 2)
      self = .silent(
        seconds: Double(5 + chance.below(isOfTargetsOnly ? 300 : 90)), isOfTargetsOnly: isOfTargetsOnly)
    case 4 where chance.isOne(in: 2): self = .lateSightOfBack(seconds: Double(2 + chance.below(20)))
    case 4, 5, 6:
      let parts: [Set<ObservationPart>] = [
        [.refreshes], [.group], [.targets], [.group, .refreshes], [.group, .refreshes, .targets, .activities],
      ]
      self = .stale(seconds: Double(2 + chance.below(10)), chance.pick(parts))
    case 7, 8, 9: self = .lostAnswer(chance.pick(Self.calls), tookEffect: chance.isOne(in: 2))
    case 10: self = .irreversible
    case 11, 12, 13: self = .kill(action: chance.below(chance.pick([20, 100, 250])), isAfter: chance.isOne(in: 2))
    case 14: self = .interrupt(action: chance.below(chance.pick([20, 100, 250])))
    case 15: self = .clockOff(seconds: Double(chance.below(240) - 120))
    case 16: self = .refusedLaunches(1 + chance.below(4), isFatal: chance.isOne(in: 2))
    case 17: self = .lostInstance(chance.below(8), chance.pick(World.Activity.Loss.allCases))
    case 18: self = .terminated(chance.below(8))
    case 19: self = .desired(1 + chance.below(shape.desired * 2))
    case 20:
      self = .suspended(chance.pick(["Launch", "Terminate", "InstanceRefresh", "HealthCheck"]), seconds: 60)
    case 21: self = .cancelledByOthers
    case 22: self = .rolledBackByOthers
    case 23: self = .marksDeleted
    case 24: self = shape.hasAlarm ? .alarm : .versionAdded
    case 25: self = .alarm
    case 26: self = .secondRelease(isSame: chance.isOne(in: 2), waits: chance.isOne(in: 2))
    case 27: self = .operatorsRollback
    case 28: self = .newImageDies
    default: self = .oldImageSickens
    }
  }
}

extension Chance {
  /// 0 up to, but not including, `bound`.
  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

  mutating func isOne(in count: Int) -> Bool { below(count) == 0 }

  mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }
}
