/// A way in which a fleet is otherwise than the last release left it.
public struct Drift: Equatable, Sendable {
  public enum Kind: String, CaseIterable, Sendable {
    /// Instances run another version than the group is set to.
    case offRelease = "off-release"
    /// The group is set to another version than the last that passed.
    case offPassed = "off-passed"
    /// The group is set to `$Latest` or `$Default`.
    case alias
    /// Somebody else's instance refresh is under way.
    case foreignRefresh = "foreign-refresh"
    /// The launch template has newer data that no release made.
    case editedTemplate = "edited-template"
    /// Standby or scale-in-protected instances keep their version through every release.
    case aside
    /// The passed mark is missing.
    case unmarked
    /// The in-flight mark speaks of something that is over.
    case staleMark = "stale-mark"
    /// The version calls itself a release, and its user data runs another image.
    case forged
  }

  public var kind: Kind
  /// One sentence, without a full stop at the end.
  public var sentence: String
  public var command: String?

  public init(_ kind: Kind, _ sentence: String, command: String? = nil) {
    self.kind = kind
    self.sentence = sentence
    self.command = command
  }

  /// What a survey shows of it; empty: none. While a rollout of ours is under way, nothing is compared that it changes.
  public static func all(in survey: Survey) -> [Drift] {
    guard let template = survey.template, let reference = survey.group.configuration.template else { return [] }
    var drifts: [Drift] = []
    let isOurs = ownRollout(in: survey) != nil
    if let active = survey.activeRefresh, !isOurs { drifts.append(foreign(active, survey)) }
    if survey.activeRefresh == nil {
      drifts += offRelease(survey, template, saved: reference.version)
      drifts += offPassed(survey, reference)
      drifts += marks(survey)
    }
    drifts += edited(survey, template, reference)
    let aside = survey.group.instances.filter {
      $0.lifecycle == .standby || $0.isProtected && $0.lifecycle == .inService
    }
    if !aside.isEmpty {
      drifts.append(
        Drift(.aside, "standby or scale-in-protected: \(aside.map(\.id).sorted().joined(separator: ", "))"))
    }
    return drifts
  }

  /// The release whose rollout, started by this program, is under way; `nil`: none is.
  public static func ownRollout(in survey: Survey) -> Int? {
    guard let number = survey.activeRefresh?.desired?.version.number, let version = survey.template?.versions[number]
    else { return nil }
    let mark = survey.group.tags[InFlightMark.key].flatMap { InFlightMark($0) }
    let isMeant =
      switch mark {
      case .rollingOut(let release): release == number
      case .rollingBack(let release, to: let aim): release == number || aim == number
      case nil: false
      }
    return isMeant || version.release(of: survey.repository) != nil ? number : nil
  }

  private static func foreign(_ active: Refresh, _ survey: Survey) -> Drift {
    let version = active.desired.map { " to version \($0.version)" } ?? ""
    return Drift(
      .foreignRefresh,
      "instance refresh \(active.id)\(version) of somebody else is \(active.status.rawValue), "
        + "\(active.percentComplete) % complete",
      command:
        "aws autoscaling describe-instance-refreshes --auto-scaling-group-name \(survey.group.name) --max-records 1")
  }

  private static func offRelease(_ survey: Survey, _ template: LaunchTemplate, saved: SavedVersion) -> [Drift] {
    guard let number = saved.number else {
      return [
        Drift(
          .alias, "the group is set to \(saved), which moves; the next release pins it to what its instances run")
      ]
    }
    let counted = survey.group.instances.filter { $0.lifecycle == .inService || $0.lifecycle == .pending }
    let strays = counted.filter { $0.version != number || ($0.templateID ?? template.id) != template.id }
    guard !strays.isEmpty else { return [] }
    let named = strays.sorted { $0.id < $1.id }.prefix(5).map { instance in
      "\(instance.id) (\(instance.version.map { "version \($0)" } ?? "no version"))"
    }
    let more = strays.count > 5 ? " and \(strays.count - 5) more" : ""
    return [
      Drift(
        .offRelease,
        "\(strays.count) of \(counted.count) instances are not on version \(number): "
          + named.joined(separator: ", ") + more,
        command: "wanzami-deploy rollback --to \(number)")
    ]
  }

  private static func offPassed(_ survey: Survey, _ reference: TemplateReference) -> [Drift] {
    guard let number = reference.version.number, let last = PassedHistory(survey: survey).last, number != last else {
      return []
    }
    return [
      Drift(
        .offPassed, "the group is set to version \(number), and the last release that passed is \(last)",
        command: "wanzami-deploy rollback --to \(last)")
    ]
  }

  private static func marks(_ survey: Survey) -> [Drift] {
    var drifts: [Drift] = []
    if PassedMark(survey.group.tags[PassedMark.key]).releases.isEmpty {
      drifts.append(
        Drift(.unmarked, "the tag \(PassedMark.key) is missing; the next release writes it from the refresh history"))
    }
    if let mark = survey.group.tags[InFlightMark.key] {
      drifts.append(
        Drift(
          .staleMark, "the tag \(InFlightMark.key) says \"\(mark)\", and no refresh is under way",
          command: "wanzami-deploy resume"))
    }
    return drifts
  }

  private static func edited(_ survey: Survey, _ template: LaunchTemplate, _ reference: TemplateReference) -> [Drift] {
    var drifts: [Drift] = []
    let saved = reference.version.number ?? template.latestVersion
    let foreign = template.foreignVersions(toSaved: saved, repository: survey.repository)
    if !foreign.isEmpty {
      let numbers = foreign.map(String.init).joined(separator: ", ")
      drifts.append(
        Drift(
          .editedTemplate,
          "launch template \(template.name) has newer data that no release made: version "
            + "\(numbers)",
          command: "wanzami-deploy plan --template \(foreign[foreign.count - 1])"))
    }
    if let version = template.versions[saved], let told = ReleaseDescription(version.description),
      version.release(of: survey.repository) == nil
    {
      drifts.append(
        Drift(
          .forged,
          "version \(saved) calls itself a release of \(told.digest.short), and its user data runs another image"))
    }
    return drifts
  }
}

extension Drift.Kind {
  /// For `explain`.
  var meaning: String {
    switch self {
    case .offRelease:
      "Instances run another version than the group is set to: a rollout was cut short, or somebody "
        + "changed the group."
    case .offPassed:
      "The group is set to another version than the last that passed: somebody set it by hand, or a stack "
        + "update wrote an old number back."
    case .alias:
      "The group is set to $Latest or $Default, which move with each new version; AWS cannot roll back to them."
    case .foreignRefresh: "An instance refresh that this program did not start holds the group."
    case .editedTemplate: "Somebody made a version of the launch template. A release does not take it in by itself."
    case .aside: "Standby and scale-in-protected instances keep their version through every release."
    case .unmarked: "The group's tag of passed releases is missing: somebody, Terraform perhaps, removed it."
    case .staleMark: "The in-flight mark speaks of a rollout that is over."
    case .forged: "A version's description names a digest that its user data does not run."
    }
  }

  var advice: String? {
    switch self {
    case .offRelease, .offPassed: "wanzami-deploy rollback --to N brings the fleet to one release."
    case .alias: "The next release pins it."
    case .foreignRefresh: "See whose it is, and wait for it."
    case .editedTemplate:
      "wanzami-deploy plan --template N shows what it would change; release --template N takes it in."
    case .aside: "End their standby or protection, or set rollout.protected: replace."
    case .unmarked: "The next release writes it again; tell Terraform to ignore the tag."
    case .staleMark: "wanzami-deploy resume puts it right."
    case .forged: "Release again."
    }
  }
}
