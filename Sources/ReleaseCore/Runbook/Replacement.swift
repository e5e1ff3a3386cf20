/// How one instance is replaced with the capacity kept: the group becomes one larger, the newcomer is watched until it
/// serves, and then the old one is taken out and the group is as large as before.
public struct Replacement: Equatable, Sendable {
  public var instance: Instance
  /// What the group launches now.
  public var version: Int
  public var desired: Int
  /// The maximum, and what it must be for the time of the replacement.
  public var max: Int
  public var neededMax: Int { Swift.max(max, desired + 1) }

  /// - Throws: a ``RunbookRefusal`` that names why it cannot go well.
  public init(of id: String, in group: Group) throws(RunbookRefusal) {
    guard let instance = group.instances.first(where: { $0.id == id }) else {
      throw RunbookRefusal("instance \(id) is not of group \(group.name): \(Replacement.members(of: group))")
    }
    guard instance.lifecycle == .inService else {
      throw RunbookRefusal(
        "instance \(id) is \(instance.lifecycle.rawValue), and only one that is in service can be replaced")
    }
    let stopped = group.suspendedProcesses.intersection(["Launch", "Terminate", "AddToLoadBalancer"]).sorted()
    guard stopped.isEmpty else {
      throw RunbookRefusal(
        "group \(group.name) has \(stopped.joined(separator: ", ")) suspended",
        command: "aws autoscaling resume-processes --auto-scaling-group-name \(group.name) "
          + "--scaling-processes \(stopped.joined(separator: " "))")
    }
    guard let number = group.configuration.template?.version.number else {
      throw RunbookRefusal(
        "group \(group.name) is not set to a numbered launch-template version, so nobody can say what would come")
    }
    guard instance.weight == 1 else {
      throw RunbookRefusal("instance \(id) counts for \(instance.weight) units of capacity: replace it by a release")
    }
    self.instance = instance
    version = number
    desired = group.desired
    max = group.max
  }

  private static func members(of group: Group) -> String {
    let ids = group.instances.filter { $0.lifecycle == .inService }.map(\.id).sorted()
    return ids.isEmpty ? "it has none in service" : "it has \(ids.joined(separator: ", "))"
  }

  /// What will be done, a line each.
  public var steps: [String] {
    let raised = neededMax > max ? " (its maximum from \(max) to \(neededMax) meanwhile)" : ""
    let other = instance.version.map { $0 == version ? "" : ", in the place of release \($0)" } ?? ""
    return [
      "raise the group from \(desired) to \(desired + 1) instances\(raised)",
      "watch the new instance, of release \(version)\(other), until every target group has it healthy",
      "take out \(instance.id), with which the group is down to \(desired) again",
    ]
  }
}

/// Why a command of the runbook refuses.
public struct RunbookRefusal: Error, Equatable, Sendable, CustomStringConvertible {
  public var reason: String
  /// What mends it.
  public var command: String?

  public init(_ reason: String, command: String? = nil) {
    self.reason = reason
    self.command = command
  }

  public var description: String { reason + (command.map { ". Run \($0)" } ?? "") }
}
