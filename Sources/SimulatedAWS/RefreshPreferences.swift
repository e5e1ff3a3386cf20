extension World {
  /// The preferences of an instance refresh; an absent one takes AWS's default.
  ///
  /// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RefreshPreferences.html
  public struct RefreshPreferences: Hashable, Sendable {
    /// 0–100.
    public var minHealthyPercent: Int?
    /// 100–200; needs the minimum.
    public var maxHealthyPercent: Int?
    /// Seconds from InService until an instance counts.
    public var warmup: Int?
    public var checkpoints: [Int]
    /// Seconds.
    public var checkpointDelay: Int?
    public var skipMatching: Bool?
    public var autoRollback: Bool?
    /// `Refresh`, `Ignore` or `Wait`.
    public var scaleInProtected: String?
    /// `Terminate`, `Ignore` or `Wait`.
    public var standby: String?
    public var alarms: [String]
    /// Seconds.
    public var bake: Int?

    public init(
      minHealthyPercent: Int? = nil, maxHealthyPercent: Int? = nil, warmup: Int? = nil, checkpoints: [Int] = [],
      checkpointDelay: Int? = nil, skipMatching: Bool? = nil, autoRollback: Bool? = nil,
      scaleInProtected: String? = nil, standby: String? = nil, alarms: [String] = [], bake: Int? = nil
    ) {
      self.minHealthyPercent = minHealthyPercent
      self.maxHealthyPercent = maxHealthyPercent
      self.warmup = warmup
      self.checkpoints = checkpoints
      self.checkpointDelay = checkpointDelay
      self.skipMatching = skipMatching
      self.autoRollback = autoRollback
      self.scaleInProtected = scaleInProtected
      self.standby = standby
      self.alarms = alarms
      self.bake = bake
    }

    /// These preferences with every default filled in from the group.
    func effective(in group: Group) -> RefreshPreferences {
      var filled = self
      filled.minHealthyPercent = minHealthyPercent ?? group.maintenance?.min ?? 90
      if minHealthyPercent == nil, maxHealthyPercent == nil { filled.maxHealthyPercent = group.maintenance?.max }
      filled.warmup = warmup ?? group.defaultWarmup ?? group.healthCheckGrace
      if !checkpoints.isEmpty { filled.checkpointDelay = checkpointDelay ?? 3600 }
      filled.skipMatching = skipMatching ?? false
      filled.autoRollback = autoRollback ?? false
      filled.scaleInProtected = scaleInProtected ?? "Wait"
      filled.standby = standby ?? "Wait"
      filled.bake = bake ?? 0
      return filled
    }

    /// What is wrong with them by AWS's ranges.
    func check() throws(Fault) {
      try check(minHealthyPercent, in: 0...100, named: "MinHealthyPercentage")
      try check(maxHealthyPercent, in: 100...200, named: "MaxHealthyPercentage")
      try check(warmup, in: 0...Int.max, named: "InstanceWarmup")
      try check(checkpointDelay, in: 0...172_800, named: "CheckpointDelay")
      try check(bake, in: 0...172_800, named: "BakeTime")
      if let maxHealthyPercent {
        guard let minHealthyPercent else {
          throw .validation("MinHealthyPercentage must be specified when MaxHealthyPercentage is specified")
        }
        guard maxHealthyPercent - minHealthyPercent <= 100 else {
          throw .validation("The difference between MaxHealthyPercentage and MinHealthyPercentage cannot be above 100")
        }
      }
      for percentage in checkpoints { try check(percentage, in: 1...100, named: "CheckpointPercentages") }
      guard zip(checkpoints, checkpoints.dropFirst()).allSatisfy({ $0 < $1 }) else {
        throw .validation("CheckpointPercentages must be unique and in ascending order")
      }
      guard alarms.count <= 10 else { throw .validation("At most 10 alarms can be specified") }
      try check(scaleInProtected, among: ["Refresh", "Ignore", "Wait"], named: "ScaleInProtectedInstances")
      try check(standby, among: ["Terminate", "Ignore", "Wait"], named: "StandbyInstances")
    }

    private func check(_ value: Int?, in range: ClosedRange<Int>, named name: String) throws(Fault) {
      guard let value, !range.contains(value) else { return }
      throw .validation(
        "Value '\(value)' at '\(name)' failed to satisfy constraint: Member must have value between "
          + "\(range.lowerBound) and \(range.upperBound)")
    }

    private func check(_ value: String?, among allowed: [String], named name: String) throws(Fault) {
      guard let value, !allowed.contains(value) else { return }
      throw .validation(
        "Value '\(value)' at '\(name)' failed to satisfy constraint: Member must satisfy enum value set: "
          + "[\(allowed.joined(separator: ", "))]")
    }
  }
}
