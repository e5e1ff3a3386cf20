/// What is decided of a surveyed fleet before a release touches it: refused by name, or cleared.
public enum Preflight: Equatable, Sendable {
  case refused([String])
  case cleared(Clearance)

  /// Applies the design's "Before the rollout".
  public init(survey: Survey, pipeline: Pipeline, options: ReleaseOptions) {
    var refusals = Preflight.configurationRefusals(survey) + Preflight.fleetRefusals(survey)
    refusals += Preflight.imageRefusals(survey, pipeline.image)
    if !options.isIncident {
      refusals += Preflight.alarmRefusals(survey, named: pipeline.rollout.alarms)
    }
    guard refusals.isEmpty, let template = survey.template else {
      self = .refused(refusals)
      return
    }
    switch Preflight.savedVersion(of: survey.group, template: template) {
    case .failure(let refusal):
      self = .refused([refusal.sentence])
    case .success(let saved):
      self = Preflight.clear(survey: survey, template: template, saved: saved, pipeline: pipeline, options: options)
    }
  }

  private static func clear(
    survey: Survey, template: LaunchTemplate, saved: Int, pipeline: Pipeline, options: ReleaseOptions
  ) -> Preflight {
    var passed = PassedHistory(survey: survey)
    let state = FleetState(
      group: survey.group, version: saved, templateID: template.id, targetGroups: survey.targetGroups,
      targets: survey.targets)
    if !passed.contains(saved) {
      if state.isWhole {
        passed.add(saved)
      } else if !options.isIncident && !options.isFirst {
        return .refused([unprovenSaved(saved, state: state)])
      }
    }
    if let image = template.versions[saved]?.imageID, image.hasPrefix("resolve:ssm:") {
      return .refused([
        "the saved version \(saved) of launch template \(template.name) names its AMI by \(image); AWS cannot roll back "
          + "to an AMI that is looked up at launch. Create a version with the AMI's id and set the group to it."
      ])
    }
    if let number = options.template,
      let refusal = Preflight.sourceRefusal(number, of: template, saved: saved, repository: survey.repository)
    {
      return .refused([refusal])
    }
    let settings = RolloutSettings(
      pipeline: pipeline.rollout, group: survey.group, targetGroups: survey.targetGroups)
    return .cleared(
      Clearance(
        survey: survey, template: template, saved: saved, source: options.template ?? saved, passed: passed,
        state: state, settings: settings,
        aim: passed.contains(saved) ? saved : passed.last))
  }

  private static func unprovenSaved(_ saved: Int, state: FleetState) -> String {
    let seen =
      state.counted.isEmpty
      ? "no instance is in service"
      : (state.strays.map { "\($0) runs another version" } + state.sick).prefix(3).joined(separator: "; ")
    return "version \(saved), which the group is set to, has no passed mark, and cannot earn it: \(seen). A failed "
      + "release would have nothing to return to. Mend the fleet, or go on with --incident."
  }

  struct Refusal: Error { var sentence: String }

  /// The number that the group is set to, or, where it is on an alias, the one that its instances run.
  static func savedVersion(of group: Group, template: LaunchTemplate) -> Result<Int, Refusal> {
    guard let reference = group.configuration.template else { return .failure(Refusal(sentence: "no launch template")) }
    if let number = reference.version.number { return .success(number) }
    let counted = group.instances.filter { $0.lifecycle == .inService || $0.lifecycle == .pending }
    let running = Set(counted.compactMap(\.version)).sorted()
    guard running.count == 1, let number = running.first else {
      let versions = running.map(String.init).joined(separator: ", ")
      return .failure(
        Refusal(
          sentence: "group \(group.name) is set to \(reference.version) and its instances run "
            + (running.isEmpty ? "no version that could be read" : "several versions (\(versions))")
            + "; there is no one number to pin. Set the group to a numbered version that every instance runs."))
    }
    return .success(number)
  }
}

/// A fleet that a release may touch, with all that was decided of it.
public struct Clearance: Equatable, Sendable {
  public var survey: Survey
  public var template: LaunchTemplate
  /// The number that the group is set to, or will be pinned to.
  public var saved: Int
  /// The number whose data a new version inherits: the saved one, or what `--template` names.
  public var source: Int
  public var passed: PassedHistory
  /// As seen from the saved version.
  public var state: FleetState
  public var settings: RolloutSettings
  /// What a rollback aims at; `nil`: nothing passed yet.
  public var aim: Int?

  /// The saved configuration with its number, where the group is on an alias.
  var pinned: SavedConfiguration? {
    survey.group.configuration.template?.version.number == nil
      ? survey.group.configuration.settingVersion(saved) : nil
  }

  /// The release that the saved version's description tells of, if its user data agrees with the digest.
  var live: ReleaseDescription? { template.versions[saved].flatMap { $0.release(of: survey.repository) } }
}

extension TemplateVersion {
  /// The release that the description tells of: untrusted, so the digest must equal the one in the user data.
  public func release(of repository: String) -> ReleaseDescription? {
    guard let release = ReleaseDescription(description),
      UserData.pinnedDigest(in: userData, repository: repository) == release.digest
    else { return nil }
    return release
  }
}

extension SavedConfiguration {
  /// The same configuration with only the template's version changed.
  public func settingVersion(_ number: Int) -> SavedConfiguration {
    switch self {
    case .template(var reference):
      reference.version = .number(number)
      return .template(reference)
    case .mixedInstances(var policy):
      policy.template.version = .number(number)
      return .mixedInstances(policy)
    case .launchConfiguration, .none:
      return self
    }
  }
}
