import ReleaseCore
import Testing

@Suite("The verdict passed")
struct VerdictBakeTests {
  @Test("everything holds for the bake: passed, with the proof")
  func passed() {
    var scene = VerdictScene()
    scene.replaceAll()
    scene.succeed()
    #expect(scene.look(from: 0, to: 300) == 60)
    #expect(
      scene.proof
        == Proof(
          release: 42, counts: [.init(targetGroup: "api", healthy: 2)], instances: 2, bakedFor: .seconds(60)))
    #expect(scene.proof?.sentence == "2 of 2 targets healthy on release 42 in api, unbroken for 1m")
  }

  @Test("our bake overlaps AWS's: it passes at the first sight of Successful and the saved version")
  func overlaps() {
    var scene = VerdictScene()
    scene.replaceAll()
    scene.refresh.status = .baking
    scene.look(from: 0, to: 90)
    #expect(scene.verdict == .goOn)
    #expect(scene.watch.isClosing)
    scene.refresh.status = .successful
    #expect(scene.look(at: 93) == .goOn)
    scene.succeed()
    scene.look(at: 96)
    #expect(scene.proof?.bakedFor == .seconds(96))
  }

  @Test("the last step is missing: the old ones' leaving, the last one's health, and after the bake AWS's word")
  func near() {
    var scene = VerdictScene()
    scene.look(at: 0)
    #expect(!scene.watch.isNear, "nothing is replaced yet")
    scene.serve("i-new1", "i-new2")
    scene.target("i-new1", .healthy)
    scene.target("i-new2", .initial)
    scene.look(at: 3)
    #expect(!scene.watch.isNear, "one new instance is healthy, two old ones are left")
    scene.target("i-new2", .healthy)
    scene.look(at: 6)
    #expect(scene.watch.isNear, "two are healthy, the old ones are to leave")
    scene.vanish("i-old1", "i-old2")
    scene.target("i-new2", .initial)
    scene.look(at: 9)
    #expect(scene.watch.isNear, "the old ones have left, one new one is to become healthy")
    scene.target("i-new2", .healthy)
    scene.look(at: 12)
    #expect(!scene.watch.isNear, "it bakes, and the end of that is known")
    scene.look(at: 71)
    #expect(!scene.watch.isNear)
    scene.look(at: 72)
    #expect(scene.watch.isNear, "the bake is over, and the refresh is not")
  }

  @Test("a look at the targets alone never passes")
  func needsEverything() {
    var scene = VerdictScene()
    scene.replaceAll()
    scene.succeed()
    scene.look(at: 0)
    for second in stride(from: 3, through: 90, by: 3) { #expect(scene.lookAtTargets(at: second) == .goOn) }
    scene.look(at: 93)
    #expect(scene.proof != nil)
  }

  @Test(
    "what keeps a release from passing",
    arguments: [
      "left over", "alias saved", "other version saved", "in progress", "one healthy", "initial", "no target",
      "one target group", "other template",
    ])
  func notPassed(what: String) {
    var admin = VerdictScene.api
    admin.arn = "arn:admin"
    admin.name = "admin"
    var scene = VerdictScene(targetGroups: [VerdictScene.api, admin])
    scene.replaceAll()
    scene.succeed()
    switch what {
    case "left over": scene.serve("i-old1", version: 41)
    case "alias saved":
      scene.group.configuration = .template(TemplateReference(id: "lt-1", name: "api", version: .latest))
    case "other version saved": scene.group.configuration = .template(VerdictScene.reference(41))
    case "in progress": scene.refresh.status = .inProgress
    case "one healthy": scene.vanish("i-2")
    case "initial": scene.target("i-2", .initial)
    case "no target": scene.targets["arn:api"]?["i-2"] = nil
    case "one target group": scene.target("i-2", .unavailable, "Elb.InternalError", in: "arn:admin")
    default: scene.change("i-2") { $0.templateID = "lt-other" }
    }
    scene.look(from: 0, to: 120)
    #expect(scene.verdict == .goOn, "\(what)")
  }

  @Test("an unhealthy look, or a silence, restarts the bake", arguments: ["unhealthy", "silent"])
  func restarts(by what: String) {
    var scene = VerdictScene()
    scene.replaceAll()
    scene.succeed()
    scene.look(from: 0, to: 57)
    if what == "unhealthy" {
      scene.refuses("i-1")
      scene.look(at: 60)
      scene.target("i-1", .healthy)
    } else {
      scene.look(at: 60, Observation(silences: ["DescribeTargetHealth: throttled"]))
    }
    #expect(scene.look(from: 63, to: 300) == 123)
    #expect(scene.proof != nil)
  }

  @Test("a failure after AWS said Successful is still a failure")
  func lateFailure() {
    var scene = VerdictScene()
    scene.replaceAll()
    scene.succeed()
    scene.look(from: 0, to: 30)
    scene.refuses("i-1")
    #expect(scene.look(from: 33, to: 300) == 93)
    #expect(scene.failure?.name == "turned-unhealthy")
  }

  @Test("a scale-out during the bake neither breaks nor delays it", arguments: [Lifecycle.pending, .inService])
  func scaleOut(lifecycle: Lifecycle) {
    var scene = VerdictScene()
    scene.replaceAll()
    scene.succeed()
    scene.look(from: 0, to: 30)
    scene.group.desired = 4
    scene.look(at: 33)
    scene.serve("i-3", "i-4", lifecycle: lifecycle)
    scene.refuses("i-3")
    scene.target("i-4", .initial)
    #expect(scene.look(from: 36, to: 300) == 60)
    #expect(scene.proof?.counts.map(\.healthy) == [2])
  }

  @Test("a scaled-out instance that is still not healthy past its budget fails")
  func scaleOutSick() {
    var scene = VerdictScene { settings, _ in settings.bake = .seconds(600) }
    scene.replaceAll()
    scene.succeed()
    scene.look(from: 0, to: 30)
    scene.group.desired = 3
    scene.serve("i-3")
    scene.refuses("i-3")
    #expect(scene.look(from: 33, to: 600) == 159)
    #expect(scene.failure?.name == "never-healthy")
  }

  @Test("a scale-in during the bake lowers the floor and does not break it")
  func scaleIn() {
    var scene = VerdictScene()
    scene.replaceAll()
    scene.succeed()
    scene.look(from: 0, to: 30)
    scene.target("i-2", .draining)
    scene.lookAtTargets(at: 33)
    scene.group.desired = 1
    scene.leave("i-2")
    scene.takeOut("i-2", "a difference between desired and actual capacity, shrinking the capacity from 2 to 1", at: 33)
    #expect(scene.look(from: 36, to: 300) == 60)
    #expect(scene.proof?.counts.map(\.healthy) == [1])
  }

  @Test(
    "a replacement that is not our fault does not delay the bake; one for ELB health does",
    arguments: [("an EC2 Spot Instance interruption notice", true), ("an ELB system health check failure", false)])
  func replaced(cause: String, isExcused: Bool) {
    var scene = VerdictScene()
    scene.replaceAll()
    scene.succeed()
    scene.look(from: 0, to: 30)
    scene.target("i-2", .draining)
    scene.lookAtTargets(at: 33)
    scene.leave("i-2")
    scene.takeOut("i-2", cause, at: 33)
    scene.look(at: 36)
    scene.vanish("i-2")
    scene.serve("i-3")
    scene.target("i-3", .initial)
    scene.look(from: 39, to: 60)
    #expect((scene.proof != nil) == isExcused)
    scene.target("i-3", .healthy)
    if !isExcused { #expect(scene.look(from: 63, to: 300) == 123) }
  }

  @Test("young instances of the rollout itself are not excused: nothing passes without health")
  func notExcused() {
    var scene = VerdictScene { settings, _ in settings.minHealthyPercent = 0 }
    scene.look(at: 0)
    scene.replaceAll()
    scene.target("i-1", .initial)
    scene.target("i-2", .initial)
    scene.succeed()
    scene.look(from: 3, to: 120)
    #expect(scene.verdict == .goOn)
  }

  @Test("desired changed in the middle of the rollout: the floor is the current one")
  func desiredChanged() {
    var scene = VerdictScene()
    scene.look(at: 0)
    scene.group.desired = 3
    scene.replaceAll()
    scene.succeed()
    scene.serve("i-3")
    scene.target("i-3", .healthy)
    scene.look(from: 3, to: 63)
    #expect(scene.proof?.counts.map(\.healthy) == [3])
    #expect(scene.watch.progress.floor == 3)
  }

  @Test("one answer of the group without an instance is an older answer; two are its end")
  func groupFlickers() {
    var scene = VerdictScene()
    scene.replaceAll()
    scene.succeed()
    scene.look(from: 0, to: 27)
    let whole = scene.group
    scene.group.instances.removeAll { $0.id == "i-2" }
    scene.look(at: 30)
    scene.group = whole
    #expect(scene.look(from: 33, to: 300) == 60)
  }

  @Test("standby and protected instances are named at the start and not counted", arguments: [true, false])
  func aside(isStandby: Bool) {
    var left = VerdictScene.old("i-left")
    left.lifecycle = isStandby ? .standby : .inService
    left.isProtected = !isStandby
    var scene = VerdictScene(olds: [VerdictScene.old("i-old1"), VerdictScene.old("i-old2"), left]) {
      $1.desired = isStandby ? 2 : 3
    }
    scene.replaceAll()
    scene.succeed()
    #expect(scene.look(from: 0, to: 300) == 60)
    #expect(scene.watch.progress.drift.first?.contains("i-left") == true)
  }

  @Test("protected instances that the rollout is to replace are counted")
  func replacedProtected() {
    var left = VerdictScene.old("i-left")
    left.isProtected = true
    var scene = VerdictScene(olds: [VerdictScene.old("i-old1"), VerdictScene.old("i-old2"), left]) { settings, group in
      settings.protected = .replace
      group.desired = 2
    }
    scene.replaceAll()
    scene.succeed()
    scene.look(from: 0, to: 300)
    #expect(scene.verdict == .goOn)
  }

  @Test("weights count as desired capacity does")
  func weights() {
    var scene = VerdictScene { $1.desired = 6 }
    scene.replaceAll()
    scene.succeed()
    scene.change("i-1") { $0.weight = 4 }
    var light = scene
    light.look(from: 0, to: 120)
    #expect(light.verdict == .goOn)
    scene.change("i-2") { $0.weight = 2 }
    scene.look(from: 0, to: 60)
    #expect(scene.proof != nil)
  }

  @Test("without a target group the proof says on whose word it rests")
  func noTargetGroup() {
    var scene = VerdictScene(targetGroups: [])
    scene.replaceAll()
    scene.succeed()
    #expect(scene.look(from: 0, to: 300) == 60)
    #expect(scene.proof?.sentence.contains("the group has no target group") == true)
  }
}
