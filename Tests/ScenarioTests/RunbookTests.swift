import AWSClient
import Foundation
import RealParts
import Testing

@Suite("The runbook's commands", .serialized, .enabled(if: RealRegistry.isInstalled, "no docker-registry"))
struct RunbookTests {
  private static let fleet = """
    instanceType: t4g.small
    versions:
      "1": { log: "one\\ntwo\\nthree" }
    around: { databases: [{ id: wanzami-api, securityGroups: [sg-db] }, { id: other, securityGroups: [sg-db] }] }
    """

  private static let all = [
    ["replace", "INSTANCE"], ["scale", "--desired", "3", "--max", "6"], ["snapshot", "--name", "before-7"],
    ["logs", "INSTANCE"], ["shell", "INSTANCE"],
  ]

  @Test("each command of the runbook page is one that the program takes, with these flags")
  func page() async throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
    var helps: [String: String] = [:]
    var checked = 0
    for page in ["docs/runbook.md", "README.md"] {
      let text = try String(contentsOf: root.appending(path: page), encoding: .utf8)
      for match in text.matches(of: /wanzami-deploy ([a-z]+)((?: (?:--[a-z-]+|[A-Za-z0-9<>\[\]=.…-]+))*)/) {
        let command = String(match.1)
        if helps[command] == nil {
          helps[command] = try await Program.run(
            [Stage.program, command, "--help"], environment: Stage.bareEnvironment(home: "/")
          ).output
        }
        let help = try #require(helps[command])
        #expect(help.contains("USAGE: wanzami-deploy \(command)"), "\(page): \(match.0)")
        for flag in match.2.matches(of: /--[a-z-]+/) {
          #expect(help.contains("\(flag.0)"), "\(page): \(match.0)")
          checked += 1
        }
      }
    }
    #expect(helps.count > 10 && checked > 10)
  }

  private func filled(_ command: [String], _ instance: String) -> [String] {
    command.map { $0 == "INSTANCE" ? instance : $0 }
  }

  private func instance(_ stage: Stage) async throws -> String {
    try #require(try await stage.group().instances.map(\.id).sorted().first)
  }

  private func calls(_ stage: Stage) throws -> [String] {
    let calls = try String(contentsOfFile: stage.folder.path + "/calls", encoding: .utf8)
    return calls.split(separator: "\n").map { String($0.split(separator: " ").last ?? "") }
  }

  @Test("each says with --dry-run what it would do, and asks AWS for no change")
  func dryRun() async throws {
    try await Stage.with(fleet: Self.fleet, hasEngine: false) { stage in
      let transcript = Transcript("runbook/dry-run", of: stage)
      let instance = try await instance(stage)
      try await stage.untouched {
        for command in Self.all {
          let arguments = filled(command, instance) + ["--dry-run"]
          let finished = try await stage.run(arguments + ["--pipeline", stage.pipeline])
          #expect(finished.status == 0)
          transcript.take(finished, of: arguments)
        }
      }
      try transcript.check()
      #expect(try calls(stage).allSatisfy { $0.hasPrefix("Describe") || $0 == "GetAuthorizationToken" })
    }
  }

  @Test("replace keeps the capacity all the while, and leaves the group as it was but for the one instance")
  func replace() async throws {
    try await Stage.with(fleet: Self.fleet, hasEngine: false) { stage in
      let old = try await instance(stage)
      let before = try await stage.group()
      let program = try stage.start("replace", old)
      try await program.says("serves")
      // The newcomer serves, and the old one may only now go: never fewer than two.
      let health = try await stage.health().healthy
      #expect(health >= 2)
      let finished = try await program.end()
      #expect(finished.status == 0, "\(finished.everything)")
      let after = try await stage.group()
      #expect(after.desiredCapacity == before.desiredCapacity)
      #expect(after.maxSize == before.maxSize)
      let serving = after.instances.filter { $0.lifecycleState == "InService" }.map(\.id)
      #expect(serving.count == 2)
      #expect(!serving.contains(old))
      #expect(finished.output.contains("replaced \(old) by"))
    }
  }

  @Test("a full group may be one larger for the time of it, and no longer")
  func full() async throws {
    try await Stage.with(fleet: Self.fleet + "\nmax: 2", hasEngine: false) { stage in
      let finished = try await stage.run("replace", try await instance(stage))
      #expect(finished.status == 0, "\(finished.everything)")
      #expect(finished.errors.contains("its maximum from 2 to 3 meanwhile"))
      let after = try await stage.group()
      let bounds = [after.minSize, after.desiredCapacity, after.maxSize]
      #expect(bounds == [2, 2, 2])
    }
  }

  @Test("a newcomer that answers 500 is taken out again with its last lines, and the old one stays: exit 5")
  func sick() async throws {
    let sick = "\n  \"2\": { status: 500, log: \"cannot reach the database\" }\naround:"
    try await Stage.with(fleet: Self.fleet.replacing("\naround:", with: sick) + "\ngrace: 60", hasEngine: false) {
      stage in
      let old = try await instance(stage)
      // A person has set the group to a version that is sick: what starts from now on is of it.
      let made = try await stage.client.ec2.createLaunchTemplateVersion(
        .name("wanzami-api"), source: 1, description: "sick", clientToken: "sick", userData: Array("#!/bin/sh\n".utf8))
      try await stage.client.autoScaling.updateAutoScalingGroup(
        "wanzami-api", to: .launchTemplate(.init(name: "wanzami-api", version: String(made.version.number))))
      let finished = try await stage.run("replace", old)
      #expect(finished.status == 5, "\(finished.everything)")
      #expect(finished.errors.contains("\(old) stays, and the group has 2 instances again"))
      #expect(finished.errors.contains("answers, wrongly: wanzami-api unhealthy Target.ResponseCodeMismatch"))
      #expect(finished.errors.contains("| cannot reach the database"))
      let after = try await stage.group()
      #expect(after.desiredCapacity == 2)
      #expect(after.instances.contains { $0.id == old && $0.lifecycleState == "InService" })
    }
  }

  /// A fleet that was set to a version whose instances take long to boot.
  private func slow(_ stage: Stage) async throws {
    let made = try await stage.client.ec2.createLaunchTemplateVersion(
      .name("wanzami-api"), source: 1, description: "slow", clientToken: "slow", userData: Array("#!/bin/sh\n".utf8))
    try await stage.client.autoScaling.updateAutoScalingGroup(
      "wanzami-api", to: .launchTemplate(.init(name: "wanzami-api", version: String(made.version.number))))
  }

  @Test("a signal while the newcomer boots leaves both, says what is left to do, and is exit 7")
  func interrupted() async throws {
    let fleet = Self.fleet.replacing("\naround:", with: "\n  \"2\": { bootSeconds: 60 }\naround:") + "\ngrace: 60"
    try await Stage.with(fleet: fleet, hasEngine: false) { stage in
      try await slow(stage)
      let old = try await instance(stage)
      let program = try stage.start("replace", old)
      try await program.says("watch the new instance")
      try await eventually("the newcomer") { try await stage.group().instances.count == 3 ? true : nil }
      program.signal(SIGTERM)
      let finished = try await program.end()
      #expect(finished.status == 7, "\(finished.everything)")
      #expect(finished.errors.contains("SIGTERM: the group is one larger"))
      #expect(
        finished.errors.contains(
          "aws autoscaling terminate-instance-in-auto-scaling-group --instance-id \(old) "
            + "--should-decrement-desired-capacity"))
      #expect(try await stage.group().desiredCapacity == 3)
      #expect(try await stage.group().instances.contains { $0.id == old && $0.lifecycleState == "InService" })
    }
  }

  @Test("a release that begins in between is not disturbed: nothing is taken out, and exit 4 says what is left")
  func overtaken() async throws {
    let fleet = Self.fleet.replacing("\naround:", with: "\n  \"2\": { bootSeconds: 2 }\naround:") + "\ngrace: 60"
    try await Stage.with(fleet: fleet, hasEngine: false) { stage in
      try await slow(stage)
      let old = try await instance(stage)
      let program = try stage.start("replace", old)
      try await program.says("watch the new instance")
      try await stage.client.autoScaling.createOrUpdateTags(
        [.init(key: "wanzami-deploy:in-flight", value: "9 rolling-out")], on: "wanzami-api")
      let finished = try await program.end()
      #expect(finished.status == 4, "\(finished.everything)")
      #expect(finished.errors.contains("marked as in flight (9 rolling-out)"))
      #expect(finished.errors.contains("\(old) was not taken out"))
      #expect(try await stage.group().instances.contains { $0.id == old && $0.lifecycleState == "InService" })
    }
  }

  @Test("a fleet that a release holds is changed by none of them: exit 4 with who holds it")
  func held() async throws {
    try await Stage.with(fleet: Self.fleet, hasEngine: false) { stage in
      let instance = try await instance(stage)
      try await stage.client.autoScaling.createOrUpdateTags(
        [.init(key: "wanzami-deploy:in-flight", value: "1 rolling-out")], on: "wanzami-api")
      let marked = try await stage.run("scale", "--desired", "3")
      #expect(marked.status == 4)
      #expect(marked.errors.contains("marked as in flight (1 rolling-out)"), "\(marked.everything)")
      #expect(marked.errors.contains("wanzami-deploy resume"))
      _ = try await stage.client.autoScaling.startInstanceRefresh(
        of: "wanzami-api", to: .launchTemplate(.init(name: "wanzami-api", version: "1")),
        preferences: .init(minHealthyPercentage: 100, maxHealthyPercentage: 200, instanceWarmup: 3600))
      for command in [["replace", instance], ["scale", "--desired", "3"]] {
        let held = try await stage.run(command + ["--pipeline", stage.pipeline])
        #expect(held.status == 4, "\(held.everything)")
        #expect(held.errors.contains("of group wanzami-api is"))
      }
      #expect(try await stage.group().desiredCapacity == 2)
    }
  }

  @Test("what does not fit is refused in words, and wrong usage is exit 2")
  func refused() async throws {
    try await Stage.with(fleet: Self.fleet, hasEngine: false) { stage in
      let transcript = Transcript("runbook/refused", of: stage)
      for arguments in [
        ["replace", "i-00000000000000000"], ["replace"], ["scale"], ["scale", "--desired", "9"],
        ["scale", "--desired", "5", "--max", "4"], ["scale", "--desired", "1"], ["snapshot", "--database", "none"],
        ["snapshot", "--name", "1--x"], ["logs", "i-00000000000000000"], ["shell", "i-00000000000000000"],
      ] {
        transcript.take(try await stage.run(arguments + ["--pipeline", stage.pipeline]), of: arguments)
      }
      try transcript.check()
    }
  }

  @Test("scale waits until as many serve as were asked for, up and down")
  func scale() async throws {
    try await Stage.with(fleet: Self.fleet, hasEngine: false) { stage in
      let up = try await stage.run("scale", "--desired", "4", "--max", "6")
      #expect(up.status == 0, "\(up.everything)")
      #expect(up.output.contains("4 of 4 instances serve"))
      #expect(try await stage.health().healthy >= 4)
      #expect(try await stage.group().maxSize == 6)
      let down = try await stage.run("scale", "--desired", "2", "--max", "4", "--output", "json")
      #expect(down.status == 0, "\(down.everything)")
      let counted = try await stage.group().instances.filter { $0.lifecycleState == "InService" }
      #expect(counted.count == 2)
      #expect(try await stage.run("scale", "--desired", "2").output.contains("nothing changes"))
    }
  }

  @Test("snapshot makes one that can be restored from; a lost answer makes no second one")
  func snapshot() async throws {
    let lost = Self.fleet + "\nfaults: [{ kind: resetAfter, operation: CreateDBSnapshot, count: 1, skip: 1 }]"
    try await Stage.with(fleet: lost, hasEngine: false) { stage in
      let first = try await stage.run("snapshot", "--name", "before-7")
      #expect(first.status == 0, "\(first.everything)")
      #expect(first.output.contains("snapshot before-7 of wanzami-api can be used"))
      #expect(try await stage.client.rds.describeDBSnapshots(named: "before-7")?.status == "available")
      let second = try await stage.run("snapshot", "--name", "before-8", "--database", "other")
      #expect(second.status == 0, "\(second.everything)")
      #expect(try calls(stage).filter { $0 == "CreateDBSnapshot" }.count == 2)
      let taken = try await stage.run("snapshot", "--name", "before-8")
      #expect(taken.status == 1)
      #expect(taken.errors.contains("DBSnapshotAlreadyExists"), "\(taken.everything)")
    }
  }

  @Test("logs shows the container's last lines, and shell the command that opens one")
  func instance() async throws {
    try await Stage.with(fleet: Self.fleet, hasEngine: false) { stage in
      let instance = try await instance(stage)
      let logs = try await stage.run("logs", instance, "--lines", "2")
      #expect(logs.status == 0, "\(logs.everything)")
      #expect(logs.output == "two\nthree\n")
      let shell = try await stage.run("shell", instance)
      #expect(shell.output == "aws ssm start-session --region eu-north-1 --target \(instance)\n")
    }
    try await Stage.with(fleet: "around: { silentAgents: true }", hasEngine: false) { stage in
      let instance = try await instance(stage)
      let shell = try await stage.run("shell", instance)
      #expect(shell.status == 3)
      #expect(shell.errors.contains("has never reported"), "\(shell.everything)")
      let logs = try await stage.run("logs", instance)
      #expect(logs.status == 1, "\(logs.everything)")
      #expect(logs.errors.contains("could not be had: Failed"), "\(logs.everything)")
    }
  }
}
