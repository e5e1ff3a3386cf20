import ReleaseCore
import Testing

@Suite("A whole rollout, polled as the cadence says")
struct VerdictWholeTests {
  /// Polls until a verdict, moving the fleet by `story` before each poll, and answers only what is asked.
  static func run(_ scene: inout VerdictScene, to last: Int, _ story: (inout VerdictScene, Int) -> Void) -> Int {
    var cadence = WatchCadence(poll: .seconds(3), hasTargetGroups: true, hasAlarms: true)
    var observation: Observation?
    var second = 0
    while second < last {
      let poll = cadence.next(after: observation, isClosing: scene.watch.isClosing)
      second += Int(poll.wait.components.seconds)
      story(&scene, second)
      var seen = Observation(targets: scene.everything.targets)
      if poll.parts.contains(.group) { seen.group = scene.group }
      if poll.parts.contains(.refreshes) { seen.refreshes = [scene.refresh] }
      if poll.parts.contains(.activities) { seen.activities = scene.activities }
      if poll.parts.contains(.alarms) { seen.alarms = scene.alarms }
      observation = seen
      if scene.look(at: second, seen) != .goOn { return second }
    }
    return second
  }

  /// One instance of the launch-first round that starts at `start`.
  static func round(_ scene: inout VerdictScene, _ second: Int, from start: Int, new: String, old: String) {
    let steps = (second - 2)...second
    if steps.contains(start) { scene.serve(new, lifecycle: .pending) }
    if steps.contains(start + 30) {
      scene.serve(new)
      scene.target(new, .initial, "Elb.RegistrationInProgress")
    }
    if steps.contains(start + 51) { scene.refuses(new) }
    if steps.contains(start + 60) { scene.target(new, .healthy) }
    if steps.contains(start + 90) {
      scene.leave(old)
      scene.takeOut(old, "an instance refresh", at: second)
      scene.refresh.percentComplete += 50
      scene.refresh.instancesToUpdate -= 1
    }
    if steps.contains(start + 120) { scene.vanish(old) }
  }

  @Test("two rounds of one, a slow boot in each: passed within a poll of AWS's Successful")
  func good() {
    var scene = VerdictScene()
    let end = Self.run(&scene, to: 1000) { scene, second in
      Self.round(&scene, second, from: 3, new: "i-1", old: "i-old1")
      Self.round(&scene, second, from: 120, new: "i-2", old: "i-old2")
      if second == 243 { scene.refresh.status = .baking }
      if second == 303 { scene.succeed() }
    }
    #expect(scene.proof?.counts.map(\.healthy) == [2], "\(scene.verdict)")
    #expect(end <= 306)
  }

  @Test("a release that answers 500 fails before an old instance is touched")
  func bad() {
    var scene = VerdictScene()
    let end = Self.run(&scene, to: 1000) { scene, second in
      if second == 3 { scene.serve("i-1") }
      if second == 30 { scene.answers("i-1", codes: "500") }
    }
    #expect(scene.failure?.name == "wrong-answer")
    #expect(end <= 3 + 12 + 30 + 60 + 6, "seen by the fourth poll, warmup, unhealthyAfter")
    #expect(scene.watch.progress.leftOver == 2)
  }

  @Test("the progress says what is waited for, and shows each instance")
  func progress() {
    var scene = VerdictScene()
    scene.serve("i-1")
    scene.answers("i-1", codes: "500")
    scene.look(at: 0)
    scene.look(at: 12)
    let progress = scene.watch.progress
    #expect(progress.counted == 1 && progress.healthy == 0 && progress.leftOver == 2 && progress.floor == 2)
    #expect(scene.watch.waitingFor.contains("2 instances on another version"))
    #expect(scene.watch.waitingFor.contains("Health checks failed with these codes: [500]"))
    let row = progress.rows.first { $0.id == "i-1" }
    #expect(row?.age == .seconds(12) && row?.isNew == true)
    #expect(row?.targets.first?.reason == "Target.ResponseCodeMismatch")
  }
}
