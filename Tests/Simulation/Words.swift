import ReleaseCore

extension Intent {
  /// The command that it came from.
  var inWords: String {
    switch self {
    case .release(let options): "release \(options.revision?.prefix(7) ?? "")"
    case .rollback(let options): "rollback" + (options.release.map { " --to \($0)" } ?? "")
    case .resume: "resume"
    }
  }
}

extension Action {
  /// What is asked of the world; `nil`: nothing that a trace needs.
  var inWords: String? {
    switch self {
    case .wait, .announce, .end, .observe, .collectEvidence: nil
    case .tag(let tags):
      "tag " + tags.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value ?? "(deleted)")" }.joined(separator: ", ")
    case .startRefresh(let order):
      "startRefresh to \(order.version ?? 0), \(order.percent.min)–\(order.percent.max) %, bake \(order.bakeSeconds) s"
    default: Simulation.name(of: self)?.rawValue
    }
  }
}

extension Event {
  /// What was answered; `nil`: nothing that a trace needs.
  var inWords: String? {
    switch self {
    case .failed(let action, let failure): "\(action.rawValue) failed (\(failure.kind)): \(failure.sentence)"
    case .observed(let observation, _): observation.refreshes?.first.map { "refresh \($0.status.rawValue)" }
    case .refreshStarted(let id): "refresh \(id) started"
    case .rollbackAccepted, .cancelAccepted, .versionCreated, .interrupted: "\(self)"
    default: nil
    }
  }
}

extension Phase {
  /// The case's name alone.
  var name: String {
    let text = "\(self)"
    return String(text.prefix { $0 != "(" })
  }
}
