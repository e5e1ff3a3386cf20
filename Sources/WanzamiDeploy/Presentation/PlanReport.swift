import GitRepository
import ReleaseCore

/// What `plan` says: sections with a word at the margin, in lines of at most eighty columns where they can be broken.
struct PlanReport {
  let plan: ReleasePlan
  let changes: Changes
  let pipeline: Pipeline
  /// The release, as it would be typed.
  let command: String
  /// Where the plan was written.
  let out: String?

  static let margin = 10
  private var indent: String { String(repeating: " ", count: PlanReport.margin) }

  func lines() -> [String] {
    let sections: [(String, [String])] = [
      ("commit", commitLines), ("image", imageLines), ("template", templateLines), ("user data", userDataLines),
      ("hooks", hookLines), ("refresh", refreshLines), ("capacity", capacityLines), ("time", timeLines),
      ("rollback", rollbackLines),
      ("risks", riskLines), ("next", nextLines),
    ]
    return [headline] + sections.filter { !$0.1.isEmpty }.flatMap { section($0.0, $0.1) }
  }

  private var headline: String {
    "plan for \(pipeline.service): release \(plan.release) would be rolled out; nothing has been changed"
  }

  private func section(_ name: String, _ lines: [String]) -> [String] {
    lines.enumerated().map { index, line in
      let margin = index == 0 ? name + String(repeating: " ", count: PlanReport.margin - name.count) : indent
      return line.isEmpty ? "" : margin + line
    }
  }

  private func prose(_ text: String) -> [String] {
    Prose.wrap(Printable.clean(text), columns: Prose.columns - PlanReport.margin)
  }

  // MARK: Sections

  private var commitLines: [String] {
    let commit = plan.commit
    guard !commit.branch.isEmpty else { return prose("\(commit.commit.short), which is live: it is deployed again") }
    var lines = prose("\(commit.commit.short) on \(commit.branch): \(commit.summary)")
    if commit.dirtyFiles > 0 {
      lines += prose("\(commit.dirtyFiles) changed files of the working tree are not part of it")
    }
    switch changes {
    case .none:
      lines += prose(
        plan.live == nil ? "what is live tells of no commit" : "it is live already, on another image or template")
    case .unknown(let why):
      lines += prose("the commits since \(plan.live?.commit.short ?? "the live one") could not be listed: \(why)")
    case .commits(let all, let touching):
      lines += commits(all, touching)
    }
    return lines
  }

  private func commits(_ all: [CommitSummary], _ touching: [CommitSummary]) -> [String] {
    let context = pipeline.image.context.isEmpty ? "the image's context" : pipeline.image.context
    let since = "since \(plan.live?.commit.short ?? ""), live as release \(plan.saved)"
    guard !all.isEmpty else { return prose("nothing new \(since): the commit is older") }
    let shown = touching.prefix(10).map { commit in
      let text = "  \(commit.id.prefix(12))  \(Printable.clean(commit.summary)) (\(Printable.clean(commit.author)))"
      return cut(text)
    }
    let more = touching.count > 10 ? ["  and \(count(touching.count - 10)) more"] : []
    let counted = all.count == 1 ? "1 commit" : "\(count(all.count)) commits"
    return prose("\(counted) \(since); \(count(touching.count)) touch\(touching.count == 1 ? "es" : "") \(context)")
      + shown + more
  }

  private func count(_ number: Int) -> String { number > Changes.max ? "over \(Changes.max)" : String(number) }

  private func cut(_ line: String) -> String {
    let room = Prose.columns - PlanReport.margin
    return line.count > room ? line.prefix(room - 1) + "…" : line
  }

  private var imageLines: [String] {
    switch plan.image {
    case .built(let reference, let context, let platform):
      prose("built from \(context.isEmpty ? "the root" : context)\(platform.map { " for \($0)" } ?? ""), and pushed as")
        + ["  \(reference)"]
    case .reused(let digest): ["reused: the registry has the same content already", "  \(digest)"]
    case .given(let digest): ["in the registry, and nothing is built", "  \(digest)"]
    }
  }

  private var templateLines: [String] {
    var lines: [String] = []
    if plan.isPinned {
      lines += prose(
        "the group is on \(plan.survey.group.configuration.template?.version.description ?? "an alias"), and is set to "
          + "version \(plan.saved), which its instances run, first")
    }
    lines += prose(
      plan.isVersionReused
        ? "release \(plan.release): version \(plan.release) of \(plan.template.name) has the same data already"
        : "release \(plan.release): a new version of \(plan.template.name), made from version \(plan.source)")
    let changed = plan.differences.map { difference in
      "  \(difference.path): \(difference.old ?? "(none)") -> \(difference.new ?? "(none)")"
    }
    let live = plan.source == plan.saved ? "" : " against version \(plan.saved), which is live"
    return lines + (changed.isEmpty ? prose("nothing changes but the user data\(live)") : changed.map(Printable.clean))
  }

  private var userDataLines: [String] {
    guard !plan.userData.isEmpty else { return ["unchanged"] + hiddenLines }
    var lines = ["--- version \(plan.saved)", "+++ release \(plan.release)"]
    for hunk in plan.userData.hunks {
      lines.append(hunk.heading)
      lines += hunk.lines.map { $0.side.rawValue + Printable.clean($0.text) }
    }
    if case .built = plan.image { lines += prose("(zeros stand for the digest, which the build tells)") }
    return lines + hiddenLines
  }

  private var hookLines: [String] {
    plan.hooks.flatMap { prose("\($0.hook.command.joined(separator: " ")), \($0.placeWords), before the rollout") }
  }

  private var hiddenLines: [String] {
    plan.hidden == 0 ? [] : prose("(values that look like secrets are hidden as ***: \(plan.hidden) of both sides)")
  }

  private var refreshLines: [String] {
    var table = Table(header: ["PREFERENCE", "SENT", "FROM"])
    table.rows = plan.preferences(pipeline).map { [$0.name, $0.value, $0.origin] }
    return table.lines()
  }

  private var capacityLines: [String] {
    let group = plan.survey.group
    let steps = plan.settings.steps
    guard let lowest = steps.lowest, let highest = steps.highest else { return ["nothing is replaced"] }
    var table = Table(header: ["STEP", "OUT FIRST", "LAUNCHED", "IN SERVICE", "REPLACED"])
    table.rows = steps.runs.map { run in
      let last = run.first + run.count - 1
      return [
        run.count == 1 ? String(run.first) : "\(run.first)–\(last)", String(run.step.takenOutFirst),
        String(run.step.launched), "\(run.step.lowest)–\(run.step.highest)",
        "\(run.step.replaced) of \(steps.total)"
          + (run.step.checkpoint.map { ", holds at \($0) % for \(plan.settings.checkpointDelay.inWords)" } ?? ""),
      ]
    }
    return prose(
      "desired \(group.desired), min \(group.min), max \(group.max); at least \(lowest) stay in service, at most "
        + "\(highest) run") + table.lines()
  }

  private var timeLines: [String] {
    let forecast = plan.settings.forecast
    var table = Table(header: ["WHERE", "EACH", "IN ALL", "SET BY"])
    table.rows = forecast.parts.map { part in
      [
        part.place.rawValue, "\(part.times) x \(part.each.inWords)", part.total.inWords, Printable.clean(part.because),
      ]
    }
    var lines = prose(
      "about \(forecast.total.inWords); given up after \(plan.settings.timeout.inWords) "
        + (pipeline.rollout.timeout == nil ? "(1h, or twice the forecast)" : "(rollout.timeout)"))
    if let last = plan.survey.refreshes.first(where: { $0.status == .successful }), let started = last.started,
      let ended = last.ended
    {
      lines += prose("the last refresh that was Successful took \((ended - started).inWords)")
    }
    return lines + table.lines()
  }

  private var rollbackLines: [String] {
    guard let back = plan.back else {
      return prose("there is nothing to return to: a failure then needs a person (exit 6)")
    }
    var lines = prose(
      "to release \(back.aim), which was checked: its version, its AMI and its image are there. About "
        + "\(back.fromFirstStep.inWords) if the first step fails, \(back.fromEnd.inWords) if all is replaced")
    for difference in back.returned {
      lines.append(
        Printable.clean("  returns \(difference.path): \(difference.old ?? "(none)") -> \(difference.new ?? "(none)")"))
    }
    lines += prose(
      "it undoes no database migration" + (plan.isRedeploy ? ", and no changed environment or secret" : ""))
    return lines
  }

  private var riskLines: [String] {
    let warned = plan.warnings.flatMap { item($0, nil) }
    let risks = plan.risks.flatMap { item($0.sentence, $0.command) }
    let all = warned + risks
    return all.isEmpty ? ["none found"] : all
  }

  private func item(_ sentence: String, _ command: String?) -> [String] {
    let clean = Printable.clean(sentence)
    let ended = clean.last.map { ".!?".contains($0) } == true ? clean : clean + "."
    return Prose.wrap(ended, first: "- ", hanging: "  ", columns: Prose.columns - PlanReport.margin)
      + (command.map { ["  $ " + Printable.clean($0)] } ?? [])
  }

  private var nextLines: [String] {
    out == nil ? [command] : prose("the plan is in \(out ?? ""); a fleet that moved meanwhile is refused:") + [command]
  }
}

extension ReleasePlan {
  /// Whether the live digest is deployed again.
  var isRedeploy: Bool { commit.branch.isEmpty }
}
