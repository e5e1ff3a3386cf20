import ReleaseCore

extension PlanReport {
  /// One object a line: the plan, then its commits, differences, preferences, steps, times and risks.
  func jsonLines() -> [String] {
    (planFacts + commitFacts + differenceFacts + preferenceFacts + stepFacts + timeFacts + riskFacts).map(
      JSONLine.encode)
  }

  private var planFacts: [[Announcement.Fact]] {
    let (image, digest): (String, String) =
      switch plan.image {
      case .built(let reference, _, _): ("built", reference)
      case .reused(let digest): ("reused", digest.text)
      case .given(let digest): ("given", digest.text)
      }
    return [
      [
        .text("event", "plan"), .text("result", "would-release"), .number("exit", 0),
        .text("group", plan.survey.group.name),
        .number("release", plan.release), .number("source", plan.source), .number("saved", plan.saved),
        .text("commit", plan.commit.commit.hex), .text("live", plan.live?.commit.hex ?? ""),
        .text("image", image), .text("reference", digest), .number("aim", plan.aim ?? 0),
        .number("seconds", plan.settings.forecast.total.wholeSecondsRoundedUp),
        .number("timeoutSeconds", plan.settings.timeout.wholeSecondsRoundedUp),
        .number("lowest", plan.settings.steps.lowest ?? plan.survey.group.desired),
        .number("highest", plan.settings.steps.highest ?? plan.survey.group.desired),
        .number("rollbackSeconds", plan.back?.fromEnd.wholeSecondsRoundedUp ?? 0),
        .list("hooks", plan.hooks.map { $0.hook.command.joined(separator: " ") }),
        .list(
          "userData",
          plan.userData.hunks.flatMap { [$0.heading] + $0.lines.map { line in line.side.rawValue + line.text } }),
      ]
    ]
  }

  private var commitFacts: [[Announcement.Fact]] {
    guard case .commits(_, let touching) = changes else { return [] }
    return touching.map { commit in
      [
        .text("event", "plan.commit"), .text("commit", commit.id), .text("author", commit.author),
        .text("summary", commit.summary),
      ]
    }
  }

  private var differenceFacts: [[Announcement.Fact]] {
    plan.differences.map { difference in
      [
        .text("event", "plan.difference"), .text("path", difference.path), .text("old", difference.old ?? ""),
        .text("new", difference.new ?? ""),
      ]
    }
  }

  private var preferenceFacts: [[Announcement.Fact]] {
    plan.preferences(pipeline).map { preference in
      [
        .text("event", "plan.preference"), .text("name", preference.name), .text("value", preference.value),
        .text("from", preference.origin),
      ]
    }
  }

  private var stepFacts: [[Announcement.Fact]] {
    plan.settings.steps.steps.enumerated().map { index, step in
      [
        .text("event", "plan.step"), .number("step", index + 1), .number("takenOutFirst", step.takenOutFirst),
        .number("launched", step.launched), .number("lowest", step.lowest), .number("highest", step.highest),
        .number("replaced", step.replaced), .number("checkpoint", step.checkpoint ?? 0),
      ]
    }
  }

  private var timeFacts: [[Announcement.Fact]] {
    plan.settings.forecast.parts.map { part in
      [
        .text("event", "plan.time"), .text("where", part.place.rawValue), .number("times", part.times),
        .number("eachSeconds", part.each.wholeSecondsRoundedUp), .number("seconds", part.total.wholeSecondsRoundedUp),
        .text("because", part.because),
      ]
    }
  }

  private var riskFacts: [[Announcement.Fact]] {
    plan.warnings.map { [.text("event", "plan.warning"), .text("sentence", $0)] }
      + plan.risks.map { risk in
        [
          .text("event", "plan.risk"), .text("name", risk.name), .text("sentence", risk.sentence),
          .text("command", risk.command ?? ""),
        ]
      }
  }
}

/// What `plan` says where a release would not come to a refresh.
struct UnplannedReport {
  let foresight: Foresight
  let group: String

  private var outcome: Outcome? {
    if case .ends(let outcome)? = foresight.end { outcome } else { nil }
  }

  var exitCode: Int32 { outcome?.exitCode ?? 0 }

  private var sentence: String {
    switch foresight.end {
    case .ends(.alreadyLive(let release, let proof)):
      "nothing would be done: release \(release) is live already; \(proof)"
    case .ends(.refused(let reasons)):
      (["a release would be refused:"] + reasons.map { "- \($0)" }).joined(separator: "\n")
    case .ends(.held(let holder)): "a release would be held: \(holder)"
    case .ends(let outcome): "a release would end: \(outcome.sentence)"
    case .adopts(let rollout):
      "the rollout of release \(rollout.release) is under way; a release would take up its watch"
    case .waits: "a release would wait first: \(foresight.said.last?.sentence ?? "for the registry")"
    case .starts, nil: "the plan could not be made"
    }
  }

  func lines() -> [String] {
    let warnings = foresight.said.filter { $0.level == .warning }.flatMap { Prose.item($0.sentence) }
    let body = sentence.split(separator: "\n", omittingEmptySubsequences: false).flatMap { line in
      Prose.wrap(Printable.clean(line), hanging: line.hasPrefix("- ") ? "  " : "")
    }
    let next = exitCode == 3 ? ["wanzami-deploy verify lists every precondition with what mends it"] : []
    return body + warnings + next
  }

  func jsonLines() -> [String] {
    let reasons: [String] = if case .ends(.refused(let reasons))? = foresight.end { reasons } else { [] }
    return [
      JSONLine.encode([
        .text("event", "plan"), .text("result", outcome?.name ?? "adopts"), .number("exit", Int(exitCode)),
        .text("group", group), .text("sentence", sentence), .list("reasons", reasons),
      ])
    ]
  }
}
