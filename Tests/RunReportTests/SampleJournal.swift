import ReleaseCore

/// Journals as the program writes them, by hand.
struct SampleJournal {
  private(set) var text = ""
  private var now = Moment(milliseconds: 1_795_600_000_000)
  private let run = "01KB0000000000000000000000"

  mutating func pass(_ seconds: Double) { now = now + .milliseconds(Int(seconds * 1000)) }

  mutating func write(_ entry: String, _ facts: [Announcement.Fact]) {
    let line = JSONLine.encode([.text("time", now.timestamp), .text("run", run), .text("entry", entry)] + facts)
    text += line + "\n"
  }

  mutating func say(_ event: String, _ level: String = "info", _ facts: [Announcement.Fact] = [], _ sentence: String) {
    write("said", [.text("event", event), .text("level", level)] + facts + [.text("sentence", sentence)])
  }

  mutating func see(_ instance: String, _ release: Int, _ lifecycle: String, _ target: String?) {
    say(
      "instance.changed", "info",
      [
        .text("instance", instance), .number("release", release), .text("lifecycle", lifecycle),
        .list("targets", target.map { ["wanzami-api \($0)"] } ?? []), .text("state", "\(lifecycle), \(target ?? "")"),
      ], "\(instance) (release \(release)): \(lifecycle)")
  }

  mutating func capacity(_ serving: Int, _ floor: Int, _ desired: Int) {
    write(
      "saw",
      [.text("what", "capacity"), .number("serving", serving), .number("floor", floor), .number("desired", desired)])
  }

  mutating func call(_ service: String, _ operation: String, kind: String, status: Int = 200, code: String = "") {
    write(
      "saw",
      [
        .text("what", "call"), .text("service", service), .text("operation", operation),
        .text("resource", "group wanzami-api"),
        .text("kind", kind), .number("attempt", 1), .number("status", status), .text("code", code),
        .text("requestID", "7f1c-\(status)"), .number("milliseconds", 41),
      ])
  }

  mutating func stage(_ name: String) { write("saw", [.text("what", "stage"), .text("stage", name)]) }

  /// A release that failed on `instances` new instances and was rolled back, with a script in what others wrote.
  static func rolledBack(instances: Int = 2, hostile: String = "") -> String {
    var journal = SampleJournal()
    journal.say(
      "run.started", "info",
      [
        .text("run", journal.run), .text("command", "release"), .text("service", "wanzami-api"),
        .text("group", "wanzami-api"), .text("by", "ci"), .text("program", "0.1.0"),
      ], "run \(journal.run): release of main to wanzami-api, by ci")
    journal.stage("resolve")
    journal.call("Auto Scaling", "DescribeAutoScalingGroups", kind: "read")
    journal.pass(0.4)
    journal.say("commit.resolved", "info", [.text("commit", String(repeating: "c", count: 40))], "commit \(hostile)")
    journal.stage("build")
    journal.pass(14)
    journal.stage("push")
    journal.pass(3)
    journal.stage("template")
    journal.call("EC2", "CreateLaunchTemplateVersion", kind: "change")
    journal.say("release.created", "info", [.number("release", 42), .number("source", 41)], "release 42")
    journal.pass(1)
    journal.stage("rollout")
    journal.call("Auto Scaling", "StartInstanceRefresh", kind: "change", status: 400, code: "ResourceContention")
    journal.call("Auto Scaling", "StartInstanceRefresh", kind: "change")
    for index in 0..<instances { journal.see("i-0old\(index)", 41, "inService", "healthy") }
    journal.capacity(instances, instances, instances)
    for index in 0..<instances {
      journal.pass(2)
      journal.see("i-0new\(index)", 42, "pending", nil)
      journal.pass(12)
      journal.see("i-0new\(index)", 42, "inService", "initial (Elb.RegistrationInProgress)")
      journal.call("Elastic Load Balancing", "DescribeTargetHealth", kind: "read")
      journal.pass(10)
      journal.see("i-0new\(index)", 42, "inService", "healthy")
      journal.capacity(instances + 1, instances, instances)
      journal.see("i-0old\(index)", 41, "leaving", "draining (Target.DeregistrationInProgress)")
      journal.capacity(instances, instances, instances)
    }
    journal.write("saw", [.text("what", "traffic"), .number("requests", 1000), .number("failed", 0)])
    journal.pass(5)
    journal.see("i-0new0", 42, "inService", "unhealthy (Target.ResponseCodeMismatch, [500] \(hostile))")
    journal.capacity(instances - 1, instances, instances)
    journal.write("saw", [.text("what", "traffic"), .number("requests", 1500), .number("failed", 3)])
    journal.say("verdict.failed", "error", [.number("release", 42)], "release 42 failed: the app answers, wrongly")
    journal.stage("rollback")
    journal.say(
      "evidence", "info", [.text("instance", "i-0new0")],
      "evidence of i-0new0: unhealthy\n  container | Error: connect ECONNREFUSED \(hostile)")
    journal.call("Auto Scaling", "RollbackInstanceRefresh", kind: "change")
    journal.pass(30)
    for index in 0..<instances {
      journal.say("instance.gone", "info", [.text("instance", "i-0new\(index)")], "i-0new\(index): gone")
    }
    journal.capacity(instances, instances, instances)
    journal.pass(2)
    journal.say(
      "run.ended", "warning",
      [
        .text("result", "rolled-back"), .number("exit", 5), .number("release", 42),
        .text("digest", "sha256:" + String(repeating: "a", count: 64)),
      ], "release 42 failed and was rolled back to release 41 \(hostile)")
    return journal.text
  }
}
