import Foundation
import RealParts
import Testing

/// What an operator reads, command by command and end by end: see ``Transcript`` for how to record.
@Suite("Transcripts", .serialized, .enabled(if: RealRegistry.isInstalled, "no docker-registry"))
struct TranscriptTests {
  @Test("status and history of a fleet that was never released to")
  func fresh() async throws {
    try await Stage.with(fleet: "instanceType: t4g.small", hasEngine: false) { stage in
      let transcript = Transcript("status/never-released", of: stage)
      try await transcript.run("status")
      try await transcript.run("history")
      try transcript.check()
    }
  }

  @Test("verify of a fleet without marks, and with half of the permissions; AWS was asked for no change")
  func verify() async throws {
    let fleet = """
      instanceType: t4g.small
      denied: [ec2:DescribeImages, elasticloadbalancing:DescribeTargetHealth, "cloudwatch:*", sts:GetCallerIdentity]
      """
    try await Stage.with(fleet: "instanceType: t4g.small", hasEngine: false) { stage in
      _ = try stage.commit("A")
      let transcript = Transcript("verify/first", of: stage)
      try await transcript.run("verify")
      try await transcript.run("verify", "--output", "json")
      try transcript.check()
    }
    try await Stage.with(fleet: fleet, rollout: "alarms: [5xx]", hasEngine: false, isHealthy: false) { stage in
      _ = try stage.commit("A")
      let transcript = Transcript("verify/denied", of: stage)
      try await transcript.run("verify")
      try transcript.check()
    }
  }

  @Test("verify and plan of a group that does not exist, and of one without instances")
  func odd() async throws {
    try await Stage.with(
      fleet: "instanceType: t4g.small\ndesired: 0\nmax: 4", hasEngine: false, isHealthy: false
    ) { stage in
      _ = try stage.commit("A")
      let transcript = Transcript("verify/odd", of: stage)
      try await transcript.run("verify")
      try await transcript.run("plan")
      try await transcript.run("status")
      let other = try stage.folder.write(
        "other.yml",
        "source: { repository: \(stage.repository.path) }\nimage: { repository: wanzami-api }\nfleet: { group: nobody }\n"
      )
      for command in ["verify", "plan", "status"] {
        transcript.take(try await stage.run([command, "--pipeline", other]), of: [command, "(group nobody)"])
      }
      try transcript.check()
    }
  }

  @Test("init writes a file that verify accepts, and never overwrites one")
  func initialise() async throws {
    try await Stage.with(fleet: "instanceType: t4g.small", hasEngine: false) { stage in
      _ = try stage.commit("A")
      let folder = stage.repository.path
      let transcript = Transcript("init/first", of: stage)
      for arguments in [
        ["init"], ["init", "--group", "wanzami-api"], ["init", "--group", "wanzami-api", "--force"],
        ["init", "--group", "nobody", "--pipeline", "other.yml"],
      ] {
        transcript.take(try await stage.run(arguments, in: folder), of: arguments)
      }
      let text = try String(contentsOfFile: folder + "/pipelines/wanzami-api.yml", encoding: .utf8)
      transcript.note("pipelines/wanzami-api.yml", text)
      let verified = try await stage.run(["verify", "--output", "json"], in: folder)
      #expect(verified.status == 0, "\(verified.everything)")
      try transcript.check()
    }
  }

  @Test("status --check tells drift by exit 8, and the marks of a release are none")
  func check() async throws {
    try await Stage.with(fleet: "instanceType: t4g.small", hasEngine: false) { stage in
      let transcript = Transcript("status/check", of: stage)
      try await transcript.run("status", "--check")
      try await stage.client.autoScaling.createOrUpdateTags(
        [.init(key: "wanzami-deploy:passed", value: "1")], on: "wanzami-api")
      try await transcript.run("status", "--check")
      try await stage.client.autoScaling.createOrUpdateTags(
        [.init(key: "wanzami-deploy:in-flight", value: "7 rolling-out")], on: "wanzami-api")
      _ = try await stage.client.ec2.createLaunchTemplateVersion(
        .name("wanzami-api"), source: 1, description: "by hand", clientToken: "t", userData: Array("#!/bin/sh\n".utf8))
      try await transcript.run("status", "--check")
      try await transcript.run("status", "--check", "--output", "json")
      try await transcript.run("status", "--check", "--watch")
      try transcript.check()
    }
  }

  @Test("status --watch says what changes, and nothing while nothing does")
  func watch() async throws {
    try await Stage.with(fleet: "instanceType: t4g.small", hasEngine: false) { stage in
      let watch = try stage.start("status", "--watch")
      try await watch.says("in flight: nothing")
      try await stage.client.autoScaling.createOrUpdateTags(
        [.init(key: "wanzami-deploy:in-flight", value: "7 rolling-out")], on: "wanzami-api")
      try await watch.says("Z  in flight: 7 rolling-out")
      watch.signal(SIGTERM)
      let lines = try await watch.end().output.split(separator: "\n")
      #expect(lines.count { $0.contains("capacity:") } == 1, "\(lines)")
    }
  }

  @Test("explain, offline")
  func explain() async throws {
    try await Stage.with(hasEngine: false, isHealthy: false) { stage in
      let transcript = Transcript("explain/terms", of: stage)
      for terms in [
        ["rollout.bake"], ["timeout"], ["5"], ["Target.ResponseCodeMismatch"], ["never-healthy"], ["failed"],
        ["irreversibleinstancerefresh"], ["saved", "version"], ["wramup"], ["xyzzyplugh"],
      ] {
        let arguments = ["explain"] + terms
        transcript.take(
          try await stage.run(arguments, with: ["AWS_ENDPOINT_URL": "http://127.0.0.1:1"]), of: arguments)
      }
      try transcript.check()
    }
  }

  @Test("each file is named by a test")
  func noneLeftOver() throws {
    let tests = URL(filePath: #filePath).deletingLastPathComponent()
    let sources = try FileManager.default.contentsOfDirectory(atPath: tests.path()).filter { $0.hasSuffix(".swift") }
      .map { try String(contentsOf: tests.appending(path: $0), encoding: .utf8) }.joined()
    let files = try FileManager.default.subpathsOfDirectory(atPath: Transcript.folder.path())
      .filter { $0.hasSuffix(".txt") }
    #expect(!files.isEmpty)
    for file in files { #expect(sources.contains("\"\(file.dropLast(4))\""), "\(file)") }
  }
}
