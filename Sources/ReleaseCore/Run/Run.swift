/// One execution of a pipeline, as a state machine: `(state, event, time) -> (state, actions)`.
///
/// It does no input or output. The interpreter (or a simulation) calls `begin` once, performs the actions, and feeds
/// each answer to `handle`, one at a time, in the order in which they came. Actions of one answer are independent of
/// each other and may be performed at the same time; the last state is `ended`.
public struct Run: Equatable, Sendable {
  public let id: RunID
  /// Who released, for the version's description.
  public let actor: String
  public let intent: Intent
  public let pipeline: Pipeline
  public internal(set) var phase = Phase.created
  /// What it is about, as far as it is known by now.
  public internal(set) var subject = Subject()
  /// A signal came while the end was being written down.
  var wasAskedToStop = false
  /// What was said of an instance's evidence already, so that a second collection says only what is new.
  var saidEvidence: [String: Set<String>] = [:]
  /// Collections of evidence that were asked for and not answered yet.
  var evidenceUnderWay = 0

  public init(id: RunID, actor: String, intent: Intent, pipeline: Pipeline) {
    self.id = id
    self.actor = actor
    self.intent = intent
    self.pipeline = pipeline
  }

  /// The first actions: the fleet and the commit are read at once.
  public mutating func begin(at now: Moment) -> [Action] {
    switch intent {
    case .release(let options):
      phase = .preparing(Preparation())
      // A named image tells its commit, which the live release tells of a redeployment.
      if options.isRedeploy || options.image != nil && options.revision == nil { return [.survey] }
      return [.survey, .resolve(revision: options.revision)]
    case .rollback, .resume:
      phase = .surveying
      return [.survey]
    }
  }

  /// Takes in what happened.
  public mutating func handle(_ event: Event, at now: Moment) -> [Action] {
    let watched = phase.watched
    let actions = react(to: event, at: now)
    // What a watch sees changes nothing of what the run is about.
    if watched == nil || watched != phase.watched { noteSubject() }
    return actions
  }

  private mutating func react(to event: Event, at now: Moment) -> [Action] {
    switch event {
    case .interrupted(let signal): return interrupt(signal)
    case .evidence(let evidence):
      return evidence.compactMap { news(in: $0) }.map { .announce(.evidence($0)) } + evidenceCame()
    case .failed(.collectEvidence, let failure):
      return [.announce(.warning(failure.sentence))] + evidenceCame()
    default: break
    }
    switch phase {
    case .created, .ended: return []
    case .preparing(let preparation): return prepare(preparation, event, at: now)
    case .waitingForLock(let preparation): return wait(preparation, event)
    case .comparing(let candidate): return compare(candidate, event)
    case .finding(let candidate): return find(candidate, event, at: now)
    case .building(let building): return build(building, event)
    case .pushing(let candidate): return push(candidate, event, at: now)
    case .naming(let image): return name(image, event, at: now)
    case .scanning(let scan): return self.scan(scan, event, at: now)
    case .hooking(let hooking): return hook(hooking, event)
    case .pinning(let draft): return pin(draft, event)
    case .versioning(let draft): return version(draft, event)
    case .tagging(let rollout): return tag(rollout, event)
    case .starting(let attempt): return start(attempt, event, at: now)
    case .rolling: return roll(event, at: now)
    case .surveying: return survey(event, at: now)
    case .checkingAim(let back): return checkAim(back, event, at: now)
    case .goingBack: return goBack(event, at: now)
    case .closing(let outcome): return close(outcome, event)
    case .explaining: return []
    case .concluding(let conclusion): return conclude(conclusion, event)
    }
  }

  /// The evidence without the lines that were said before, and without console lines that the container's log has
  /// too; `nil`: nothing is left.
  private mutating func news(in evidence: Evidence) -> Evidence? {
    var known = saidEvidence[evidence.instance, default: []]
    func isNew(_ line: String) -> Bool { known.insert(line).inserted }
    var news = evidence
    news.activities = evidence.activities.filter(isNew)
    news.containerLines = evidence.containerLines.filter(isNew)
    news.consoleLines = evidence.consoleLines.filter(isNew)
    news.gaps = evidence.gaps.filter(isNew)
    saidEvidence[evidence.instance] = known
    let lines = news.activities + news.containerLines + news.consoleLines + news.gaps
    return lines.isEmpty ? nil : news
  }

  private mutating func evidenceCame() -> [Action] {
    evidenceUnderWay -= 1
    guard case .explaining(let outcome) = phase, evidenceUnderWay <= 0 else { return [] }
    return end(outcome)
  }

  /// The end of the run. A failure waits for its evidence, which whoever performs the actions brings within half a
  /// minute; then come the hooks, the notices and the last word.
  mutating func end(_ outcome: Outcome) -> [Action] {
    if evidenceUnderWay > 0, outcome.isFailure {
      phase = .explaining(outcome)
      return []
    }
    return conclude(outcome)
  }

  /// Writes the tags that belong to an end, and then ends. Tags are hints: one that cannot be written is only said.
  mutating func close(_ outcome: Outcome, writing tags: [String: String?]) -> [Action] {
    guard !tags.isEmpty else { return end(outcome) }
    phase = .closing(outcome)
    return [.tag(tags)]
  }

  private mutating func close(_ outcome: Outcome, _ event: Event) -> [Action] {
    switch event {
    case .tagged: return end(outcome)
    case .failed(.tag, let failure): return [.announce(.warning(failure.sentence))] + end(outcome)
    default: return []
    }
  }
}

/// Where a run stands. Each case carries exactly what is true in it; indirectly, since a phase is looked at many times
/// for each time that it changes.
public indirect enum Phase: Equatable, Sendable {
  /// Exits: preparing (release), surveying (rollback, resume).
  case created
  /// The survey and the commit are being read. Exits: waitingForLock, rolling (adopted), comparing, building,
  /// hooking, pinning or versioning (with the image in the registry), closing, ended.
  case preparing(Preparation)
  /// Somebody else's rollout holds the fleet. Exits: preparing, ended.
  case waitingForLock(Preparation)
  /// Git is asked whether the commit is older than the live one. Exits: finding, building, pinning, versioning, ended.
  case comparing(Candidate)
  /// The registry is asked for an image of the commit's content. Exits: building, naming, scanning, preparing (second
  /// reading, with the digest), closing, ended.
  case finding(Candidate)
  /// The image is being built, or is there, while the rollback target is checked. Exits: pushing, pinning, versioning,
  /// tagging, ended.
  case building(Building)
  /// Exits: naming, scanning, preparing (second reading), ended.
  case pushing(Candidate)
  /// The image gets its commit's tag. Exits: scanning, preparing (second reading), closing, ended.
  case naming(KeptImage)
  /// The registry's scan of the image is waited for. Exits: preparing (second reading), ended.
  case scanning(Scan)
  /// The hooks before the rollout run. Exits: preparing (third reading), ended.
  case hooking(Hooking)
  /// The group leaves its alias. Exits: versioning, ended.
  case pinning(Draft)
  /// Exits: tagging, ended.
  case versioning(Draft)
  /// The in-flight mark is being written. Exits: starting, ended.
  case tagging(Rollout)
  /// The refresh is being started, or a lost answer settled. Exits: rolling, preparing (somebody was faster), ended.
  case starting(Start)
  /// The rollout and its bake are watched. Exits: closing, goingBack, ended.
  case rolling(Rolling)
  /// A rollback or a resume reads the fleet. Exits: checkingAim, goingBack, rolling, closing, ended.
  case surveying
  /// An operator's rollback target is checked before anything moves. Exits: goingBack, ended.
  case checkingAim(Return)
  /// The way back. Exits: closing, ended.
  case goingBack(Return)
  /// The last tags are being written. Exits: explaining, concluding, ended.
  case closing(Outcome)
  /// It has failed, and all that is left is the evidence that is still being collected. Exits: concluding, ended.
  case explaining(Outcome)
  /// What follows a known outcome: hooks, then notices. Exits: ended.
  case concluding(Conclusion)
  case ended(Outcome)
}

/// What is known before anything is decided.
public struct Preparation: Equatable, Sendable {
  public var survey: Survey?
  public var commit: ResolvedCommit?
  /// Set at the second reading, when the image is in the registry already.
  public var digest: Digest?
  /// The rollback target that was checked before the build.
  public var checkedAim: Int?
  /// Whether there is such a target, or none is needed, was decided already.
  public var isAimJudged = false
  /// It turned out to be gone, and the run goes on without one.
  public var isAimGone = false
  /// The registry was asked for the image that is named by its digest.
  public var isImageAsked = false
  /// The hooks before the rollout have run: never twice in one run.
  public var areHooksDone = false

  /// Whether nothing was built or found by this run yet: what is odd about the fleet is said once.
  var isFirst: Bool { digest == nil || isImageAsked }
}

/// A commit that may be released to a fleet that was cleared.
public struct Candidate: Equatable, Sendable {
  public var commit: ResolvedCommit
  public var clearance: Clearance
  /// `nil`: not built yet.
  public var digest: Digest?
  /// The rollback target that was, or is being, checked.
  public var checkedAim: Int?
  public var isAimJudged = false
  /// The rollback target is gone, and the run goes on without one.
  public var isAimGone = false
  public var areHooksDone = false
  /// The image is built anew although one of the same content may be there.
  public var isRebuilt = false

  var reference: String { "\(clearance.survey.repository):\(commit.commit.hex)" }
}

/// A build and the check of the rollback target, side by side.
public struct Building: Equatable, Sendable {
  public var candidate: Candidate
  /// `nil`: it is not built yet, or need not be, its digest being known.
  public var image: BuiltImage?
  public var isAimChecked: Bool
}

/// A launch-template version about to be written.
public struct Draft: Equatable, Sendable {
  public var candidate: Candidate
  public var digest: Digest
  public var userData: [UInt8]
}
