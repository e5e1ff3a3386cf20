import ReleaseCore
import SimulatedAWS
import Testing

@testable import Simulation

@Suite("What a plan foresees")
struct ForesightTests {
  private func foresee(
    _ simulation: Simulation, _ change: (inout ReleaseOptions) -> Void = { _ in }
  ) throws -> (foresight: Foresight, plan: ReleasePlan?) {
    var options = ReleaseOptions(revision: Fleet.new.hex)
    change(&options)
    var foresight = Foresight(options, id: Ground.run, actor: "ci", pipeline: simulation.pipeline)
    var reads = foresight.begin(at: simulation.now)
    while !reads.isEmpty {
      let read = reads.removeFirst()
      reads += foresight.handle(try simulation.answer(to: read), at: simulation.now)
    }
    return (foresight, ReleasePlan(foresight, options: options, pipeline: simulation.pipeline))
  }

  @Test("the preferences, the version and the rollback target are the ones that the release then has")
  func comesTrue() throws {
    let simulation = try Fleet.simulation(desired: 3) { request, _ in request.max = 8 }
    simulation.pipeline.rollout.checkpoints = [50, 100]
    let plan = try #require(try foresee(simulation).plan)
    #expect(simulation.state.refreshes.isEmpty && simulation.template.versions.count == 1)
    let watcher = simulation.perform(.releaseNew)
    #expect(watcher.exit == 0, "\(watcher.sentences)")
    #expect(watcher.started == [plan.order])
    #expect(plan.release == 2 && plan.source == 1 && plan.aim == 1)
    #expect(plan.image == .built(reference: "\(Fleet.repository):\(Fleet.new)", context: "", platform: "linux/arm64"))
    let changed = plan.userData.hunks.flatMap(\.lines).filter { $0.side != .both }
    #expect(changed.map(\.side) == [.old, .new])
    #expect(changed[0].text.contains(Fleet.digest(of: Fleet.old).text))
    #expect(changed[1].text.contains(Foresight.unknownDigest.text))
  }

  @Test("hooks before the rollout are named, in order, and nothing is run or told")
  func hooks() throws {
    let simulation = try Fleet.simulation()
    var told = 0
    simulation.onHook = { _ in told += 1 }
    simulation.pipeline.hooks.beforeRollout = [Pipeline.Hook(command: ["migrate"]), Pipeline.Hook(command: ["check"])]
    let plan = try #require(try foresee(simulation).plan)
    #expect(plan.hooks.map(\.hook.command) == [["migrate"], ["check"]])
    #expect(plan.release == 2)
    simulation.pipeline.notices.webhook = "HOOK_URL"
    simulation.pipeline.notices.results = ["refused"]
    simulation.pipeline.rollout.alarms = ["nobody"]
    let (foresight, none) = try foresee(simulation) { $0.template = 9 }
    guard case .ends(.refused)? = foresight.end else {
      Issue.record("\(String(describing: foresight.end))")
      return
    }
    #expect(none == nil && told == 0)
  }

  @Test("an image of the same content is reused: nothing is built, pushed or named while it is planned")
  func reuse() throws {
    let simulation = try Fleet.simulation()
    simulation.trees = [Fleet.old: "tree-1", Fleet.new: "tree-2", Fleet.next: "tree-2"]
    guard case .built? = try foresee(simulation).plan?.image else {
      Issue.record("not built")
      return
    }
    let content = try #require(
      ContentKey(tree: "tree-2", image: simulation.pipeline.image, platform: "linux/arm64"))
    let digest = Fleet.digest(of: Fleet.next)
    simulation.registry.insert(digest)
    simulation.contents[content] = Simulation.Content(digest: digest, pushed: simulation.world.now)
    let plan = try #require(try foresee(simulation).plan)
    #expect(plan.image == .reused(digest) && plan.planned.digest == digest)
    #expect(simulation.names.isEmpty && simulation.contents.count == 1)
    guard case .built? = try foresee(simulation, { $0.rebuilds = true }).plan?.image else {
      Issue.record("--rebuild builds")
      return
    }
    #expect(simulation.perform(.release(Fleet.new) { $0.plan = plan.planned }).exit == 0)
  }

  @Test(
    "what the scan of an image says decides in the plan too, and one that is not built is not asked for",
    arguments: [
      (true, nil, "would-release"), (false, ScanReport.Status.complete, "would-release"),
      (false, .inProgress, "waits"), (false, .failed, "refused"),
    ] as [(Bool, ScanReport.Status?, String)])
  func scan(isBuilt: Bool, status: ScanReport.Status?, expected: String) throws {
    let simulation = try Fleet.simulation()
    simulation.trees = [Fleet.new: "tree-2"]
    simulation.pipeline.image.blockOn = .high
    if let status { simulation.scans = [ScanReport(status: status)] }
    if !isBuilt {
      let content = try #require(
        ContentKey(tree: "tree-2", image: simulation.pipeline.image, platform: "linux/arm64"))
      let digest = Fleet.digest(of: Fleet.next)
      simulation.registry.insert(digest)
      simulation.contents[content] = Simulation.Content(digest: digest, pushed: simulation.world.now)
    }
    let end = try #require(try foresee(simulation).foresight.end)
    switch end {
    case .starts: #expect(expected == "would-release")
    case .waits: #expect(expected == "waits")
    case .ends(let outcome): #expect(outcome.name == expected, "\(outcome.sentence)")
    case .adopts: Issue.record("there is nothing to adopt")
    }
  }

  @Test(
    "the floor and the ceiling of the plan hold while it is carried out",
    arguments: [(100, 150), (50, 100), (100, 200)])
  func capacity(min: Int, max: Int) throws {
    let simulation = try Fleet.simulation(desired: 4) { request, _ in request.max = 12 }
    simulation.pipeline.rollout.minHealthyPercent = min
    simulation.pipeline.rollout.maxHealthyPercent = max
    let steps = try #require(try foresee(simulation).plan).settings.steps
    simulation.resetLeastHealthy()
    #expect(simulation.perform(.releaseNew).exit == 0)
    #expect(simulation.leastHealthy == steps.lowest)
  }

  @Test("what a release would refuse, the plan refuses", arguments: RefusedFleet.all)
  func refused(fleet: RefusedFleet) throws {
    let simulation = try Fleet.simulation(change: fleet.change)
    try fleet.meanwhile(simulation)
    let (foresight, plan) = try foresee(simulation)
    guard case .ends(let outcome)? = foresight.end else {
      Issue.record("\(String(describing: foresight.end))")
      return
    }
    #expect(outcome.exitCode == 3 && outcome.sentence.contains(fleet.word), "\(outcome.sentence)")
    #expect(plan == nil)
  }

  @Test("a commit that is live, and a fleet that is held, end as the release would")
  func ends() throws {
    let simulation = try Fleet.simulation()
    guard case .ends(.alreadyLive)? = try foresee(simulation, { $0.revision = Fleet.old.hex }).foresight.end else {
      Issue.record("not live")
      return
    }
    _ = try simulation.world.startInstanceRefresh(of: Simulation.group, desired: nil, preferences: .init())
    guard case .ends(.held)? = try foresee(simulation, { $0.waitsForLock = true }).foresight.end else {
      Issue.record("not held")
      return
    }
  }

  @Test("a release that is held to a plan goes through when nothing moved")
  func heldTo() throws {
    let simulation = try Fleet.simulation()
    let plan = try #require(try foresee(simulation).plan)
    let watcher = simulation.perform(.release(Fleet.new) { $0.plan = plan.planned })
    #expect(watcher.exit == 0, "\(watcher.sentences)")
  }

  struct Move: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var change: @Sendable (Simulation) throws -> Void

    static let all: [Move] = [
      Move(testDescription: "capacity was desired 2, min 1, max 6, and is desired 3") {
        try $0.world.setDesiredCapacity(of: Simulation.group, to: 3)
        $0.pass(seconds: 60)
      },
      Move(testDescription: "newest version was 1, and is 2") {
        _ = try $0.world.createTemplateVersion(
          of: World.TemplateSpecification(id: $0.template.id), data: TemplateData(imageID: "ami-1", instanceType: "t"))
      },
      Move(testDescription: "passed was 1, and is unmarked") {
        try $0.world.deleteTags([PassedMark.key], of: Simulation.group)
      },
      Move(testDescription: "bake was 30s, and is 45s") { $0.pipeline.rollout.bake = .seconds(45) },
      Move(testDescription: "percentages was 100–150, and is 100–200") { $0.pipeline.rollout.maxHealthyPercent = 200 },
      Move(testDescription: "rollback was automatic, and is manual") { $0.pipeline.rollback = .manual },
      Move(testDescription: "the fleet is not as it was planned") {
        _ = try $0.world.startInstanceRefresh(of: Simulation.group, desired: nil, preferences: .init())
      },
    ]
  }

  @Test("and is refused when the fleet moved, by what moved", arguments: Move.all)
  func moved(move: Move) throws {
    let simulation = try Fleet.simulation()
    let plan = try #require(try foresee(simulation).plan)
    try move.change(simulation)
    let watcher = simulation.perform(.release(Fleet.new) { $0.plan = plan.planned })
    #expect(watcher.exit == 3, "\(watcher.sentences)")
    #expect(watcher.outcome?.sentence.contains(move.testDescription) == true, "\(watcher.sentences)")
    simulation.expectUntouched(by: watcher)
  }

  @Test("a fleet that moves while the image is built is refused too")
  func movedMeanwhile() throws {
    let simulation = try Fleet.simulation()
    let plan = try #require(try foresee(simulation).plan)
    simulation.after(seconds: 10) { try? $0.world.setDesiredCapacity(of: Simulation.group, to: 4) }
    let watcher = simulation.perform(.release(Fleet.new) { $0.plan = plan.planned })
    #expect(watcher.exit == 3, "\(watcher.sentences)")
    #expect(watcher.has(.build) && !watcher.has(.createVersion))
  }
}
