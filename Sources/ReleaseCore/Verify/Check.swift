/// One precondition, and what was found of it.
public struct Check: Equatable, Sendable {
  public enum State: String, CaseIterable, Sendable {
    case ok
    /// A release works, at a cost or a risk.
    case warning
    /// A release would be refused, or could not be rolled back.
    case failed
    /// It could not be looked at; the sentence says why.
    case skipped
  }

  public var state: State
  /// One sentence, without a full stop at the end.
  public var sentence: String
  /// What mends it, or looks further.
  public var command: String?

  public init(_ state: State, _ sentence: String, command: String? = nil) {
    self.state = state
    self.sentence = sentence
    self.command = command
  }
}

/// Checks that belong together.
public struct CheckBranch: Equatable, Sendable {
  public var name: String
  public var checks: [Check]

  public init(_ name: String, _ checks: [Check]) {
    self.name = name
    self.checks = checks
  }
}

/// Something that was asked for: its answer, or why there is none.
public enum Known<Value: Sendable>: Sendable {
  case known(Value)
  /// A sentence with AWS's words, the action that is missing among them.
  case unknown(String)

  public var value: Value? { if case .known(let value) = self { value } else { nil } }

  /// Checks of the answer; one that is skipped where there is none.
  func checks(of what: String, _ body: (Value) -> [Check]) -> [Check] {
    switch self {
    case .known(let value): body(value)
    case .unknown(let why): [Check(.skipped, "\(what): \(why)")]
    }
  }
}
