/// How a run ended. Rolled back, refused and interrupted are outcomes, not errors.
public enum Outcome: Equatable, Sendable {
  case released(release: Int, proof: String)
  /// Digest, every instance, every target and the passed mark agreed already.
  case alreadyLive(release: Int, proof: String)
  /// An operator's rollback, or a `resume` of one, landed.
  case landed(release: Int, proof: String)
  /// `resume` found nothing to take up.
  case nothingToDo(String)
  /// Failed or interrupted before the fleet was touched.
  case failedBefore(String)
  case refused([String])
  /// Another rollout holds the fleet.
  case held(by: String)
  case rolledBack(from: Int, to: Int, cause: String, proof: String)
  /// A person is needed: what is wrong, and the commands that mend it.
  case needsPerson(wrong: [String], commands: [String])
  /// The rollout goes on in AWS without us.
  case interrupted(String)

  /// The exit code of the design's table.
  public var exitCode: Int32 {
    switch self {
    case .released, .alreadyLive, .landed, .nothingToDo: 0
    case .failedBefore: 1
    case .refused: 3
    case .held: 4
    case .rolledBack: 5
    case .needsPerson: 6
    case .interrupted: 7
    }
  }

  /// Whether a release failed: rolled back, or in need of a person.
  var isFailure: Bool { exitCode == 5 || exitCode == 6 }

  /// One word for outputs and events.
  public var name: String {
    switch self {
    case .released: "released"
    case .alreadyLive: "already-live"
    case .landed: "landed"
    case .nothingToDo: "nothing-to-do"
    case .failedBefore: "failed"
    case .refused: "refused"
    case .held: "held"
    case .rolledBack: "rolled-back"
    case .needsPerson: "needs-person"
    case .interrupted: "interrupted"
    }
  }

  /// The outcome for people; several lines where several things are to be said.
  public var sentence: String {
    switch self {
    case .released(let release, let proof): "released: release \(release) passed; \(proof)"
    case .alreadyLive(let release, let proof): "already live: release \(release); \(proof)"
    case .landed(let release, let proof): "landed: the fleet is back on release \(release); \(proof)"
    case .nothingToDo(let why): "nothing to do: \(why)"
    case .failedBefore(let why): "failed, the fleet is untouched: \(why)"
    case .refused(let reasons):
      "refused, the fleet is untouched:\n" + reasons.map { "  - \($0)" }.joined(separator: "\n")
    case .held(let holder): "held: \(holder)"
    case .rolledBack(let from, let to, let cause, let proof):
      "rolled back: release \(from) failed (\(cause)); the fleet is back on release \(to): \(proof)"
    case .needsPerson(let wrong, let commands):
      (["a person is needed:"] + wrong.map { "  - \($0)" } + (commands.isEmpty ? [] : ["to mend it:"])
        + commands.map { "  \($0)" }).joined(separator: "\n")
    case .interrupted(let what): "interrupted: \(what)"
    }
  }
}
