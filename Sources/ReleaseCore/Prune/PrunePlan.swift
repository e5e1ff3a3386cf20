/// What may be deleted of a fleet's past: old releases, and images that nothing needs any more.
///
/// Decided from what was read and the time alone. In doubt something stays: what has no age, what somebody else made or
/// named, what a script names by a variable.
public struct PrunePlan: Equatable, Sendable {
  /// Releases to delete, the oldest first.
  public var versions: [Version] = []
  /// Images to delete, the oldest first.
  public var images: [RepositoryImage] = []
  /// What is past `keep` and `window`, and stays, each with its reason.
  public var kept: [Kept] = []
  /// How many releases and images stay in all.
  public var versionsLeft = 0
  public var imagesLeft = 0

  public struct Version: Equatable, Sendable {
    public var number: Int
    public var release: ReleaseDescription
    public var created: Moment?
  }

  public struct Kept: Equatable, Sendable {
    /// `release 7`, or a digest.
    public var what: String
    public var why: String
  }

  public var isEmpty: Bool { versions.isEmpty && images.isEmpty }

  /// - Parameters:
  ///   - settings: how many stay, and how long.
  ///   - reuseFor: how long an image may stand in for a build, and so may be needed again.
  public init(_ survey: PruneSurvey, settings: Pipeline.Prune, reuseFor: Duration, now: Moment) {
    let needed = NeededVersions(survey, settings: settings, now: now)
    for version in survey.versions.sorted(by: { $0.number < $1.number }) {
      guard let release = version.release(of: survey.fleet.repository) else { continue }
      switch needed.judge(version) {
      case .young: versionsLeft += 1
      case .needed(let why):
        versionsLeft += 1
        kept.append(Kept(what: "release \(version.number)", why: why))
      case .old: versions.append(Version(number: version.number, release: release, created: version.created))
      }
    }
    let gone = Set(versions.map(\.number))
    let images = NeededImages(survey, without: gone, settings: settings, reuseFor: reuseFor, now: now)
    for image in survey.images.sorted(by: { ($0.pushed ?? now, $0.digest.text) < ($1.pushed ?? now, $1.digest.text) }) {
      switch images.judge(image) {
      case .young: imagesLeft += 1
      case .needed(let why):
        imagesLeft += 1
        kept.append(Kept(what: image.digest.text, why: why))
      case .old: self.images.append(image)
      }
    }
  }

  /// What is in both plans: the one that was shown, and the one that was made of what is true now.
  public func agreed(with shown: PrunePlan) -> PrunePlan {
    var plan = self
    plan.versions = versions.filter { shown.versions.contains($0) }
    plan.images = images.filter { image in shown.images.contains { $0.digest == image.digest } }
    return plan
  }

  enum Judgement: Equatable {
    case young
    case needed(String)
    case old
  }
}

/// Which template versions stay, and why.
private struct NeededVersions {
  private let survey: PruneSurvey
  private let newest: Set<Int>
  private let passed: Set<Int>
  private let isYoung: (TemplateVersion) -> Bool
  private let reasons: [Int: String]

  init(_ survey: PruneSurvey, settings: Pipeline.Prune, now: Moment) {
    self.survey = survey
    let repository = survey.fleet.repository
    let releases = survey.versions.filter { $0.release(of: repository) != nil }.map(\.number).sorted(by: >)
    newest = Set(releases.prefix(settings.keep))
    let history = PassedHistory(survey: survey.fleet)
    let known = Set(releases)
    passed = Set(history.releases.filter { known.contains($0) }.prefix(settings.keep))
    let refreshes = survey.fleet.refreshes
    isYoung = { version in
      let ends = refreshes.filter { $0.status == .successful && $0.desired?.version.number == version.number }
      guard let latest = ([version.created] + ends.map { $0.ended ?? $0.started }).compactMap({ $0 }).max() else {
        return true
      }
      return now - latest <= settings.window
    }
    reasons = NeededVersions.reasons(survey, history)
  }

  func judge(_ version: TemplateVersion) -> PrunePlan.Judgement {
    if newest.contains(version.number) || passed.contains(version.number) || isYoung(version) { return .young }
    return reasons[version.number].map { .needed($0) } ?? .old
  }

  /// Of each version that somebody uses: who.
  private static func reasons(_ survey: PruneSurvey, _ history: PassedHistory) -> [Int: String] {
    let (group, template) = (survey.fleet.group, survey.fleet.template)
    var reasons: [Int: String] = [:]
    func note(_ number: Int?, _ why: String) {
      if let number, reasons[number] == nil { reasons[number] = why }
    }
    let saved = group.configuration.template.flatMap { template?.number(of: $0.version) }
    note(saved, "group \(group.name) is set to it")
    for instance in group.instances { note(instance.version, "\(instance.id) runs it") }
    if let active = survey.fleet.activeRefresh {
      note(active.desired.flatMap { template?.number(of: $0.version) }, "refresh \(active.id) is under way to it")
    }
    switch InFlightMark(group.tags[InFlightMark.key] ?? "") {
    case .rollingOut(let release)?: note(release, "it is marked as under way")
    case .rollingBack(let from, let aim)?:
      note(from, "it is marked as under way")
      note(aim, "it is marked as what is rolled back to")
    case nil: break
    }
    note(saved.flatMap { history.before($0) } ?? history.last, "it is the rollback target")
    note(history.last, "it passed last")
    note(template?.defaultVersion, "it is the template's default version")
    for neighbour in survey.neighbours {
      for number in neighbour.versions { note(number, "group \(neighbour.group) uses it") }
    }
    return reasons
  }
}

extension LaunchTemplate {
  /// The number that a version, or an alias of one, stands for now.
  public func number(of version: SavedVersion) -> Int {
    switch version {
    case .number(let number): number
    case .latest: latestVersion
    case .default: defaultVersion
    }
  }
}
