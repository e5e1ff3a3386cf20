/// The builder's output, of which the lines of the running step are kept to explain its failure.
struct StepOutput {
  /// For example `Step 3/5 : RUN npm ci`; podman says `STEP 3/5: RUN npm ci`, and `[2/2] STEP …` where there are stages.
  private(set) var step: String?
  private(set) var lines: [String] = []
  private var unfinished = ""

  private static let linesMax = 20

  /// Takes a piece of output, wherever it was cut.
  mutating func append(_ text: String) {
    unfinished += text
    while let newline = unfinished.firstIndex(where: { $0.isNewline }) {
      take(String(unfinished[..<newline]))
      unfinished = String(unfinished[unfinished.index(after: newline)...])
    }
  }

  /// Whether the builder is getting a base image.
  var isAtBaseImage: Bool { step.map { $0.contains(" FROM ") || $0.contains("COPY --from=") } ?? false }

  func failure(_ message: String, exitCode: Int?) -> BuildFailure {
    var all = self
    if !unfinished.isEmpty { all.take(unfinished) }
    return BuildFailure(
      message: message, exitCode: exitCode ?? StepOutput.exitCode(in: message), step: all.step, lastLines: all.lines)
  }

  /// Podman gives a step's status only in its words, at the end.
  private static func exitCode(in message: String) -> Int? {
    let words = message.split(whereSeparator: { $0.isWhitespace })
    guard words.count > 3, words.suffix(3).prefix(2) == ["exit", "status"] else { return nil }
    return words.last.flatMap { Int($0) }
  }

  private static func isStep(_ line: String) -> Bool {
    if line.hasPrefix("Step ") || line.hasPrefix("STEP ") { return true }
    return line.hasPrefix("[") && line.split(separator: " ").dropFirst().first == "STEP"
  }

  private mutating func take(_ line: String) {
    let line = withoutEscapes(line)
    if StepOutput.isStep(line) {
      step = line
      lines = []
    } else if !line.hasPrefix(" ---> "), !line.hasPrefix("--> "), !line.isEmpty {
      lines.append(line)
      if lines.count > StepOutput.linesMax { lines.removeFirst() }
    }
  }

  /// Without ANSI colours: the builder paints what a step writes to standard error.
  private func withoutEscapes(_ line: String) -> String {
    var result = ""
    var rest = line[...]
    while let escape = rest.firstIndex(of: "\u{1B}") {
      result += rest[..<escape]
      rest = rest[escape...].dropFirst()
      guard rest.first == "[" else { continue }
      rest = rest.drop { !$0.isLetter }.dropFirst()
    }
    return result + rest
  }
}
