/// What a rollout and the way back from it need to know of the fleet.
public struct Rollout: Equatable, Sendable {
  /// The release that is rolled out: a launch-template version.
  public var release: Int
  public var digest: Digest?
  /// What is released; `nil`: the rollout was found in AWS.
  public var commit: ResolvedCommit?
  public var group: Group
  public var template: LaunchTemplate
  /// `registry/name` of the image.
  public var repository: String
  public var targetGroups: [TargetGroup]
  public var alarms: [Alarm]
  public var settings: RolloutSettings
  public var passed: PassedHistory
  /// What a rollback goes back to; `nil`: nothing passed yet.
  public var aim: Int?
  /// The refresh that rolls it out, once it is known.
  public var refresh: Refresh?
  /// The refreshes that were there before, by id.
  var earlierRefreshes: Set<String>
  /// What was decided of the fleet before; `nil`: the rollout was found in AWS.
  public var clearance: Clearance? { decided.clearance }
  private var decided = Decided.elsewhere

  /// Held indirectly: a rollout is copied at each poll, and this much is never looked at again.
  private indirect enum Decided: Equatable, Sendable {
    case before(Clearance)
    case elsewhere

    var clearance: Clearance? { if case .before(let clearance) = self { clearance } else { nil } }
  }

  init(_ draft: Draft, release: Int) {
    let clearance = draft.candidate.clearance
    self.release = release
    digest = draft.digest
    commit = draft.candidate.commit
    group = clearance.survey.group
    if let pinned = clearance.pinned { group.configuration = pinned }
    template = clearance.template
    repository = clearance.survey.repository
    targetGroups = clearance.survey.targetGroups
    alarms = clearance.survey.alarms
    earlierRefreshes = Set(clearance.survey.refreshes.map(\.id))
    settings = clearance.settings
    passed = clearance.passed
    aim = clearance.aim == release ? clearance.passed.last(otherThan: release) : clearance.aim
    decided = .before(clearance)
  }

  /// A rollout that was found in AWS.
  init(survey: Survey, template: LaunchTemplate, release: Int, refresh: Refresh?, pipeline: Pipeline) {
    self.release = release
    digest = template.versions[release]?.release(of: survey.repository)?.digest
    earlierRefreshes = Set(survey.refreshes.map(\.id))
    group = survey.group
    self.template = template
    repository = survey.repository
    targetGroups = survey.targetGroups
    alarms = []
    settings = RolloutSettings(pipeline: pipeline.rollout, group: survey.group, targetGroups: survey.targetGroups)
    passed = PassedHistory(survey: survey)
    let saved = survey.group.configuration.template?.version.number
    if passed.releases.isEmpty, let saved, saved != release { passed.add(saved) }
    aim = saved.flatMap { $0 != release && passed.contains($0) ? $0 : nil } ?? passed.last(otherThan: release)
    self.refresh = refresh
  }

  /// Whether a refresh is to this release and was not there before.
  func isItsRefresh(_ refresh: Refresh) -> Bool {
    refresh.desired?.version.number == release && !earlierRefreshes.contains(refresh.id)
  }

  /// Whether AWS's own rollback, which aims at the saved version, lands where ours would.
  var canAWSRollBack: Bool { aim != nil && group.configuration.template?.version.number == aim }

  /// AWS refuses to start with an alarm that is not OK; in an incident the red ones are left out.
  private var calmAlarms: [String] {
    settings.alarms.filter { name in !alarms.contains { $0.name == name && $0.state != .ok } }
  }

  /// The forward refresh.
  func order(policy: Pipeline.RollbackPolicy) -> RefreshOrder {
    RefreshOrder(
      configuration: group.configuration.settingVersion(release),
      percent: HealthyPercent(min: settings.minHealthyPercent, max: settings.maxHealthyPercent),
      warmupSeconds: settings.warmupSent.wholeSecondsRoundedUp, checkpoints: settings.checkpoints,
      checkpointDelaySeconds: settings.checkpointDelay.wholeSecondsRoundedUp,
      bakeSeconds: settings.bake.wholeSecondsRoundedUp, alarms: calmAlarms,
      autoRollback: canAWSRollBack && policy == .automatic, skipMatching: false, protected: settings.protected)
  }

  /// The refresh back to `aim`: nothing that could hold it up or turn it round.
  func orderBack(to aim: Int) -> RefreshOrder {
    RefreshOrder(
      configuration: group.configuration.settingVersion(aim),
      percent: HealthyPercent(min: 100, max: max(100, settings.maxHealthyPercent)),
      warmupSeconds: settings.warmupSent.wholeSecondsRoundedUp, checkpoints: [], checkpointDelaySeconds: 0,
      bakeSeconds: 0, alarms: [], autoRollback: false, skipMatching: true, protected: settings.protected)
  }

  /// The marks of a release that is under way.
  var inFlightTags: [String: String?] {
    [InFlightMark.key: InFlightMark.rollingOut(release).description, PassedMark.key: passed.tagValue]
  }
}

/// A start that AWS was asked for and has not confirmed yet.
public struct Start: Equatable, Sendable {
  public var rollout: Rollout
  /// How often it was sent.
  public var attempts = 1
  public var step = Step.asking

  public enum Step: Equatable, Sendable {
    case asking
    /// Waiting before the next attempt.
    case pausing
    /// The answer was lost, or somebody was faster: the refreshes are being read.
    case settling
  }
}
