extension Run {
  /// Builds while the rollback target is checked: neither needs the other.
  mutating func beginBuild(_ candidate: Candidate) -> [Action] {
    var candidate = candidate
    candidate.checkedAim = candidate.clearance.aim
    let clearance = candidate.clearance
    let order = BuildOrder(
      commit: candidate.commit.commit, image: pipeline.image,
      platform: pipeline.image.platform ?? clearance.survey.platform, reference: candidate.reference)
    let build: [Action] = candidate.digest == nil ? [.announce(.building(order)), .build(order)] : []
    guard case .release(let options) = intent else { return [] }
    guard let aim = clearance.aim else {
      guard options.isFirst || options.isIncident || options.needsNoRollbackTarget else {
        return end(.refused(["no release of this fleet has passed yet, so a failed one has nothing to return to."]))
      }
      if candidate.digest != nil { return beginHooks(candidate) }
      phase = .building(Building(candidate: candidate, isAimChecked: true))
      return build
    }
    guard let version = clearance.template.versions[aim] else {
      let gone = "version \(aim) of launch template \(clearance.template.name), the rollback target, is gone"
      guard options.needsNoRollbackTarget else {
        return end(.refused(["\(gone). Go on without one by --no-rollback-target: a failure then ends in exit 6."]))
      }
      if candidate.digest != nil { return [.announce(.warning(gone))] + beginHooks(candidate.withoutAim) }
      phase = .building(Building(candidate: candidate.withoutAim, isAimChecked: true))
      return [.announce(.warning(gone))] + build
    }
    phase = .building(Building(candidate: candidate, isBuilt: candidate.digest != nil, isAimChecked: false))
    return [.checkRollbackTarget(version)] + build
  }

  mutating func build(_ building: Building, _ event: Event) -> [Action] {
    var building = building
    var said: [Action] = []
    switch event {
    case .built:
      building.isBuilt = true
    case .rollbackTargetChecked(let check):
      building.isAimChecked = true
      guard case .release(let options) = intent else { return [] }
      if !check.problems.isEmpty {
        guard options.needsNoRollbackTarget else {
          return end(
            .refused(
              check.problems.map { "release \(check.release), the rollback target, could not run again: \($0)" }
                + ["go on without a rollback target by --no-rollback-target: a failure then ends in exit 6."]))
        }
        building.candidate = building.candidate.withoutAim
        said = check.problems.map { .announce(.warning("rollback target \(check.release): \($0)")) }
      }
    case .failed(.build, let failure), .failed(.checkRollbackTarget, let failure):
      return end(failure.kind == .refused ? .refused([failure.sentence]) : .failedBefore(failure.sentence))
    default:
      return []
    }
    guard building.isBuilt && building.isAimChecked else {
      phase = .building(building)
      return said
    }
    if building.candidate.digest != nil { return said + beginHooks(building.candidate) }
    phase = .pushing(building.candidate)
    let candidate = building.candidate
    return said + [.push(PushOrder(commit: candidate.commit.commit, reference: candidate.reference))]
  }

  /// With the digest, everything is read again: a build takes minutes, and another may have been faster.
  mutating func push(_ candidate: Candidate, _ event: Event) -> [Action] {
    switch event {
    case .pushed(let digest):
      phase = .preparing(
        Preparation(
          survey: nil, commit: candidate.commit, digest: digest, checkedAim: candidate.checkedAim,
          isAimGone: candidate.isAimGone, areHooksDone: candidate.areHooksDone))
      return [.announce(.pushed(digest, reference: candidate.reference)), .survey]
    case .failed(.push, let failure):
      return end(.failedBefore(failure.sentence))
    default:
      return []
    }
  }
}

extension Candidate {
  /// The same without a rollback target: a failure then needs a person.
  var withoutAim: Candidate {
    var copy = self
    copy.clearance.aim = nil
    copy.isAimGone = true
    return copy
  }
}
