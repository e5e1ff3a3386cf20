import Foundation
import RealParts
import Synchronization
import Testing

/// Hooks and notices of the built program, on a real Engine and against a real webhook.
@Suite("Hooks and notices", .serialized, .enabled(if: Stage.canRun && TinyProgram.canBeMade, Stage.condition))
struct HookScenarioTests {
  /// The stage's pipeline with more keys.
  private func pipeline(_ stage: Stage, _ more: String) throws -> String {
    let text = try String(contentsOfFile: stage.pipeline, encoding: .utf8)
    return try stage.folder.write("hooks.yml", text + more)
  }

  private func commit(_ version: String, on stage: Stage) throws -> String {
    let folder = stage.repository.path + "/backend"
    try Command.check(["mkdir", "-p", folder])
    try Data(try TinyProgram.executable()).write(to: URL(filePath: folder + "/tiny"))
    try Command.check(["chmod", "755", folder + "/tiny"])
    return try stage.commit(version, dockerfile: "FROM scratch\nCOPY tiny /tiny\nCOPY version /version\n")
  }

  @Test(
    "a hook of the image that ends well is streamed, and the release goes on; one on this machine knows the release")
  func passing() async throws {
    try await Stage.with { stage in
      let file = try pipeline(
        stage,
        """
        hooks:
          beforeRollout: { run: [/tiny, exit, "0"] }
          afterPassed: { run: [sh, -c, 'echo "$WANZAMI_HOOK $WANZAMI_RELEASE $WANZAMI_SERVICE"'], where: local }

        """)
      let finished = try await stage.run("release", try commit("B", on: stage), pipeline: file)
      #expect(finished.status == 0, "\(finished.everything)")
      #expect(finished.errors.contains("hook  | to standard output"), "\(finished.errors)")
      #expect(finished.errors.contains("hook  | to standard error"))
      #expect(finished.errors.contains("hook  | afterPassed 2 wanzami-api"))
      #expect(try leftovers(stage).isEmpty)
    }
  }

  @Test("the word snapshot makes one of the fleet's database before the rollout; without a database nothing is moved")
  func snapshot() async throws {
    try await Stage.with(fleet: "around: { databases: [{ id: wanzami-api }, { id: other }] }") { stage in
      let file = try pipeline(stage, "hooks: { beforeRollout: [snapshot, { run: [/tiny, exit, \"0\"] }] }\n")
      let finished = try await stage.run("release", try commit("B", on: stage), pipeline: file)
      #expect(finished.status == 0, "\(finished.everything)")
      #expect(finished.errors.contains("hook beforeRollout (snapshot) of the database"), "\(finished.errors)")
      let name = try #require(finished.errors.firstMatch(of: /snapshot (wanzami-api-before-[a-z0-9]{26}) of/)?.1)
      #expect(try await stage.client.rds.describeDBSnapshots(named: String(name))?.status == "available")
      #expect(finished.errors.contains("hook beforeRollout (/tiny exit 0)"))
    }
    try await Stage.with { stage in
      let file = try pipeline(stage, "hooks: { beforeRollout: snapshot }\n")
      let commit = try commit("B", on: stage)
      try await stage.untouched {
        let finished = try await stage.run("release", commit, pipeline: file)
        #expect(finished.status == 1, "\(finished.everything)")
        #expect(finished.output.contains("no single database stands in the network"), "\(finished.everything)")
      }
    }
  }

  @Test("a hook that fails ends the release with exit 1 and an untouched fleet, and repeats what it said")
  func failing() async throws {
    try await Stage.with { stage in
      let file = try pipeline(stage, "hooks: { beforeRollout: { run: [/tiny, exit, \"3\"] } }\n")
      let commit = try commit("B", on: stage)
      try await stage.untouched {
        let finished = try await stage.run("release", commit, pipeline: file)
        #expect(finished.status == 1, "\(finished.everything)")
        #expect(finished.output.contains("hook beforeRollout (/tiny exit 3) failed: it ended with 3; its last lines:"))
      }
      #expect(try leftovers(stage).isEmpty)
    }
  }

  @Test(
    "a hook that takes too long, or that a signal meets, is stopped, and nothing of it is left",
    arguments: [true, false])
  func stopped(byTimeout: Bool) async throws {
    try await Stage.with { stage in
      let timeout = byTimeout ? "1s" : "10m"
      let file = try pipeline(stage, "hooks: { beforeRollout: { run: [/tiny, wait], timeout: \(timeout) } }\n")
      let commit = try commit("B", on: stage)
      try await stage.untouched {
        let release = try stage.start("release", commit, pipeline: file)
        try await release.says("hook  | ready")
        if !byTimeout { release.signal(SIGTERM) }
        let finished = try await release.end()
        #expect(finished.status == 1, "\(finished.everything)")
        #expect(finished.output.contains("was stopped"), "\(finished.everything)")
      }
      #expect(try leftovers(stage).isEmpty)
    }
  }

  @Test("a webhook gets the result and why; its URL is in no output and in no journal")
  func webhook() async throws {
    try await Stage.with(fleet: "versions: { '3': { status: 500 } }") { stage in
      let bodies = Mutex<[String]>([])
      let server = try LoopbackServer { connection in
        while let request = connection.request() {
          bodies.withLock { $0.append(String(decoding: request.body, as: UTF8.self)) }
          connection.answer("ok")
        }
      }
      let url = "\(server.url)/services/T0/B0/verysecrettoken"
      let file = try pipeline(stage, "notices: { webhook: HOOK_URL }\n")
      let variables: [String: String?] = ["HOOK_URL": url]
      for version in ["B", "C"] {
        let finished = try await stage.run("release", try stage.commit(version), with: variables, pipeline: file)
        #expect(!finished.everything.contains("verysecrettoken"), "\(finished.everything)")
      }
      let texts = try bodies.withLock { $0 }.map { try jsonObject($0[...])["text"] as? String ?? "" }
      #expect(texts.count == 2)
      #expect(texts.first?.contains("*wanzami-api: release 2 released*") == true, "\(texts)")
      #expect(texts.last?.contains("release 3 failed (") == true, "\(texts)")
      let journals = try Command.check(["grep", "-rc", "notify", stage.folder.path + "/state"])
      #expect(!journals.text.contains(":0\n"))
      #expect(try Command.run(["grep", "-r", "verysecrettoken", stage.folder.path + "/state"]).status == 1)
    }
  }

  @Test(
    "a webhook that refuses, hangs, is not there or is not named fails nothing, and is said",
    arguments: [
      "refuses", "hangs", "closed", "unset",
    ])
  func badWebhook(kind: String) async throws {
    try await Stage.with { stage in
      let closed = try ClosedPort()
      let server = try LoopbackServer { connection in
        _ = connection.request()
        if kind == "hangs" { connection.waitForClose() } else { connection.answer("invalid_token", status: "403 No") }
      }
      let url: String? = kind == "unset" ? nil : "\(kind == "closed" ? closed.url : server.url)/verysecrettoken"
      let file = try pipeline(stage, "notices: { webhook: HOOK_URL }\n")
      let finished = try await stage.run("release", try stage.commit("B"), with: ["HOOK_URL": url], pipeline: file)
      #expect(finished.status == 0, "\(finished.everything)")
      #expect(finished.errors.contains("warning: telling the webhook of HOOK_URL "), "\(finished.errors)")
      #expect(!finished.everything.contains("verysecrettoken"))
    }
  }

  @Test("a topic of the emulated SNS is told")
  func topic() async throws {
    try await Stage.with { stage in
      let file = try pipeline(stage, "notices: { topic: 'arn:aws:sns:eu-north-1:123456789012:releases' }\n")
      let finished = try await stage.run("release", try stage.commit("B"), pipeline: file)
      #expect(finished.status == 0, "\(finished.everything)")
      #expect(finished.errors.contains("told topic arn:aws:sns:eu-north-1:123456789012:releases"), "\(finished.errors)")
    }
  }

  private func leftovers(_ stage: Stage) throws -> [Substring] {
    let engine = try #require(stage.engine)
    return try Command.check([
      "docker", "--host", engine.dockerHost, "ps", "--all", "--quiet", "--filter", "name=wanzami-hook-",
    ]).text.split(separator: "\n")
  }
}
