extension World {
  /// Moves the group's active refresh as far as the present time and state allow.
  mutating func stepRefresh(_ g: Int) {
    guard let last = groups[g].refreshes.indices.last, groups[g].refreshes[last].status.isActive else { return }
    let isHeld = groups[g].refreshes[last].holdUntil.map { $0 > now } ?? false
    switch groups[g].refreshes[last].status {
    case .pending:
      if !isHeld { beginForward(g) }
    case .inProgress, .rollbackInProgress:
      replace(g)
    case .baking:
      if let alarm = firedAlarm(groups[g].refreshes[last]) {
        giveUp(g, alarm)
      } else if !isHeld {
        succeed(g)
      }
    case .cancelling:
      if !isHeld, !groups[g].refreshes[last].waitsForTransitions || !groups[g].hasTransitions {
        end(g, .cancelled, .cancelledByUser)
      }
    case .successful, .failed, .cancelled, .rollbackSuccessful, .rollbackFailed: break
    }
  }

  private func refresh(of g: Int) -> InstanceRefresh { groups[g].refreshes[groups[g].refreshes.count - 1] }

  private func lastProgress(of g: Int) -> WorldTime { groups[g].refreshes[groups[g].refreshes.count - 1].lastProgress }

  /// The last refresh of a group, in place.
  private mutating func withRefresh(_ g: Int, _ body: (inout InstanceRefresh) -> Void) {
    body(&groups[g].refreshes[groups[g].refreshes.count - 1])
  }

  private mutating func beginForward(_ g: Int) {
    let target = launchSource(of: groups[g])
    let skips = refresh(of: g).preferences.skipMatching == true
    begin(g, .inProgress) { world, instance in !(skips && world.matches(instance, target)) }
  }

  /// Begins a phase that replaces every instance for which `isReplaced` holds and which the preferences do not exempt.
  private mutating func begin(
    _ g: Int, _ status: InstanceRefresh.Status, isReplaced: (World, Instance) -> Bool
  ) {
    let preferences = refresh(of: g).preferences
    var replacing: Set<String> = []
    var total = 0
    for instance in groups[g].instances where instance.isLive || instance.lifecycle == .standby {
      if instance.lifecycle == .standby, preferences.standby == "Ignore" { continue }
      if instance.isProtected, preferences.scaleInProtected == "Ignore" { continue }
      guard isReplaced(self, instance) else { continue }
      replacing.insert(instance.id)
      total += instance.weight
    }
    let time = now
    withRefresh(g) { refresh in
      refresh.status = status
      refresh.replacing = replacing
      refresh.total = total
      refresh.instancesToUpdate = total
      refresh.percentComplete = 0
      refresh.phaseStarted = time
      refresh.lastProgress = time
      refresh.readyNew = 0
      refresh.checkpoint = 0
      refresh.holdUntil = nil
      refresh.reason = nil
    }
    changes += 1
  }

  /// Whether the instance runs what the source would launch: template, number and type.
  func matches(_ instance: Instance, _ source: LaunchSource) -> Bool {
    guard let specification = source.template, let template = template(specification),
      template.id == instance.templateID, template.number(of: specification.version) == instance.version
    else { return false }
    guard case .mixed(let policy) = source, !policy.overrides.isEmpty else { return true }
    return policy.overrides.contains { $0.instanceType == instance.instanceType }
  }

  /// One step of a rolling replacement, forward or back.
  private mutating func replace(_ g: Int) {
    let refresh = refresh(of: g)
    let isForward = refresh.status == .inProgress
    if isForward, let alarm = firedAlarm(refresh) { return giveUp(g, alarm) }
    if let pause = pause(g, refresh) { return note(g, pause, isWaiting: true) }
    if let until = refresh.holdUntil {
      if until > now { return }
      let time = now
      withRefresh(g) { refresh in
        refresh.holdUntil = nil
        refresh.lastProgress = time
      }
      changes += 1
    }
    let before = RefreshTally(of: g, in: self, refresh)
    let middle = countedAgain(before, g, refresh) { $0.terminateReplaced(g, before) }
    let after = countedAgain(middle, g, refresh) { $0.launchReplacements(g, middle) }
    noteProgress(g, before, after)
    finishSegment(g, after, isForward: isForward)
  }

  /// The tally after a step: the one before where the step changed nothing.
  private mutating func countedAgain(
    _ tally: RefreshTally, _ g: Int, _ refresh: InstanceRefresh, after step: (inout World) -> Void
  ) -> RefreshTally {
    let before = changes
    step(&self)
    return changes == before ? tally : RefreshTally(of: g, in: self, refresh)
  }

  private mutating func terminateReplaced(_ g: Int, _ tally: RefreshTally) {
    guard !groups[g].isSuspended("Terminate") else { return }
    var live = tally.live
    var ready = tally.ready
    var segment = tally.segment
    for candidate in tally.candidates where segment > 0 {
      if candidate.isStandby {
        terminate(g, candidate.index, reason: .refresh)
        continue
      }
      if candidate.isReady {
        guard ready - candidate.weight >= tally.floor else { continue }
        ready -= candidate.weight
      } else {
        guard live - candidate.weight >= tally.floor else { continue }
      }
      terminate(g, candidate.index, reason: .refresh)
      live -= candidate.weight
      segment -= candidate.weight
    }
  }

  private mutating func launchReplacements(_ g: Int, _ tally: RefreshTally) {
    let goal = min(tally.ceiling, groups[g].desired + tally.segment)
    while groups[g].liveWeight < goal {
      guard launch(in: g, reason: .refresh) else { break }
    }
    let limit = max(goal, groups[g].desired)
    if groups[g].liveWeight > limit { shrink(g, to: limit, preferring: refresh(of: g).replacing) }
  }

  private mutating func noteProgress(_ g: Int, _ before: RefreshTally, _ after: RefreshTally) {
    let time = now
    let failing = groups[g].launchRetryAt == nil ? nil : groups[g].activities.last { $0.status == "Failed" }?.message
    withRefresh(g) { refresh in
      if after.remaining < before.remaining || after.newReady > refresh.readyNew { refresh.lastProgress = time }
      refresh.readyNew = after.newReady
      refresh.instancesToUpdate = after.remaining + after.blocked
      let replaced = min(refresh.total - after.remaining - after.blocked, after.newReady)
      refresh.percentComplete = refresh.total == 0 ? 0 : max(0, 100 * replaced / refresh.total)
      refresh.reason = failing.map { .launchFailing($0) } ?? after.waiting ?? after.blockedBy
    }
    if lastProgress(of: g) + milliseconds(pace.stall) <= now { giveUp(g, .stalled) }
  }

  private mutating func finishSegment(_ g: Int, _ tally: RefreshTally, isForward: Bool) {
    guard tally.segment == 0, tally.waiting == nil, tally.live >= groups[g].desired,
      refresh(of: g).status == (isForward ? .inProgress : .rollbackInProgress), refresh(of: g).holdUntil == nil
    else { return }
    if isForward, reachCheckpoint(g, tally) { return }
    guard tally.blocked == 0 else { return }
    guard isForward else { return end(g, .rollbackSuccessful, nil) }
    let bake = milliseconds(refresh(of: g).preferences.bake ?? 0)
    guard bake > 0 else { return succeed(g) }
    let until = now + bake
    withRefresh(g) { refresh in
      refresh.status = .baking
      refresh.percentComplete = 100
      refresh.instancesToUpdate = 0
      refresh.reason = nil
      refresh.holdUntil = until
    }
    changes += 1
  }

  /// Holds at the highest checkpoint that is reached, unless it is the last. Returns whether it holds.
  private mutating func reachCheckpoint(_ g: Int, _ tally: RefreshTally) -> Bool {
    let refresh = refresh(of: g)
    let percentages = refresh.preferences.checkpoints
    guard refresh.checkpoint < percentages.count, refresh.total > 0 else { return false }
    let share = 100 * (refresh.total - tally.remaining - tally.blocked) / refresh.total
    let next = percentages.lastIndex { $0 <= max(share, percentages[refresh.checkpoint]) } ?? refresh.checkpoint
    guard next < percentages.count - 1 else { return false }
    let until = now + milliseconds(refresh.preferences.checkpointDelay ?? 3600)
    withRefresh(g) { refresh in
      refresh.checkpoint = next + 1
      refresh.holdUntil = until
      refresh.reason = .checkpoint(percentages[next])
    }
    changes += 1
    return true
  }

  private func firedAlarm(_ refresh: InstanceRefresh) -> RefreshReason? {
    for name in refresh.preferences.alarms {
      if let alarm = alarms.first(where: { $0.name == name }), alarm.state == .alarm {
        return .alarm(name, state: alarm.state.rawValue)
      }
    }
    return nil
  }

  /// What keeps a refresh from replacing anything at the moment.
  private func pause(_ g: Int, _ refresh: InstanceRefresh) -> RefreshReason? {
    for process in ["InstanceRefresh", "Launch", "Terminate"] where groups[g].isSuspended(process) {
      return .suspended(process)
    }
    guard refresh.status == .inProgress else { return nil }
    for name in refresh.preferences.alarms {
      if let alarm = alarms.first(where: { $0.name == name }), alarm.state == .insufficientData {
        return .alarm(name, state: alarm.state.rawValue)
      }
    }
    return nil
  }

  private mutating func note(_ g: Int, _ reason: RefreshReason, isWaiting: Bool) {
    let time = now
    withRefresh(g) { refresh in
      refresh.reason = reason
      if isWaiting { refresh.lastProgress = time }
    }
  }

  private mutating func succeed(_ g: Int) {
    if let desired = refresh(of: g).desired { groups[g].source = desired }
    end(g, .successful, nil)
  }

  /// Ends a refresh that cannot go on: with AutoRollback by going back, otherwise as failed.
  private mutating func giveUp(_ g: Int, _ reason: RefreshReason) {
    let refresh = refresh(of: g)
    if refresh.status == .rollbackInProgress { return end(g, .rollbackFailed, reason) }
    guard refresh.preferences.autoRollback == true else { return end(g, .failed, reason) }
    beginRollback(g, reason: reason.text)
  }

  /// Turns round: replaces what does not match the saved configuration.
  mutating func beginRollback(_ g: Int, reason: String) {
    let saved = groups[g].source
    let time = now
    withRefresh(g) { refresh in
      refresh.rollback = InstanceRefresh.Rollback(
        reason: reason, started: time, percentComplete: refresh.percentComplete,
        instancesToUpdate: refresh.instancesToUpdate)
    }
    begin(g, .rollbackInProgress) { world, instance in !world.matches(instance, saved) }
    let until = now + milliseconds(pace.pending)
    withRefresh(g) { $0.holdUntil = until }
  }

  private mutating func end(_ g: Int, _ status: InstanceRefresh.Status, _ reason: RefreshReason?) {
    let time = now
    withRefresh(g) { refresh in
      refresh.status = status
      refresh.ended = time
      refresh.reason = reason
      refresh.holdUntil = nil
      if status == .successful || status == .rollbackSuccessful {
        refresh.percentComplete = 100
        refresh.instancesToUpdate = 0
      }
    }
    changes += 1
  }
}

extension World.Group {
  /// Whether instances are coming or going.
  fileprivate var hasTransitions: Bool {
    instances.contains { $0.lifecycle == .pending || $0.lifecycle == .pendingWait || $0.lifecycle.isLeaving }
  }
}
