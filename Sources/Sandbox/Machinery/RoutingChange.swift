/// A server of the balancer: one target of one target group.
struct BalancerServer: Hashable, Sendable {
  /// The target group.
  var backend: String
  var instance: String
  var address: String
  var port: Int

  /// Unique in its backend, and made of characters that HAProxy allows in a name.
  var name: String { "\(instance)_\(port)" }
}

/// Where a server of the balancer stands.
enum BalancerServerState: Hashable, Sendable {
  case serving
  case draining
  /// In maintenance, to be deleted once no connection of a client holds on to it.
  case leaving
}

/// One command on HAProxy's runtime socket (management guide, "Unix Socket commands").
enum RoutingChange: Equatable, Sendable {
  case add(BalancerServer)
  case serve(BalancerServer)
  case drain(BalancerServer)
  case leave(BalancerServer)
  case delete(BalancerServer)

  var command: String {
    switch self {
    case .add(let server): "add server \(server.path) \(server.address):\(server.port)"
    case .serve(let server): "set server \(server.path) state ready"
    case .drain(let server): "set server \(server.path) state drain"
    case .leave(let server): "set server \(server.path) state maint"
    case .delete(let server): "del server \(server.path)"
    }
  }
}

extension BalancerServer {
  fileprivate var path: String { "\(backend)/\(name)" }
}

/// What is in the balancer, and how it becomes what a routing table wants.
struct BalancerServers: Equatable, Sendable {
  var states: [BalancerServer: BalancerServerState] = [:]

  /// The changes towards `table`: whoever is to serve first, so that there is never less to route to than before or
  /// after; then the drained; then the removed, each of which is tried anew until HAProxy lets go of it.
  ///
  /// - Parameter backends: the target groups that the balancer has; others in the table are left out.
  func changes(to table: RoutingTable, backends: Set<String>) -> [RoutingChange] {
    let wanted = wantedStates(of: table, backends: backends)
    var serving: [RoutingChange] = []
    var draining: [RoutingChange] = []
    for (server, target) in wanted {
      let current = states[server]
      if current == nil { serving.append(.add(server)) }
      switch target {
      case .serving: if current != .serving { serving.append(.serve(server)) }
      case .draining: if current != .draining { draining.append(.drain(server)) }
      }
    }
    let names = Set(wanted.map(\.0))
    let removed = states.filter { !names.contains($0.key) }.sorted { $0.key.name < $1.key.name }
    let leaving = removed.filter { $0.value != .leaving }.map { RoutingChange.leave($0.key) }
    return serving + draining + leaving + removed.map { .delete($0.key) }
  }

  /// In the order of the table; a target listed twice counts once.
  private func wantedStates(
    of table: RoutingTable, backends: Set<String>
  ) -> [(BalancerServer, RoutingTable.Target.State)] {
    var seen: Set<BalancerServer> = []
    var wanted: [(BalancerServer, RoutingTable.Target.State)] = []
    for (backend, targets) in table.targetGroups.sorted(by: { $0.key < $1.key }) where backends.contains(backend) {
      for target in targets {
        let server = BalancerServer(
          backend: backend, instance: target.instance, address: target.address, port: target.port)
        if seen.insert(server).inserted { wanted.append((server, target.state)) }
      }
    }
    return wanted
  }

  /// Takes note of a change that HAProxy has performed.
  mutating func record(_ change: RoutingChange) {
    switch change {
    case .add(let server), .leave(let server): states[server] = .leaving
    case .serve(let server): states[server] = .serving
    case .drain(let server): states[server] = .draining
    case .delete(let server): states[server] = nil
    }
  }
}
