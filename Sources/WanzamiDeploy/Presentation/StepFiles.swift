import Glibc
import ReleaseCore

/// The files through which a step hands a summary and outputs to the GitHub runner.
struct StepFiles: Sendable {
  private let summary: String?
  private let outputs: String?

  init(_ environment: ProcessEnvironment) {
    summary = environment["GITHUB_STEP_SUMMARY"]
    outputs = environment["GITHUB_OUTPUT"]
  }

  /// Appends; what could not be written is told in words, for it never fails a run.
  func write(_ shown: Shown) -> [String] {
    var problems: [String] = []
    if let summary, let text = shown.summary, let problem = append(text + "\n", to: summary) {
      problems.append("the job summary \(summary) could not be written: \(problem)")
    }
    // A value is one line: release numbers, digests and words of ours.
    let lines = shown.outputs.map { "\($0.name)=\($0.value)\n" }.joined()
    if let outputs, !lines.isEmpty, let problem = append(lines, to: outputs) {
      problems.append("the outputs \(outputs) could not be written: \(problem)")
    }
    return problems
  }

  private func append(_ text: String, to path: String) -> String? {
    let file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
    guard file >= 0 else { return String(cString: strerror(errno)) }
    defer { close(file) }
    let bytes = Array(text.utf8)
    let count = Glibc.write(file, bytes, bytes.count)
    if count == bytes.count { return nil }
    return count < 0 ? String(cString: strerror(errno)) : "the disk took \(count) of \(bytes.count) bytes"
  }
}
