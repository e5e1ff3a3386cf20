import ReleaseCore
import SimulatedAWS

extension Laws {
  // MARK: At every effect

  /// Called before an effect of a run takes place.
  func checkEffect(_ action: Action, of watcher: Watcher, in simulation: Simulation) {
    switch action {
    case .survey:
      // The design counts a saved version as passed where everything runs it and is healthy.
      if let saved = simulation.savedVersion.flatMap({ Int($0) }), isWhole(saved, simulation) { passed.insert(saved) }
    case .startRefresh(let order):
      checkStart(order, of: watcher, in: simulation)
    case .rollBackRefresh, .cancelRefresh:
      guard case .release = watcher.run.intent, case .goingBack(let back) = watcher.run.phase,
        let active = simulation.newestRefresh, active.status.isActive, !isTouched(simulation)
      else { return }
      if active.desired?.template?.version != String(back.rollout.release) {
        simulation.violate("only its own refresh", "a release ends refresh \(active.id), which is somebody else's")
      }
    default: break
    }
  }

  private func checkStart(_ order: RefreshOrder, of watcher: Watcher, in simulation: Simulation) {
    guard let version = order.version else { return }
    if let active = simulation.newestRefresh, active.status.isActive, active.id == watcher.knownStart {
      simulation.violate("one refresh of ours", "a start while our own refresh \(active.id) is under way")
    }
    let mark = simulation.tags[InFlightMark.key].flatMap { InFlightMark($0) }
    let isMarked = mark?.release == version || mark.map { if case .rollingBack = $0 { true } else { false } } == true
    if !isMarked, !isPassedListLoose, !kinds.contains(where: \.losesTags), !kinds.contains(where: \.isByOthers) {
      simulation.violate("marked before it is started", "the mark is \(mark?.description ?? "missing")")
    }
    guard case .goingBack(let back) = watcher.run.phase else { return }
    if !passed.contains(version), !isPassedListLoose, !isExcused {
      simulation.violate("back to what passed", "a refresh back to version \(version), which did not pass")
    }
    let wasCancelledByOthers = kinds.contains { if case .cancelledByOthers = $0 { true } else { false } }
    if case .release = watcher.run.intent, back.origin == .verdict, watcher.cancelled == 0, wasCancelledByOthers,
      simulation.newestRefresh?.status == .cancelled
    {
      simulation.violate("a cancellation is not fought", "a release starts a refresh back")
    }
  }

  /// Somebody acted so recently that a run cannot know it.
  private func isTouched(_ simulation: Simulation) -> Bool {
    touchedAt.map { simulation.world.now - $0 < 60_000 } ?? false
  }

  // MARK: At every verdict

  /// A verdict names instances of the release only; but for an old target that drains.
  func checkVerdict(_ announcement: Announcement, in simulation: Simulation) {
    guard announcement.name == "verdict.failed", !announcement.sentence.contains("the old target") else { return }
    var release: Int?
    for fact in announcement.facts { if case .number(let number) = fact.value { release = number } }
    for word in announcement.sentence.split(whereSeparator: { !$0.isLetter && !$0.isNumber && $0 != "-" })
    where word.hasPrefix("i-0") {
      guard let version = simulation.world.instance(String(word))?.version, version != release else { continue }
      simulation.violate("a verdict on new instances only", "\(word) runs version \(version)")
    }
  }

  // MARK: At every end

  func checkEnd(of watcher: Watcher, in simulation: Simulation) {
    guard let outcome = watcher.outcome else { return }
    switch outcome {
    case .released(let release, _):
      checkReleased(release, simulation)
      passed.insert(release)
      condemned.remove(release)
      isExcused = false
    case .alreadyLive(let release, _):
      checkGood(release, simulation)
    case .landed(let release, _):
      checkLanded(release, from: watcher.leaving, simulation)
    case .rolledBack(let from, let release, _, _):
      checkLanded(release, from: from, simulation)
    case .nothingToDo:
      checkNothing(simulation)
    case .held:
      checkHeld(watcher, simulation)
    case .refused, .failedBefore:
      checkUntouched(watcher, simulation)
    case .needsPerson, .interrupted:
      isExcused = true
    }
  }

  private func checkReleased(_ release: Int, _ simulation: Simulation) {
    // What passes was seen whole by the very poll that passed it, but for an answer that was a few seconds old.
    checkGood(release, simulation, within: 20)
    let wasDisturbed = struckKinds.contains { $0.isOfReading || $0.takesCapacity }
    if !wasDisturbed, !kinds.contains(where: \.isOfReading) {
      let bake = Int64(shape.bake) * 1000
      let held = holdsSince[release].map { simulation.world.now - $0 } ?? 0
      if held + 2000 < bake {
        simulation.violate("the bake is unbroken", "release \(release) held for \(held) ms of \(bake)")
      }
    }
    if let alarmAt, shape.hasAlarm, simulation.world.now - alarmAt > Int64(shape.poll) * 12_000,
      !kinds.contains(where: \.isOfReading)
    {
      simulation.violate("a named alarm is a verdict", "released with the alarm red since \(alarmAt.seconds)")
    }
  }

  /// What an exit 0 or 5 says of the fleet.
  private func checkGood(_ release: Int, _ simulation: Simulation, within seconds: Int64 = 90) {
    if simulation.savedVersion != String(release) {
      simulation.violate("exit code and fleet agree", "\(release) is not saved, but \(simulation.savedVersion ?? "")")
    }
    if !isGood(release, simulation, within: seconds) {
      simulation.violate(
        "exit code and fleet agree",
        "release \(release) is not whole: versions \(simulation.running), healthy "
          + "\(simulation.world.targetGroups.indices.map { simulation.healthy(inTargetGroup: $0) })")
    }
    checkMarks(simulation, has: release, not: nil)
  }

  /// Whether everything is on the release, and was seen healthy so lately that an answer may still have said so. What
  /// took capacity away is not the release's fault: then only the versions count.
  private func isGood(_ release: Int, _ simulation: Simulation, within seconds: Int64) -> Bool {
    if struckKinds.contains(where: \.takesCapacity) { return simulation.liveVersions == [release] }
    if isWhole(release, simulation) || holdsSince[release] != nil { return true }
    return wholeAt[release].map { simulation.world.now - $0 <= seconds * 1000 } ?? false
  }

  private func checkLanded(_ release: Int, from: Int?, _ simulation: Simulation) {
    checkGood(release, simulation)
    if let from, from != release {
      passed.remove(from)
      condemned.insert(from)
      checkMarks(simulation, has: release, not: from)
    }
    if !passed.contains(release), !isPassedListLoose {
      simulation.violate("back to what passed", "landed on release \(release), which did not pass")
    }
    isExcused = false
  }

  private func checkMarks(_ simulation: Simulation, has release: Int, not left: Int?) {
    guard !kinds.contains(where: { $0.losesTags || $0.isByOthers }), !isTouched(simulation) else { return }
    let mark = PassedMark(simulation.tags[PassedMark.key])
    if !mark.contains(release) { simulation.violate("marks agree", "\(release) is not on the passed list") }
    if let left, mark.contains(left) { simulation.violate("marks agree", "\(left) is still on the passed list") }
    if let flight = simulation.tags[InFlightMark.key] {
      simulation.violate("marks agree", "the in-flight mark says \(flight)")
    }
  }

  private func checkNothing(_ simulation: Simulation) {
    if let mark = simulation.tags[InFlightMark.key].flatMap({ InFlightMark($0) }), case .rollingBack = mark {
      simulation.violate("resume takes up what is marked", "nothing to do, and the mark says \(mark)")
    }
  }

  /// Either nothing was moved, or another refresh than the run's own has the fleet, and whoever started that one tells
  /// how it ends.
  private func checkHeld(_ watcher: Watcher, _ simulation: Simulation) {
    guard !watcher.started.isEmpty else { return checkUntouched(watcher, simulation) }
    isExcused = true
    if simulation.newestRefresh?.id == watcher.knownStart {
      simulation.violate("exit code and fleet agree", "held by another, and the newest refresh is the run's own")
    }
  }

  private func checkUntouched(_ watcher: Watcher, _ simulation: Simulation) {
    if !watcher.started.isEmpty || watcher.askedRollback != nil || watcher.cancelled > 0 {
      simulation.violate(
        "exit code and fleet agree", "exit \(watcher.exit ?? -1) says untouched, and a refresh was moved")
    }
  }

  // MARK: At the end of an act

  func checkAct(_ last: Watcher, _ act: Act, _ simulation: Simulation) {
    guard let outcome = last.outcome else { return }
    isOver = true
    if !isExcused, !isPassedListLoose, simulation.newestRefresh?.status.isActive != true {
      let versions = simulation.liveVersions.union(simulation.savedVersion.flatMap { Int($0) }.map { [$0] } ?? [])
      if let stray = versions.first(where: { !passed.contains($0) }) {
        simulation.violate("never on what did not pass", "\(outcome.name), and the fleet runs version \(stray)")
      }
    }
    guard act.command.isRelease, isWholeAtBegin, isOldGood, !mayRefuseLaunches, kinds.allSatisfy(\.isHarmless),
      !isTakenForEarlier(last, act, simulation)
    else { return }
    if app.isGood, outcome.exitCode != 0 {
      simulation.violate("nothing but evidence", "a good release ended with \(outcome.exitCode): \(outcome.sentence)")
    }
    if app.isBad, outcome.exitCode != 5 {
      simulation.violate("a bad release is rolled back", "it ended with \(outcome.exitCode): \(outcome.sentence)")
    }
  }
}

extension Laws {
  /// A second try of a version that was killed between its mark and its start, where the first one was rolled back: AWS
  /// shows no more than a mark and a refresh that went back, so `resume` may only prove where the fleet is.
  fileprivate func isTakenForEarlier(_ last: Watcher, _ act: Act, _ simulation: Simulation) -> Bool {
    act.command == .again && last.run.intent == .resume && last.exit == 5 && last.started.isEmpty
      && last.askedRollback == nil && simulation.newestRefresh?.status == .rollbackSuccessful
  }
}

extension Disturbance.Kind {
  /// What may leave the marks other than written.
  var losesTags: Bool {
    switch self {
    case .marksDeleted: true
    case .lostAnswer(let call, _): call == .tag
    default: false
    }
  }
}
