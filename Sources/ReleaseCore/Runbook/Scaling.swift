/// A change of a group's capacity that was asked for by hand.
public struct Scaling: Equatable, Sendable {
  public var desired: Int
  public var min: Int
  public var max: Int
  private var before: (desired: Int, min: Int, max: Int)

  /// - Throws: a ``RunbookRefusal`` where the numbers do not fit each other.
  public init(of group: Group, desired: Int?, min: Int?, max: Int?) throws(RunbookRefusal) {
    before = (group.desired, group.min, group.max)
    self.desired = desired ?? group.desired
    self.min = min ?? group.min
    self.max = max ?? group.max
    guard self.desired <= self.max else {
      throw RunbookRefusal("group \(group.name) may have at most \(self.max) instances: add --max \(self.desired)")
    }
    guard self.desired >= self.min else {
      throw RunbookRefusal("group \(group.name) has at least \(self.min) instances: add --min \(self.desired)")
    }
  }

  public static func == (left: Scaling, right: Scaling) -> Bool {
    (left.desired, left.min, left.max) == (right.desired, right.min, right.max) && left.before == right.before
  }

  public var changesNothing: Bool { (desired, min, max) == before }

  /// `desired 2 -> 4, max 4 -> 6`
  public var words: String {
    let all = [("desired", before.desired, desired), ("min", before.min, min), ("max", before.max, max)]
    let changes = all.filter { $0.1 != $0.2 }.map { "\($0.0) \($0.1) -> \($0.2)" }
    return changes.isEmpty ? "nothing changes" : changes.joined(separator: ", ")
  }
}

extension Group {
  /// How many instances are in service and healthy, by Auto Scaling's word and in each target group.
  ///
  /// - Parameter targets: by target group ARN.
  public func serving(_ targets: [String: [Target]]) -> Int {
    instances.count { instance in
      instance.lifecycle == .inService && instance.isHealthy
        && targetGroups.allSatisfy { arn in
          targets[arn]?.contains { $0.id == instance.id && $0.state == .healthy } == true
        }
    }
  }
}
