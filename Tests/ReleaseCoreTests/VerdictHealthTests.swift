import ReleaseCore
import Testing

@Suite("The verdict on new targets")
struct VerdictHealthTests {
  @Test(
    "a booting app has its whole budget, then its reason is the verdict",
    arguments: [
      ("Target.FailedHealthChecks", "Health checks failed"), ("Target.Timeout", "Request timed out"),
      ("Target.ResponseCodeMismatch", "Health checks failed with these codes: [502]"),
      ("Target.ResponseCodeMismatch", "Health checks failed with these codes: [503, 504]"),
      ("Target.ResponseCodeMismatch", "Health checks failed with these codes: [502, 500]"),
    ])
  func neverHealthy(reason: String, detail: String) {
    var scene = VerdictScene()
    scene.serve("i-1")
    scene.target("i-1", .unhealthy, reason, detail)
    scene.look(from: 0, to: VerdictScene.budget - 1)
    #expect(scene.verdict == .goOn)
    scene.look(at: VerdictScene.budget)
    guard case .neverHealthy(let target, let budget)? = scene.failure else {
      Issue.record("\(scene.verdict)")
      return
    }
    #expect(target.instance == "i-1" && target.reason == reason && target.age == .seconds(125))
    #expect(budget == .seconds(VerdictScene.budget))
    #expect(scene.failure?.sentence.contains(detail) == true)
  }

  @Test("health-check grace lengthens the budget")
  func grace() {
    var scene = VerdictScene { $1.healthCheckGrace = .seconds(300) }
    scene.serve("i-1")
    scene.refuses("i-1")
    #expect(scene.look(from: 0, to: 400) == 324 + 3)
  }

  @Test("the age counts from InService, not from the launch")
  func pending() {
    var scene = VerdictScene()
    scene.serve("i-1", lifecycle: .pending)
    scene.refuses("i-1")
    scene.look(from: 0, to: 600)
    #expect(scene.verdict == .goOn)
    scene.serve("i-1")
    scene.look(from: 603, to: 603 + 124)
    #expect(scene.verdict == .goOn)
    scene.look(at: 603 + 125)
    #expect(scene.failure?.name == "never-healthy")
  }

  @Test("of an instance that served before the watch began, the launch activity tells the age")
  func takenUp() {
    var scene = VerdictScene(olds: [
      VerdictScene.old("i-old1"), Instance(id: "i-1", version: 42, templateID: VerdictScene.template),
    ])
    scene.refuses("i-1")
    scene.activities = [
      Activity(
        id: "l", description: "Launching a new EC2 instance: i-1", cause: "", status: "Successful",
        started: VerdictScene.moment(-120), ended: VerdictScene.moment(-60))
    ]
    #expect(scene.look(from: 0, to: 200) == 66)
    #expect(scene.failure?.name == "never-healthy")
  }

  @Test("a slow boot that goes initial, unhealthy, healthy is legitimate")
  func slowBoot() {
    var scene = VerdictScene()
    scene.serve("i-1")
    scene.target("i-1", .initial, "Elb.InitialHealthChecking")
    scene.look(from: 0, to: 18)
    scene.refuses("i-1")
    scene.look(from: 21, to: 60)
    scene.answers("i-1", codes: "503")
    scene.look(from: 63, to: 120)
    scene.target("i-1", .healthy)
    scene.look(from: 123, to: 400)
    #expect(scene.verdict == .goOn)
  }

  @Test("a new instance that never registers fails at its budget")
  func unregistered() {
    var scene = VerdictScene()
    scene.serve("i-1")
    #expect(scene.look(from: 0, to: 300) == 126)
    #expect(scene.failure?.sentence.contains("Target.NotRegistered") == true)
  }

  @Test("one look after a silence is not yet a verdict, though the budget is over")
  func silenceAtBudget() {
    var scene = VerdictScene()
    scene.serve("i-1")
    scene.refuses("i-1")
    scene.look(from: 0, to: 99)
    scene.look(at: 150, Observation(silences: ["DescribeTargetHealth: throttled"]))
    #expect(scene.look(at: 200) == .goOn)
    #expect(scene.look(at: 203) != .goOn)
  }

  @Test("an app that answers wrongly fails unhealthyAfter past its warmup", arguments: ["500", "404", "302, 500"])
  func wrongAnswer(codes: String) {
    var scene = VerdictScene()
    scene.serve("i-1")
    scene.answers("i-1", codes: codes)
    scene.look(from: 0, to: 89)
    #expect(scene.verdict == .goOn)
    scene.look(at: 90)
    guard case .wrongAnswer(let target, _, let lasting)? = scene.failure else {
      Issue.record("\(scene.verdict)")
      return
    }
    #expect(target.age == .seconds(90) && lasting == .seconds(60))
    #expect(scene.failure?.sentence.hasPrefix("the app answers, wrongly") == true)
  }

  @Test("a wrong answer interrupted by another reason or by silence starts anew", arguments: [true, false])
  func wrongAnswerBroken(bySilence: Bool) {
    var scene = VerdictScene { settings, _ in settings.startWithin = .seconds(1000) }
    scene.serve("i-1")
    scene.answers("i-1", codes: "500")
    scene.look(from: 0, to: 60)
    if bySilence {
      scene.look(at: 63, Observation(silences: ["DescribeTargetHealth: no answer"]))
    } else {
      scene.answers("i-1", codes: "502")
      scene.look(at: 63)
      scene.answers("i-1", codes: "500")
    }
    #expect(scene.look(from: 66, to: 200) == 126)
    #expect(scene.failure?.name == "wrong-answer")
  }

  @Test("was healthy, then unhealthy unbroken for unhealthyAfter")
  func turnedUnhealthy() {
    var scene = VerdictScene()
    scene.serve("i-1")
    scene.target("i-1", .healthy)
    scene.look(from: 0, to: 30)
    scene.refuses("i-1")
    scene.look(from: 33, to: 92)
    #expect(scene.verdict == .goOn)
    scene.look(at: 93)
    guard case .turnedUnhealthy(_, let lasting)? = scene.failure else {
      Issue.record("\(scene.verdict)")
      return
    }
    #expect(lasting == .seconds(60))
  }

  @Test("two looks at least make an unbroken minute, and a silence restarts it")
  func unbroken() {
    var scene = VerdictScene()
    scene.serve("i-1")
    scene.target("i-1", .healthy)
    scene.look(at: 0)
    scene.refuses("i-1")
    scene.look(at: 3)
    scene.look(at: 30, Observation(group: scene.group, silences: ["DescribeTargetHealth: throttled"]))
    #expect(scene.look(at: 63) == .goOn)
    #expect(scene.look(at: 122) == .goOn)
    #expect(scene.look(at: 123) != .goOn)
  }

  @Test("the load balancer's own trouble speaks against nobody")
  func inconclusive() {
    var scene = VerdictScene()
    scene.serve("i-1")
    scene.target("i-1", .healthy)
    scene.look(at: 0)
    scene.target("i-1", .unhealthy, "Elb.InternalError")
    scene.look(from: 3, to: 300)
    scene.target("i-1", .unavailable, "Elb.InternalError")
    scene.look(from: 303, to: 600)
    #expect(scene.verdict == .goOn)
  }

  @Test("three turns from healthy to unhealthy are flapping, two are not")
  func flapping() {
    var scene = VerdictScene()
    scene.serve("i-1")
    for turn in 0..<3 {
      scene.target("i-1", .healthy)
      #expect(scene.look(at: turn * 30) == .goOn)
      scene.refuses("i-1")
      scene.look(at: turn * 30 + 15)
      #expect((scene.failure != nil) == (turn == 2))
    }
    #expect(scene.failure?.name == "flapping")
  }

  @Test("a target that no load balancer uses is wiring, at once")
  func wiring() {
    var scene = VerdictScene()
    scene.serve("i-1")
    scene.target("i-1", .unused, "Target.NotInUse", "Target group is not configured to receive traffic")
    scene.look(at: 0)
    #expect(scene.failure?.name == "wiring")
  }

  @Test("old targets are not judged", arguments: ["Target.FailedHealthChecks", "Target.NotInUse"])
  func oldTargets(reason: String) {
    var scene = VerdictScene()
    scene.look(at: 0)
    scene.target("i-old1", reason == "Target.NotInUse" ? .unused : .unhealthy, reason)
    scene.look(from: 3, to: 600)
    #expect(scene.verdict == .goOn)
  }

  @Test("each target group is judged by its own")
  func twoTargetGroups() {
    var admin = VerdictScene.api
    admin.arn = "arn:admin"
    admin.name = "admin"
    var scene = VerdictScene(targetGroups: [VerdictScene.api, admin])
    scene.serve("i-1")
    scene.target("i-1", .healthy)
    scene.look(at: 0)
    scene.target("i-1", .unhealthy, "Target.Timeout", in: "arn:admin")
    scene.look(from: 3, to: 63)
    #expect(scene.failure?.sentence.contains("i-1 of admin") == true)
  }

  @Test("a group without target groups is judged by Auto Scaling's opinion")
  func noTargetGroup() {
    var scene = VerdictScene(targetGroups: [])
    scene.serve("i-1")
    scene.look(from: 0, to: 12)
    scene.change("i-1") { $0.isHealthy = false }
    #expect(scene.look(from: 15, to: 100) == 75)
    #expect(scene.failure?.name == "turned-unhealthy")
  }
}
