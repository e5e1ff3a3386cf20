/// A rollout that is being watched.
public struct Rolling: Equatable, Sendable {
  public var rollout: Rollout
  public var watch: RolloutWatch
  public var cadence: WatchCadence
  /// What the next poll asks for.
  var next: Set<ObservationPart>
  /// What came of a poll that is being completed.
  var half: Observation?
  /// Instances whose evidence was asked for already.
  var explained: Set<String> = []
  /// What was said of the rollout last, so that only changes are said.
  var said = ProgressLines()
}

extension Run {
  /// The answer to StartInstanceRefresh. No call of Auto Scaling is idempotent: whatever is not a plain success is
  /// settled by describing.
  mutating func start(_ start: Start, _ event: Event, at now: Moment) -> [Action] {
    var start = start
    switch (start.step, event) {
    case (.asking, .refreshStarted(let id)):
      start.rollout.refresh = Refresh(
        id: id, status: .pending,
        desired: start.rollout.group.configuration.settingVersion(start.rollout.release).template,
        started: now)
      let order = start.rollout.order(policy: pipeline.rollback)
      return [.announce(.refreshStarted(id, release: start.rollout.release, order: order))]
        + watch(start.rollout, at: now)
    case (.asking, .failed(.startRefresh, let failure)):
      return startFailed(start, failure)
    case (.pausing, .woke):
      start.step = .settling
      phase = .starting(start)
      return [.observe([.refreshes, .group])]
    case (.settling, .observed(let observation, _)):
      return settle(start, observation, at: now)
    case (.settling, .failed(.observe, let failure)):
      start.step = .pausing
      phase = .starting(start)
      return [.announce(.warning(failure.sentence)), .wait(pipeline.rollout.poll)]
    default:
      return []
    }
  }

  private mutating func startFailed(_ start: Start, _ failure: ActionFailure) -> [Action] {
    var start = start
    switch failure.kind {
    case .refreshInProgress, .ambiguous, .throttled, .notVisibleYet:
      start.step = .pausing
      phase = .starting(start)
      // A version is visible to Auto Scaling a moment after EC2 created it: nothing to worry about at first.
      let said: [Action] = failure.kind == .notVisibleYet ? [] : [.announce(.warning(failure.sentence))]
      return said + [.wait(failure.kind == .refreshInProgress ? .zero : .seconds(2))]
    case .other, .refused, .noActiveRefresh, .irreversible:
      return close(
        failure.kind == .refused ? .refused([failure.sentence]) : .failedBefore(failure.sentence),
        writing: [InFlightMark.key: nil])
    }
  }

  /// How often a start is sent at the most; with two seconds between, about two minutes, which is what EC2's eventual
  /// consistency may need.
  /// https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
  static let startAttemptsMax = 60

  private mutating func settle(_ start: Start, _ observation: Observation, at now: Moment) -> [Action] {
    var start = start
    guard let refreshes = observation.refreshes else {
      start.step = .pausing
      phase = .starting(start)
      return [.wait(pipeline.rollout.poll)]
    }
    if let active = refreshes.first(where: { $0.status.isActive }) {
      guard active.desired?.version.number == start.rollout.release else {
        return giveWay(to: active, start.rollout)
      }
      start.rollout.refresh = active
      return [.announce(.adopted(active.id, release: start.rollout.release))] + watch(start.rollout, at: now)
    }
    // The lost start's own may be over already; a second one would replace every instance once more.
    if let over = refreshes.first(where: { start.rollout.isItsRefresh($0) }) {
      start.rollout.refresh = over
      return [.announce(.adopted(over.id, release: start.rollout.release))] + watch(start.rollout, at: now)
    }
    guard start.attempts < Run.startAttemptsMax else {
      return close(
        .failedBefore("StartInstanceRefresh was sent \(start.attempts) times and no refresh came of it"),
        writing: [InFlightMark.key: nil])
    }
    start.attempts += 1
    start.step = .asking
    phase = .starting(start)
    return [.startRefresh(start.rollout.order(policy: pipeline.rollback))]
  }

  /// Somebody was faster between our last reading and our start. All is read again, the image being in the registry:
  /// that tells who holds the fleet, and whether to wait. Our mark has covered theirs, and is put right first.
  private mutating func giveWay(to active: Refresh, _ rollout: Rollout) -> [Action] {
    let held = Outcome.held(by: "instance refresh \(active.id) was faster: \(active.status.rawValue)")
    guard case .release(let options) = intent, let commit = rollout.commit else { return close(held, writing: [:]) }
    phase = .preparing(
      Preparation(
        survey: nil, commit: commit, digest: rollout.digest,
        isAimGone: rollout.aim == nil && options.needsNoRollbackTarget, areHooksDone: true))
    guard let number = active.desired?.version.number else { return [.tag([InFlightMark.key: nil])] }
    switch active.status {
    case .pending, .inProgress, .baking: return [.tag([InFlightMark.key: InFlightMark.rollingOut(number).description])]
    default: return [.survey]
    }
  }

  /// Begins, or takes up, the watch of a refresh that is known.
  mutating func watch(_ rollout: Rollout, at now: Moment) -> [Action] {
    // A refresh that was over when it was taken up has used none of the rollout's time; only the bake is left.
    let isUnderWay = rollout.refresh?.status.isActive ?? true
    let watch = RolloutWatch(
      release: rollout.release, templateID: rollout.template.id, refreshID: rollout.refresh?.id,
      settings: rollout.settings, targetGroups: rollout.targetGroups, group: rollout.group,
      alarmsAtStart: rollout.alarms, started: isUnderWay ? rollout.refresh?.started ?? now : now)
    var cadence = WatchCadence(
      poll: rollout.settings.poll, hasTargetGroups: !rollout.targetGroups.isEmpty,
      hasAlarms: !rollout.settings.alarms.isEmpty)
    let first = cadence.next(after: nil)
    phase = .rolling(Rolling(rollout: rollout, watch: watch, cadence: cadence, next: first.parts))
    return [.observe(first.parts)]
  }

  /// One poll after the other until a verdict falls.
  mutating func roll(_ event: Event, at now: Moment) -> [Action] {
    switch event {
    case .woke:
      guard case .rolling(let rolling) = phase else { return [] }
      return [.observe(rolling.next)]
    case .observed(let observation, let wasThrottled):
      return complete(observation, wasThrottled: wasThrottled)
        ?? judge(observation, wasThrottled: wasThrottled, at: now)
    case .failed(.observe, let failure):
      let silence = Observation(silences: [failure.sentence])
      return judge(silence, wasThrottled: failure.kind == .throttled, at: now)
    default:
      return []
    }
  }

  /// A poll that saw a target change is completed before it is judged; `nil`: there is nothing to complete.
  private mutating func complete(_ observation: Observation, wasThrottled: Bool) -> [Action]? {
    guard !wasThrottled, let rest = restOfPoll(observation), case .rolling(var rolling) = phase else { return nil }
    rolling.half = observation
    phase = .rolling(rolling)
    return [.observe(rest)]
  }

  /// Looked at in place: most polls are complete.
  private func restOfPoll(_ observation: Observation) -> Set<ObservationPart>? {
    guard case .rolling(let rolling) = phase, rolling.half == nil else { return nil }
    return rolling.cadence.rest(of: observation, asked: rolling.next)
  }

  /// The watch is moved out of the phase, so that it changes in place and is not copied at each poll; each way out of
  /// here sets the phase.
  private mutating func judge(_ newest: Observation, wasThrottled: Bool, at now: Moment) -> [Action] {
    guard case .rolling(var rolling) = phase else { return [] }
    phase = .created
    let observation = rolling.half.map { newest.completing($0) } ?? newest
    rolling.half = nil
    let verdict = rolling.watch.observe(observation, at: now)
    let progress = rolling.watch.progress
    let said: [Action] = rolling.said.changes(
      to: progress, at: now, waitingFor: rolling.watch.waitingFor
    ).map { .announce($0) }
    switch verdict {
    case .goOn:
      let next = rolling.cadence.next(
        after: observation, wasThrottled: wasThrottled, isClosing: rolling.watch.isClosing,
        isNear: rolling.watch.isNear, ripens: rolling.watch.ripens)
      rolling.next = next.parts
      let evidence = askForEvidence(&rolling, of: progress.sickInstances, in: progress)
      phase = .rolling(rolling)
      return said + evidence + [.wait(next.wait)]
    case .passed(let proof):
      return said + pass(rolling.rollout, proof)
    case .outOfSight(let unseen):
      let guarded =
        rolling.rollout.canAWSRollBack && pipeline.rollback == .automatic
        ? " (AWS rolls it back by itself if it fails)" : ""
      return said
        + end(
          .interrupted(
            "nothing was seen of the fleet for \(unseen.inWords); the rollout of release \(rolling.rollout.release) goes "
              + "on in AWS\(guarded). See that AWS answers with these credentials, and take it up with wanzami-deploy "
              + "resume, from any machine"))
    case .failed(let failure):
      let evidence = askForEvidence(&rolling, of: failure.instances + progress.sickInstances, in: progress, again: true)
      return said + [.announce(.verdictFailed(rolling.rollout.release, failure.sentence))]
        + goBack(from: rolling, because: failure, at: now) + evidence
    }
  }

  /// Asks once at the first unhealthy sight of an instance, and once more when the verdict falls.
  private mutating func askForEvidence(
    _ rolling: inout Rolling, of instances: [String], in progress: Progress, again: Bool = false
  ) -> [Action] {
    let asked = Set(instances).filter { again || !rolling.explained.contains($0) }.sorted()
    guard !asked.isEmpty else { return [] }
    rolling.explained.formUnion(asked)
    let requests = asked.prefix(EvidenceRequest.instancesMax).map {
      EvidenceRequest(instance: $0, targets: progress.targetLines(of: $0))
    }
    evidenceUnderWay += 1
    return [.collectEvidence(requests)]
  }

  private mutating func pass(_ rollout: Rollout, _ proof: Proof) -> [Action] {
    var passed = rollout.passed
    passed.add(rollout.release)
    let digest = rollout.digest.map { "; digest \($0)" } ?? ""
    return close(
      .released(release: rollout.release, proof: proof.sentence + digest),
      writing: [PassedMark.key: passed.tagValue, InFlightMark.key: nil])
  }
}

extension EvidenceRequest {
  /// How many instances are explained at the most: one bad release looks alike on all of them.
  static let instancesMax = 3
}
