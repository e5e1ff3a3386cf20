import Foundation
import RealParts
import Testing

/// What the program says, command by command, held to a file of `Tests/ScenarioTests/Transcripts`.
///
///     try await Stage.with(hasEngine: false) { stage in
///       let transcript = Transcript("plan/first-release", of: stage)
///       try await transcript.run("plan", "main")
///       try transcript.check()
///     }
///
/// The file holds each command, what it wrote to standard output and standard error, and its exit code. What differs
/// from run to run (ids, digests, commits, times, ports, folders) is numbered by its first appearance, in the same
/// width, so that columns stay columns. `WANZAMI_RECORD=1 scripts/test --filter TranscriptTests` writes the files
/// instead of comparing them: look at each change before it is committed.
final class Transcript {
  private let name: String
  private let stage: Stage
  private var plain: PlainText
  private var text = ""

  init(_ name: String, of stage: Stage) {
    self.name = name
    self.stage = stage
    plain = PlainText(folders: [
      (stage.folder.path, "/stage"), (stage.repository.path, "/repository"), (Stage.program, "wanzami-deploy"),
    ])
  }

  /// Runs the program on the stage's pipeline and takes down what it said.
  @discardableResult
  func run(
    _ arguments: String..., with changes: [String: String?] = [:], drops: Set<Line> = [],
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> Program.Finished {
    let finished = try await stage.run(arguments + ["--pipeline", stage.pipeline], with: changes)
    take(finished, of: arguments, drops: drops, sourceLocation: sourceLocation)
    return finished
  }

  /// Takes down a command that was run in another way.
  func take(
    _ finished: Program.Finished, of arguments: [String], drops: Set<Line> = [],
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    text += plain.of("$ wanzami-deploy \(arguments.joined(separator: " "))\n")
    for (title, output) in [("", finished.output), ("--- standard error\n", finished.errors)] where !output.isEmpty {
      let lines = output.split(separator: "\n", omittingEmptySubsequences: false).filter { line in
        !drops.contains { $0.matches(line) }
      }
      text += title + plain.of(lines.joined(separator: "\n"))
      if !output.hasSuffix("\n") { text += "(no newline)\n" }
    }
    text += "--- exit \(finished.status)\n\n"
  }

  /// Takes down a file that a command wrote.
  func note(_ name: String, _ contents: String) { text += "# \(name)\n" + plain.of(contents) + "\n" }

  /// Compares with the file, or writes it.
  func check(sourceLocation: SourceLocation = #_sourceLocation) throws {
    let file = Transcript.folder.appending(path: name + ".txt")
    if currentEnvironment()["WANZAMI_RECORD"] == "1" {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try text.write(to: file, atomically: true, encoding: .utf8)
    }
    let expected = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    guard text != expected else { return }
    let said = try stage.folder.write("said.txt", text)
    let differences = try Command.run(["diff", "-u", file.path(), said]).text
    Issue.record(
      "Transcripts/\(name).txt is not what was said; WANZAMI_RECORD=1 writes it anew\n\(differences)",
      sourceLocation: sourceLocation)
  }

  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Transcripts")

  /// Lines that come or not as the clock has it: the steps of a rollout between two polls.
  enum Line: CaseIterable, Hashable {
    case instances
    case refreshes

    /// What a watched rollout says on its way.
    static let progress: Set<Line> = Set(allCases)

    func matches(_ line: Substring) -> Bool {
      switch self {
      case .instances: line.firstMatch(of: /^ *\d+\.\ds  i-[0-9a-f]+ \(|^ *\d+\.\ds  i-[0-9a-f]+: gone/) != nil
      case .refreshes: line.firstMatch(of: /^ *\d+\.\ds  refresh \w+,/) != nil
      }
    }
  }
}
