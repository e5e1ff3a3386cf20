import ReleaseCore

extension Mutation {
  /// What the run hears in place of what was answered.
  func altered(_ event: Event, for watcher: Watcher) -> Event {
    watcher.lastEvent = event
    switch (self, event) {
    case (.takesLostAnswersForNo, .failed(.startRefresh, let failure)) where failure.kind == .ambiguous:
      return .failed(.startRefresh, ActionFailure(.other, failure.sentence))
    case (.adoptsForeignRefreshes, .failed(.startRefresh, let failure)) where failure.kind == .refreshInProgress:
      return .refreshStarted(id: watcher.lastActive ?? "unknown")
    case (_, .surveyed(var survey)):
      watcher.lastActive = survey.activeRefresh?.id
      if self == .ignoresMark { survey.group.tags[InFlightMark.key] = nil }
      if self == .adoptsForeignRefreshes, case .release = watcher.run.intent {
        survey.refreshes.removeAll { $0.status.isActive }
      }
      if self == .countsOldInstances, case .release = watcher.run.intent, let template = survey.template {
        // The release that is about to be made.
        survey.group.pretend(template.latestVersion + (watcher.asked[.push] == nil ? 0 : 1))
      }
      return .surveyed(survey)
    case (.takesSilenceForSick, .failed(.observe, _)), (.takesSilenceForHealthy, .failed(.observe, _)):
      return .observed(Observation(targets: spoken(for: watcher)), wasThrottled: false)
    case (_, .observed(let observation, let wasThrottled)):
      return .observed(altered(observation, for: watcher), wasThrottled: wasThrottled)
    default:
      return event
    }
  }

  private func altered(_ observation: Observation, for watcher: Watcher) -> Observation {
    var altered = observation
    if let group = observation.group { watcher.lastGroup = group }
    if !observation.targets.isEmpty { watcher.lastTargets = observation.targets }
    switch (self, watcher.run.phase) {
    case (.takesSilenceForSick, _), (.takesSilenceForHealthy, _):
      let isSilent = observation.targets.isEmpty && observation.silences.contains { $0.contains("TargetHealth") }
      if isSilent { altered.targets = spoken(for: watcher) }
    case (.countsOldInstances, .rolling(let rolling)):
      altered.group?.pretend(rolling.rollout.release)
    case (.trustsSuccessful, .rolling(let rolling)) where observation.refreshes?.first?.status == .successful:
      altered.pretend(rolling.rollout.release, knowing: watcher)
    case (.skipsLanding, .goingBack(let back)):
      guard case .landing = back.step else { break }
      altered.pretend(back.aim, knowing: watcher)
      altered.refreshes = observation.refreshes?.map { refresh in
        var ended = refresh
        if refresh.status.isActive { ended.status = .rollbackSuccessful }
        return ended
      }
    case (.fightsOthers, .rolling), (.fightsOthers, .goingBack):
      altered.refreshes = observation.refreshes?.map { refresh in
        var failed = refresh
        if refresh.status == .cancelling { failed.status = .inProgress }
        if refresh.status == .cancelled { failed.status = .failed }
        return failed
      }
    default: break
    }
    return altered
  }

  /// Targets that did not answer, as this defect has them: those seen last, and for health each instance in service.
  private func spoken(for watcher: Watcher) -> [String: [Target]] {
    let serving = watcher.lastGroup?.instances.filter { $0.lifecycle == .inService }.map(\.id) ?? []
    return watcher.lastTargets.mapValues { targets in
      guard self == .takesSilenceForHealthy else {
        return targets.map {
          Target(
            id: $0.id, state: .unhealthy, reason: "Target.ResponseCodeMismatch",
            detail: "Health checks failed with these codes: [500]")
        }
      }
      return Set(targets.map(\.id) + serving).sorted().map { Target(id: $0, state: .healthy) }
    }
  }
}

extension Observation {
  /// A fleet that is whole on one version, whatever was seen.
  fileprivate mutating func pretend(_ version: Int, knowing watcher: Watcher) {
    group = group ?? watcher.lastGroup
    group?.pretend(version)
    if let configuration = group?.configuration { group?.configuration = configuration.settingVersion(version) }
    let instances = group?.instances.filter { $0.lifecycle == .inService } ?? []
    let arns = group?.targetGroups ?? []
    targets = Dictionary(
      arns.map { ($0, instances.map { Target(id: $0.id, state: .healthy) }) }, uniquingKeysWith: { $1 })
    silences = []
  }
}

extension Group {
  fileprivate mutating func pretend(_ version: Int) {
    for index in instances.indices { instances[index].version = version }
  }
}
