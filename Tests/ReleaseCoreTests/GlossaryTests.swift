import ReleaseCore
import Testing

@Suite("What can be explained offline")
struct GlossaryTests {
  private let glossary = Glossary(keys: [Explanation(.pipelineKey, "rollout.warmup", "How long.")])

  @Test("exit codes 0 to 8, each outcome, and each status, state and cause that this program knows")
  func complete() {
    #expect(Explanation.exitCodes.map(\.term) == (0...8).map(String.init))
    let terms = Set(glossary.explanations.map(\.term))
    let outcomes: [Outcome] = [
      .released(release: 1, proof: ""), .alreadyLive(release: 1, proof: ""), .landed(release: 1, proof: ""),
      .nothingToDo(""), .failedBefore(""), .refused([]), .held(by: ""),
      .rolledBack(from: 2, to: 1, cause: "", proof: ""), .needsPerson(wrong: [], commands: []), .interrupted(""),
    ]
    for outcome in outcomes {
      #expect(terms.contains(outcome.name))
      #expect(terms.contains(String(outcome.exitCode)))
    }
    for status in RefreshStatus.allCases where status != .unknown { #expect(terms.contains(status.rawValue)) }
    for state in TargetState.allCases { #expect(terms.contains(state.rawValue)) }
    for kind in Drift.Kind.allCases { #expect(terms.contains(kind.rawValue)) }
    for why in ActivityClass.Refusal.allCases { #expect(terms.contains(why.rawValue)) }
    for name in [
      "never-healthy", "wrong-answer", "turned-unhealthy", "flapping", "crash-loop", "wiring", "below-floor",
      "launch-refused", "alarm", "refresh-failed", "ended-by-others", "another-refresh", "stalled", "timed-out",
    ] { #expect(terms.contains(name), "\(name)") }
  }

  @Test(
    "a term is found in any case, and by its last part",
    arguments: [
      ("rollout.warmup", "rollout.warmup"), ("warmup", "rollout.warmup"), ("TIMEOUT", "Target.Timeout"),
      ("target.timeout", "Target.Timeout"), ("5", "5"), ("irreversibleinstancerefresh", "IrreversibleInstanceRefresh"),
    ])
  func found(asked: String, term: String) { #expect(glossary.explanations(of: asked).map(\.term) == [term]) }

  @Test("a term that means two things is explained as both")
  func both() {
    let kinds = glossary.explanations(of: "failed").map(\.kind)
    #expect(kinds.contains(.outcome) && kinds.contains(.refreshStatus))
  }

  @Test(
    "an unknown term gets the nearest ones",
    arguments: [("wramup", "rollout.warmup"), ("Target.Timout", "Target.Timeout"), ("never-helthy", "never-healthy")])
  func near(asked: String, term: String) {
    #expect(glossary.explanations(of: asked).isEmpty)
    #expect(glossary.suggestions(for: asked).first == term)
  }

  @Test("what is like nothing gets none")
  func nothing() { #expect(glossary.suggestions(for: "xyzzyplugh").isEmpty) }
}
