import ReleaseCore
import Testing

@Suite("The verdict on the refresh, alarms and clocks")
struct VerdictRefreshTests {
  @Test(
    "an end that we did not ask for fails, with who and why",
    arguments: [
      (RefreshStatus.cancelling, false, true), (.cancelled, false, false), (.rollbackInProgress, true, true),
      (.rollbackSuccessful, true, false), (.rollbackFailed, true, false),
    ])
  func endedByOthers(status: RefreshStatus, isCondemning: Bool, isActive: Bool) {
    var scene = VerdictScene()
    scene.look(at: 0)
    scene.refresh.status = status
    scene.refresh.statusReason = "the reason"
    scene.look(at: 3)
    #expect(scene.failure == .endedByOthers(RefreshEnd(id: "r-1", status: status, reason: "the reason")))
    #expect(scene.failure?.isCondemning == isCondemning)
    #expect(scene.failure?.isEndedByOthers == true)
    #expect(scene.failure?.isRefreshOver == !isActive)
  }

  @Test("Failed is the refresh's own failure, with AWS's reason")
  func failed() {
    var scene = VerdictScene()
    scene.refresh.status = .failed
    scene.refresh.statusReason = "an hour without progress"
    scene.look(at: 0)
    #expect(scene.failure == .refreshFailed(id: "r-1", reason: "an hour without progress"))
    #expect(scene.failure?.isEndedByOthers == false && scene.failure?.isRefreshOver == true)
  }

  @Test("the rollback's own reason goes before the status reason")
  func rollbackReason() {
    var scene = VerdictScene()
    scene.refresh.status = .rollbackInProgress
    scene.refresh.statusReason = "waiting"
    scene.refresh.rollbackReason = "alarm errors is in ALARM"
    scene.look(at: 0)
    #expect(scene.failure?.sentence.contains("alarm errors") == true)
  }

  @Test(
    "statuses that are not an end go on",
    arguments: [RefreshStatus.pending, .inProgress, .baking, .unknown, .successful])
  func goesOn(status: RefreshStatus) {
    var scene = VerdictScene()
    scene.refresh.status = status
    #expect(scene.look(at: 0) == .goOn)
  }

  @Test("another refresh that holds the group fails at once beside ours, after two looks without ours")
  func anotherRefresh() {
    var scene = VerdictScene()
    scene.look(at: 0)
    let other = Refresh(
      id: "r-2", status: .inProgress, desired: VerdictScene.reference(43), started: VerdictScene.moment(1))
    #expect(scene.look(at: 3, Observation(refreshes: [other])) == .goOn)
    var twice = scene
    twice.look(at: 6, Observation(refreshes: [other]))
    #expect(twice.failure == .anotherRefresh(id: "r-2", release: 43, status: .inProgress))
    scene.refresh.status = .successful
    scene.others = [other]
    scene.look(at: 6)
    #expect(scene.failure?.name == "another-refresh")
  }

  @Test("an answer from before our start names the refresh before: no evidence")
  func olderRefresh() {
    var scene = VerdictScene()
    scene.look(at: 0)
    let before = Refresh(id: "r-0", status: .inProgress, started: VerdictScene.moment(-500))
    for second in [3, 6, 9] { #expect(scene.look(at: second, Observation(refreshes: [before])) == .goOn) }
  }

  @Test("a refresh without an id is found by its version")
  func adopted() {
    var scene = VerdictScene(refreshID: nil)
    scene.others = [Refresh(id: "r-0", status: .successful, desired: VerdictScene.reference(41))]
    scene.look(at: 0)
    #expect(scene.watch.refreshID == "r-1")
  }

  @Test("an older answer never takes an end back")
  func olderAnswer() {
    var scene = VerdictScene()
    scene.replaceAll()
    scene.succeed()
    scene.look(at: 0)
    scene.refresh.status = .inProgress
    scene.look(from: 3, to: 12)
    #expect(scene.watch.refresh?.status == .successful)
  }

  @Test("a named alarm that goes to ALARM fails; one that was there at the start, or is not named, does not")
  func alarms() {
    var scene = VerdictScene(alarmsAtStart: [Alarm(name: "errors", state: .alarm)])
    scene.alarms = [Alarm(name: "errors", state: .alarm), Alarm(name: "other", state: .alarm)]
    #expect(scene.look(at: 0) == .goOn)
    scene.alarms = [Alarm(name: "errors", state: .insufficientData)]
    #expect(scene.look(at: 3) == .goOn)
    scene.alarms = [Alarm(name: "errors", state: .alarm)]
    #expect(scene.look(at: 6) == .goOn)
    scene.alarms = [Alarm(name: "errors", state: .ok)]
    #expect(scene.look(at: 9) == .goOn)
    scene.alarms = [Alarm(name: "errors", state: .alarm, reason: "5 of 5 datapoints")]
    scene.look(at: 12)
    #expect(scene.failure == .alarm(name: "errors", reason: "5 of 5 datapoints"))
  }

  @Test("no progress for stalledAfter")
  func stalled() {
    var scene = VerdictScene()
    #expect(scene.look(from: 0, to: 2000) == 900)
    #expect(scene.failure?.name == "stalled")
  }

  @Test("any change is progress: percentage, count, lifecycle", arguments: ["percent", "to update", "instance"])
  func progress(kind: String) {
    var scene = VerdictScene()
    scene.look(from: 0, to: 600)
    switch kind {
    case "percent": scene.refresh.percentComplete = 50
    case "to update": scene.refresh.instancesToUpdate = 1
    default: scene.serve("i-1", lifecycle: .pending)
    }
    #expect(scene.look(from: 603, to: 3000) == 603 + 900)
  }

  @Test(
    "waits that are no stall",
    arguments: ["checkpoint", "baking", "draining", "suspended", "warmup", "silence"])
  func noStall(wait: String) {
    var scene = VerdictScene { settings, _ in
      settings.checkpoints = [50, 100]
      settings.checkpointDelay = .seconds(1800)
      settings.startWithin = .seconds(3000)
      settings.warmupSent = .seconds(1800)
    }
    scene.look(at: 0)
    switch wait {
    case "checkpoint": scene.refresh.percentComplete = 50
    case "baking": scene.refresh.status = .baking
    case "draining":
      scene.serve("i-1", "i-2")
      scene.target("i-1", .healthy)
      scene.target("i-2", .healthy)
      scene.leave("i-old1")
    case "suspended": scene.group.suspendedProcesses = ["InstanceRefresh"]
    case "warmup": scene.serve("i-1")
    default: break
    }
    if wait == "silence" {
      for second in stride(from: 3, to: 1700, by: 3) {
        #expect(scene.look(at: second, Observation(silences: ["everything: no answer"])) == .goOn)
      }
      scene.look(from: 1703, to: 2500)
      #expect(scene.verdict == .goOn)
    } else {
      scene.look(from: 3, to: 1700)
      #expect(scene.verdict == .goOn)
    }
  }

  @Test("a checkpoint's delay is no stall, what comes after it is")
  func afterCheckpoint() {
    var scene = VerdictScene { settings, _ in
      settings.checkpoints = [50, 100]
      settings.checkpointDelay = .seconds(600)
    }
    scene.look(at: 0)
    scene.refresh.percentComplete = 50
    #expect(scene.look(from: 3, to: 3000) == 600 + 900)
  }

  @Test("the timeout ends a rollout that still makes progress, and not on silence alone")
  func timeout() {
    var scene = VerdictScene()
    var second = 0
    while second < 3600 {
      scene.refresh.percentComplete = (second / 60) % 100
      #expect(scene.look(at: second) == .goOn)
      second += 60
    }
    #expect(scene.look(at: 3600, Observation(silences: ["everything: no answer"])) == .goOn)
    scene.look(at: 3603)
    #expect(scene.failure?.name == "timed-out")
  }

  @Test("time in which nothing was seen is no part of the timeout")
  func blindTime() {
    var scene = VerdictScene()
    for second in stride(from: 0, through: 600, by: 60) { scene.look(at: second) }
    // AWS answers nothing for fifty minutes.
    for second in stride(from: 660, to: 3600, by: 60) {
      #expect(scene.look(at: second, Observation(silences: ["everything: throttled"])) == .goOn)
    }
    for second in stride(from: 3600, to: 6540, by: 60) {
      scene.refresh.percentComplete = second / 60 % 100
      #expect(scene.look(at: second) == .goOn)
    }
    scene.look(at: 6600)
    #expect(scene.failure?.name == "timed-out", "an hour seen, with the fifty minutes left out")
  }

  @Test("a fleet that is not seen for a whole timeout is out of sight, which is no verdict on the release")
  func outOfSight() {
    var scene = VerdictScene()
    scene.look(at: 0)
    for second in stride(from: 60, to: 3600, by: 60) {
      #expect(scene.look(at: second, Observation(silences: ["everything: expired token"])) == .goOn)
    }
    #expect(
      scene.look(at: 3600, Observation(silences: ["everything: expired token"])) == .outOfSight(for: .seconds(3600)))
  }

  @Test("a verdict is final")
  func final() {
    var scene = VerdictScene()
    scene.refresh.status = .failed
    let verdict = scene.look(at: 0)
    scene.replaceAll()
    scene.refresh.status = .successful
    #expect(scene.look(at: 3) == verdict)
  }
}
