import ReleaseCore
import Testing

/// A warm pool holds instances that are made already and carry nothing. AWS replaces it last, and the verdict is on what
/// is in service. The descriptions of the activities are AWS's own.
/// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-warm-pools.html
@Suite("The verdict on a group with a warm pool")
struct VerdictWarmPoolTests {
  private static func launch(_ words: String, _ id: String, at seconds: Int, status: String = "Successful") -> Activity
  {
    Activity(
      id: "l-\(words)-\(id)", description: "Launching a new EC2 instance \(words): \(id)",
      cause: "At 2026-01-02T03:04:05Z an instance was started", status: status,
      started: VerdictScene.moment(seconds), ended: VerdictScene.moment(seconds + 5))
  }

  static let lifecycles = [
    "Warmed:Pending", "Warmed:Pending:Wait", "Warmed:Pending:Proceed", "Warmed:Stopped", "Warmed:Running",
    "Warmed:Hibernated", "Warmed:Terminating", "Warmed:Terminating:Wait", "Warmed:Terminated",
  ]

  @Test(
    "an instance in the pool neither holds a release up nor lends it a healthy one, whatever it runs",
    arguments: lifecycles, [41, 42])
  func passes(lifecycle: String, version: Int) {
    #expect(Lifecycle(awsName: lifecycle) == .warmed)
    var scene = VerdictScene()
    scene.serve("i-warm", version: version, lifecycle: Lifecycle(awsName: lifecycle))
    scene.look(from: 0, to: 30)
    scene.replaceAll()
    scene.look(from: 33, to: 60)
    scene.succeed()
    scene.vanish("i-old1", "i-old2")
    scene.look(from: 63, to: 150)
    #expect(scene.proof != nil, "\(scene.verdict): \(scene.watch.waitingFor)")
    #expect(scene.watch.progress.counted == 2)
    #expect(scene.watch.progress.leftOver == 0)
  }

  @Test("a pool of the release does not stand in for an instance that is missing")
  func noStandIn() {
    var scene = VerdictScene()
    scene.replaceAll()
    scene.vanish("i-old1", "i-old2", "i-2")
    scene.serve("i-warm", lifecycle: .warmed)
    scene.succeed()
    scene.look(from: 0, to: 600)
    #expect(scene.verdict == .goOn)
    #expect(scene.watch.progress.healthy == 1)
  }

  @Test("the crash loop's share is of what serves: a large pool of the release does not raise it")
  func share() {
    var scene = VerdictScene()
    // 5 % of 60 are three; the two that were taken out are enough for the two that serve.
    for number in 10..<68 { scene.serve("i-w\(number)", lifecycle: .warmed) }
    scene.serve("i-1", "i-2")
    scene.look(at: 3)
    scene.takeOut("i-1", "an ELB system health check failure", at: 6)
    scene.takeOut("i-2", "an ELB system health check failure", at: 6)
    scene.look(at: 9)
    #expect(scene.failure?.name == "crash-loop", "\(scene.verdict)")
  }

  @Test("an instance that came from the pool and went, between two looks, may be of any version: it is not counted")
  func unseen() {
    var scene = VerdictScene()
    scene.activities = ["i-p1", "i-p2"].map { VerdictWarmPoolTests.launch("from warm pool", $0, at: 1) }
    scene.takeOut("i-p1", "an ELB system health check failure", at: 6)
    scene.takeOut("i-p2", "an ELB system health check failure", at: 6)
    scene.look(at: 9)
    #expect(scene.verdict == .goOn)
  }

  @Test("the age of what was in service at the start counts from its way out of the pool, not from its way in")
  func age() {
    let pooled = Instance(id: "i-1", version: 42, templateID: VerdictScene.template, zone: "eu-north-1a")
    var scene = VerdictScene(olds: [VerdictScene.old("i-old1"), pooled])
    scene.target("i-1", .unhealthy, "Target.Timeout", "Request timed out")
    // Out of the pool 15 s before the start, into it more than an hour before.
    scene.activities = [
      VerdictWarmPoolTests.launch("from warm pool", "i-1", at: -20),
      VerdictWarmPoolTests.launch("into warm pool", "i-1", at: -4000),
    ]
    scene.look(from: 0, to: VerdictScene.budget - 18)
    #expect(scene.verdict == .goOn)
    scene.look(from: VerdictScene.budget - 15, to: VerdictScene.budget)
    #expect(scene.failure?.name == "never-healthy", "\(scene.verdict)")
  }

  @Test("one that a scale-in put back into the pool boots anew when it comes out again")
  func reused() {
    var scene = VerdictScene()
    scene.serve("i-1")
    scene.target("i-1", .healthy)
    scene.look(from: 0, to: 300)
    scene.serve("i-1", lifecycle: .warmed)
    scene.target("i-1", .unused, "Target.NotRegistered")
    scene.look(from: 303, to: 330)
    scene.serve("i-1")
    scene.look(at: 333)
    #expect(scene.watch.progress.rows.first { $0.id == "i-1" }?.age == .zero)
  }

  @Test("a launch into the pool brings nothing into service: launches that are refused alike stay a failure")
  func refused() {
    var scene = VerdictScene()
    scene.refuseLaunch("The image id '[ami-1]' does not exist. Launching EC2 instance failed.", at: 3)
    scene.activities.insert(VerdictWarmPoolTests.launch("into warm pool", "i-w1", at: 10), at: 0)
    scene.refuseLaunch("The image id '[ami-1]' does not exist. Launching EC2 instance failed.", at: 20)
    scene.look(at: 24)
    #expect(scene.failure?.name == "launch-refused", "\(scene.verdict)")
  }

  @Test(
    "while the pool is being replaced the rollout gets on, says so, and is no stall; a pool that stands still is one")
  func stall() {
    var scene = VerdictScene()
    scene.replaceAll()
    scene.vanish("i-old1", "i-old2")
    scene.refresh.warmPoolToUpdate = 4
    var second = 0
    for left in [3, 2, 1] {
      second = scene.look(from: second, to: second + 800)
      #expect(scene.verdict == .goOn)
      scene.refresh.warmPoolToUpdate = left
    }
    #expect(scene.watch.waitingFor.contains("2 instances of the warm pool to be replaced"), "\(scene.watch.waitingFor)")
    scene.look(from: second, to: second + 1000)
    #expect(scene.failure?.name == "stalled", "\(scene.verdict)")
  }
}
