import ReleaseCore
import Testing

@Suite("The runbook's judgements")
struct RunbookTests {
  private static let start = Moment(milliseconds: 1_800_000_000_000)
  private static let targetGroup = TargetGroup(
    arn: "arn:tg", name: "web", interval: .seconds(10), timeout: .seconds(5), healthyThreshold: 2)

  private static func group(_ change: (inout Group) -> Void = { _ in }) -> Group {
    let template = TemplateReference(id: "lt-1", name: "web", version: .number(7))
    var group = Group(
      name: "web", desired: 2, min: 2, max: 4, configuration: .template(template),
      instances: [Instance(id: "i-a", version: 7), Instance(id: "i-b", version: 6)], targetGroups: ["arn:tg"])
    change(&group)
    return group
  }

  private static func targets(_ states: [String: TargetState]) -> [String: [Target]] {
    ["arn:tg": states.sorted { $0.key < $1.key }.map { Target(id: $0.key, state: $0.value, reason: nil) }]
  }

  @Test("a refresh holds the fleet, and so does a mark without one; an ended refresh does not")
  func holds() {
    let refresh = Refresh(id: "r-1", status: .inProgress)
    let marked = Self.group { $0.tags[InFlightMark.key] = "7 rolling-out" }
    #expect(FleetHold(group: Self.group(), refreshes: [refresh])?.sentence.contains("r-1") == true)
    #expect(FleetHold(group: marked, refreshes: [])?.advice.contains("resume") == true)
    #expect(FleetHold(group: Self.group(), refreshes: [Refresh(id: "r-1", status: .successful)]) == nil)
  }

  @Test("a replacement keeps the capacity, and raises the maximum only where it must")
  func replacement() throws {
    let plain = try Replacement(of: "i-a", in: Self.group())
    #expect(plain.steps.first == "raise the group from 2 to 3 instances")
    let full = try Replacement(of: "i-b", in: Self.group { $0.max = 2 })
    #expect(full.neededMax == 3)
    #expect(full.steps.first == "raise the group from 2 to 3 instances (its maximum from 2 to 3 meanwhile)")
    #expect(full.steps[1].contains("release 7, in the place of release 6"))
  }

  struct Refused: Sendable, CustomTestStringConvertible {
    var words: String
    var id = "i-a"
    var change: @Sendable (inout Group) -> Void
    var testDescription: String { words }
  }

  static let refused: [Refused] = [
    Refused(words: "not of group web: it has i-a, i-b", id: "i-z") { _ in },
    Refused(words: "is standby") { $0.instances[0].lifecycle = .standby },
    Refused(words: "resume-processes") { $0.suspendedProcesses = ["Launch"] },
    Refused(words: "not set to a numbered") { $0.configuration = .none },
    Refused(words: "numbered launch-template version") {
      $0.configuration = .template(TemplateReference(id: "lt-1", name: "web", version: .latest))
    },
    Refused(words: "units of capacity") { $0.instances[0].weight = 2 },
  ]

  @Test("what cannot be replaced is refused by name", arguments: refused)
  func refuses(row: Refused) {
    let error = #expect(throws: RunbookRefusal.self) { try Replacement(of: row.id, in: Self.group(row.change)) }
    #expect(error?.description.contains(row.words) == true, "\(String(describing: error))")
  }

  /// A watch of a group that has become one larger.
  private func watch(_ change: (inout Pipeline.Rollout) -> Void = { _ in }) -> NewcomerWatch {
    var settings = Pipeline.Rollout()
    settings.startWithin = .seconds(60)
    settings.stalledAfter = .seconds(120)
    change(&settings)
    return NewcomerWatch(
      group: Self.group(), targetGroups: [Self.targetGroup], settings: settings, started: Self.start)
  }

  private static func with(_ lifecycle: Lifecycle?) -> Group {
    group { group in
      if let lifecycle { group.instances.append(Instance(id: "i-new", lifecycle: lifecycle, version: 7)) }
    }
  }

  @Test("two looks in a row at a healthy target, and the newcomer serves; one in between starts anew")
  func serves() {
    var watch = watch()
    let now = Self.start
    #expect(watch.look(Self.with(nil), targets: [:], at: now) == .goOn)
    #expect(watch.look(Self.with(.pending), targets: [:], at: now + .seconds(1)) == .goOn)
    let healthy = Self.targets(["i-new": .healthy])
    #expect(watch.look(Self.with(.inService), targets: healthy, at: now + .seconds(2)) == .goOn)
    #expect(
      watch.look(Self.with(.inService), targets: Self.targets(["i-new": .unhealthy]), at: now + .seconds(3)) == .goOn)
    #expect(watch.look(Self.with(.inService), targets: healthy, at: now + .seconds(4)) == .goOn)
    #expect(watch.look(Self.with(.inService), targets: [:], at: now + .seconds(5)) == .goOn)
    #expect(watch.look(Self.with(.inService), targets: healthy, at: now + .seconds(6)) == .goOn)
    #expect(watch.look(Self.with(.inService), targets: healthy, at: now + .seconds(7)) == .serves("i-new"))
  }

  @Test("none that comes, one that is never healthy and one that is taken out again have failed, each in its words")
  func fails() {
    var none = watch()
    #expect(none.look(Self.with(nil), targets: [:], at: Self.start + .seconds(119)) == .goOn)
    #expect(
      none.look(Self.with(nil), targets: [:], at: Self.start + .seconds(120))
        == .fails("no instance came within 2m"))
    var sick = watch()
    let unhealthy = Self.targets(["i-new": .unhealthy])
    // From in service on: 60 s to start, two checks of 10 s, and 5 s for the answer.
    #expect(sick.look(Self.with(.inService), targets: unhealthy, at: Self.start) == .goOn)
    #expect(sick.look(Self.with(.inService), targets: unhealthy, at: Self.start + .seconds(84)) == .goOn)
    #expect(
      sick.look(Self.with(.inService), targets: unhealthy, at: Self.start + .seconds(85))
        == .fails("the new instance i-new is not healthy after 1m 25s: web unhealthy"))
    var gone = watch()
    _ = gone.look(Self.with(.inService), targets: unhealthy, at: Self.start)
    guard case .fails(let words) = gone.look(Self.with(.leaving), targets: unhealthy, at: Self.start) else {
      Issue.record("an instance that leaves is no newcomer any more")
      return
    }
    #expect(words == "the new instance i-new was taken out again: web unhealthy")
    var wrong = watch { $0.unhealthyAfter = .seconds(10) }
    let answer = [
      "arn:tg": [
        Target(
          id: "i-new", state: .unhealthy, reason: "Target.ResponseCodeMismatch",
          detail: "Health checks failed with these codes: [500]")
      ]
    ]
    #expect(wrong.look(Self.with(.inService), targets: answer, at: Self.start) == .goOn)
    #expect(wrong.look(Self.with(.inService), targets: answer, at: Self.start + .seconds(9)) == .goOn)
    #expect(
      wrong.look(Self.with(.inService), targets: answer, at: Self.start + .seconds(10))
        == .fails(
          "the new instance i-new answers, wrongly: web unhealthy Target.ResponseCodeMismatch Health checks failed with "
            + "these codes: [500]"))
  }

  @Test("capacity is changed within its bounds, and told as a change")
  func scaling() throws {
    #expect(try Scaling(of: Self.group(), desired: 4, min: nil, max: 6).words == "desired 2 -> 4, max 4 -> 6")
    #expect(try Scaling(of: Self.group(), desired: 2, min: nil, max: nil).changesNothing)
    for (desired, min, max, words) in [(5, nil, nil, "--max 5"), (1, nil, nil, "--min 1"), (4, nil, 3, "--max 4")]
      as [(Int, Int?, Int?, String)]
    {
      let error = #expect(throws: RunbookRefusal.self) {
        try Scaling(of: Self.group(), desired: desired, min: min, max: max)
      }
      #expect(error?.reason.contains(words) == true)
    }
    #expect(Self.group().serving(Self.targets(["i-a": .healthy, "i-b": .unhealthy])) == 1)
  }

  @Test("the database is the one that was named, that has the service's name, or the only one")
  func database() throws {
    let choose = { (named: String?, beside: [String]) throws(RunbookRefusal) in
      try DatabaseChoice.choose(named: named, service: "web", beside: beside, all: ["web", "other", "far"])
    }
    #expect(try choose("far", []) == "far")
    #expect(try choose(nil, ["other", "web"]) == "web")
    #expect(try choose(nil, ["other"]) == "other")
    #expect(throws: RunbookRefusal.self) { try choose("none", ["web"]) }
    #expect(throws: RunbookRefusal.self) { try choose(nil, ["other", "far"]) }
    #expect(throws: RunbookRefusal.self) { try choose(nil, []) }
    #expect(DatabaseChoice.snapshotName(of: "web", at: Self.start) == "web-before-20270115080000")
    let run = RunID(at: Self.start, randomness: (1, 2))
    let named = DatabaseChoice.snapshotName(of: "web", before: run)
    #expect(named.wholeMatch(of: /web-before-[a-z0-9]{26}/) != nil, "\(named)")
  }
}
