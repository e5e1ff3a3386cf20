/// `rollback` and `resume`: a run that begins with what AWS holds.
extension Run {
  mutating func survey(_ event: Event, at now: Moment) -> [Action] {
    switch event {
    case .surveyed(let survey):
      guard let template = survey.template else {
        return end(.refused(Preflight.configurationRefusals(survey)))
      }
      let said: [Action] = [.announce(.surveyed(survey))]
      switch intent {
      case .rollback(let options): return said + roll(back: options, survey: survey, template: template, at: now)
      case .resume: return said + resume(survey, template: template, at: now)
      case .release: return []
      }
    case .failed(.survey, let failure):
      return end(failure.kind == .refused ? .refused([failure.sentence]) : .failedBefore(failure.sentence))
    default:
      return []
    }
  }

  /// An operator's rollback: what is left, where it goes, and whether that can still run.
  private mutating func roll(
    back options: RollbackOptions, survey: Survey, template: LaunchTemplate, at now: Moment
  ) -> [Action] {
    let leaving = Leaving(survey: survey, template: template)
    guard let from = leaving.release else {
      return end(
        .refused([
          "which release is live could not be told: group \(survey.group.name) is set to "
            + "\(survey.group.configuration.template?.version.description ?? "nothing"). Name one with --to."
        ]))
    }
    let passed = PassedHistory(survey: survey)
    guard let aim = options.release ?? leaving.defaultAim(passed: passed) else {
      return end(.refused(["no release passed before release \(from), so there is nothing to go back to."]))
    }
    guard aim != from || leaving.isMixed else {
      return end(
        .refused([
          "release \(aim) is the one that is live; a rollback goes to another that passed "
            + "(\(passed.mark.description))."
        ]))
    }
    guard passed.contains(aim) || aim == survey.group.configuration.template?.version.number && leaving.isMixed else {
      return end(
        .refused([
          "release \(aim) has not passed, or was condemned; a rollback may aim at "
            + "\(passed.releases.isEmpty ? "none" : passed.mark.description)."
        ]))
    }
    guard let version = template.versions[aim] else {
      return end(.refused(["release \(aim) is gone: launch template \(template.name) has no version \(aim)."]))
    }
    let pausing = survey.group.suspendedProcesses.intersection(["InstanceRefresh", "Launch", "Terminate"]).sorted()
    guard pausing.isEmpty || options.isIncident else {
      return end(.refused([pausingRefusal(pausing, group: survey.group.name)]))
    }
    var rollout = Rollout(
      survey: survey, template: template, release: from, refresh: leaving.refresh, pipeline: pipeline)
    rollout.aim = aim
    let back = Return(
      rollout: rollout, aim: aim, cause: "an operator asked for it", origin: .operator, step: .marking,
      status: leaving.refresh?.status, deadline: now + rollout.settings.timeout)
    phase = .checkingAim(back)
    let odd = (pausing.isEmpty ? [] : ["\(pausing.joined(separator: ", ")) suspended: the way back waits for it"])
    return (odd + redAlarms(survey)).map { .announce(.warning($0)) } + [
      .announce(
        .warning(
          "going back to release \(aim) also returns that version's AMI and settings, and undoes no "
            + "database migration")),
      .checkRollbackTarget(version),
    ]
  }

  private func pausingRefusal(_ processes: [String], group: String) -> String {
    "group \(group) has suspended \(processes.joined(separator: ", ")): a refresh back would wait for it. Run aws "
      + "autoscaling resume-processes --auto-scaling-group-name \(group) --scaling-processes "
      + "\(processes.joined(separator: " ")), or begin all the same with --incident."
  }

  /// A refresh back names no alarm, so a red one neither refuses it nor turns it round.
  private func redAlarms(_ survey: Survey) -> [String] {
    survey.alarms.filter { $0.state != .ok }.map {
      "alarm \($0.name) is \($0.state.rawValue)\($0.reason.map { " (\($0))" } ?? ""); the way back does not ask it"
    }
  }

  mutating func checkAim(_ back: Return, _ event: Event, at now: Moment) -> [Action] {
    switch event {
    case .rollbackTargetChecked(let check) where check.problems.isEmpty:
      return proceed(back, at: now)
    case .rollbackTargetChecked(let check):
      return end(.refused(check.problems.map { "release \(check.release) could not run again: \($0)" }))
    case .failed(.checkRollbackTarget, let failure):
      guard case .rollback(let options) = intent, options.isIncident else {
        return end(.failedBefore("\(failure.sentence); in an incident, --incident goes back without that check"))
      }
      return [
        .announce(.warning("whether release \(back.aim) can still run could not be told: \(failure.sentence)"))
      ] + proceed(back, at: now)
    default:
      return []
    }
  }

  /// A refresh that goes there already is joined.
  private mutating func proceed(_ back: Return, at now: Moment) -> [Action] {
    guard let refresh = back.rollout.refresh, refresh.goes(to: back.aim) else { return mark(back) }
    return [.announce(.adopted(refresh.id, release: back.aim))] + beginLanding(back, at: now)
  }

  /// Takes up a rollout or a way back that lost its watcher, from AWS alone.
  private mutating func resume(_ survey: Survey, template: LaunchTemplate, at now: Moment) -> [Action] {
    let found = Unfinished(survey: survey, template: template)
    switch found {
    case .nothing(let why, let isMarkStale):
      return close(.nothingToDo(why), writing: isMarkStale ? [InFlightMark.key: nil] : [:])
    case .foreign(let refresh):
      return end(.held(by: Holder.describe(refresh, survey: survey)))
    case .rollingOut(let release, let refresh):
      let rollout = Rollout(survey: survey, template: template, release: release, refresh: refresh, pipeline: pipeline)
      return [.announce(.adopted(refresh.id, release: release))] + watch(rollout, at: now)
    case .rollingBack(let release, let aim, let refresh):
      var rollout = Rollout(survey: survey, template: template, release: release, refresh: refresh, pipeline: pipeline)
      rollout.aim = aim
      let back = Return(
        rollout: rollout, aim: aim, cause: "it was being rolled back when its watcher was lost", origin: .resume,
        step: .marking, status: refresh?.status, deadline: now + rollout.settings.timeout)
      if let refresh, refresh.goes(to: aim) || refresh.status == .successful, refresh.desired?.version.number == aim {
        return [.announce(.adopted(refresh.id, release: aim))] + beginLanding(back, at: now)
      }
      return mark(back)
    case .endedByOthers(let release, let refresh):
      var rollout = Rollout(survey: survey, template: template, release: release, refresh: refresh, pipeline: pipeline)
      guard let aim = rollout.aim else {
        return needPerson(
          rollout,
          wrong: [
            "release \(release) did not pass (\(refresh.status.rawValue)), and no "
              + "release has that a rollback could aim at"
          ], tags: [:])
      }
      rollout.aim = aim
      return mark(
        Return(
          rollout: rollout, aim: aim,
          cause: "its refresh ended \(refresh.status.rawValue) without a watcher"
            + (refresh.rollbackReason ?? refresh.statusReason).map { ": \($0)" }.orEmpty, origin: .resume,
          step: .marking, status: refresh.status, deadline: now + rollout.settings.timeout))
    }
  }
}

extension Optional where Wrapped == String {
  fileprivate var orEmpty: String { self ?? "" }
}

/// An active refresh that goes back to a release that passed: by the mark, or, where that was removed, because the
/// release passed before and is not the saved one.
struct WayBack: Equatable {
  var from: Int
  var aim: Int

  /// `nil`: the refresh goes forward.
  init?(_ refresh: Refresh, survey: Survey) {
    guard let goal = refresh.desired?.version.number else { return nil }
    let mark = survey.group.tags[InFlightMark.key].flatMap { InFlightMark($0) }
    switch mark {
    case .rollingBack(let from, to: let aim):
      guard aim == goal else { return nil }
      self.init(from: from, aim: aim)
    case .rollingOut:
      return nil
    case nil:
      guard let saved = survey.group.configuration.template?.version.number, saved != goal,
        PassedHistory(survey: survey).contains(goal)
      else { return nil }
      self.init(from: saved, aim: goal)
    }
  }

  private init(from: Int, aim: Int) {
    self.from = from
    self.aim = aim
  }
}

/// What an operator's rollback leaves: the release under way, or the live one.
struct Leaving {
  var release: Int?
  /// The forward refresh that has to be dealt with first.
  var refresh: Refresh?
  /// Whether some instance runs another version than the group is set to.
  var isMixed: Bool
  private var saved: Int?

  init(survey: Survey, template: LaunchTemplate) {
    saved = survey.group.configuration.template?.version.number
    let running = Set(
      survey.group.instances.filter { $0.lifecycle == .inService || $0.lifecycle == .pending }.compactMap(\.version))
    isMixed = saved.map { running != [$0] } ?? (running.count != 1)
    if let active = survey.activeRefresh {
      refresh = active
      // A refresh back leaves what its mark names, not what it goes to.
      release = WayBack(active, survey: survey)?.from ?? active.desired?.version.number ?? saved
    } else if isMixed, let stray = running.filter({ $0 != saved }).max() {
      release = stray
    } else {
      release = saved ?? running.first
    }
  }

  /// The release that passed before the one that is left. A fleet that is half on another version goes back to the
  /// version that it is set to, if that one passed.
  func defaultAim(passed: PassedHistory) -> Int? {
    guard let release else { return nil }
    if let saved, saved != release, passed.contains(saved) { return saved }
    return passed.before(release)
  }
}

/// What a `resume` finds in AWS.
enum Unfinished: Equatable {
  /// The mark is stale when it speaks of something that is over.
  case nothing(String, isMarkStale: Bool)
  case foreign(Refresh)
  case rollingOut(Int, Refresh)
  case rollingBack(Int, to: Int, Refresh?)
  case endedByOthers(Int, Refresh)

  init(survey: Survey, template: LaunchTemplate) {
    let mark = survey.group.tags[InFlightMark.key].flatMap { InFlightMark($0) }
    if case .rollingBack(let release, let aim) = mark {
      self = Unfinished.wayBack(from: release, to: aim, survey: survey)
    } else if let active = survey.activeRefresh {
      self = Unfinished.underWay(active, survey: survey, template: template)
    } else {
      self = Unfinished.over(survey: survey, template: template, mark: mark)
    }
  }

  private static func wayBack(from release: Int, to aim: Int, survey: Survey) -> Unfinished {
    let back = survey.refreshes.first
    if let active = survey.activeRefresh {
      let desired = active.desired?.version.number
      return desired == release || desired == aim ? .rollingBack(release, to: aim, active) : .foreign(active)
    }
    // The newest refresh tells how far it came: the one back, or the forward one that it answers.
    let known = back.flatMap { [release, aim].contains($0.desired?.version.number) ? $0 : nil }
    return .rollingBack(release, to: aim, known)
  }

  private static func underWay(_ active: Refresh, survey: Survey, template: LaunchTemplate) -> Unfinished {
    guard let number = active.desired?.version.number,
      template.versions[number]?.release(of: survey.repository) != nil
    else { return .foreign(active) }
    if let back = WayBack(active, survey: survey) { return .rollingBack(back.from, to: back.aim, active) }
    return active.status == .rollbackInProgress || active.status == .cancelling
      ? .endedByOthers(number, active) : .rollingOut(number, active)
  }

  private static func over(survey: Survey, template: LaunchTemplate, mark: InFlightMark?) -> Unfinished {
    guard let newest = survey.refreshes.first, let number = newest.desired?.version.number,
      template.versions[number]?.release(of: survey.repository) != nil
    else { return .nothing("no refresh of a release is known", isMarkStale: mark != nil) }
    let isMeant = mark?.release == number
    let passed = PassedHistory(survey: survey)
    let remains = survey.group.instances.contains { $0.version == number && $0.lifecycle == .inService }
    switch newest.status {
    case .successful where isMeant || (passed.isMarked && !passed.contains(number)):
      return .rollingOut(number, newest)
    case .rollbackSuccessful, .rollbackFailed, .failed, .cancelled:
      return isMeant || (remains && survey.group.configuration.template?.version.number != number)
        ? .endedByOthers(number, newest)
        : .nothing(
          "the last refresh, to release \(number), is over: \(newest.status.rawValue)", isMarkStale: mark != nil)
    default:
      return .nothing("release \(number) is live and no rollout is under way", isMarkStale: mark != nil)
    }
  }
}
