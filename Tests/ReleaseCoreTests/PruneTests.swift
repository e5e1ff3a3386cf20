import ReleaseCore
import Testing

/// What may go, case by case: each begins with a fleet of twenty releases, a day apart, all passed, on the newest.
@Suite("What of a fleet's past may be deleted")
struct PruneTests {
  private static let repository = "123456789012.dkr.ecr.eu-north-1.amazonaws.com/api"
  private static let now = Moment(milliseconds: 1_800_000_000_000)
  private static let day = Duration.seconds(86_400)

  private static func commit(_ number: Int) -> Commit {
    let digits = String(number)
    return Commit(String(repeating: "0", count: 40 - digits.count) + digits)!
  }

  private static func digest(_ number: Int) -> Digest {
    let digits = String(number)
    return Digest("sha256:" + String(repeating: "0", count: 64 - digits.count) + digits)!
  }

  private static func script(_ image: String) -> [UInt8] { Array("docker run -d \(image)\n".utf8) }

  private static func version(_ number: Int, daysOld: Int) -> TemplateVersion {
    let run = RunID("01J00000000000000000000000")!
    let release = ReleaseDescription(commit: commit(number), digest: digest(number), run: run, by: "ci")
    return TemplateVersion(
      number: number, description: release.description, userData: script("\(repository)@\(digest(number))"),
      created: now - day * daysOld)
  }

  private static func image(_ number: Int, daysOld: Int) -> RepositoryImage {
    RepositoryImage(
      digest: digest(number), tags: [commit(number).hex, "content-\(commit(number).hex)"], pushed: now - day * daysOld)
  }

  /// Releases 1 to 20, the newest 40 days old: none is young, unless a test makes it so.
  private static func survey() -> PruneSurvey {
    let versions = (1...20).map { version($0, daysOld: 60 - $0) }
    let template = LaunchTemplate(
      id: "lt-1", name: "api", defaultVersion: 1, latestVersion: 20,
      versions: Dictionary(uniqueKeysWithValues: versions.suffix(5).map { ($0.number, $0) }))
    let group = Group(
      name: "api", desired: 2, min: 2, max: 4,
      configuration: .template(TemplateReference(id: "lt-1", name: "api", version: .number(20))),
      instances: [instance("i-1", 20), instance("i-2", 20)],
      tags: [PassedMark.key: (1...20).reversed().map(String.init).joined(separator: " ")])
    let fleet = Survey(
      group: group, template: template, targetGroups: [], targets: [:], repository: repository)
    return PruneSurvey(
      fleet: fleet, versions: versions, images: (1...20).map { image($0, daysOld: 60 - $0) }, isInECR: true)
  }

  private static func instance(_ id: String, _ version: Int) -> Instance {
    Instance(id: id, lifecycle: .inService, version: version, templateID: "lt-1")
  }

  private static func plan(
    _ survey: PruneSurvey, keep: Int = 5, windowDays: Int = 30, reuseDays: Int = 7
  ) -> PrunePlan {
    var settings = Pipeline.Prune()
    settings.keep = keep
    settings.window = day * windowDays
    return PrunePlan(survey, settings: settings, reuseFor: day * reuseDays, now: now)
  }

  /// One thing that is different, and which releases must then stay beyond the newest five and the default version.
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var stays: Set<Int>
    var change: @Sendable (inout PruneSurvey) -> Void

    init(_ name: String, stays: Set<Int> = [], _ change: @escaping @Sendable (inout PruneSurvey) -> Void = { _ in }) {
      testDescription = name
      self.stays = stays
      self.change = change
    }
  }

  private static let cases = [
    Case("nothing special"),
    Case("an instance runs an old one", stays: [7]) { $0.fleet.group.instances.append(instance("i-3", 7)) },
    Case("the group is set to an old one, and the rollback target is the one before", stays: [8, 7]) {
      $0.fleet.group.configuration = .template(TemplateReference(id: "lt-1", name: "api", version: .number(8)))
    },
    Case("the group is on $Default, which is an old one", stays: [6, 5]) {
      $0.fleet.group.configuration = .template(TemplateReference(id: "lt-1", name: "api", version: .default))
      $0.fleet.template?.defaultVersion = 6
    },
    Case("the rollback target is old, for those between were condemned", stays: [3]) {
      $0.fleet.group.tags[PassedMark.key] = "20 3"
    },
    Case("a refresh is under way to an old one", stays: [9]) {
      $0.fleet.refreshes = [
        Refresh(
          id: "r", status: .inProgress, desired: TemplateReference(id: "lt-1", name: "api", version: .number(9)))
      ]
    },
    Case("a way back is marked as under way", stays: [4]) {
      $0.fleet.group.tags[InFlightMark.key] = "20 rolling-back-to 4"
    },
    Case("an old one passed again within the window", stays: [10]) {
      $0.fleet.refreshes = [
        Refresh(
          id: "r", status: .successful, desired: TemplateReference(id: "lt-1", name: "api", version: .number(10)),
          ended: now - day * 3)
      ]
    },
    Case("another group uses some", stays: [2, 11]) { $0.neighbours = [.init(group: "worker", versions: [2, 11])] },
    Case("one has no age", stays: [12]) { survey in
      survey.versions[11].created = nil
    },
    Case("one is no release: somebody else wrote it", stays: [13]) { $0.versions[12].description = "by terraform" },
    Case("one tells of another digest than it runs", stays: [14]) { survey in
      survey.versions[13].userData = script("\(repository)@\(digest(99))")
    },
  ]

  @Test("releases that somebody uses, or may go back to, stay", arguments: cases)
  func versions(_ example: Case) {
    var survey = PruneTests.survey()
    example.change(&survey)
    let plan = PruneTests.plan(survey)
    let always: Set<Int> = [20, 19, 18, 17, 16, survey.fleet.template?.defaultVersion ?? 1]
    #expect(Set(plan.versions.map(\.number)) == Set(1...20).subtracting(always).subtracting(example.stays))
    // What a version that stays runs, stays too; and nothing else that is old.
    let left = Set(survey.versions.map(\.number)).subtracting(plan.versions.map(\.number))
    for number in left where number != 14 || example.stays != [14] {
      #expect(!plan.images.contains { $0.digest == PruneTests.digest(number) }, "\(number)")
    }
    #expect(plan.images.count >= plan.versions.count - 1)
  }

  @Test("a young release stays, however many came after it", arguments: [(30, 5), (50, 11), (0, 5)])
  func window(days: Int, left: Int) {
    let plan = PruneTests.plan(PruneTests.survey(), windowDays: days)
    #expect(plan.versionsLeft == left + 1, "the default version stays too")
  }

  @Test("as many of those that passed stay as of the newest: failures push none of them out")
  func condemned() {
    var survey = PruneTests.survey()
    survey.fleet.group.configuration = .template(TemplateReference(id: "lt-1", name: "api", version: .number(8)))
    survey.fleet.group.tags[PassedMark.key] = "8 7 6 5 4 3 2"
    survey.fleet.group.instances = [PruneTests.instance("i-1", 8)]
    let plan = PruneTests.plan(survey, keep: 3)
    #expect(plan.versions.map(\.number) == [2, 3, 4, 5] + Array(9...17))
  }

  /// One thing that is different about the oldest image, which would go.
  struct ImageCase: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var goes: Bool
    var change: @Sendable (inout PruneSurvey) -> Void

    init(_ name: String, goes: Bool = false, _ change: @escaping @Sendable (inout PruneSurvey) -> Void) {
      testDescription = name
      self.goes = goes
      self.change = change
    }
  }

  private static let imageCases = [
    ImageCase("nothing special", goes: true) { _ in },
    ImageCase("a later generation of its tags", goes: true) { $0.images[1].tags = ["\(commit(2).hex)-2"] },
    ImageCase("a tag of somebody else's") { $0.images[1].tags.append("prod") },
    ImageCase("a tag that only looks like a commit's") { $0.images[1].tags = ["\(commit(2).hex)-02"] },
    ImageCase("no tag: it may be a part of an index") { $0.images[1].tags = [] },
    ImageCase("no age") { $0.images[1].pushed = nil },
    ImageCase("pushed again a week ago") { $0.images[1].pushed = now - day * 7 },
    ImageCase("a version that stays runs it by digest") {
      $0.versions[19].userData = script("\(repository)@\(digest(2))")
    },
    ImageCase("a version of somebody else's runs it by tag") {
      $0.versions[2] = TemplateVersion(number: 3, userData: script("\(repository):\(commit(2).hex)"))
    },
    ImageCase("a version of somebody else's names its image by a variable") {
      $0.versions[2] = TemplateVersion(number: 3, userData: script("\(repository):$TAG"))
    },
    ImageCase("another group runs it from a template of its own") {
      $0.neighbours = [.init(group: "worker", scripts: [script("\(repository)@\(digest(2))")])]
    },
  ]

  @Test("an image goes when no version that stays, and nobody else, needs it", arguments: imageCases)
  func images(_ example: ImageCase) {
    var survey = PruneTests.survey()
    example.change(&survey)
    let plan = PruneTests.plan(survey)
    #expect(plan.images.contains { $0.digest == PruneTests.digest(2) } == example.goes)
    if !example.goes, survey.images[1].pushed == PruneTests.survey().images[1].pushed {
      #expect(plan.kept.contains { $0.what == PruneTests.digest(2).text && !$0.why.isEmpty })
    }
  }

  @Test("an image that may still stand in for a build stays as long as that")
  func reuse() {
    let survey = PruneTests.survey()
    #expect(PruneTests.plan(survey, windowDays: 0, reuseDays: 50).images.count < 10)
    #expect(PruneTests.plan(survey, windowDays: 0, reuseDays: 0).images.count == 14)
  }

  @Test("what was shown and is no longer true is not deleted, nor what was not shown")
  func agreed() {
    let shown = PruneTests.plan(PruneTests.survey())
    var survey = PruneTests.survey()
    survey.fleet.group.instances.append(PruneTests.instance("i-3", 7))
    let now = PruneTests.plan(survey, keep: 4)
    let agreed = now.agreed(with: shown)
    #expect(Set(agreed.versions.map(\.number)) == Set(2...15).subtracting([7]))
    #expect(!agreed.images.contains { $0.digest == PruneTests.digest(7) || $0.digest == PruneTests.digest(16) })
  }

  @Test("each of what stays beyond the number has a reason, and the plan says it", arguments: cases)
  func reasons(_ example: Case) {
    var survey = PruneTests.survey()
    example.change(&survey)
    for kept in PruneTests.plan(survey).kept { #expect(!kept.why.isEmpty && !kept.what.isEmpty) }
  }
}
