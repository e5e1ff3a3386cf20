import Foundation
import RealParts
import Testing

@Suite("Releases", .serialized, .enabled(if: Stage.canRun, Stage.condition))
struct ReleaseTests {
  @Test("a release passes; the same commit again is already live, and nothing is built, pushed or written")
  func twice() async throws {
    try await Stage.with { stage in
      let commit = try stage.commit("B")
      let first = try await stage.run("release", commit)
      #expect(first.status == 0, "\(first.everything)")
      #expect(first.output.contains("released: release 2 passed; 2 of 2 targets healthy on release 2 in wanzami-api"))
      #expect(first.errors.contains("which the registry confirms as sha256:"))
      try await stage.untouched {
        let second = try await stage.run("release", commit)
        #expect(second.status == 0, "\(second.everything)")
        #expect(second.output.contains("already live: release 2; 2 of 2 instances run sha256:"))
        for word in ["build", "pushed", "release 3"] { #expect(!second.everything.contains(word)) }
      }
    }
  }

  @Test("a release that answers wrongly is rolled back clean, and never a rollback's aim")
  func broken() async throws {
    try await Stage.with(fleet: "versions: { '3': { status: 500 } }") { stage in
      try await stage.release(try stage.commit("B"))
      let finished = try await stage.run("release", try stage.commit("C"))
      #expect(finished.status == 5, "\(finished.everything)")
      #expect(finished.output.contains("rolled back: release 3 failed"))
      #expect(finished.output.contains("the fleet is back on release 2: 2 of 2 targets healthy on release 2"))
      #expect(finished.errors.contains("evidence of i-"))
      #expect(finished.errors.contains("rolling back from release 3 to release 2"))
      #expect(try await stage.health().versions == ["2"])
      let history = try await stage.run("history")
      let states = history.output.split(separator: "\n").filter { !$0.hasPrefix(" ") }.map {
        $0.split(separator: " ").prefix(2).map(String.init)
      }
      #expect(states.dropFirst() == [["3", "condemned"], ["2", "live"], ["1", "passed"]], "\(history.output)")
      let back = try await stage.run("rollback", "--to", "3")
      #expect(back.status == 3)
      #expect(back.output.contains("release 3 has not passed, or was condemned"), "\(back.everything)")
    }
  }

  @Test("rollback goes to the release that passed before, once more, and not to what is live or did not pass")
  func rollback() async throws {
    try await Stage.with { stage in
      try await stage.release(try stage.commit("B"))
      try await stage.release(try stage.commit("C"))
      try await stage.untouched {
        let live = try await stage.run("rollback", "--to", "3")
        #expect(live.status == 3, "\(live.everything)")
        #expect(live.output.contains("release 3 is the one that is live"), "\(live.everything)")
        let unknown = try await stage.run("rollback", "--to", "9")
        #expect(unknown.status == 3, "\(unknown.everything)")
        #expect(unknown.output.contains("release 9 has not passed"), "\(unknown.everything)")
      }
      let first = try await stage.run("rollback")
      #expect(first.status == 0, "\(first.everything)")
      #expect(first.output.contains("landed: the fleet is back on release 2; 2 of 2 targets healthy"))
      #expect(first.errors.contains("undoes no database migration"))
      let second = try await stage.run("rollback")
      #expect(second.status == 0, "\(second.everything)")
      #expect(second.output.contains("landed: the fleet is back on release 1"))
      #expect(try await stage.health().versions == ["1"])
      let history = try await stage.run("history", "--output", "json")
      let states = try history.output.split(separator: "\n").map { try jsonObject($0)["state"] as? String }
      #expect(states == ["condemned", "condemned", "live"])
      let third = try await stage.run("rollback")
      #expect(third.status == 3)
      #expect(third.output.contains("no release passed before release 1"), "\(third.everything)")
    }
  }

  @Test("a group on $Latest is pinned to what its instances run, and released")
  func latest() async throws {
    try await Stage.with(fleet: "templateVersion: $Latest") { stage in
      let finished = try await stage.run("release", try stage.commit("B"))
      #expect(finished.status == 0, "\(finished.everything)")
      #expect(finished.errors.contains("was on an alias that moves; it is set to version 1"), "\(finished.everything)")
      #expect(try await stage.group().launchTemplate?.version == "2")
      #expect(try await stage.health().versions == ["2"])
      let back = try await stage.run("rollback")
      #expect(back.status == 0, "\(back.everything)")
      #expect(try await stage.group().launchTemplate?.version == "1")
    }
  }

  @Test("a mixed-instances group keeps its overrides and its distribution")
  func mixed() async throws {
    try await Stage.with(fleet: "mixedInstances: [t3.small, t3a.small]") { stage in
      let before = try #require(try await stage.group().mixedInstancesPolicy)
      let finished = try await stage.run("release", try stage.commit("B"))
      #expect(finished.status == 0, "\(finished.everything)")
      let after = try #require(try await stage.group().mixedInstancesPolicy)
      #expect(after == before.with(version: "2"))
      #expect(after != before)
      #expect("\(after)".contains("t3a.small") && "\(after)".contains("prioritized"))
      #expect(try await stage.group().launchTemplate == nil)
      #expect(try await stage.health().versions == ["2"])
    }
  }

  @Test("--output json is one object a line, and the last is the end with its exit code")
  func json() async throws {
    try await Stage.with { stage in
      let finished = try await stage.run("release", try stage.commit("B"), "--output", "json")
      #expect(finished.status == 0, "\(finished.everything)")
      #expect(finished.errors.isEmpty, "\(finished.errors)")
      let lines = try finished.output.split(separator: "\n").map { try jsonObject($0) }
      for line in lines {
        for key in ["time", "event", "level", "sentence"] { #expect(line[key] is String, "\(key) of \(line)") }
      }
      let events = lines.compactMap { $0["event"] as? String }
      for event in ["commit.resolved", "build.started", "image.pushed", "release.created", "refresh.started"] {
        #expect(events.filter { $0 == event }.count == 1, "\(event)")
      }
      #expect(events.last == "run.ended")
      #expect(lines.last?["exit"] as? Int == 0)
      #expect(lines.last?["result"] as? String == "released")
    }
  }
}

/// A line of JSON that must be an object.
func jsonObject(_ line: Substring) throws -> [String: Any] {
  try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
}
