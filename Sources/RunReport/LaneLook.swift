/// How an instance looks at a moment: the worst of its targets decides.
enum LaneLook: String, CaseIterable {
  case pending
  case initial
  case healthy
  case unhealthy
  case draining
  case leaving
  case aside

  init(lifecycle: String, targets: [String]) {
    // `wanzami-api unhealthy (…)`: the state is the second word.
    let states = targets.compactMap { $0.split(separator: " ").dropFirst().first.map(String.init) }
    self =
      switch lifecycle {
      case "leaving": states.contains("draining") ? .draining : .leaving
      case "standby", "warmed": .aside
      default:
        if states.contains("unhealthy") || states.contains("unused") {
          .unhealthy
        } else if states.contains("draining") {
          .draining
        } else if states.contains("initial") || states.contains("unavailable") {
          .initial
        } else if !states.isEmpty, states.allSatisfy({ $0 == "healthy" }) {
          .healthy
        } else {
          lifecycle == "inService" ? .initial : .pending
        }
      }
  }
}
