import GitRepository
import RealParts
import Testing

@Suite("The commits that touch a folder")
struct HistoryTests {
  /// Three commits on the folder and two elsewhere; a merge that brings nothing of its own, and one that does.
  private struct Story {
    let fixture: GitFixture
    let base: String
    let head: String

    init() throws {
      fixture = try GitFixture()
      base = try fixture.commit(["backend/a": "1", "docs/a": "1"], message: "Base")
      try fixture.commit(["docs/a": "2"], message: "Docs only")
      try fixture.git("checkout", "-q", "-b", "side")
      try fixture.commit(["backend/b": "1"], message: "On the side")
      try fixture.git("checkout", "-q", "main")
      try fixture.commit(["backend/a": "2"], message: "Second\n\nwith a body")
      try fixture.git("merge", "-q", "--no-ff", "-m", "Merge of two", "side")
      try fixture.commit([:], removing: ["backend"], message: "Gone")
      head = try fixture.commit(["frontend/a": "1"], message: "Elsewhere")
    }

    /// What git itself lists.
    func listed(_ folder: String, _ range: String) throws -> Set<String> {
      let text = try fixture.git("log", "--full-history", "--format=%H %an %ct %s", range, "--", folder)
      return Set(text.split(separator: "\n").map(String.init))
    }
  }

  private func line(_ commit: CommitSummary) -> String {
    "\(commit.id) \(commit.author) \(commit.committedAt) \(commit.summary)"
  }

  @Test(
    "they are the ones that git log --full-history lists", arguments: ["backend", "docs", ".", "nowhere", "docs/a"])
  func asGit(_ folder: String) async throws {
    let story = try Story()
    let repository = try await GitRepository.open(story.fixture.path)
    let found = try await repository.commits(from: story.base, to: story.head, touching: folder, atMost: 100)
    #expect(Set(found.map(line)) == (try story.listed(folder, "\(story.base)..\(story.head)")))
    #expect(found.count == Set(found.map(\.id)).count)
    if folder == "backend" {
      #expect(found.map(\.summary).first == "Gone")
      #expect(Set(found.map(\.summary)) == ["Gone", "Merge of two", "Second", "On the side"])
    }
  }

  @Test("no more than asked for; nothing between a commit and itself, nor backwards")
  func bounds() async throws {
    let story = try Story()
    let repository = try await GitRepository.open(story.fixture.path)
    let two = try await repository.commits(from: story.base, to: story.head, touching: "backend", atMost: 2)
    #expect(two.map(\.summary) == ["Gone", "Merge of two"])
    #expect(try await repository.commits(from: story.head, to: story.head, touching: "", atMost: 9) == [])
    #expect(try await repository.commits(from: story.head, to: story.base, touching: "", atMost: 9) == [])
  }

  @Test("what leads nowhere is an error: an unknown commit, a folder outside the tree")
  func wrong() async throws {
    let story = try Story()
    let path = story.fixture.path
    let repository = try await GitRepository.open(path)
    let absent = String(repeating: "ab", count: 20)
    await #expect(throws: GitError.unknownRevision(revision: absent, repository: path, isShallow: false)) {
      try await repository.commits(from: absent, to: story.head, touching: "", atMost: 1)
    }
    await #expect(throws: GitError.missingFolder(folder: "../x", commit: story.head)) {
      try await repository.commits(from: story.base, to: story.head, touching: "../x", atMost: 1)
    }
  }

  @Test("a shallow clone answers within its depth, and says that it cannot beyond it")
  func shallow() async throws {
    let fixture = try GitFixture()
    let first = try fixture.commit(["backend/a": "1"])
    try fixture.commit(["backend/a": "2"])
    let third = try fixture.commit(["backend/a": "3"])
    let fourth = try fixture.commit(["docs/a": "3"])
    let clone = fixture.sibling("clone")
    try fixture.git("clone", "-q", "--depth", "2", "file://\(fixture.path)", clone)
    let repository = try await GitRepository.open(clone)
    let found = try await repository.commits(from: third, to: fourth, touching: "docs", atMost: 9)
    #expect(found.map(\.id) == [fourth])
    await #expect(throws: GitError.unknownRevision(revision: first, repository: clone, isShallow: true)) {
      try await repository.commits(from: first, to: fourth, touching: "backend", atMost: 9)
    }
    // The older one is there, but the ways from the newer one end at the boundary.
    try fixture.git("-C", clone, "fetch", "-q", "--depth", "1", "origin", first)
    let cut = GitError.cutHistory(from: first, to: fourth)
    await #expect(throws: cut) { try await repository.commits(from: first, to: fourth, touching: "backend", atMost: 9) }
    #expect(cut.description.contains("fetch-depth: 0"))
  }

  @Test("control characters of a commit's writer reach nobody's terminal")
  func controlCharacters() async throws {
    let fixture = try GitFixture()
    let base = try fixture.commit(["a": "1"])
    let head = try fixture.commit(["a": "2"], message: "Red \u{1B}[31malert\u{7}")
    let found = try await GitRepository.open(fixture.path).commits(from: base, to: head, touching: "", atMost: 1)
    #expect(found.map(\.summary) == ["Red  [31malert "])
  }
}
