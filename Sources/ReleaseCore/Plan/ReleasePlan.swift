/// What a release would do to a fleet, from the commit to the last instance. Nothing of it has been done.
public struct ReleasePlan: Equatable, Sendable {
  public var survey: Survey
  public var commit: ResolvedCommit
  /// The commit that is live, where its release tells; `nil`: it is not known.
  public var live: ReleaseDescription?
  public var image: Image
  /// The number that the new version would get, or has already.
  public var release: Int
  public var template: LaunchTemplate
  /// The number whose data is inherited.
  public var source: Int
  public var saved: Int
  /// Whether a version with the same data is there already.
  public var isVersionReused: Bool
  /// Whether the group is on an alias, and would be set to ``saved`` first.
  public var isPinned: Bool
  public var differences: [Difference]
  /// The user data of the saved version against the new one's, secrets hidden.
  public var userData: LineDiff
  /// How many values were hidden in it.
  public var hidden: Int
  /// The hooks that run before the rollout, in order.
  public var hooks: [HookOrder]
  public var order: RefreshOrder
  public var settings: RolloutSettings
  public var aim: Int?
  public var risks: [Risk]
  /// Warnings that the release itself would say.
  public var warnings: [String]
  public var planned: PlannedRelease

  public enum Image: Equatable, Sendable {
    /// From a folder of the commit's tree, under a name.
    case built(reference: String, context: String, platform: String?)
    /// The registry has it already.
    case reused(Digest)
    /// It was named by its digest, or is the live one again.
    case given(Digest)
  }

  /// A member of the template's data that is not as the saved version has it.
  public struct Difference: Equatable, Sendable {
    /// Such as `metadataOptions.httpTokens`.
    public var path: String
    /// `nil`: the side does not have it.
    public var old: String?
    public var new: String?
  }

  /// What a rollback would cost.
  public struct Back: Equatable, Sendable {
    /// The release that it returns to.
    public var aim: Int
    public var steps: CapacitySteps
    /// If the first new instance is found bad.
    public var fromFirstStep: Duration
    /// If all are replaced already.
    public var fromEnd: Duration
    /// What else it returns of the version that it goes to.
    public var returned: [Difference]
  }

  /// `nil` where the foresight did not come to a refresh.
  public init?(_ foresight: Foresight, options: ReleaseOptions, pipeline: Pipeline) {
    guard case .starts(let rollout, let order)? = foresight.end, let survey = foresight.surveyed,
      let commit = rollout.commit, let clearance = rollout.clearance
    else { return nil }
    self.survey = survey
    self.commit = commit
    self.order = order
    template = rollout.template
    release = rollout.release
    saved = clearance.saved
    source = clearance.source
    live = clearance.live
    settings = rollout.settings
    aim = rollout.aim
    isPinned = foresight.effects.contains { if case .pin = $0 { true } else { false } }
    hooks = foresight.effects.compactMap { if case .runHook(let order) = $0 { order } else { nil } }
    image = ReleasePlan.image(foresight, rollout, options: options)
    let version = foresight.effects.lazy.compactMap { action in
      if case .createVersion(let order) = action { order } else { nil }
    }.first
    isVersionReused = version == nil
    let old = template.versions[saved]
    let new = template.versions[version == nil ? release : source]
    differences = ReleasePlan.differences(old, new)
    var mask = SecretMask()
    userData = LineDiff(
      old: mask.lines(ReleasePlan.lines(old?.userData ?? [])),
      new: mask.lines(ReleasePlan.lines(version?.userData ?? new?.userData ?? [])))
    hidden = mask.hidden
    risks = Risk.all(
      settings: settings, group: survey.group, targetGroups: survey.targetGroups, policy: pipeline.rollback)
    warnings = foresight.said.filter { $0.level == .warning }.map(\.sentence)
    let known: Digest? = rollout.digest == Foresight.unknownDigest ? nil : rollout.digest
    planned = PlannedRelease(
      facts: PlannedFacts(clearance: clearance, commit: commit.commit, policy: pipeline.rollback), digest: known)
  }

  private static func image(_ foresight: Foresight, _ rollout: Rollout, options: ReleaseOptions) -> Image {
    for case .build(let order) in foresight.effects {
      return .built(reference: order.reference, context: order.image.context, platform: order.platform)
    }
    let digest = rollout.digest ?? Foresight.unknownDigest
    return options.isRedeploy || options.image != nil ? .given(digest) : .reused(digest)
  }

  private static func differences(_ old: TemplateVersion?, _ new: TemplateVersion?) -> [Difference] {
    var mask = SecretMask()
    let (before, after) = (old?.members ?? [:], new?.members ?? [:])
    return Set(before.keys).union(after.keys).sorted().filter { before[$0] != after[$0] }.map { path in
      Difference(
        path: path, old: before[path].map { mask.value($0, of: path) },
        new: after[path].map { mask.value($0, of: path) })
    }
  }

  private static func lines(_ script: [UInt8]) -> [String] {
    String(decoding: script, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  /// `nil`: nothing passed that a rollback could return to.
  public var back: Back? {
    guard let aim else { return nil }
    let percent = HealthyPercent(min: 100, max: max(100, settings.maxHealthyPercent))
    let steps = CapacitySteps(
      group: survey.group, percent: percent, checkpoints: [], protected: settings.protected)
    func time(_ steps: CapacitySteps) -> Duration {
      Forecast(
        steps: steps, warmup: settings.warmupSent, waitsForTargets: survey.group.healthCheckTypes.contains("ELB"),
        targetGroups: survey.targetGroups
      ).total
    }
    let first = CapacitySteps(
      desired: survey.group.desired, total: settings.steps.steps.first?.launched ?? 0, percent: percent)
    return Back(
      aim: aim, steps: steps, fromFirstStep: time(first), fromEnd: time(steps),
      returned: ReleasePlan.differences(template.versions[source], template.versions[aim]))
  }
}
