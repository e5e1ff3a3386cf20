import Foundation
import RealParts
import Testing

@Suite("Releases in a GitHub Actions step", .serialized, .enabled(if: Stage.canRun, Stage.condition))
struct GitHubTests {
  /// What a step has of the runner.
  private struct Step {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder("step") }

    var variables: [String: String?] {
      [
        "GITHUB_ACTIONS": "true", "CI": "true", "GITHUB_STEP_SUMMARY": folder.path + "/summary.md",
        "GITHUB_OUTPUT": folder.path + "/output",
      ]
    }

    func read(_ name: String) throws -> String { try String(contentsOfFile: "\(folder.path)/\(name)", encoding: .utf8) }
  }

  @Test("a good and a bad release leave groups, annotations, a summary and outputs")
  func twice() async throws {
    try await Stage.with(fleet: "versions: { '3': { status: 500 } }") { stage in
      let good = try Step()
      let first = try await stage.run("release", try stage.commit("B"), with: good.variables)
      #expect(first.status == 0, "\(first.everything)")
      for group in ["Build the image", "Push the image", "Roll out", "Bake"] {
        #expect(first.errors.contains("::group::\(group)\n"), "\(first.errors)")
      }
      #expect(count("::group::", in: first.errors) == count("::endgroup::", in: first.errors))
      #expect(!first.errors.contains("::error"))
      #expect(first.output.contains("released: release 2 passed"))
      let outputs = try good.read("output")
      #expect(outputs.wholeMatch(of: /release=2\ndigest=sha256:[0-9a-f]{64}\nresult=released\n/) != nil, "\(outputs)")
      let summary = try good.read("summary.md")
      #expect(summary.hasPrefix("## ✅ wanzami\\-api: release 2 released\n"), "\(summary)")
      let bad = try Step()
      let second = try await stage.run("release", try stage.commit("C"), with: bad.variables)
      #expect(second.status == 5, "\(second.everything)")
      #expect(second.errors.contains("::error title=Release failed::release 3 failed: "), "\(second.errors)")
      let stages = second.errors.matches(of: /::group::(.+)/).map { String($0.1) }
      #expect(Set(stages).count == stages.count, "a stage came twice: \(stages)")
      #expect(count("::group::", in: second.errors) == count("::endgroup::", in: second.errors))
      #expect(try bad.read("output").hasSuffix("result=rolled-back\n"))
      let report = try bad.read("summary.md")
      #expect(report.hasPrefix("## ⚠️ wanzami\\-api: release 3 rolled\\-back\n"), "\(report)")
      #expect(report.contains("<summary>Evidence</summary>"), "\(report)")
      for text in [summary, report] { for secret in stage.secrets { #expect(!text.contains(secret)) } }
    }
  }

  @Test("a summary that cannot be written is said, and fails nothing")
  func unwritable() async throws {
    try await Stage.with { stage in
      let variables: [String: String?] = [
        "GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": "/proc/none/summary.md", "GITHUB_OUTPUT": "/proc/none/output",
      ]
      let finished = try await stage.run("release", try stage.commit("B"), with: variables)
      #expect(finished.status == 0, "\(finished.everything)")
      #expect(finished.errors.contains("the job summary /proc/none/summary.md could not be written"))
    }
  }

  private func count(_ word: String, in text: String) -> Int { text.ranges(of: word).count }
}
