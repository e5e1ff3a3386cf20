/// What a survey says of a fleet's present state, told for one version.
public struct FleetState: Equatable, Sendable {
  /// Instances that carry the service: in service or coming; standby, leaving and warmed ones are left out.
  public let counted: [Instance]
  /// Ids of counted instances on a version other than the one asked about.
  public let strays: [String]
  /// `instance in target group: state, reason` for each counted instance that some target group does not call healthy.
  public let sick: [String]

  /// The state of `group` as seen from version `version` of template `templateID`.
  public init(
    group: Group, version: Int, templateID: String, targetGroups: [TargetGroup], targets: [String: [Target]]
  ) {
    let counted = group.instances.filter { $0.lifecycle == .inService || $0.lifecycle == .pending }
    self.counted = counted
    strays = counted.filter { !($0.version == version && ($0.templateID ?? templateID) == templateID) }.map(\.id)
    sick = targetGroups.flatMap { targetGroup in
      let states = targets[targetGroup.arn] ?? []
      return counted.compactMap { instance -> String? in
        let target = states.first { $0.id == instance.id && $0.state != .draining }
        if target?.state == .healthy && instance.lifecycle == .inService { return nil }
        return "\(instance.id) in \(targetGroup.name): \(target.map(describe) ?? "not registered")"
      }
    }
  }

  /// Whether every counted instance runs the version and is healthy in every target group.
  public var isWhole: Bool { !counted.isEmpty && strays.isEmpty && sick.isEmpty }
}

/// A target's state, with AWS's reason and words where it gave them.
func describe(_ target: Target) -> String {
  [target.state.rawValue, target.reason, target.detail].compactMap { $0 }.joined(separator: ", ")
}
