/// What a release would do, told by the very reducer that does it.
///
/// Reads are handed to the caller and answered by it; an effect is never performed: it is noted, and answered as if it
/// had gone well, until the refresh would be started or the run ends. So a plan can be wrong about the world, and never
/// about this program.
public struct Foresight: Sendable {
  /// Where it ended.
  public enum End: Equatable, Sendable {
    /// The refresh would be started.
    case starts(Rollout, RefreshOrder)
    /// A rollout of the same commit is under way; its watch would be taken up.
    case adopts(Rollout)
    /// It would wait first, for what was said last.
    case waits
    /// The run ends by itself: live already, refused, held, or failed.
    case ends(Outcome)
  }

  private var run: Run
  private var survey: Survey?
  /// What would be done, in order; reads are not in it.
  public private(set) var effects: [Action] = []
  public private(set) var said: [Announcement] = []
  /// `nil`: some read is not answered yet.
  public private(set) var end: End?
  /// What was resolved and surveyed on the way.
  public private(set) var commit: ResolvedCommit?
  public var surveyed: Survey? { survey }

  /// The digest that stands for one that only a build can tell.
  public static let unknownDigest: Digest = {
    guard let digest = Digest("sha256:" + String(repeating: "0", count: 64)) else { preconditionFailure("it is one") }
    return digest
  }()

  /// A plan never waits for the lock.
  public init(_ options: ReleaseOptions, id: RunID, actor: String, pipeline: Pipeline) {
    var options = options
    options.waitsForLock = false
    run = Run(id: id, actor: actor, intent: .release(options), pipeline: pipeline)
  }

  /// The first reads, to be answered in any order.
  public mutating func begin(at now: Moment) -> [Action] { take(run.begin(at: now), at: now) }

  /// Takes in the answer to a read; gives the next reads.
  public mutating func handle(_ event: Event, at now: Moment) -> [Action] {
    if case .surveyed(let new) = event { survey = survey ?? new }
    if case .resolved(let found) = event { commit = found }
    return take(run.handle(event, at: now), at: now)
  }

  private mutating func take(_ actions: [Action], at now: Moment) -> [Action] {
    var reads: [Action] = []
    var waiting = actions[...]
    while end == nil, let action = waiting.popFirst() {
      switch action {
      case .announce(let announcement): said.append(announcement)
      case .end(let outcome): end = .ends(outcome)
      case .survey where survey != nil:
        if let survey { waiting += run.handle(.surveyed(survey), at: now) }
      case .checkScan where isBuilt:
        // Nobody can scan what is not built.
        waiting += run.handle(.scanned(ScanReport(status: .complete)), at: now)
      case .resolve, .survey, .compare, .checkRollbackTarget, .checkImage, .findImage, .checkScan: reads.append(action)
      case .observe:
        if case .rolling(let rolling) = run.phase { end = .adopts(rolling.rollout) }
      case .wait: end = .waits
      case .collectEvidence: break
      case .notify(_, let channel): waiting += run.handle(.notified(channel), at: now)
      case .startRefresh(let order):
        effects.append(action)
        if case .starting(let start) = run.phase { end = .starts(start.rollout, order) }
      case .build, .push, .tagImage, .pin, .createVersion, .tag, .runHook, .rollBackRefresh, .cancelRefresh:
        effects.append(action)
        if let answer = presumed(action) { waiting += run.handle(answer, at: now) }
      }
    }
    return end == nil ? reads : []
  }

  private var isBuilt: Bool { effects.contains { if case .build = $0 { true } else { false } } }

  /// The answer of an effect that goes well.
  private func presumed(_ action: Action) -> Event? {
    switch action {
    case .build(let order): .built(BuiltImage(id: "", platform: order.platform ?? "the Engine's own platform"))
    case .push: .pushed(Foresight.unknownDigest)
    case .tagImage(let order): .imageTagged(reference: "\(order.repository):\(order.commit.hex)")
    case .pin: .pinned
    case .createVersion: .versionCreated((survey?.template?.latestVersion ?? 0) + 1)
    case .tag: .tagged
    case .runHook: .hookPassed
    default: nil
    }
  }
}
