extension Run {
  /// A verdict failed: the way back begins, or a person is needed.
  mutating func goBack(from rolling: Rolling, because failure: Failure, at now: Moment) -> [Action] {
    let rollout = rolling.rollout
    if case .anotherRefresh = failure, let other = rolling.watch.otherRefresh {
      return meet(other, rolling, failure, at: now)
    }
    guard let aim = rollout.aim else {
      return needPerson(
        rollout, wrong: [failure.sentence, "no release of this fleet has passed that a rollback could aim at"],
        tags: condemnation(of: rollout))
    }
    var back = Return(
      rollout: rollout, aim: aim, cause: failure.sentence, origin: .verdict, step: .marking,
      status: rolling.watch.progress.refreshStatus ?? rollout.refresh?.status,
      deadline: now + rollout.settings.timeout)
    back.said = rolling.said
    if back.move() == .leave {
      return needPerson(rollout, wrong: [failure.sentence], tags: [:])
    }
    if pipeline.rollback == .manual, back.move() != .watchLanding {
      return needPerson(
        rollout, wrong: [failure.sentence, "the pipeline says rollback: manual, so nothing was rolled back"],
        tags: condemnation(of: rollout))
    }
    return mark(back)
  }

  /// Another refresh has taken the group that ours was thought to hold. One that goes back from our release is somebody's
  /// rollback: it is watched to its end. Any other holds the fleet, and decides what becomes of it.
  private mutating func meet(
    _ other: Refresh, _ rolling: Rolling, _ failure: Failure, at now: Moment
  ) -> [Action] {
    var rollout = rolling.rollout
    let goal = other.desired?.version.number
    let mark = rolling.watch.group.tags[InFlightMark.key].flatMap { InFlightMark($0) }
    if let goal, rollout.passed.contains(goal), goal == rollout.aim || mark == .rollingBack(rollout.release, to: goal) {
      rollout.aim = goal
      rollout.refresh = other
      rollout.group = rolling.watch.group
      var back = Return(
        rollout: rollout, aim: goal, cause: "somebody else rolls it back, by instance refresh \(other.id)",
        origin: .verdict, step: .settling, status: other.status, deadline: now + rollout.settings.timeout)
      back.said = rolling.said
      return [.announce(.adopted(other.id, release: goal))] + beginLanding(back, at: now)
    }
    guard case .release(let options) = intent, options.waitsForLock, let commit = rollout.commit else {
      return close(
        .held(
          by: "\(failure.sentence): what becomes of release \(rollout.release), whose rollout was not proven yet, that "
            + "refresh decides. See wanzami-deploy status; once it is over, release again."), writing: [:])
    }
    phase = .waitingForLock(Preparation(commit: commit, digest: rollout.digest))
    return [
      .announce(
        Announcement("lock.waiting", .info, [.text("holder", failure.sentence)], "waiting: \(failure.sentence)")),
      .wait(max(.seconds(5), pipeline.rollout.poll)),
    ]
  }

  /// Writes `in-flight = 42 rolling-back-to 41`, so that whoever comes after a crash knows what was meant.
  mutating func mark(_ back: Return) -> [Action] {
    var back = back
    back.step = .marking
    phase = .goingBack(back)
    var tags: [String: String?] = [
      InFlightMark.key: InFlightMark.rollingBack(back.rollout.release, to: back.aim).description
    ]
    if !back.rollout.passed.isMarked { tags[PassedMark.key] = back.rollout.passed.tagValue }
    return [.tag(tags)]
  }

  mutating func goBack(_ event: Event, at now: Moment) -> [Action] {
    if phase.watched == .landing { return land(event, at: now) }
    guard case .goingBack(var back) = phase else { return [] }
    switch (back.step, event) {
    case (.marking, .tagged):
      return observe(back)
    case (.marking, .failed(.tag, let failure)):
      return [.announce(.warning(failure.sentence))] + observe(back)
    case (.asking, .rollbackAccepted):
      back.isRollbackOurs = true
      back.asked = 0
      return observe(back)
    case (.cancelling, .cancelAccepted):
      back.isCancelOurs = true
      back.asked = 0
      return observe(back)
    case (.asking, .failed(.rollBackRefresh, let failure)), (.cancelling, .failed(.cancelRefresh, let failure)):
      if failure.kind == .irreversible { back.isIrreversible = true }
      return [.announce(.warning("\(failure.sentence); looking again"))] + pause(back)
    case (.startingBack, .refreshStarted(let id)):
      return startedBack(back, id: id, at: now)
    case (.startingBack, .failed(.startRefresh, let failure)):
      return startBackFailed(back, failure)
    case (.pausing, .woke):
      return observe(back)
    case (.settling, .observed(let observation, _)):
      return settle(back, observation, at: now)
    case (.settling, .failed(.observe, let failure)):
      return [.announce(.warning(failure.sentence))] + lookInVain(back, at: now)
    default:
      return []
    }
  }

  /// Does what the table of ``Return/move()`` says.
  mutating func move(_ back: Return, at now: Moment) -> [Action] {
    var back = back
    let move = back.move()
    if now >= back.deadline, move == .wait || move == .askRollback || move == .cancel {
      return needPerson(
        back.rollout,
        wrong: [back.cause, "the refresh is still \(back.status?.rawValue ?? "unknown") and does not come to an end"],
        tags: condemnation(of: back.rollout))
    }
    switch move {
    case .askRollback:
      back.step = .asking
      phase = .goingBack(back)
      return [
        .announce(.rollingBack(from: back.rollout.release, to: back.aim, how: "AWS rolls the refresh back")),
        .rollBackRefresh,
      ]
    case .cancel:
      back.step = .cancelling
      phase = .goingBack(back)
      return [
        .announce(
          .rollingBack(
            from: back.rollout.release, to: back.aim,
            how: "the refresh is cancelled, for AWS would not return to release \(back.aim); a refresh back follows")),
        .cancelRefresh,
      ]
    case .wait:
      back.asked += 1
      return pause(back)
    case .startBack:
      back.step = .startingBack
      phase = .goingBack(back)
      return [
        .announce(
          .rollingBack(
            from: back.rollout.release, to: back.aim,
            how: back.status == nil
              ? "a refresh to it is started" : "the refresh is over; a refresh back is started")),
        .startRefresh(back.rollout.orderBack(to: back.aim)),
      ]
    case .watchLanding:
      return beginLanding(back, at: now)
    case .leave:
      return needPerson(back.rollout, wrong: [back.cause, "somebody else cancelled the refresh"], tags: [:])
    }
  }

  private mutating func observe(_ back: Return) -> [Action] {
    var back = back
    back.step = .settling
    phase = .goingBack(back)
    return [.observe([.refreshes, .group])]
  }

  mutating func pause(_ back: Return) -> [Action] {
    var back = back
    back.step = .pausing
    phase = .goingBack(back)
    return [.wait(pipeline.rollout.poll)]
  }

  /// Before any request and after any answer the refresh is described again, and the table is asked again: a request
  /// acts on whatever refresh the group has, which by now may be another watcher's refresh back.
  private mutating func settle(_ back: Return, _ observation: Observation, at now: Moment) -> [Action] {
    var back = back
    if let group = observation.group { back.rollout.group = group }
    guard let refreshes = observation.refreshes else { return lookInVain(back, at: now) }
    back.blindLooks = 0
    if let known = back.rollout.refresh, let seen = refreshes.first(where: { $0.id == known.id }) {
      back.status = seen.status
    }
    let others = refreshes.first { $0.status.isActive && $0.id != back.rollout.refresh?.id }
    guard let active = others else { return move(back, at: now) }
    // A refresh back whose start was answered by nothing, or another watcher's, is known by its version.
    guard active.desired?.version.number == back.aim else {
      return needPerson(
        back.rollout, wrong: [back.cause, "instance refresh \(active.id) of somebody else holds the group"], tags: [:])
    }
    let saved = back.rollout.group.configuration.template?.version.number
    if active.status == .cancelling || (active.status == .rollbackInProgress && saved != back.aim) {
      // Somebody turned it round: it ends elsewhere, and the next one is ours.
      back.rollout.refresh = active
      back.status = active.status
      return move(back, at: now)
    }
    return startedBack(back, id: active.id, at: now)
  }

  /// A look that saw no refresh is repeated a poll later; after some of them what was seen last must do.
  private mutating func lookInVain(_ back: Return, at now: Moment) -> [Action] {
    var back = back
    back.blindLooks += 1
    guard back.blindLooks >= Return.blindLooksMax else { return pause(back) }
    return move(back, at: now)
  }

  private mutating func startedBack(_ back: Return, id: String, at now: Moment) -> [Action] {
    var back = back
    back.rollout.refresh = Refresh(id: id, status: .pending, started: now)
    back.status = .pending
    if back.isInterrupted {
      phase = .goingBack(back)
      return end(
        .interrupted(
          "the refresh back to release \(back.aim) was started (\(id)) and goes on in AWS; "
            + "take it up with wanzami-deploy resume"))
    }
    let said = Announcement(
      "refresh.started", .info, [.text("refresh", id), .number("release", back.aim)],
      "instance refresh \(id) back to release \(back.aim)")
    return [.announce(said)] + beginLanding(back, at: now)
  }

  private mutating func startBackFailed(_ back: Return, _ failure: ActionFailure) -> [Action] {
    var back = back
    back.asked += 1
    let isPassing: Bool =
      switch failure.kind {
      case .ambiguous, .throttled, .refreshInProgress, .notVisibleYet: true
      case .other, .refused, .noActiveRefresh, .irreversible: false
      }
    guard isPassing && back.asked < Run.startAttemptsMax else {
      return needPerson(back.rollout, wrong: [back.cause, failure.sentence], tags: condemnation(of: back.rollout))
    }
    return [.announce(.warning(failure.sentence))] + pause(back)
  }
}
