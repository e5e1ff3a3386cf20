extension Run {
  /// The end of the way back is watched until it is proven, or is not.
  mutating func beginLanding(_ back: Return, at now: Moment) -> [Action] {
    var back = back
    let watch = LandingWatch(
      passed: back.aim, templateID: back.rollout.template.id, refreshID: back.rollout.refresh?.id,
      settings: back.rollout.settings, targetGroups: back.rollout.targetGroups, group: back.rollout.group, started: now)
    var cadence = WatchCadence(
      poll: back.rollout.settings.poll, hasTargetGroups: !back.rollout.targetGroups.isEmpty, hasAlarms: false)
    let first = cadence.next(after: nil)
    back.step = .landing(Approach(watch: watch, cadence: cadence, next: first.parts, said: back.said))
    phase = .goingBack(back)
    return [.observe(first.parts)]
  }

  mutating func land(_ event: Event, at now: Moment) -> [Action] {
    switch event {
    case .woke:
      guard case .goingBack(let back) = phase, case .landing(let landing) = back.step else { return [] }
      return [.observe(landing.next)]
    case .observed(let observation, let wasThrottled):
      return completeLanding(observation, wasThrottled: wasThrottled)
        ?? judgeLanding(observation, wasThrottled: wasThrottled, at: now)
    case .failed(.observe, let failure):
      let silence = Observation(silences: [failure.sentence])
      return judgeLanding(silence, wasThrottled: failure.kind == .throttled, at: now)
    default:
      return []
    }
  }

  private mutating func completeLanding(_ observation: Observation, wasThrottled: Bool) -> [Action]? {
    guard !wasThrottled, let rest = restOfLook(observation), case .goingBack(var back) = phase,
      case .landing(var landing) = back.step
    else { return nil }
    landing.half = observation
    back.step = .landing(landing)
    phase = .goingBack(back)
    return [.observe(rest)]
  }

  private func restOfLook(_ observation: Observation) -> Set<ObservationPart>? {
    guard case .goingBack(let back) = phase, case .landing(let landing) = back.step, landing.half == nil else {
      return nil
    }
    return landing.cadence.rest(of: observation, asked: landing.next)
  }

  /// As for a rollout, the watch is moved out of the phase while it changes.
  private mutating func judgeLanding(_ newest: Observation, wasThrottled: Bool, at now: Moment) -> [Action] {
    guard case .goingBack(var back) = phase, case .landing(var landing) = back.step else { return [] }
    phase = .created
    let observation = landing.half.map { newest.completing($0) } ?? newest
    landing.half = nil
    back.step = .settling
    let verdict = landing.watch.observe(observation, at: now)
    let said: [Action] = landing.said.changes(
      to: landing.watch.progress, at: now, waitingFor: landing.watch.waitingFor
    ).map { .announce($0) }
    switch verdict {
    case .goOn:
      let next = landing.cadence.next(
        after: observation, wasThrottled: wasThrottled, isClosing: landing.watch.isClosing)
      landing.next = next.parts
      back.step = .landing(landing)
      phase = .goingBack(back)
      return said + [.wait(next.wait)]
    case .landed(let proof):
      return said + landed(back, proof)
    case .outOfSight(let unseen):
      let what = "nothing was seen of the fleet for \(unseen.inWords); the way back from release "
      return said
        + end(
          .interrupted(
            "\(what)\(back.rollout.release) to release \(back.aim) goes on in AWS and is not proven; take it up with "
              + "wanzami-deploy resume, from any machine"))
    case .astray(let wrong):
      return said + needPerson(back.rollout, wrong: [back.cause] + wrong, tags: condemnation(of: back.rollout))
    }
  }

  private mutating func landed(_ back: Return, _ proof: Proof) -> [Action] {
    var passed = back.rollout.passed
    passed.condemn(back.rollout.release, for: back.aim)
    let tags: [String: String?] = [PassedMark.key: passed.tagValue, InFlightMark.key: nil]
    let digest = back.rollout.template.versions[back.aim].flatMap { ReleaseDescription($0.description)?.digest }
    let sentence = proof.sentence + (digest.map { "; digest \($0)" } ?? "")
    let outcome: Outcome =
      back.origin == .operator || (back.origin == .resume && back.leavesPassed)
      ? .landed(release: back.aim, proof: sentence)
      : .rolledBack(from: back.rollout.release, to: back.aim, cause: back.cause, proof: sentence)
    return close(outcome, writing: tags)
  }

  /// The release that is left is off the passed list, never again a rollback's default aim.
  func condemnation(of rollout: Rollout) -> [String: String?] {
    var passed = rollout.passed
    if rollout.release != rollout.aim { passed.condemn(rollout.release) }
    return [PassedMark.key: passed.tagValue]
  }

  /// What is wrong, and the commands that mend it.
  mutating func needPerson(_ rollout: Rollout, wrong: [String], tags: [String: String?]) -> [Action] {
    let group = rollout.group.name
    var commands = ["aws autoscaling describe-instance-refreshes --auto-scaling-group-name \(group) --max-records 5"]
    if let aim = rollout.aim {
      commands.append("wanzami-deploy rollback --to \(aim)")
    } else {
      commands.append("wanzami-deploy status")
    }
    return close(.needsPerson(wrong: wrong, commands: commands), writing: tags)
  }
}
