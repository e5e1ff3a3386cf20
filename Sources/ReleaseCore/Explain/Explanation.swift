/// What a term of this program or of AWS means, and what to do about it.
public struct Explanation: Equatable, Sendable {
  /// What sort of a term it is.
  public enum Kind: String, CaseIterable, Sendable {
    case pipelineKey = "key of the pipeline file"
    case exitCode = "exit code"
    case outcome = "end of a run"
    case verdict = "cause of a failed release"
    case refusal = "cause of a refused launch"
    case removal = "cause of a removed instance"
    case targetState = "state of a target"
    case targetReason = "reason of a target's state"
    case refreshStatus = "status of an instance refresh"
    case errorCode = "error code of AWS"
    case drift = "drift"
    case risk = "risk of a plan"
    case auditPoint = "point of an audit"
    case word = "word of this program"
  }

  public var kind: Kind
  /// As it is written in outputs.
  public var term: String
  /// One or more whole sentences.
  public var meaning: String
  /// What to do about it; `nil`: nothing needs to be done.
  public var advice: String?

  public init(_ kind: Kind, _ term: String, _ meaning: String, _ advice: String? = nil) {
    self.kind = kind
    self.term = term
    self.meaning = meaning
    self.advice = advice
  }
}

/// Everything that can be explained offline, and how a term is found.
public struct Glossary: Sendable {
  public let explanations: [Explanation]

  /// - Parameter keys: the keys of the pipeline file, which the core does not know.
  public init(keys: [Explanation] = []) {
    explanations =
      keys + Explanation.exitCodes + Explanation.outcomes + Explanation.words + Explanation.verdicts
      + Explanation.launchRefusals + Explanation.removals + Explanation.targetStates + Explanation.targetReasons
      + Explanation.refreshStatuses + Explanation.errorCodes + Explanation.drifts + Explanation.risks
      + Explanation.auditPoints
  }

  /// What is known by this name, upper or lower case. A name without what stands before its last point is found too:
  /// `warmup` is `rollout.warmup`, `Timeout` is `Target.Timeout`.
  public func explanations(of term: String) -> [Explanation] {
    let asked = term.lowercased()
    let exact = explanations.filter { $0.term.lowercased() == asked }
    if !exact.isEmpty { return exact }
    return explanations.filter { $0.term.lowercased().hasSuffix("." + asked) }
  }

  /// The terms nearest to one that is not known, the nearest first, at most five: those that hold it, and those that a
  /// few slips away.
  public func suggestions(for term: String) -> [String] {
    let asked = term.lowercased()
    var seen: Set<String> = []
    let near = explanations.map(\.term).filter { seen.insert($0).inserted }.compactMap { term -> (String, Int)? in
      let known = term.lowercased()
      let last = known.split(separator: ".").last.map(String.init) ?? known
      let distance = min(EditDistance.between(asked, known), EditDistance.between(asked, last))
      if distance <= max(1, min(3, asked.count / 3)) { return (term, distance) }
      return asked.count >= 3 && known.contains(asked) ? (term, 4) : nil
    }
    return near.sorted { ($0.1, $0.0) < ($1.1, $1.0) }.prefix(5).map(\.0)
  }
}
