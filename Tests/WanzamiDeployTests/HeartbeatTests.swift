import ReleaseCore
import Testing

@testable import WanzamiDeploy

@Suite("A run that says nothing for long")
struct HeartbeatTests {
  private let start = Moment(milliseconds: 1_790_000_000_000)

  private func at(_ seconds: Int64) -> Moment { Moment(milliseconds: start.milliseconds + seconds * 1000) }

  @Test("it says each half minute what it is at, and for how long")
  func build() {
    var heartbeat = Heartbeat(at: start)
    heartbeat.stands(.build, at: at(5))
    heartbeat.said(at: at(6))
    let early = heartbeat.due(at: at(35))
    #expect(early == nil)
    let first = heartbeat.due(at: at(36))
    #expect(first?.sentence == "still at build, for 31 s")
    let again = heartbeat.due(at: at(37))
    #expect(again == nil)
    let second = heartbeat.due(at: at(66))
    #expect(second?.sentence == "still at build, for 61 s")
  }

  @Test(
    "a rollout, which says itself what it waits for, is spoken for only after a minute",
    arguments: [
      Stage.rollout, .bake, .rollback,
    ])
  func rollout(stage: Stage) {
    var heartbeat = Heartbeat(at: start)
    heartbeat.stands(stage, at: start)
    let early = heartbeat.due(at: at(59))
    #expect(early == nil)
    let due = heartbeat.due(at: at(60))
    #expect(due != nil)
  }

  @Test(
    "auto is GitHub's form in a GitHub Actions step, and plain lines elsewhere",
    arguments: [
      (OutputFormat.auto, ["GITHUB_ACTIONS": "true"], RunFormat.github), (.auto, ["GITHUB_ACTIONS": "false"], .plain),
      (.auto, [:], .plain), (.json, ["GITHUB_ACTIONS": "true"], .json), (.plain, ["GITHUB_ACTIONS": "true"], .plain),
      (.github, [:], .github),
    ])
  func formats(asked: OutputFormat, variables: [String: String], expected: RunFormat) {
    #expect(asked.resolved(ProcessEnvironment(variables: variables)) == expected)
  }
}
