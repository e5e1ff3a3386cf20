import ReleaseCore

/// A defect of the reducer, played by what stands between it and the world: answers are forged and actions replaced in
/// such a way that the whole behaves as a reducer with this defect would. The product itself has no switch for it.
package enum Mutation: String, CaseIterable, Sendable {
  /// An older answer, after AWS accepted the rollback, is believed: so AWS did nothing, and the refresh is cancelled.
  case believesOlderAnswers
  /// A refresh back goes to the newest other version, whether it passed or not.
  case goesBackToNewest
  /// Every instance counts as new.
  case countsOldInstances
  /// The end of a rollback is believed and not looked at.
  case skipsLanding
  /// A lost answer of a start is taken for a refusal.
  case takesLostAnswersForNo
  /// After an error of the rollback call the refresh is cancelled.
  case cancelsRollbacks
  case forgetsBake
  /// A refresh that AWS calls Successful passed, whatever its targets say.
  case trustsSuccessful
  /// Targets that did not answer are unhealthy.
  case takesSilenceForSick
  /// Targets that did not answer are healthy.
  case takesSilenceForHealthy
  /// A refresh that somebody else was faster with is taken for ours.
  case adoptsForeignRefreshes
  /// The release that is left stays on the passed list.
  case doesNotCondemn
  case ignoresFloor
  case ignoresAlarms
  /// A start that was answered is sent again.
  case startsTwice
  /// The refresh is started without the in-flight mark.
  case startsUnmarked
  /// `resume` does not look at the in-flight mark.
  case ignoresMark
  /// The first unhealthy sight is a verdict.
  case judgesAtOnce
  /// A refresh that somebody cancelled is answered by one back.
  case fightsOthers

  /// The law that a seed's history breaks with this defect, and does not break without; `nil`: none.
  package func caught(by seed: UInt64) throws -> Violation? {
    let crippled = try ChanceRun(seed: seed, mutation: self)
    crippled.play()
    guard let violation = crippled.violation else { return nil }
    let whole = try ChanceRun(seed: seed)
    whole.play()
    return whole.violation == nil ? violation : nil
  }

  /// What the run is told of its pipeline.
  func altered(_ pipeline: Pipeline) -> Pipeline {
    var altered = pipeline
    switch self {
    case .forgetsBake, .trustsSuccessful: altered.rollout.bake = .zero
    case .ignoresAlarms: altered.rollout.alarms = []
    case .judgesAtOnce:
      altered.rollout.unhealthyAfter = .zero
      altered.rollout.startWithin = .seconds(1)
    default: break
    }
    return altered
  }

  /// What the world is asked for in place of what the run asks.
  func altered(_ actions: [Action], of watcher: Watcher) -> [Action] {
    let event = watcher.lastEvent
    switch (self, watcher.run.phase, event) {
    case (.believesOlderAnswers, .goingBack(let back), .observed(let observation, _)?)
    where watcher.askedRollback != nil && watcher.askedRollback == back.rollout.refresh?.id
      && observation.refreshes?.first?.status == .inProgress:
      return [.cancelRefresh]
    case (.cancelsRollbacks, _, .failed(.rollBackRefresh, let failure)?) where failure.kind == .ambiguous:
      return [.cancelRefresh] + actions
    case (.startsTwice, _, .refreshStarted?):
      return actions + (watcher.lastOrder.map { [.startRefresh($0)] } ?? [])
    default:
      return actions.map { altered($0, of: watcher) }
    }
  }

  private func altered(_ action: Action, of watcher: Watcher) -> Action {
    switch (self, action) {
    case (.startsTwice, .startRefresh(let order)):
      watcher.lastOrder = order
    case (.goesBackToNewest, .startRefresh(var order)):
      guard case .goingBack(let back) = watcher.run.phase,
        let newest = back.rollout.template.versions.keys.filter({ $0 != back.rollout.release }).max()
      else { return action }
      order.configuration = order.configuration.settingVersion(newest)
      return .startRefresh(order)
    case (.ignoresFloor, .startRefresh(var order)):
      order.percent = HealthyPercent(min: 0, max: 100)
      return .startRefresh(order)
    case (.startsUnmarked, .tag(var tags)):
      tags[InFlightMark.key] = nil
      return .tag(tags)
    case (.doesNotCondemn, .tag(var tags)):
      guard case .closing(let outcome) = watcher.run.phase, outcome.name == "landed" || outcome.name == "rolled-back"
      else { return action }
      tags[PassedMark.key] = nil
      return .tag(tags)
    default: break
    }
    return action
  }
}
