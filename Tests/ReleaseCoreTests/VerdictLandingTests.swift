import ReleaseCore
import Testing

@Suite("A rollback's landing")
struct VerdictLandingTests {
  /// Back on 41 from a failed 42: the scene's own watch is left out.
  static func back() -> (VerdictScene, LandingWatch) {
    var scene = VerdictScene(olds: [VerdictScene.old("i-old1")]) { $1.desired = 2 }
    scene.serve("i-1")
    scene.refuses("i-1")
    scene.refresh.status = .rollbackInProgress
    let watch = LandingWatch(
      passed: 41, templateID: VerdictScene.template, refreshID: "r-1",
      settings: VerdictScene.settings(scene.group, scene.targetGroups), targetGroups: scene.targetGroups,
      group: scene.group, started: VerdictScene.start)
    return (scene, watch)
  }

  static func land(_ scene: inout VerdictScene, _ status: RefreshStatus = .rollbackSuccessful) {
    scene.leave("i-1")
    scene.serve("i-back", version: 41)
    scene.target("i-back", .healthy)
    scene.refresh.status = status
  }

  @Test(
    "all on the passed version and healthy, the refresh ended: landed",
    arguments: [
      RefreshStatus.successful, .rollbackSuccessful,
    ])
  func landed(status: RefreshStatus) {
    var (scene, watch) = Self.back()
    #expect(watch.observe(scene.everything, at: VerdictScene.moment(0)) == .goOn)
    Self.land(&scene, status)
    let proof = Proof(release: 41, counts: [.init(targetGroup: "api", healthy: 2)], instances: 2)
    #expect(watch.observe(scene.everything, at: VerdictScene.moment(3)) == .landed(proof))
    #expect(proof.sentence == "2 of 2 targets healthy on release 41 in api")
  }

  @Test(
    "not landed yet",
    arguments: ["rolling back", "left over", "initial", "unregistered", "too few", "silent", "no group"])
  func notYet(what: String) {
    var (scene, watch) = Self.back()
    Self.land(&scene)
    switch what {
    case "rolling back": scene.refresh.status = .rollbackInProgress
    case "left over":
      scene.serve("i-1")
      scene.target("i-1", .healthy)
    case "initial": scene.target("i-back", .initial)
    case "unregistered": scene.targets["arn:api"]?["i-back"] = nil
    case "too few": scene.group.desired = 3
    default: break
    }
    var observation = scene.everything
    if what == "silent" { observation.targets = [:] }
    if what == "no group" { observation.group = nil }
    for second in [0, 3, 30, 99] {
      #expect(watch.observe(observation, at: VerdictScene.moment(second)) == .goOn)
    }
  }

  @Test(
    "an end that is none: astray, with what is wrong",
    arguments: [
      RefreshStatus.failed, .rollbackFailed, .cancelled,
    ])
  func astray(status: RefreshStatus) {
    var (scene, watch) = Self.back()
    scene.refresh.status = status
    guard case .astray(let wrong) = watch.observe(scene.everything, at: VerdictScene.moment(0)) else {
      Issue.record("\(watch.landing)")
      return
    }
    #expect(wrong.contains { $0.contains("on another version") })
    #expect(wrong.contains { $0.contains(status.rawValue) })
  }

  @Test("ended, but not healthy within the budget: astray")
  func budget() {
    var (scene, watch) = Self.back()
    Self.land(&scene)
    scene.refuses("i-back")
    for second in stride(from: 0, to: VerdictScene.budget, by: 5) {
      #expect(watch.observe(scene.everything, at: VerdictScene.moment(second)) == .goOn)
    }
    guard case .astray = watch.observe(scene.everything, at: VerdictScene.moment(VerdictScene.budget)) else {
      Issue.record("\(watch.landing)")
      return
    }
  }

  @Test("another version saved is never a landing")
  func saved() {
    var (scene, watch) = Self.back()
    Self.land(&scene)
    scene.group.configuration = .template(VerdictScene.reference(42))
    #expect(watch.observe(scene.everything, at: VerdictScene.moment(0)) == .goOn)
    guard case .astray(let wrong) = watch.observe(scene.everything, at: VerdictScene.moment(125)) else {
      Issue.record("\(watch.landing)")
      return
    }
    #expect(wrong == ["the group saves version 42, not version 41"])
  }

  @Test("a rollback that makes no progress is astray, one that drains is not")
  func stalled() {
    var (scene, watch) = Self.back()
    scene.target("i-1", .draining)
    for second in stride(from: 0, through: 1200, by: 12) {
      #expect(watch.observe(scene.everything, at: VerdictScene.moment(second)) == .goOn)
    }
    scene.refuses("i-1")
    var second = 1212
    while second < 1200 + 900 {
      #expect(watch.observe(scene.everything, at: VerdictScene.moment(second)) == .goOn)
      second += 12
    }
    guard case .astray = watch.observe(scene.everything, at: VerdictScene.moment(1212 + 912)) else {
      Issue.record("\(watch.landing)")
      return
    }
  }
}
