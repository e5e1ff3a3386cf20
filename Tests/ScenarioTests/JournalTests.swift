import Foundation
import RealParts
import Testing

@Suite("The journal", .serialized, .enabled(if: Stage.canRun, Stage.condition))
struct JournalTests {
  private static let canMount =
    Command.isRoot
    && (try? withMount { _ in true }) == true

  /// A file system of 64 KiB, for as long as `body` runs.
  private static func withMount<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = try TemporaryFolder("disk")
    try Command.check(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder.path])
    defer { _ = try? Command.run(["umount", "--lazy", folder.path]) }
    return try body(folder.path)
  }

  private func entries(_ folder: String) throws -> [[String: Any]] {
    let runs = folder + "/wanzami-deploy/runs"
    let files = try FileManager.default.contentsOfDirectory(atPath: runs)
    let name = try #require(files.count == 1 ? files.first : nil, "\(files)")
    #expect(name.wholeMatch(of: /[0-9A-Z]{26}\.jsonl/) != nil, "\(name)")
    let text = try String(contentsOfFile: "\(runs)/\(name)", encoding: .utf8)
    return try text.split(separator: "\n").map { try jsonObject($0) }
  }

  @Test("it holds each effect before and after it, and no secret")
  func effects() async throws {
    try await Stage.with(fleet: "versions: { '2': { status: 500 } }") { stage in
      let finished = try await stage.run("release", try stage.commit("B"))
      #expect(finished.status == 5, "\(finished.everything)")
      let entries = try entries(stage.folder.path + "/state")
      let effects = entries.compactMap { entry in
        (entry["action"] as? String).map { "\(entry["entry"] ?? "") \($0)" }
      }
      let forward = ["build", "push", "tagImage", "createVersion", "tag", "startRefresh"].flatMap {
        ["began \($0)", "answered \($0)"]
      }
      #expect(Array(effects.prefix(12)) == forward, "\(effects)")
      let back = ["tag", "rollBackRefresh", "tag"].flatMap { ["began \($0)", "answered \($0)"] }
      #expect(Array(effects.dropFirst(12)) == back, "\(effects)")
      #expect(Set(entries.compactMap { $0["run"] as? String }).count == 1)
      #expect(entries.allSatisfy { $0["time"] is String })
      #expect(entries.last?["event"] as? String == "run.ended")
      #expect(entries.last?["exit"] as? Int == 5)
      for secret in stage.secrets { #expect(!"\(entries)".contains(secret)) }
    }
  }

  @Test(
    "a disk that is full before the rollout is exit 1; one that fills up later is said once, and the release goes on",
    .enabled(if: canMount, "no tmpfs can be mounted here"))
  func fullDisk() async throws {
    try await Stage.with { stage in
      let disk = stage.folder.path + "/disk"
      try Command.check(["mkdir", disk])
      try Command.check(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk])
      defer { _ = try? Command.run(["umount", "--lazy", disk]) }
      let fill = ["dd", "if=/dev/zero", "of=\(disk)/filler", "bs=4k"]
      let commit = try stage.commit("B")
      try await stage.untouched {
        _ = try Command.run(fill)
        let full = try await stage.run("release", commit, with: ["XDG_STATE_HOME": disk])
        #expect(full.status == 1, "\(full.everything)")
        #expect(
          full.output.contains("cannot be written: No space left on device. Free some space"), "\(full.everything)")
      }
      try Command.check(["rm", "-rf", "\(disk)/filler", "\(disk)/wanzami-deploy"])
      let release = try stage.start("release", commit, with: ["XDG_STATE_HOME": disk])
      try await release.says("instance refresh")
      // The journal's last page has room of its own.
      let journals = try Command.check(["find", disk, "-name", "*.jsonl"]).text.split(separator: "\n")
      let journal = try #require(journals.first)
      _ = try Command.run(fill)
      _ = try Command.run(["dd", "if=/dev/zero", "of=\(journal)", "bs=1", "oflag=append", "conv=notrunc"])
      let finished = try await release.end()
      #expect(finished.status == 0, "\(finished.everything)")
      #expect(finished.errors.matches(of: /cannot be written \(.*\); the run goes on/).count == 1, "\(finished.errors)")
      #expect(finished.output.contains("released: release 2 passed"))
    }
  }
}
