import Foundation
import RealParts
import Testing

/// What `plan` says, end by end; nothing of it asks AWS for a change.
@Suite("Transcripts of plan", .serialized, .enabled(if: RealRegistry.isInstalled, "no docker-registry"))
struct PlanTranscriptTests {
  private static let fleet = "instanceType: t4g.small"

  /// What the sandbox was asked that is no reading.
  private func changes(_ stage: Stage) throws -> [Substring] {
    let text = try String(contentsOfFile: stage.folder.path + "/calls", encoding: .utf8)
    let calls = text.split(separator: "\n")
    #expect(!calls.isEmpty)
    return calls.filter { line in
      let operation = line.split(separator: " ").dropFirst(2).joined(separator: " ")
      let reads = ["Describe", "Get", "List", "BatchGet", "Simulate"]
      return !reads.contains { operation.hasPrefix($0) } && !operation.hasSuffix("(dry run)")
    }
  }

  @Test("a first plan, and the ends that come before a refresh; AWS was asked for no change")
  func first() async throws {
    try await Stage.with(fleet: Self.fleet, hasEngine: false) { stage in
      _ = try stage.commit("A")
      try await stage.untouched {
        let transcript = Transcript("plan/first", of: stage)
        try await transcript.run("plan")
        try await transcript.run("plan", "--output", "json")
        try await transcript.run("plan", "--redeploy")
        try await transcript.run("plan", "--template", "1")
        try await transcript.run("plan", "--image", "sha256:" + String(repeating: "a", count: 64))
        try await transcript.run("plan", "no-such-commit")
        try transcript.check()
      }
      #expect(try changes(stage) == [])
    }
  }

  @Test("wrong usage of plan and of release --plan")
  func usage() async throws {
    try await Stage.with(fleet: Self.fleet, hasEngine: false) { stage in
      _ = try stage.commit("A")
      let transcript = Transcript("plan/usage", of: stage)
      try await transcript.run("plan", "--image", "latest")
      try await transcript.run("plan", "main", "--redeploy")
      try await transcript.run("plan", "--template", "0")
      try await transcript.run("plan", "--out", "/proc/no/such")
      try await transcript.run("release", "--plan", "/nowhere.json")
      try await transcript.run("release", "main", "--plan", "/nowhere.json")
      try transcript.check()
    }
  }

  @Test("a long drain, an EC2 group, a secret in the user data, checkpoints, and a group on $Latest")
  func risks() async throws {
    let script = "#!/bin/bash\\nexport DB_PASSWORD=hunter2\\ndocker run -d -p 4000:4000 {{repositoryUri}}:initial\\n"
    let fleet = """
      instanceType: t4g.small
      desired: 4
      templateVersion: $Latest
      warmup: 90
      userData: "\(script)"
      """
    let rollout = "checkpoints: [50, 100], checkpointDelay: 30s, bake: 1s"
    try await Stage.with(fleet: fleet, rollout: rollout, hasEngine: false, isHealthy: false) { stage in
      _ = try stage.commit("A")
      try await stage.untilHealthy(4)
      let transcript = Transcript("plan/risks", of: stage)
      let said = try await transcript.run("plan")
      #expect(!said.everything.contains("hunter2"))
      try transcript.check()
    }
  }

  @Test("a release is held to its plan, by the preferences that were planned")
  func held() async throws {
    try await Stage.with(fleet: Self.fleet) { stage in
      let file = stage.folder.path + "/plan.json"
      // A layer of its own: the classic builder takes one from its cache whatever platform it was built for.
      let commit = try stage.commit("A", dockerfile: "FROM scratch\nCOPY version /planned\n")
      let planned = try await stage.run("plan", commit, "--out", file, "--output", "json")
      #expect(planned.status == 0, "\(planned.everything)")
      var preferences: [String: String] = [:]
      for line in planned.output.split(separator: "\n") {
        let object = try jsonObject(line)
        guard object["event"] as? String == "plan.preference", let name = object["name"] as? String else { continue }
        preferences[name] = object["value"] as? String
      }
      let released = try await stage.run("release", "--plan", file)
      #expect(released.status == 0, "\(released.everything)")
      let sent = try #require(try await stage.refreshes().first?.preferences)
      #expect(preferences["MinHealthyPercentage"] == sent.minHealthyPercentage.map(String.init))
      #expect(preferences["MaxHealthyPercentage"] == sent.maxHealthyPercentage.map(String.init))
      #expect(preferences["InstanceWarmup"] == sent.instanceWarmup.map(String.init))
      #expect(preferences["BakeTime"] == sent.bakeTime.map(String.init))
      #expect(preferences["AutoRollback"] == sent.autoRollback.map(String.init))
      #expect(preferences["SkipMatching"] == sent.skipMatching.map(String.init))
      #expect(preferences["ScaleInProtectedInstances"] == sent.scaleInProtectedInstances)
      #expect(preferences["StandbyInstances"] == sent.standbyInstances)
      // The same plan once more: the fleet has moved, by that very release.
      let transcript = Transcript("plan/moved", of: stage)
      try await transcript.run("release", "--plan", file, drops: Transcript.Line.progress)
      try await transcript.run("plan", commit)
      _ = try stage.commit("B")
      _ = try stage.repository.commit(["README": .file("read me")], message: "Read me")
      try await transcript.run("plan")
      try await transcript.run("plan", "--redeploy")
      try transcript.check()
    }
  }
}
