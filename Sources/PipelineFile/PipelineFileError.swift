/// Why there is no pipeline to work with. Ends the program with ``exitCode``.
public enum PipelineFileError: Error, Equatable, CustomStringConvertible {
  /// Everything that is wrong in the file, by line; at least one.
  case problems([PipelineProblem], file: String)
  case unreadable(file: String, reason: String)
  /// The paths of the candidates, sorted.
  case several([String])
  case noneFound

  /// Wrong usage or a wrong pipeline file.
  public static let exitCode: Int32 = 2

  public var description: String {
    switch self {
    case .problems(let problems, let file):
      problems.map { "\(file):\($0)" }.joined(separator: "\n")
    case .unreadable(let file, let reason):
      "\(file): the pipeline file cannot be read: \(reason)"
    case .several(let candidates):
      "several pipeline files: \(candidates.joined(separator: ", ")); name one with --pipeline, "
        + "or in WANZAMI_PIPELINE"
    case .noneFound:
      "no pipeline file: \(PipelineFile.folder)/ has no .yml of a service (reference.yml and rehearsal.yml are none); "
        + "write one with `fleet: { group: NAME }`, or name one with --pipeline or in WANZAMI_PIPELINE"
    }
  }
}

/// One thing that is wrong at one place of a pipeline file.
public struct PipelineProblem: Equatable, Comparable, Sendable, CustomStringConvertible {
  /// Counted from 1; the place of the key, or of the element of a list.
  public var line: Int
  public var column: Int
  /// The path of the key, such as `rollout.warmup`; empty: the file as a whole.
  public var key: String
  /// The value as the file has it; `nil`: it is not about a value.
  public var found: String?
  /// What is wrong with it: `is not a duration`.
  public var wrong: String
  /// What is allowed: `write 500ms, 90s, 5m or 1h`.
  public var allowed: String

  private static let foundMax = 60

  init(_ key: String, line: Int = 1, column: Int = 1, found: String? = nil, wrong: String, allowed: String) {
    self.key = key
    self.line = line
    self.column = column
    self.found = found
    self.wrong = wrong
    self.allowed = allowed
  }

  /// `7:3: rollout.warmup: "30" is not a duration; write 500ms, 90s, 5m or 1h`
  public var description: String {
    let path = key.isEmpty ? "the file" : "\(key):"
    let subject = found.map { " \(PipelineProblem.quoted($0))" } ?? ""
    return "\(line):\(column): \(path)\(subject) \(wrong); \(allowed)"
  }

  public static func < (left: PipelineProblem, right: PipelineProblem) -> Bool {
    (left.line, left.column) < (right.line, right.column)
  }

  /// On one line, without control characters, and not longer than a line may be.
  private static func quoted(_ found: String) -> String {
    found.count > foundMax ? "\(String(found.prefix(foundMax)).debugDescription)…" : found.debugDescription
  }
}
