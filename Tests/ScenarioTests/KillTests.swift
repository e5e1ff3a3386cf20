import AWSClient
import Glibc
import RealParts
import Testing

/// `kill -9` right after each entry of the journal, of a good release and of a bad one: whoever comes next ends it right.
///
/// The kill comes from a small library that the loader puts before libc's `write`, so that it falls exactly behind the
/// entry; the program itself knows nothing of it.
@Suite("Killed at every journal entry", .enabled(if: Stage.canRun, Stage.condition))
struct KillTests {
  /// How many stages share the entries: each takes every fourth.
  private static let lanes = 4
  /// More entries than a release has; the last ones find the release ended.
  private static let entriesMax = 200

  private static let fleet = "rate: 5"
  private static let rollout = "bake: 500ms"

  @Test("a good release is finished, by resume or by releasing it again", arguments: 0..<lanes)
  func good(lane: Int) async throws {
    try await Stage.with(fleet: KillTests.fleet, rollout: KillTests.rollout) { stage in
      let killer = try Killer()
      try await KillTests.eachEntry(of: lane) { entry in
        let commit = try stage.commit("good \(entry)")
        let killed = try await killer.release(commit, on: stage, dyingAfter: entry)
        let resumed = try await stage.run("resume", with: stage.elsewhere(entry))
        #expect(resumed.status == 0, "entry \(entry): \(resumed.everything)")
        let again = try await stage.run("release", commit)
        #expect(again.status == 0, "entry \(entry): \(again.everything)")
        try await stage.expectWhole("entry \(entry)")
        return killed
      }
    }
  }

  @Test("a bad release is taken back, by resume or by releasing it again", arguments: 0..<lanes)
  func bad(lane: Int) async throws {
    let versions = (2...KillTests.entriesMax).map { "'\($0)': { status: 500 }" }.joined(separator: ", ")
    let fleet = KillTests.fleet + "\nversions: { \(versions) }"
    try await Stage.with(fleet: fleet, rollout: KillTests.rollout) { stage in
      let killer = try Killer()
      try await KillTests.eachEntry(of: lane) { entry in
        let commit = try stage.commit("bad \(entry)")
        let killed = try await killer.release(commit, on: stage, dyingAfter: entry)
        let resumed = try await stage.run("resume", with: stage.elsewhere(entry))
        #expect([0, 5].contains(resumed.status), "entry \(entry): \(resumed.everything)")
        let again = try await stage.run("release", commit)
        #expect(again.status == 5, "entry \(entry): \(again.everything)")
        try await stage.expectWhole("entry \(entry)", on: "1")
        return killed
      }
    }
  }

  /// Calls `body` with every fourth entry, until a release ended before the entry came.
  private static func eachEntry(of lane: Int, _ body: (Int) async throws -> Bool) async throws {
    var entry = lane + 1
    while try await body(entry) {
      entry += lanes
      try #require(entry < entriesMax, "a release does not have that many entries")
    }
    // A release of this service has more than thirty entries: a journal that says nothing would pass unseen.
    #expect(entry > 30)
  }
}

/// Kills a program exactly behind the n-th line that it writes to a journal; lines of what was only seen do not count.
private struct Killer {
  private let library: String
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder("killer")
    let source = try folder.write("killer.c", Killer.source)
    library = folder.path + "/killer.so"
    try Command.check(["clang", "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"])
  }

  /// Releases a commit; whether it was killed before its end.
  func release(_ commit: String, on stage: Stage, dyingAfter entry: Int) async throws -> Bool {
    let program = try stage.start(
      "release", commit, with: ["LD_PRELOAD": library, "DIE_AFTER_ENTRY": String(entry)])
    let finished = try await program.end()
    return finished.status == 128 + SIGKILL
  }

  private static let source = """
    #define _GNU_SOURCE
    #include <dlfcn.h>
    #include <signal.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    #include <unistd.h>

    ssize_t write(int file, const void *bytes, size_t count) {
      static ssize_t (*real)(int, const void *, size_t);
      static int entries;
      if (!real) real = (ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
      ssize_t written = real(file, bytes, count);
      char link[64], path[4096];
      snprintf(link, sizeof link, "/proc/self/fd/%d", file);
      ssize_t length = readlink(link, path, sizeof path - 1);
      const char *limit = getenv("DIE_AFTER_ENTRY");
      if (!limit || length < 6 || memcmp(path + length - 6, ".jsonl", 6) != 0) return written;
      if (memmem(bytes, count, "\\"entry\\":\\"saw\\"", 13)) return written;
      if (__atomic_add_fetch(&entries, 1, __ATOMIC_SEQ_CST) == atoi(limit)) kill(getpid(), SIGKILL);
      return written;
    }
    """
}

extension Stage {
  /// Another machine: nothing of the killed run's journal is there.
  fileprivate func elsewhere(_ entry: Int) -> [String: String?] {
    ["XDG_STATE_HOME": folder.path + "/elsewhere-\(entry)"]
  }

  /// The fleet is whole on a release that passed, and nothing is marked as under way.
  fileprivate func expectWhole(_ when: String, on version: String? = nil) async throws {
    let group = try await group()
    let saved = group.launchTemplate?.version
    let tags = Dictionary(group.tags.map { ($0.key, $0.value) }) { $1 }
    let health = try await health()
    #expect(health.versions == [saved ?? "none"], "\(when)")
    #expect(health.healthy >= 2, "\(when)")
    if let version { #expect(saved == version, "\(when)") }
    #expect(tags["wanzami-deploy:in-flight"] == nil, "\(when)")
    #expect(tags["wanzami-deploy:passed"]?.split(separator: " ").first.map(String.init) == saved, "\(when)")
    #expect(try await !refreshes().contains { !["Successful", "RollbackSuccessful"].contains($0.status) }, "\(when)")
  }
}
