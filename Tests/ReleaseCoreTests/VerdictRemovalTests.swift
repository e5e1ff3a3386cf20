import ReleaseCore
import Testing

@Suite("The verdict on removals, drains and launches")
struct VerdictRemovalTests {
  static let elb = "an ELB system health check failure"

  @Test("one instance taken out for ELB health is not a crash loop, two are")
  func crashLoop() {
    var scene = VerdictScene()
    scene.serve("i-1")
    scene.look(at: 0)
    scene.leave("i-1")
    scene.takeOut("i-1", Self.elb, at: 30)
    #expect(scene.look(at: 30) == .goOn)
    scene.vanish("i-1")
    scene.serve("i-2")
    #expect(scene.look(at: 60) == .goOn)
    scene.takeOut("i-2", Self.elb, at: 90)
    scene.look(at: 90)
    guard case .crashLoop(let takenOut, let total)? = scene.failure else {
      Issue.record("\(scene.verdict)")
      return
    }
    #expect(takenOut.map(\.instance) == ["i-1", "i-2"] && total == 2)
  }

  @Test("one instance that was never healthy is enough once Auto Scaling gave up on it: the ALB's reason")
  func givenUp() {
    var scene = VerdictScene()
    scene.serve("i-1")
    scene.refuses("i-1")
    scene.look(from: 0, to: 30)
    #expect(scene.verdict == .goOn)
    scene.leave("i-1")
    scene.takeOut("i-1", Self.elb, at: 33)
    scene.look(at: 33)
    guard case .neverHealthy(let evidence, _)? = scene.failure else {
      Issue.record("\(scene.verdict)")
      return
    }
    #expect(evidence.instance == "i-1" && evidence.reason == "Target.FailedHealthChecks")
  }

  @Test("a new instance that a user takes out while an old target drains is no dip of the release's")
  func takenOutWhileDraining() {
    var scene = VerdictScene()
    scene.serve("i-1", "i-2")
    scene.target("i-1", .healthy)
    scene.target("i-2", .healthy)
    scene.look(at: 0)
    scene.leave("i-old1", "i-old2")
    scene.takeOut("i-old1", "an instance refresh", at: 3)
    scene.takeOut("i-old2", "an instance refresh", at: 3)
    scene.look(at: 3)
    scene.leave("i-2")
    scene.takeOut("i-2", "a user request", at: 6)
    #expect(scene.look(at: 6) == .goOn)
    #expect(scene.look(at: 9) == .goOn)
  }

  @Test("of a hundred new instances, five per cent make a crash loop")
  func crashLoopShare() {
    var scene = VerdictScene { $1.desired = 100 }
    let ids = (100..<200).map { "i-\($0)" }
    for id in ids {
      scene.serve(id)
      scene.target(id, .healthy)
    }
    scene.look(at: 0)
    for id in ids.prefix(4) { scene.takeOut(id, Self.elb, at: 3) }
    #expect(scene.look(at: 3) == .goOn)
    scene.takeOut(ids[4], Self.elb, at: 6)
    scene.look(at: 6)
    #expect(scene.failure?.name == "crash-loop")
  }

  @Test("what was launched after a newer refresh than ours had begun came and went for that one, and never counts")
  func vanishedOfAnother() {
    var scene = VerdictScene()
    scene.look(at: 0)
    scene.succeed()
    scene.others = [
      Refresh(
        id: "r-newer", status: .successful, desired: VerdictScene.reference(41), started: VerdictScene.moment(2))
    ]
    for id in ["i-1", "i-2"] {
      scene.activities.append(
        Activity(
          id: "l-\(id)", description: "Launching a new EC2 instance: \(id)", cause: "", status: "Successful",
          started: VerdictScene.moment(3), ended: VerdictScene.moment(4)))
      scene.takeOut(id, Self.elb, at: 8)
    }
    #expect(scene.look(at: 12) == .goOn)
    #expect(scene.watch.progress.removed.isEmpty)
  }

  @Test("an instance that came and went between two polls counts by its activities")
  func vanished() {
    var scene = VerdictScene()
    scene.look(at: 0)
    for id in ["i-1", "i-2"] {
      scene.activities.append(
        Activity(
          id: "l-\(id)", description: "Launching a new EC2 instance: \(id)", cause: "", status: "Successful",
          started: VerdictScene.moment(1), ended: VerdictScene.moment(2)))
      scene.takeOut(id, Self.elb, at: 8)
    }
    scene.look(at: 12)
    #expect(scene.failure?.name == "crash-loop")
  }

  @Test(
    "what EC2, Spot, scaling or a user takes out leaves the counts, and is shown",
    arguments: [
      "an EC2 instance status check failure", "an EC2 health check that indicated it had been terminated or stopped",
      "an EC2 Spot Instance interruption notice", "an EC2 instance rebalance recommendation",
      "a difference between desired and actual capacity, shrinking the capacity from 3 to 2", "a user request",
      "something nobody has heard of",
    ])
  func notCounted(cause: String) {
    var scene = VerdictScene()
    for id in ["i-1", "i-2", "i-3"] {
      scene.serve(id)
      scene.target(id, .healthy)
      scene.look(at: 0)
      scene.refuses(id)
      scene.takeOut(id, cause, at: 1)
    }
    scene.look(from: 3, to: 300)
    #expect(scene.verdict == .goOn)
    #expect(scene.watch.progress.removed.map(\.instance) == ["i-1", "i-2", "i-3"])
    #expect(scene.watch.progress.counted == 0)
  }

  @Test("old instances that ELB health takes out are no crash loop of the release")
  func oldTakenOut() {
    var scene = VerdictScene()
    scene.look(at: 0)
    scene.takeOut("i-old1", Self.elb, at: 1)
    scene.takeOut("i-old2", Self.elb, at: 1)
    #expect(scene.look(at: 3) == .goOn)
  }

  @Test("a capacity that is raised while an old target drains does not lift the floor that it began under")
  func raisedWhileDraining() {
    var scene = VerdictScene()
    scene.serve("i-1")
    scene.target("i-1", .healthy)
    scene.look(at: 0)
    scene.group.desired = 3
    scene.leave("i-old1")
    scene.takeOut("i-old1", "an instance refresh", at: 3)
    #expect(scene.look(at: 3) == .goOn)
  }

  @Test("an old target that drains below the floor fails, at once", arguments: [100, 51])
  func belowFloor(minimum: Int) {
    var scene = VerdictScene { settings, _ in settings.minHealthyPercent = minimum }
    scene.serve("i-1")
    scene.target("i-1", .initial)
    scene.look(at: 0)
    scene.leave("i-old1")
    scene.takeOut("i-old1", "an instance refresh", at: 3)
    scene.look(at: 3)
    guard case .belowFloor(let draining, let healthy, let floor)? = scene.failure else {
      Issue.record("\(scene.verdict)")
      return
    }
    #expect(draining.instance == "i-old1" && healthy == 1 && floor == 2)
  }

  @Test(
    "a drain at the floor, of a sick target or for another cause is no fault",
    arguments: ["at the floor", "half", "new one healthy", "sick before", "spot", "elb", "scaled out since"])
  func drainInOrder(why: String) {
    var scene = VerdictScene { settings, _ in settings.minHealthyPercent = why == "half" ? 50 : 100 }
    scene.serve("i-1")
    scene.target("i-1", why == "new one healthy" || why == "scaled out since" ? .healthy : .initial)
    if why == "sick before" { scene.refuses("i-old1") }
    if why == "at the floor" { scene.group.desired = 1 }
    scene.look(at: 0)
    scene.leave("i-old1")
    let causes = ["spot": "an EC2 Spot Instance interruption notice", "elb": Self.elb]
    scene.takeOut("i-old1", causes[why] ?? "an instance refresh", at: 3)
    #expect(scene.look(at: 3) == .goOn)
    if why == "scaled out since" { scene.group.desired = 4 }
    #expect(scene.look(at: 6) == .goOn)
  }

  @Test("the cause of a drain is waited for until activities are read, not longer than three looks")
  func drainWithoutCause() {
    var scene = VerdictScene()
    scene.look(at: 0)
    scene.target("i-old1", .draining)
    #expect(scene.lookAtTargets(at: 3) == .goOn)
    #expect(scene.lookAtTargets(at: 6) == .goOn)
    #expect(scene.lookAtTargets(at: 9) != .goOn)
  }

  static let fatal = [
    "The AMI ID 'ami-1' does not exist. Launching EC2 instance failed.",
    "The security group 'sg-1' does not exist. Launching EC2 instance failed.",
    "The key pair 'deploy' does not exist. Launching EC2 instance failed.",
    "You are not authorized to perform this operation. Launching EC2 instance failed.",
    "Invalid IAM Instance Profile name. Launching EC2 instance failed.",
    "Something new that nobody has heard of.",
  ]

  @Test(
    "what EC2, Spot or a user takes while an old target drains lowers the floor until it is replaced",
    arguments: ["an EC2 Spot instance interruption notice", "an EC2 instance status checks failure", "a user request"],
    [true, false])
  func lossBesideDrain(cause: String, wasSeenHealthy: Bool) {
    var scene = VerdictScene { settings, _ in settings.unhealthyAfter = .seconds(600) }
    scene.serve("i-1")
    if wasSeenHealthy {
      scene.target("i-1", .healthy)
      scene.look(at: 0)
    }
    scene.leave("i-old1")
    scene.leave("i-1")
    scene.takeOut("i-old1", "an instance refresh", at: 2)
    scene.takeOut("i-1", cause, at: 2)
    #expect(scene.look(at: 3) == .goOn)
    // The replacement turns healthy: from then on the floor is the whole one again.
    scene.serve("i-2")
    scene.target("i-2", .healthy)
    #expect(scene.look(at: 30) == .goOn)
    scene.leave("i-old2")
    scene.takeOut("i-old2", "an instance refresh", at: 33)
    scene.look(at: 33)
    #expect(scene.failure?.name == "below-floor")
  }

  @Test(
    "an old target that goes beside a draining one is waited for until the activities tell who took it",
    arguments: [("an EC2 Spot instance interruption notice", false), ("an instance refresh", true)])
  func unexplainedDeparture(cause: String, isBlamed: Bool) {
    var scene = VerdictScene(olds: ["i-old1", "i-old2", "i-old3"].map(VerdictScene.old))
    scene.look(at: 0)
    scene.leave("i-old1")
    scene.takeOut("i-old1", "an instance refresh", at: 1)
    scene.serve("i-1")
    scene.target("i-1", .healthy)
    #expect(scene.look(at: 3) == .goOn)
    scene.leave("i-old2")
    #expect(scene.lookAtTargets(at: 6) == .goOn)
    scene.takeOut("i-old2", cause, at: 5)
    scene.look(at: 6)
    #expect(scene.failure?.name == (isBlamed ? "below-floor" : nil))
  }

  @Test("two launches refused alike fail the rollout, one does not", arguments: fatal)
  func refused(message: String) {
    var scene = VerdictScene()
    scene.refuseLaunch(message, at: 1)
    #expect(scene.look(at: 3) == .goOn)
    scene.refuseLaunch(message, at: 13)
    scene.look(at: 15)
    guard case .launchRefused(let refusal)? = scene.failure else {
      Issue.record("\(scene.verdict)")
      return
    }
    #expect(refusal.count == 2 && refusal.message == message)
  }

  @Test("a new instance in service between two refusals, or two different refusals, or old ones: go on")
  func notAlike() {
    var scene = VerdictScene()
    scene.refuseLaunch(Self.fatal[0], at: -20)
    scene.refuseLaunch(Self.fatal[0], at: -10)
    scene.refuseLaunch(Self.fatal[0], at: 1)
    scene.refuseLaunch(Self.fatal[1], at: 2)
    #expect(scene.look(at: 3) == .goOn)
    scene.serve("i-1")
    scene.target("i-1", .healthy)
    scene.look(at: 6)
    scene.refuseLaunch(Self.fatal[0], at: 9)
    #expect(scene.look(at: 9) == .goOn)
  }

  static let lacks = "Your requested instance type (t4g.small) is not supported in your requested Availability Zone"

  @Test(
    "capacity and quota are waited for until the rollout counts as stalled",
    arguments: [
      "We currently do not have sufficient t4g.small capacity in the Availability Zone you requested (eu-north-1a).",
      "You have requested more vCPU capacity than your current vCPU limit of 8 allows.",
      "\(lacks) (eu-north-1c). Please retry by choosing eu-north-1a, eu-north-1b.",
    ])
  func waitedFor(message: String) {
    var scene = VerdictScene()
    for second in stride(from: 0, to: 900, by: 30) {
      scene.refuseLaunch(message, at: second)
      #expect(scene.look(at: second) == .goOn)
    }
    scene.look(at: 900)
    #expect(scene.failure?.name == "stalled")
    #expect(scene.failure?.sentence.contains(message) == true)
  }

  @Test("a type that every zone of the group lacks is not waited for")
  func noZone() {
    var scene = VerdictScene()
    scene.refuseLaunch("\(Self.lacks) (eu-north-1a).", at: 1)
    #expect(scene.look(at: 3) == .goOn)
    scene.refuseLaunch("\(Self.lacks) (eu-north-1b).", at: 4)
    scene.look(at: 6)
    #expect(scene.failure?.name == "launch-refused")
  }
}
