/// The routing of a sandbox that terminates without draining, made to show that failed requests are counted.
///
/// A target keeps its share of new requests while its instance lives, and for a moment longer, as under a balancer
/// that learns of a death only by its own checks.
struct AbruptRouting: Equatable, Sendable {
  /// What the control plane wants.
  private var wanted = RoutingTable()
  /// What the balancer was last told.
  private var routed = RoutingTable()

  /// The table to route by instead of `table`.
  ///
  /// - Parameter isPresent: whether an instance is still taken to be alive.
  mutating func replace(_ table: RoutingTable, isPresent: (_ instance: String) -> Bool) -> RoutingTable {
    wanted = table
    return settle(isPresent: isPresent)
  }

  /// The table to route by after instances have gone.
  mutating func settle(isPresent: (_ instance: String) -> Bool) -> RoutingTable {
    var result = RoutingTable()
    for (name, targets) in wanted.targetGroups {
      var kept = targets.map { target in
        var target = target
        target.state = .serving
        return target
      }
      for target in routed.targetGroups[name] ?? [] where !kept.contains(target) && isPresent(target.instance) {
        kept.append(target)
      }
      result.targetGroups[name] = kept.filter { isPresent($0.instance) }
    }
    routed = result
    return result
  }
}
