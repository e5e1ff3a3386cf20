/// Releases of an image that is there already: the live one again (`--redeploy`), or one named by its digest
/// (`--image`).
extension Run {
  /// Whether the image has to be looked at before the commit is known, or beside it.
  func names(_ known: Preparation, _ options: ReleaseOptions) -> Bool {
    (options.isRedeploy || options.image != nil) && known.digest == nil
  }

  /// Asks the registry for the image; its commit follows from the live release, or from the image itself.
  mutating func identify(_ known: Preparation, _ survey: Survey, _ options: ReleaseOptions) -> [Action] {
    var known = known
    guard !known.isImageAsked else {
      phase = .preparing(known)
      return []
    }
    var digest = options.image
    if options.isRedeploy {
      guard let live = Run.liveRelease(of: survey) else {
        let refusals = Preflight.configurationRefusals(survey)
        let saved = survey.group.configuration.template?.version.description ?? "nothing"
        let sentence =
          "group \(survey.group.name) is set to version \(saved), which no release made: there is no digest to deploy "
          + "again. Release a commit first."
        return end(.refused(refusals.isEmpty ? [sentence] : refusals))
      }
      known.commit = ResolvedCommit(commit: live.commit)
      digest = options.image ?? live.digest
    }
    known.isImageAsked = true
    phase = .preparing(known)
    guard let digest else { return [] }
    return [
      .checkImage(
        ImageCheckOrder(
          repository: survey.repository, digest: digest, platform: pipeline.image.platform ?? survey.platform))
    ]
  }

  /// The registry told of the image; without a revision, its own commit is resolved.
  mutating func take(_ check: ImageCheck, _ known: inout Preparation, _ options: ReleaseOptions) -> [Action]? {
    guard check.problems.isEmpty else { return end(.refused(check.problems)) }
    known.digest = check.digest
    guard known.commit == nil, options.revision == nil else { return nil }
    guard let commit = check.commit else {
      return end(
        .refused([
          "image \(check.digest) does not say which commit it was built from (no label "
            + "org.opencontainers.image.revision). Name it: wanzami-deploy release COMMIT --image \(check.digest)."
        ]))
    }
    phase = .preparing(known)
    return [.resolve(revision: commit.hex)]
  }

  /// The release that the group is set to, or that its instances run where it is on an alias.
  static func liveRelease(of survey: Survey) -> ReleaseDescription? {
    guard let template = survey.template,
      case .success(let saved) = Preflight.savedVersion(of: survey.group, template: template)
    else { return nil }
    return template.versions[saved]?.release(of: survey.repository)
  }
}
