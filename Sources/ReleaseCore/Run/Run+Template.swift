extension Run {
  /// The user data is pinned to the digest; a version with the same data is used again.
  mutating func beginTemplate(_ candidate: Candidate) -> [Action] {
    let clearance = candidate.clearance
    guard let digest = candidate.digest, let source = clearance.template.versions[clearance.source] else {
      return end(
        .failedBefore(
          "version \(clearance.source) of launch template \(clearance.template.name), which group "
            + "\(clearance.survey.group.name) is set to, could not be read. Try again; if it stays, set the group to "
            + "a version that exists."))
    }
    let script = candidate.commit.userDataScript ?? ownScript(clearance) ?? source.userData
    let isRendered = candidate.commit.userDataScript != nil
    switch pinnedUserData(script, isTemplate: isRendered, repository: clearance.survey.repository, digest: digest) {
    case .failure(let refusal):
      return end(.refused([refusal.sentence]))
    case .success(let userData):
      let draft = Draft(candidate: candidate, digest: digest, userData: userData)
      if let pinned = clearance.pinned {
        phase = .pinning(draft)
        return [.pin(pinned)]
      }
      return write(draft)
    }
  }

  /// Of a redeployment, whose script comes from no commit: the live one, where the pipeline has one of its own.
  private func ownScript(_ clearance: Clearance) -> [UInt8]? {
    guard case .release(let options) = intent, options.isRedeploy, pipeline.fleet.userData != nil else { return nil }
    return clearance.template.versions[clearance.saved]?.userData
  }

  private func pinnedUserData(
    _ script: [UInt8], isTemplate: Bool, repository: String, digest: Digest
  ) -> Result<[UInt8], ActionFailure> {
    do throws(UserDataRefusal) {
      let bytes =
        isTemplate
        ? try UserData.render(script, repository: repository, to: digest)
        : try UserData.repin(script, repository: repository, to: digest)
      return .success(bytes)
    } catch {
      return .failure(ActionFailure(.refused, error.description))
    }
  }

  mutating func pin(_ draft: Draft, _ event: Event) -> [Action] {
    switch event {
    case .pinned:
      let clearance = draft.candidate.clearance
      return [.announce(.pinned(clearance.saved, group: clearance.survey.group.name))] + write(draft)
    case .failed(.pin, let failure):
      return end(.failedBefore(failure.sentence))
    default:
      return []
    }
  }

  private mutating func write(_ draft: Draft) -> [Action] {
    let clearance = draft.candidate.clearance
    if let number = sameVersion(as: draft) {
      return begin(Rollout(draft, release: number), isReused: true)
    }
    phase = .versioning(draft)
    let description = ReleaseDescription(
      commit: draft.candidate.commit.commit, digest: draft.digest, run: id, by: actor)
    return [
      .createVersion(
        VersionOrder(
          templateID: clearance.template.id, source: clearance.source, description: description.description,
          userData: draft.userData))
    ]
  }

  /// The newest version that has the same data and tells of the same commit: written by a run that was killed, or by
  /// an earlier try. A redeployment takes none that a refresh has gone to: instances of it may be there, and could not
  /// be told from new ones.
  private func sameVersion(as draft: Draft) -> Int? {
    let clearance = draft.candidate.clearance
    guard let source = clearance.template.versions[clearance.source] else { return nil }
    let used = usedVersions(clearance.survey)
    return clearance.template.versions.values.filter { version in
      version.number != clearance.saved && !used.contains(version.number) && version.fingerprint == source.fingerprint
        && version.userData == draft.userData
        && version.release(of: clearance.survey.repository)?.commit == draft.candidate.commit.commit
    }.map(\.number).max()
  }

  private func usedVersions(_ survey: Survey) -> Set<Int> {
    guard case .release(let options) = intent, options.isRedeploy else { return [] }
    return Set(
      survey.refreshes.compactMap { $0.desired?.version.number } + survey.group.instances.compactMap(\.version)
        + PassedHistory(survey: survey).releases)
  }

  mutating func version(_ draft: Draft, _ event: Event) -> [Action] {
    switch event {
    case .versionCreated(let number):
      return begin(Rollout(draft, release: number), isReused: false)
    case .failed(.createVersion, let failure):
      return end(.failedBefore(failure.sentence))
    default:
      return []
    }
  }

  private mutating func begin(_ rollout: Rollout, isReused: Bool) -> [Action] {
    phase = .tagging(rollout)
    let source = rollout.clearance?.source ?? rollout.group.configuration.template?.version.number ?? 0
    return [
      .announce(
        .versionCreated(rollout.release, template: rollout.template.name, source: source, isReused: isReused)),
      .tag(rollout.inFlightTags),
    ]
  }

  mutating func tag(_ rollout: Rollout, _ event: Event) -> [Action] {
    switch event {
    case .tagged:
      phase = .starting(Start(rollout: rollout))
      return [.startRefresh(rollout.order(policy: pipeline.rollback))]
    case .failed(.tag, let failure):
      return end(.failedBefore(failure.sentence))
    default:
      return []
    }
  }
}
