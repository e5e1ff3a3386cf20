import ReleaseCore
import Testing

@testable import WanzamiDeploy

@Suite("A run in a GitHub Actions step")
struct GitHubFaceTests {
  private let start = Moment(milliseconds: 1_790_000_000_000)

  private func at(_ seconds: Int64) -> Moment { Moment(milliseconds: start.milliseconds + seconds * 1000) }

  @Test("each stage is a group of its own; an error ends the group, so that it is not hidden in it")
  func groups() {
    var face = GitHubFace(started: start)
    let build = face.stands(Standing(stage: .build), at: at(1))
    #expect(build == Shown(progress: "::group::Build the image"))
    let again = face.stands(Standing(stage: .build), at: at(1))
    #expect(again == .nothing)
    let line = Announcement("build.output", .info, [], "  build | Step 1/2 : FROM scratch")
    let said = face.said(line, at: at(2))
    #expect(said.progress == "    2.0s    build | Step 1/2 : FROM scratch")
    let rollout = face.stands(Standing(stage: .rollout), at: at(3))
    #expect(rollout == Shown(progress: "::endgroup::\n::group::Roll out"))
    let failed = Announcement("verdict.failed", .error, [], "release 3 failed: 100 % of it, at once\nsecond line")
    let error = face.said(failed, at: at(4))
    #expect(
      error.progress
        == "::endgroup::\n::error title=Release failed::release 3 failed: 100 %25 of it, at once%0Asecond line")
  }

  @Test(
    "a property's separators are escaped, and the message's line ends",
    arguments: [
      ("a: b, c", "50 %", "::warning title=a%3A b%2C c::50 %25"),
      ("x", "one\r\ntwo", "::warning title=x::one%0D%0Atwo"),
    ])
  func escapes(title: String, message: String, expected: String) {
    #expect(WorkflowCommand("warning", title, message).description == expected)
  }

  @Test(
    "what others wrote is no command to the runner",
    arguments: [
      ("::add-mask::secret", "| ::add-mask::secret"), (" \t::set-output name=a::b", "|  \t::set-output name=a::b"),
      ("x ##[add-path]/tmp", "x # #[add-path]/tmp"), ("a::b", "a::b"), ("", ""),
    ])
  func inert(line: String, expected: String) { #expect(WorkflowCommand.inert(line) == expected) }

  @Test("a container's lines cannot command the runner, wherever they stand")
  func hostile() throws {
    var face = GitHubFace(started: start)
    let evidence = Announcement("evidence", .info, [], "evidence of i-1\n::stop-commands::x\n  ##[group]y")
    let shown = face.said(evidence, at: start)
    let lines = try #require(shown.progress).split(separator: "\n")
    #expect(lines.allSatisfy { !$0.drop { $0.isWhitespace }.hasPrefix("::") && !$0.contains("##[") }, "\(lines)")
  }

  @Test("the end is a result, an annotation where it is bad, a summary and outputs")
  func ends() throws {
    var face = GitHubFace(started: start)
    _ = face.stands(Standing(stage: .rollout), at: start)
    var subject = Subject()
    subject.release = 3
    subject.digest = Digest("sha256:" + String(repeating: "a", count: 64))
    let outcome = Outcome.rolledBack(from: 3, to: 2, cause: "the app answers, wrongly", proof: "2 of 2 healthy")
    let shown = face.said(.ended(outcome, subject), at: at(9))
    #expect(shown.result?.contains("rolled back: release 3 failed") == true)
    #expect(shown.progress?.hasPrefix("::endgroup::\n::warning title=wanzami-deploy::rolled back") == true)
    #expect(shown.summary?.isEmpty == false)
    #expect(
      shown.outputs == [
        Shown.Output(name: "release", value: "3"),
        Shown.Output(name: "digest", value: "sha256:" + String(repeating: "a", count: 64)),
        Shown.Output(name: "result", value: "rolled-back"),
      ])
  }
}

@Suite("A GitHub job's summary")
struct RunSummaryTests {
  private let start = Moment(milliseconds: 1_790_000_000_000)

  private func at(_ seconds: Int64) -> Moment { Moment(milliseconds: start.milliseconds + seconds * 1000) }

  @Test("it tells the result and why, the facts, the stages with their times, the warnings and the evidence")
  func whole() {
    var summary = RunSummary(started: start)
    summary.said(
      Announcement(
        "run.started", .info, [.text("service", "wanzami-api"), .text("group", "api_group"), .text("by", "ada")], ""),
      at: start)
    var subject = Subject()
    subject.release = 3
    subject.commit = Commit(String(repeating: "b", count: 40))
    subject.summary = "Use <b> | `x`"
    summary.stands(Standing(stage: .build, subject: subject), at: at(1))
    summary.stands(Standing(stage: .rollout, subject: subject), at: at(6))
    summary.said(.warning("alarm p99 is red"), at: at(7))
    summary.said(Announcement("evidence", .info, [], "evidence of i-1\n  container | ```boom"), at: at(8))
    summary.said(.ended(.rolledBack(from: 3, to: 2, cause: "it crashed", proof: "2 of 2"), subject), at: at(71))
    #expect(
      summary.markdown(at: at(71)) == """
        ## ⚠️ wanzami\\-api: release 3 rolled\\-back

        > rolled back: release 3 failed \\(it crashed\\); the fleet is back on release 2: 2 of 2  

        | | |
        |---|---|
        | commit | bbbbbbbbbbbb Use &lt;b\\> \\| \\`x\\` |
        | group | api\\_group |
        | by | ada |

        | stage | time |
        |---|--:|
        | build | 5.0 s |
        | rollout | 1 m 05 s |
        | in all | 1 m 11 s |

        **Warnings**

        - alarm p99 is red

        <details open><summary>Evidence</summary>

        ````text
        evidence of i-1
          container | ```boom
        ````

        </details>
        """)
  }

  @Test("a flood of evidence and warnings is cut")
  func bounded() {
    var summary = RunSummary(started: start)
    for number in 0..<2000 {
      summary.said(.warning("warning \(number)"), at: start)
      summary.said(Announcement("evidence", .info, [], "line \(number)\n" + "more"), at: start)
    }
    #expect(summary.markdown(at: start).split(separator: "\n").count < 260)
  }
}
