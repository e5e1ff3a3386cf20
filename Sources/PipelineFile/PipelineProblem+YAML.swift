import Yams

extension PipelineProblem {
  /// What libyaml or Yams found, in the words of a pipeline file.
  init(yaml error: any Error, text: String) {
    self.init("", wrong: "is not YAML: \(error)", allowed: PipelineProblem.mendYAML)
    guard let error = error as? YamlError else { return }
    switch error {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _):
      place(at: mark)
      if PipelineProblem.character(at: mark, of: text) == "\t" {
        wrong = "has a tab where YAML takes none"
        allowed = "indent with spaces"
      } else {
        wrong = "is not YAML: \(context.map { "\($0.text), " } ?? "")\(problem)"
      }
    case .composer(_, let problem, let mark, _):
      place(at: mark)
      if problem.contains("another document") {
        wrong = "has a second document"
        allowed = "one file is one pipeline: remove the `---` and what follows it, or give it a file of its own"
      } else {
        wrong = "is not YAML: \(problem)"
      }
    case .duplicatedKeysInMapping(let duplicates, let context):
      place(at: context.mark)
      key = duplicates.joined(separator: ", ")
      wrong = "stands more than once in the same mapping"
      allowed = "keep one"
    case .reader(let problem, _, _, _):
      wrong = "is not YAML: \(problem)"
    case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
      break
    }
  }

  private static let mendYAML = "mend what stands at this place or on the line above it"

  private mutating func place(at mark: Mark) {
    line = mark.line
    column = mark.column
  }

  private static func character(at mark: Mark, of text: String) -> Unicode.Scalar? {
    let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.indices.contains(mark.line - 1) else { return nil }
    return lines[mark.line - 1].dropFirst(mark.column - 1).first
  }
}
