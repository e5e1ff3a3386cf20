extension Run {
  /// The survey and the commit come in, in either order; with both, the decision falls.
  mutating func prepare(_ known: Preparation, _ event: Event, at now: Moment) -> [Action] {
    guard case .release(let options) = intent else { return [] }
    var known = known
    var said: [Action] = []
    switch event {
    case .surveyed(let survey):
      known.survey = survey
      if known.isFirst { said.append(.announce(.surveyed(survey))) }
    case .resolved(let commit):
      known.commit = commit
      said.append(.announce(.resolved(commit)))
    case .imageChecked(let check):
      if let next = take(check, &known, options) { return next }
    case .failed(.survey, let failure), .failed(.resolve, let failure), .failed(.checkImage, let failure):
      return end(failure.kind == .refused ? .refused([failure.sentence]) : .failedBefore(failure.sentence))
    case .tagged, .failed(.tag, _):
      // The mark of a faster release is put right.
      return [.survey]
    default:
      return []
    }
    if let survey = known.survey, names(known, options) { return said + identify(known, survey, options) }
    guard let survey = known.survey, let commit = known.commit else {
      phase = .preparing(known)
      return said
    }
    return said + decide(commit, survey, known, at: now)
  }

  private mutating func decide(
    _ commit: ResolvedCommit, _ survey: Survey, _ known: Preparation, at now: Moment
  ) -> [Action] {
    guard case .release(let options) = intent else { return [] }
    if let active = survey.activeRefresh {
      return meet(active, commit: commit, survey: survey, known: known, at: now)
    }
    switch Preflight(survey: survey, pipeline: pipeline, options: options) {
    case .refused(let reasons):
      return end(.refused(reasons))
    case .cleared(let clearance):
      var candidate = Candidate(
        commit: commit, clearance: clearance, digest: known.digest, checkedAim: known.checkedAim,
        isAimJudged: known.isAimJudged, areHooksDone: known.areHooksDone)
      if known.isAimGone, clearance.aim == known.checkedAim { candidate = candidate.withoutAim }
      let warnings: [Action] =
        known.isFirst ? Preflight.warnings(clearance, options).map { .announce(.warning($0)) } : []
      if let moved = moved(candidate, options) { return moved }
      if let done = alreadyLive(candidate) { return warnings + done }
      guard let live = clearance.live?.commit, live != commit.commit, !options.allowsOlder else {
        return warnings + proceed(candidate)
      }
      phase = .comparing(candidate)
      return warnings + [.compare(commit.commit, with: live)]
    }
  }

  /// A rollout holds the fleet: ours is adopted, another's is waited for or named.
  private mutating func meet(
    _ active: Refresh, commit: ResolvedCommit, survey: Survey, known: Preparation, at now: Moment
  ) -> [Action] {
    guard case .release(let options) = intent else { return [] }
    if WayBack(active, survey: survey) == nil, let number = active.desired?.version.number,
      let template = survey.template,
      template.versions[number]?.release(of: survey.repository)?.commit == commit.commit
    {
      let rollout = Rollout(
        survey: survey, template: template, release: number, refresh: active, pipeline: pipeline)
      return [.announce(.adopted(active.id, release: number))] + watch(rollout, at: now)
    }
    let holder = Holder.describe(active, survey: survey)
    if options.plan != nil { return end(.refused(["the fleet is not as it was planned:", holder])) }
    guard options.waitsForLock else { return end(.held(by: holder)) }
    var waiting = known
    waiting.survey = nil
    waiting.commit = commit
    phase = .waitingForLock(waiting)
    return [
      .announce(Announcement("lock.waiting", .info, [.text("holder", holder)], "waiting: \(holder)")),
      .wait(max(.seconds(5), pipeline.rollout.poll)),
    ]
  }

  /// Waited long enough: everything is read again, for what was true before the other's rollout may not be.
  mutating func wait(_ preparation: Preparation, _ event: Event) -> [Action] {
    guard case .woke = event else { return [] }
    phase = .preparing(preparation)
    return [.survey]
  }

  /// The commit, or its digest, is live already if digest, every instance, every target and the mark agree.
  mutating func alreadyLive(_ candidate: Candidate) -> [Action]? {
    let clearance = candidate.clearance
    guard case .release(let options) = intent, !options.isRedeploy, candidate.digest != nil || !options.rebuilds,
      hasSource(candidate)
    else { return nil }
    guard let live = clearance.live, clearance.state.isWhole, clearance.pinned == nil,
      candidate.digest.map({ $0 == live.digest }) ?? (live.commit == candidate.commit.commit)
    else { return nil }
    subject.release = clearance.saved
    subject.digest = live.digest
    let proof =
      "\(clearance.state.counted.count) of \(clearance.state.counted.count) instances run \(live.digest) and are healthy"
    let marks = clearance.survey.group.tags
    var tags: [String: String?] = [:]
    if !PassedMark(marks[PassedMark.key]).contains(clearance.saved) {
      tags[PassedMark.key] = clearance.passed.tagValue
    }
    // No refresh is under way: whatever the mark speaks of is over.
    if marks[InFlightMark.key] != nil { tags[InFlightMark.key] = .some(nil) }
    return close(.alreadyLive(release: clearance.saved, proof: proof), writing: tags)
  }

  /// Whether the saved version has the data of the source, but for what a release changes itself.
  private func hasSource(_ candidate: Candidate) -> Bool {
    let clearance = candidate.clearance
    guard clearance.source != clearance.saved else { return true }
    guard let saved = clearance.template.versions[clearance.saved], let live = clearance.live,
      let source = clearance.template.versions[clearance.source], source.fingerprint == saved.fingerprint
    else { return false }
    let script = candidate.commit.userDataScript ?? source.userData
    let pinned = try? UserData.render(script, repository: clearance.survey.repository, to: live.digest)
    return pinned == saved.userData
  }

  /// A release that is held to a plan is refused when the fleet is not as it was planned; `nil`: it is.
  private mutating func moved(_ candidate: Candidate, _ options: ReleaseOptions) -> [Action]? {
    guard let plan = options.plan else { return nil }
    let now = PlannedFacts(
      clearance: candidate.clearance, commit: candidate.commit.commit, policy: pipeline.rollback)
    let moved = plan.moved(to: now, digest: candidate.digest)
    guard !moved.isEmpty else { return nil }
    return end(.refused(moved.map { "since the plan: \($0)." } + ["Plan again: wanzami-deploy plan --out FILE."]))
  }

  mutating func compare(_ candidate: Candidate, _ event: Event) -> [Action] {
    let live = candidate.clearance.live?.commit
    switch event {
    case .compared(.notOlder):
      return proceed(candidate)
    case .compared(.older):
      return end(
        .refused([
          "commit \(candidate.commit.commit.short) is older than \(live?.short ?? "the live one"), which is live as "
            + "release \(candidate.clearance.saved). To go back use wanzami-deploy rollback; to release the older "
            + "commit all the same, --allow-older."
        ]))
    case .compared(.unknown(let why)):
      return [
        .announce(
          .warning("whether the commit is older than the live \(live?.short ?? "one") could not be told: \(why)"))
      ] + proceed(candidate)
    case .failed(.compare, let failure):
      return end(.failedBefore(failure.sentence))
    default:
      return []
    }
  }

  /// To the image, or, with the image in the registry, to the hooks and the template. Where no rollback target was
  /// judged yet, or another release passed meanwhile, that comes first.
  private mutating func proceed(_ candidate: Candidate) -> [Action] {
    guard candidate.digest != nil else { return beginImage(candidate) }
    let isAimChecked = candidate.clearance.aim == nil || candidate.clearance.aim == candidate.checkedAim
    return candidate.isAimJudged && isAimChecked
      ? beginHooks(candidate) : beginBuild(candidate, isFresh: candidate.isRebuilt)
  }
}

/// Who holds the fleet, in words.
enum Holder {
  static func describe(_ refresh: Refresh, survey: Survey) -> String {
    let version = refresh.desired?.version
    var what = version.map { "to version \($0)" } ?? "without a desired configuration"
    if let back = WayBack(refresh, survey: survey) {
      return "instance refresh \(refresh.id) back from release \(back.from) to release \(back.aim) holds group "
        + "\(survey.group.name): \(refresh.status.rawValue), \(refresh.percentComplete) % complete. Wait for it "
        + "(--wait-for-lock); if nobody watches it, wanzami-deploy resume takes it up."
    }
    if let number = version?.number, let release = survey.template?.versions[number]?.release(of: survey.repository) {
      what = "to release \(number) (commit \(release.commit.short), by \(release.by), run \(release.run))"
    }
    return "instance refresh \(refresh.id) \(what) holds group \(survey.group.name): \(refresh.status.rawValue), "
      + "\(refresh.percentComplete) % complete. Wait for it (--wait-for-lock), or see wanzami-deploy status."
  }
}
