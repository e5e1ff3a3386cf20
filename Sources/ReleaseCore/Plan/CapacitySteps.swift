/// How capacity moves, step by step, while an instance refresh replaces a fleet.
///
/// By the percentages, in units of capacity (an instance, unless the group has weights):
///
/// - at least ceil(desired x min / 100) stay in service, and at most floor(desired x max / 100) run;
/// - with a minimum of 100 the service launches first, one at least, even where the maximum leaves no room for it;
/// - rounding never blocks a refresh: with no room either way, one instance is taken out first;
/// - a checkpoint ends a step early: no more is replaced than ceil(total x percentage / 100) before its delay is over.
///
/// Two instances at 100/150: launch one, wait for it, take one out; twice. At 100/200: both at once, so no canary. At
/// 50/100: take one out and launch one; twice. At 0/100: all out at once.
///
/// https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html and
/// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-instance-maintenance-policy.html
public struct CapacitySteps: Equatable, Sendable {
  /// One round of replacements, from the first launch or termination to the moment that all of it is healthy and warm.
  public struct Step: Equatable, Sendable {
    /// Taken out before anything new serves.
    public var takenOutFirst: Int
    /// Launched, and as many replaced when the step is over.
    public var launched: Int
    /// The least that is in service meanwhile.
    public var lowest: Int
    /// The most that runs meanwhile.
    public var highest: Int
    /// How much is replaced in all when the step is over.
    public var replaced: Int
    /// The checkpoint that holds the refresh after this step.
    public var checkpoint: Int?
  }

  /// What is to be replaced: instances that are left alone are not in it.
  public let total: Int
  /// In order; empty when there is nothing to replace.
  public let steps: [Step]

  /// - Parameters:
  ///   - total: what is to be replaced, at most `desired`; `nil`: all.
  ///   - checkpoints: ascending percentages, the last 100.
  public init(desired: Int, total: Int? = nil, percent: HealthyPercent, checkpoints: [Int] = []) {
    let total = min(total ?? desired, desired)
    self.total = total
    let floor = percent.floor(desired: desired)
    var ceiling = max(desired, desired * percent.max / 100)
    if percent.min >= 100 { ceiling = max(ceiling, desired + 1) }
    var steps: [Step] = []
    var replaced = 0
    var pending = checkpoints[...]
    while replaced < total {
      let goal = pending.first.map { min(total, (total * $0 + 99) / 100) } ?? total
      if goal <= replaced {
        pending = pending.dropFirst()
        continue
      }
      let segment = goal - replaced
      let down = min(segment, desired - floor)
      let up = min(segment, ceiling - desired + down)
      replaced += up
      var step = Step(
        takenOutFirst: down, launched: up, lowest: desired - down, highest: desired - down + up, replaced: replaced)
      if replaced == goal, let reached = pending.last(where: { total * $0 <= 100 * replaced }) {
        pending = pending.drop { total * $0 <= 100 * replaced }
        if !pending.isEmpty { step.checkpoint = reached }
      }
      steps.append(step)
    }
    self.steps = steps
  }

  /// The least that is in service at any moment; `nil`: nothing moves.
  public var lowest: Int? { steps.map(\.lowest).min() }

  /// The most that runs at any moment.
  public var highest: Int? { steps.map(\.highest).max() }

  /// How often the refresh holds at a checkpoint; it does not hold at the last one.
  public var holds: Int { steps.count { $0.checkpoint != nil } }
}

extension CapacitySteps {
  /// Of a group as it is: what is left alone stays out of the count.
  public init(group: Group, percent: HealthyPercent, checkpoints: [Int], protected: Pipeline.ProtectedInstances) {
    let aside = protected == .ignore ? group.instances.filter { $0.lifecycle == .inService && $0.isProtected } : []
    self.init(
      desired: group.desired, total: max(0, group.desired - aside.reduce(0) { $0 + $1.weight }), percent: percent,
      checkpoints: checkpoints)
  }

  /// Steps that are alike, one after the other, with how many they are.
  public var runs: [(first: Int, count: Int, step: Step)] {
    var runs: [(first: Int, count: Int, step: Step)] = []
    for (index, step) in steps.enumerated() {
      if let last = runs.last, last.step.isLike(step), last.step.checkpoint == nil {
        runs[runs.count - 1] = (last.first, last.count + 1, step)
      } else {
        runs.append((index + 1, 1, step))
      }
    }
    return runs
  }
}

extension CapacitySteps.Step {
  /// Whether the same moves are made; what they add up to, and a checkpoint at the end, may differ.
  fileprivate func isLike(_ other: CapacitySteps.Step) -> Bool {
    takenOutFirst == other.takenOutFirst && launched == other.launched && checkpoint == other.checkpoint
  }
}
