import RealParts
import Testing

@Suite("Two releases at once", .serialized, .enabled(if: Stage.canRun, Stage.condition))
struct LockTests {
  @Test("one gets the fleet, the other is exit 4 and names the holder")
  func race() async throws {
    try await Stage.with { stage in
      let commits = [try stage.commit("B"), try stage.commit("C")]
      let releases = try commits.map { try stage.start("release", $0, "--allow-older") }
      var ended: [Program.Finished] = []
      for release in releases { ended.append(try await release.end()) }
      #expect(ended.map(\.status).sorted() == [0, 4], "\(ended.map(\.everything))")
      let loser = try #require(ended.first { $0.status == 4 })
      let winner = try #require(ended.firstIndex { $0.status == 0 })
      #expect(loser.output.contains("held: instance refresh"), "\(loser.everything)")
      #expect(loser.output.contains("(commit \(commits[winner].prefix(12)), by ada, run "), "\(loser.everything)")
      #expect(loser.output.contains("--wait-for-lock"))
      #expect(try await stage.refreshes().count == 1)
      #expect(try await stage.group().tags.first { $0.key == "wanzami-deploy:in-flight" } == nil)
    }
  }

  @Test("--wait-for-lock waits, and then releases")
  func waiting() async throws {
    try await Stage.with { stage in
      let first = try stage.start("release", try stage.commit("B"))
      try await first.says("instance refresh")
      let next = try await stage.run("release", try stage.commit("C"), "--wait-for-lock")
      #expect(next.status == 0, "\(next.everything)")
      #expect(next.errors.contains("waiting: instance refresh"), "\(next.everything)")
      #expect(try await first.end().status == 0)
      #expect(try await stage.health().versions == ["3"])
      #expect(try await stage.refreshes().map(\.status) == ["Successful", "Successful"])
    }
  }
}
