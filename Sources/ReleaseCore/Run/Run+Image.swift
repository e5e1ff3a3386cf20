extension Run {
  /// The image of the commit's content is looked for before anything is built.
  mutating func beginImage(_ candidate: Candidate) -> [Action] {
    guard case .release(let options) = intent else { return [] }
    guard let key = key(of: candidate), !options.rebuilds else {
      return beginBuild(candidate, isFresh: options.rebuilds)
    }
    phase = .finding(candidate)
    return [
      .findImage(
        ImageOrder(commit: candidate.commit.commit, repository: candidate.clearance.survey.repository, key: key))
    ]
  }

  private func key(of candidate: Candidate) -> ContentKey? {
    ContentKey(
      tree: candidate.commit.contextTree, image: pipeline.image, platform: platform(for: candidate.clearance.survey))
  }

  /// What the image is built for.
  private func platform(for survey: Survey) -> String? { pipeline.image.platform ?? survey.platform }

  mutating func find(_ candidate: Candidate, _ event: Event, at now: Moment) -> [Action] {
    switch event {
    case .imageFound(nil):
      return beginBuild(candidate, isFresh: false)
    case .imageFound(let image?):
      guard image.mayBeUsed(at: now, for: pipeline.image.reuseFor) else {
        return [.announce(.imageOutdated(image, limit: pipeline.image.reuseFor, at: now))]
          + beginBuild(candidate, isFresh: true)
      }
      let kept = KeptImage(candidate: candidate, digest: image.digest, isBuilt: false)
      return [.announce(.imageFound(image, at: now))] + (image.isNamed ? settle(kept, at: now) : name(kept))
    case .failed(.findImage, let failure):
      return end(failure)
    default:
      return []
    }
  }

  // MARK: Build and push

  /// Builds, unless the digest is known, while the rollback target is checked: neither needs the other.
  ///
  /// - Parameter isFresh: whether base images and the steps of earlier builds are too old to be used.
  mutating func beginBuild(_ candidate: Candidate, isFresh: Bool) -> [Action] {
    var candidate = candidate
    candidate.checkedAim = candidate.clearance.aim
    candidate.isAimJudged = true
    candidate.isRebuilt = isFresh
    guard case .release(let options) = intent else { return [] }
    guard let aim = candidate.clearance.aim else {
      guard options.isFirst || options.isIncident || options.needsNoRollbackTarget else {
        return end(.refused(["no release of this fleet has passed yet, so a failed one has nothing to return to."]))
      }
      return wait(for: Building(candidate: candidate, isAimChecked: true), after: build(candidate))
    }
    guard let version = candidate.clearance.template.versions[aim] else {
      let gone = "version \(aim) of launch template \(candidate.clearance.template.name), the rollback target, is gone"
      guard options.needsNoRollbackTarget else {
        return end(.refused(["\(gone). Go on without one by --no-rollback-target: a failure then ends in exit 6."]))
      }
      let building = Building(candidate: candidate.withoutAim, isAimChecked: true)
      return wait(for: building, after: [.announce(.warning(gone))] + build(candidate))
    }
    return wait(
      for: Building(candidate: candidate, isAimChecked: false),
      after: [.checkRollbackTarget(version)] + build(candidate))
  }

  private func build(_ candidate: Candidate) -> [Action] {
    guard candidate.digest == nil else { return [] }
    let survey = candidate.clearance.survey
    var order = BuildOrder(
      commit: candidate.commit.commit, image: pipeline.image, platform: platform(for: survey),
      reference: candidate.reference)
    order.key = key(of: candidate)
    order.isFresh = candidate.isRebuilt
    if pipeline.image.cacheFrom == .release {
      order.cache = candidate.clearance.live.map { "\(survey.repository)@\($0.digest)" }
    }
    return [.announce(.building(order)), .build(order)]
  }

  mutating func build(_ building: Building, _ event: Event) -> [Action] {
    var building = building
    var said: [Action] = []
    switch event {
    case .built(let image):
      building.image = image
      if platform(for: building.candidate.clearance.survey) == nil {
        said = [.announce(.warning("what the instances run could not be told; the image is for \(image.platform)"))]
      }
    case .rollbackTargetChecked(let check):
      building.isAimChecked = true
      guard case .release(let options) = intent else { return [] }
      if !check.problems.isEmpty {
        guard options.needsNoRollbackTarget else {
          return end(
            .refused(
              check.problems.map { "release \(check.release), the rollback target, could not run again: \($0)" }
                + ["go on without a rollback target by --no-rollback-target: a failure then ends in exit 6."]))
        }
        building.candidate = building.candidate.withoutAim
        said = check.problems.map { .announce(.warning("rollback target \(check.release): \($0)")) }
      }
    case .failed(.build, let failure), .failed(.checkRollbackTarget, let failure):
      return end(failure)
    default:
      return []
    }
    return wait(for: building, after: said)
  }

  /// Goes on when both the image and the rollback target are ready.
  private mutating func wait(for building: Building, after said: [Action]) -> [Action] {
    let candidate = building.candidate
    guard building.isAimChecked, candidate.digest != nil || building.image != nil else {
      phase = .building(building)
      return said
    }
    guard candidate.digest == nil, let image = building.image else { return said + beginHooks(candidate) }
    phase = .pushing(candidate)
    var order = PushOrder(commit: candidate.commit.commit, reference: candidate.reference)
    order.image = image.id
    order.key = key(of: candidate)
    order.isRebuild = candidate.isRebuilt
    return said + [.push(order)]
  }

  mutating func push(_ candidate: Candidate, _ event: Event, at now: Moment) -> [Action] {
    switch event {
    case .pushed(let digest):
      let kept = KeptImage(candidate: candidate, digest: digest, isBuilt: true)
      let said: [Action] = [.announce(.pushed(digest, repository: candidate.clearance.survey.repository))]
      // Without a key it is the commit's own tag that was pushed.
      return said + (key(of: candidate) == nil ? settle(kept, at: now) : name(kept))
    case .failed(.push, let failure):
      return end(failure)
    default:
      return []
    }
  }

  // MARK: In the registry

  /// Gives the image its commit's tag by a copy of its manifest: no layer moves.
  private mutating func name(_ image: KeptImage) -> [Action] {
    phase = .naming(image)
    return [
      .tagImage(
        TagOrder(
          commit: image.candidate.commit.commit, repository: image.candidate.clearance.survey.repository,
          digest: image.digest, isRebuild: image.candidate.isRebuilt))
    ]
  }

  mutating func name(_ image: KeptImage, _ event: Event, at now: Moment) -> [Action] {
    switch event {
    case .imageTagged(let reference):
      return [.announce(.imageTagged(reference, digest: image.digest))] + settle(image, at: now)
    case .failed(.tagImage, let failure):
      return end(failure)
    default:
      return []
    }
  }

  /// The image has its names: nothing more is to be done where it is live, as it was seen a moment ago; else its scan
  /// is asked for, where that decides.
  private mutating func settle(_ image: KeptImage, at now: Moment) -> [Action] {
    if !image.isBuilt, let done = alreadyLive(image.identified) { return done }
    guard let blockOn = pipeline.image.blockOn else { return readAgain(image) }
    let scan = Scan(image: image, blockOn: blockOn, began: now)
    phase = .scanning(scan)
    return [.checkScan(scan.order)]
  }

  mutating func scan(_ scan: Scan, _ event: Event, at now: Moment) -> [Action] {
    var scan = scan
    switch event {
    case .scanned(let report):
      switch ScanGate.judge(report, of: scan.order, blockOn: scan.blockOn, waited: now - scan.began) {
      case .passed:
        return [.announce(.scanPassed(report, blockOn: scan.blockOn))] + readAgain(scan.image)
      case .refused(let why):
        return end(.refused([why]))
      case .wait(let what):
        let said = scan.lines(what, at: now)
        phase = .scanning(scan)
        return said.map { .announce($0) } + [.wait(ScanGate.interval)]
      }
    case .woke:
      return [.checkScan(scan.order)]
    case .failed(.checkScan, let failure):
      // A throttled look is no answer: the next one may be.
      guard failure.kind == .throttled, now - scan.began < ScanGate.patience else { return end(failure) }
      return [.announce(.warning(failure.sentence)), .wait(ScanGate.interval)]
    default:
      return []
    }
  }

  /// With the digest, everything is read again: a build or a scan takes minutes, and another may have been faster.
  private mutating func readAgain(_ image: KeptImage) -> [Action] {
    let candidate = image.candidate
    var known = Preparation(survey: nil, commit: candidate.commit, digest: image.digest)
    known.checkedAim = candidate.checkedAim
    known.isAimJudged = candidate.isAimJudged
    known.isAimGone = candidate.isAimGone
    known.areHooksDone = candidate.areHooksDone
    phase = .preparing(known)
    return [.survey]
  }

  private mutating func end(_ failure: ActionFailure) -> [Action] {
    end(failure.kind == .refused ? .refused([failure.sentence]) : .failedBefore(failure.sentence))
  }
}

extension Candidate {
  /// The same without a rollback target: a failure then needs a person.
  var withoutAim: Candidate {
    var copy = self
    copy.clearance.aim = nil
    copy.isAimGone = true
    return copy
  }
}

/// An image that is in the registry, for a commit that may be released.
public struct KeptImage: Equatable, Sendable {
  public var candidate: Candidate
  public var digest: Digest
  /// Whether this run built and pushed it: then minutes have passed since the fleet was read.
  public var isBuilt: Bool

  var identified: Candidate {
    var copy = candidate
    copy.digest = digest
    return copy
  }
}

/// A scan that is waited for.
public struct Scan: Equatable, Sendable {
  public var image: KeptImage
  public var blockOn: Severity
  /// When it was first asked for.
  public var began: Moment
  private var lastSaid: Moment?
  private var lastLine = ""

  init(image: KeptImage, blockOn: Severity, began: Moment) {
    self.image = image
    self.blockOn = blockOn
    self.began = began
  }

  var order: ScanOrder {
    ScanOrder(repository: image.candidate.clearance.survey.repository, digest: image.digest)
  }

  /// A line for each change, and a heartbeat.
  mutating func lines(_ what: String, at now: Moment) -> [Announcement] {
    if what == lastLine, let last = lastSaid, now - last < ProgressLines.heartbeat { return [] }
    lastSaid = now
    lastLine = what
    return [.scanWaiting(what, for: now - began)]
  }
}
