import Foundation
import Glibc
import RealParts
import Testing

/// `pipelines/ci.sh` as a CI server runs it: the whole job, its signals, and the job after it.
@Suite("The plain CI job", .serialized, .enabled(if: Stage.canRun, Stage.condition))
struct PlainJobTests {
  private func job(_ stage: Stage, _ arguments: String...) throws -> Program {
    let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../pipelines/ci.sh")
    let folder = URL(filePath: Stage.program).deletingLastPathComponent().path()
    var environment = stage.environment(["WANZAMI_PIPELINE": stage.pipeline])
    environment["PATH"] = "\(folder):\(environment["PATH"] ?? "/usr/bin:/bin")"
    return try Program(["bash", script.standardized.path()] + arguments, environment: environment)
  }

  @Test("a signal reaches what runs, the release or the taking up, and the next job goes on from there")
  func signals() async throws {
    try await Stage.with(rollout: "bake: 8s") { stage in
      let commit = try stage.commit("B")
      let first = try job(stage, commit)
      try await first.says("refresh InProgress")
      first.signal(SIGTERM)
      let cut = try await first.end(within: .seconds(10))
      #expect(cut.status == 7, "\(cut.everything)")
      let second = try job(stage, commit)
      try await second.says("taking up its watch")
      second.signal(SIGTERM)
      let cutAgain = try await second.end(within: .seconds(10))
      #expect(cutAgain.status == 7, "\(cutAgain.everything)")
      #expect(!cutAgain.errors.contains("commit \(commit.prefix(12)) on"), "\(cutAgain.everything)")
      let third = try await job(stage, commit).end()
      #expect(third.status == 0, "\(third.everything)")
      #expect(third.output.contains("released: release 2 passed"), "\(third.everything)")
      #expect(third.output.contains("already live: release 2"), "\(third.everything)")
      #expect(try await stage.refreshes().count == 1)
    }
  }

  @Test("what was bad and left alone is taken back first, and the release that mends it follows")
  func mended() async throws {
    try await Stage.with(fleet: "versions: { '2': { status: 500 } }", rollout: "bake: 1s") {
      stage in
      let first = try job(stage, try stage.commit("B"))
      try await first.says("refresh InProgress")
      first.signal(SIGINT)
      #expect(try await first.end(within: .seconds(10)).status == 7)
      let second = try await job(stage, try stage.commit("C")).end()
      #expect(second.status == 0, "\(second.everything)")
      #expect(second.output.contains("rolled back: release 2 failed"), "\(second.everything)")
      #expect(second.output.contains("released: release 3 passed"), "\(second.everything)")
    }
  }
}
