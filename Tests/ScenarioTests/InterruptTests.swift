import Glibc
import RealParts
import Testing

/// Signals at every moment, and death: the rollout goes on in AWS, and any machine takes it up.
@Suite("Interruptions", .serialized, .enabled(if: Stage.canRun, Stage.condition))
struct InterruptTests {
  /// A release whose refresh is under way.
  private func released(on stage: Stage, _ commit: String) async throws -> Program {
    let release = try stage.start("release", commit)
    try await release.says("instance refresh")
    try await release.says("refresh InProgress")
    return release
  }

  @Test(
    "a signal during the rollout is exit 7 within two seconds; the refresh goes on, and resume elsewhere ends it",
    arguments: [(SIGINT, "SIGINT", false), (SIGTERM, "SIGTERM", true), (SIGHUP, "SIGHUP", false)])
  func signals(number: Int32, name: String, isBroken: Bool) async throws {
    // A bake that is long enough to be in it still when a busy machine gets to look.
    let fleet = isBroken ? "versions: { '2': { status: 500 } }" : ""
    try await Stage.with(fleet: fleet, rollout: isBroken ? "bake: 1s" : "bake: 10s") { stage in
      let release = try await released(on: stage, try stage.commit("B"))
      let sent = ContinuousClock.now
      release.signal(number)
      let finished = try await release.end(within: .seconds(10))
      #expect(ContinuousClock.now - sent < .seconds(2))
      #expect(finished.status == 7, "\(finished.everything)")
      for text in ["\(name); the rollout of release 2 goes on in AWS", "wanzami-deploy resume, from any machine"] {
        #expect(finished.output.contains(text), "\(finished.everything)")
      }
      let refresh = try #require(try await stage.refreshes().first)
      #expect(["InProgress", "Baking"].contains(refresh.status))
      let resumed = try await stage.run("resume", with: ["XDG_STATE_HOME": stage.folder.path + "/elsewhere"])
      #expect(resumed.status == (isBroken ? 5 : 0), "\(resumed.everything)")
      #expect(resumed.errors.contains("to release 2 is under way already; taking up its watch"))
      #expect(resumed.output.contains(isBroken ? "rolled back: release 2 failed" : "released: release 2 passed"))
      #expect(try await stage.refreshes().count == 1)
      let again = try await stage.run("resume")
      #expect(again.status == 0)
      #expect(again.output.contains("nothing to do"), "\(again.everything)")
    }
  }

  @Test("a second signal exits at once")
  func second() async throws {
    try await Stage.with { stage in
      let release = try await released(on: stage, try stage.commit("B"))
      release.signal(SIGINT)
      release.signal(SIGTERM)
      let finished = try await release.end(within: .seconds(2))
      #expect(finished.status == 7, "\(finished.everything)")
      #expect(try await stage.newestRefreshEnded() == "Successful")
    }
  }

  @Test("a signal during the build is exit 1; the build stops and the fleet is as it was")
  func build() async throws {
    try await Stage.with { stage in
      let mark = "mark-\(UInt32.random(in: 0...UInt32.max))"
      try stage.repository.write("backend/tiny", .bytes(try TinyProgram.executable()))
      try Command.check(["chmod", "755", stage.repository.path + "/backend/tiny"])
      let commit = try stage.commit(
        "B", dockerfile: "FROM scratch\nCOPY tiny /tiny\nRUN [\"/tiny\", \"wait\", \"\(mark)\"]\n")
      try await stage.untouched {
        let release = try stage.start("release", commit)
        try await release.says("RUN [")
        try await eventually("the step to run") { try steps(mark, stage).isEmpty ? nil : true }
        release.signal(SIGINT)
        let finished = try await release.end(within: .seconds(2))
        #expect(finished.status == 1, "\(finished.everything)")
        #expect(finished.output.contains("SIGINT came before the rollout was started"))
        try await eventually("the step to stop", within: .seconds(20)) { try steps(mark, stage).isEmpty ? true : nil }
      }
    }
  }

  /// The running containers of a build step that holds `mark`.
  private func steps(_ mark: String, _ stage: Stage) throws -> [Substring] {
    let listed = try Command.check(
      ["docker", "--host", try #require(stage.engine).dockerHost, "ps", "--no-trunc", "--format", "{{.Command}}"])
    return listed.text.split(separator: "\n").filter { $0.contains(mark) }
  }

  @Test("a killed release is adopted by a release of the same commit, or by resume", arguments: [false, true])
  func killed(resumes: Bool) async throws {
    try await Stage.with { stage in
      let commit = try stage.commit("B")
      let release = try await released(on: stage, commit)
      release.signal(SIGKILL)
      let finished = try await release.end()
      #expect(finished.status == 128 + SIGKILL)
      let next = resumes ? try await stage.run("resume") : try await stage.run("release", commit)
      #expect(next.status == 0, "\(next.everything)")
      #expect(next.errors.contains("is under way already; taking up its watch"), "\(next.everything)")
      #expect(next.output.contains("released: release 2 passed"))
      #expect(try await stage.refreshes().count == 1)
      #expect(try await stage.snapshot().versions.keys.sorted() == [1, 2])
    }
  }
}
