/// Who holds a fleet, so that nobody else changes it meanwhile.
public struct FleetHold: Equatable, Sendable {
  /// A sentence without its end, and what to do then.
  public var sentence: String
  public var advice: String

  /// `nil`: nobody does.
  ///
  /// - Parameter refreshes: the newest ones of the group.
  public init?(group: Group, refreshes: [Refresh]) {
    if let active = refreshes.first(where: \.status.isActive) {
      let aim = active.desired.map { " to version \($0.version)" } ?? ""
      sentence = "instance refresh \(active.id)\(aim) of group \(group.name) is \(active.status.rawValue)"
      advice = "Run it again when that has ended; wanzami-deploy status --watch shows how it goes on."
    } else if let mark = group.tags[InFlightMark.key] {
      sentence = "group \(group.name) is marked as in flight (\(mark)), and no refresh is under way"
      advice = "Run wanzami-deploy resume first."
    } else {
      return nil
    }
  }
}
