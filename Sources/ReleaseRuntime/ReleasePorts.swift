public import ReleaseCore

/// What a run needs of the world, one closure for each action; no vendor is named here.
///
/// Each closure may be called while others are under way, honours cancellation, and throws an ``ActionFailure`` whose
/// sentence says what was being done and to what, what was seen, and what to do next.
public struct ReleasePorts: Sendable {
  public typealias Failing<Input, Output> = @Sendable (Input) async throws(ActionFailure) -> Output

  public var resolve: Failing<String?, ResolvedCommit>
  public var survey: @Sendable () async throws(ActionFailure) -> Survey
  /// Whether the first commit lies in the second's history.
  public var compare: @Sendable (Commit, Commit) async throws(ActionFailure) -> Ancestry
  public var checkRollbackTarget: Failing<TemplateVersion, RollbackTargetCheck>
  public var checkImage: Failing<ImageCheckOrder, ImageCheck>
  /// One poll. Parts that do not answer are silences of the observation, not failures.
  public var observe: @Sendable (Set<ObservationPart>) async -> (Observation, wasThrottled: Bool)
  public var collectEvidence: @Sendable ([EvidenceRequest]) async -> [Evidence]
  /// The image of the same content that the registry holds; `nil`: none.
  public var findImage: Failing<ImageOrder, StoredImage?>
  /// One look at the registry's scan.
  public var checkScan: Failing<ScanOrder, ScanReport>
  public var build: Failing<BuildOrder, BuiltImage>
  /// Gives the digest that the registry confirms.
  public var push: Failing<PushOrder, Digest>
  /// Gives `registry/name:tag`, which names the image now.
  public var tagImage: Failing<TagOrder, String>
  public var pin: Failing<SavedConfiguration, Void>
  /// Gives the version's number, once it can be read back.
  public var createVersion: Failing<VersionOrder, Int>
  /// Writes tags of the group; a `nil` deletes the tag.
  public var tag: Failing<[String: String?], Void>
  /// Gives the refresh's id.
  public var startRefresh: Failing<RefreshOrder, String>
  public var rollBackRefresh: @Sendable () async throws(ActionFailure) -> Void
  public var cancelRefresh: @Sendable () async throws(ActionFailure) -> Void
  /// Runs a hook to its end, within its timeout; one that ends otherwise than well is a failure. Cancelled, it stops
  /// what it started before it returns.
  public var runHook: Failing<HookOrder, Void> = { _ throws(ActionFailure) in
    throw ActionFailure(.other, "no hook can be run here")
  }
  /// Sends a notice.
  public var notify: @Sendable (Notice, NoticeChannel) async throws(ActionFailure) -> Void = {
    _, channel throws(ActionFailure) in throw ActionFailure(.other, "no notice can be sent to \(channel.words) here")
  }

  public init(
    resolve: @escaping Failing<String?, ResolvedCommit>,
    survey: @escaping @Sendable () async throws(ActionFailure) -> Survey,
    compare: @escaping @Sendable (Commit, Commit) async throws(ActionFailure) -> Ancestry,
    checkRollbackTarget: @escaping Failing<TemplateVersion, RollbackTargetCheck>,
    checkImage: @escaping Failing<ImageCheckOrder, ImageCheck>,
    observe: @escaping @Sendable (Set<ObservationPart>) async -> (Observation, wasThrottled: Bool),
    collectEvidence: @escaping @Sendable ([EvidenceRequest]) async -> [Evidence],
    findImage: @escaping Failing<ImageOrder, StoredImage?>, checkScan: @escaping Failing<ScanOrder, ScanReport>,
    build: @escaping Failing<BuildOrder, BuiltImage>, push: @escaping Failing<PushOrder, Digest>,
    tagImage: @escaping Failing<TagOrder, String>,
    pin: @escaping Failing<SavedConfiguration, Void>, createVersion: @escaping Failing<VersionOrder, Int>,
    tag: @escaping Failing<[String: String?], Void>, startRefresh: @escaping Failing<RefreshOrder, String>,
    rollBackRefresh: @escaping @Sendable () async throws(ActionFailure) -> Void,
    cancelRefresh: @escaping @Sendable () async throws(ActionFailure) -> Void
  ) {
    self.resolve = resolve
    self.survey = survey
    self.compare = compare
    self.checkRollbackTarget = checkRollbackTarget
    self.checkImage = checkImage
    self.observe = observe
    self.collectEvidence = collectEvidence
    self.findImage = findImage
    self.checkScan = checkScan
    self.build = build
    self.push = push
    self.tagImage = tagImage
    self.pin = pin
    self.createVersion = createVersion
    self.tag = tag
    self.startRefresh = startRefresh
    self.rollBackRefresh = rollBackRefresh
    self.cancelRefresh = cancelRefresh
  }
}

/// The only clock: what a run sees of time, and how it waits.
public struct RunClock: Sendable {
  public var now: @Sendable () -> Moment
  /// Returns early when the task is cancelled.
  public var sleep: @Sendable (Duration) async -> Void

  public init(now: @escaping @Sendable () -> Moment, sleep: @escaping @Sendable (Duration) async -> Void) {
    self.now = now
    self.sleep = sleep
  }

  /// The machine's own clock.
  public static let system = RunClock(
    now: {
      let time = SystemTime.now()
      return Moment(milliseconds: time)
    },
    sleep: { try? await Task.sleep(for: $0) })
}
