/// A stage of a run, each idempotent; `hooks` and `rollback` are the stages of a run that has them.
public enum Stage: String, CaseIterable, Sendable {
  case resolve
  case build
  case push
  case hooks
  case template
  case rollout
  case bake
  case rollback
}

/// What a run is about, as far as it is known.
public struct Subject: Equatable, Sendable {
  public var commit: Commit?
  /// The first line of the commit's message; empty: it was not read.
  public var summary = ""
  /// `registry/name`.
  public var repository: String?
  public var digest: Digest?
  /// What is rolled out; of an operator's rollback, what it goes back to.
  public var release: Int?
  /// What a failed release goes back to.
  public var aim: Int?
  /// What was left, of a run that goes back, and its image.
  public var left: Int?
  public var leftDigest: Digest?

  public init() {}
}

/// Where a run stands, for those who show it.
public struct Standing: Equatable, Sendable {
  /// `nil`: it has not begun, or all that is left is to write down how it ended.
  public var stage: Stage?
  public var subject: Subject
  /// While a rollout, or a way back, is watched.
  public var progress: Progress?

  public init(stage: Stage?, subject: Subject = Subject(), progress: Progress? = nil) {
    self.stage = stage
    self.subject = subject
    self.progress = progress
  }
}

extension Run {
  /// Made anew at each call; with a large fleet that costs as much as a look at each instance.
  public var standing: Standing {
    let progress = phase.progress
    let isBaking = progress?.holdsFor != nil && phase.stage == .rollout
    return Standing(stage: isBaking ? .bake : phase.stage, subject: subject, progress: progress)
  }

  /// Takes over what the phase knows of the run's subject.
  mutating func noteSubject() {
    switch phase {
    case .created, .surveying, .closing, .explaining, .concluding, .ended: break
    case .preparing(let known), .waitingForLock(let known):
      note(known.commit)
      subject.digest = known.digest ?? subject.digest
    case .comparing(let candidate), .finding(let candidate), .pushing(let candidate): note(candidate)
    case .naming(let image): note(image.identified)
    case .scanning(let scan): note(scan.image.identified)
    case .building(let building): note(building.candidate)
    case .hooking(let hooking): note(hooking.candidate)
    case .pinning(let draft), .versioning(let draft):
      note(draft.candidate)
      subject.digest = draft.digest
    case .tagging(let rollout): note(rollout)
    case .starting(let start): note(start.rollout)
    case .rolling(let rolling): note(rolling.rollout)
    case .checkingAim(let back), .goingBack(let back): note(back)
    }
  }

  private mutating func note(_ commit: ResolvedCommit?) {
    guard let commit else { return }
    subject.commit = commit.commit
    subject.summary = commit.summary
  }

  private mutating func note(_ candidate: Candidate) {
    note(candidate.commit)
    subject.repository = candidate.clearance.survey.repository
    subject.digest = candidate.digest ?? subject.digest
    subject.aim = candidate.clearance.aim
  }

  private mutating func note(_ rollout: Rollout) {
    subject.commit = rollout.template.versions[rollout.release].flatMap { $0.describedCommit } ?? subject.commit
    note(rollout.commit)
    subject.repository = rollout.repository
    subject.digest = rollout.digest
    subject.release = rollout.release
    subject.aim = rollout.aim
  }

  private mutating func note(_ back: Return) {
    subject.left = back.rollout.release
    subject.leftDigest = back.rollout.digest
    guard back.origin == .operator else { return note(back.rollout) }
    subject.repository = back.rollout.repository
    subject.commit = back.rollout.template.versions[back.aim].flatMap { $0.describedCommit }
    subject.release = back.aim
    subject.digest = back.rollout.template.versions[back.aim].flatMap { ReleaseDescription($0.description)?.digest }
    subject.aim = back.aim
  }
}

extension Phase {
  fileprivate var stage: Stage? {
    switch self {
    case .created, .closing, .explaining, .concluding, .ended: nil
    case .preparing(let known): known.digest == nil ? .resolve : .template
    case .comparing(let candidate): candidate.digest == nil ? .resolve : .template
    case .waitingForLock, .surveying, .checkingAim: .resolve
    case .finding, .building: .build
    case .pushing, .naming, .scanning: .push
    case .hooking: .hooks
    case .pinning, .versioning, .tagging: .template
    case .starting, .rolling: .rollout
    case .goingBack: .rollback
    }
  }

  fileprivate var progress: Progress? {
    switch self {
    case .rolling(let rolling): return rolling.watch.progress
    case .goingBack(let back):
      guard case .landing(let approach) = back.step else { return nil }
      return approach.watch.progress
    default: return nil
    }
  }
}

extension TemplateVersion {
  fileprivate var describedCommit: Commit? { ReleaseDescription(description)?.commit }
}
