import GitRepository
import RealParts
import Testing

@Suite("Resolving a revision")
struct ResolveTests {
  @Test("without a remote the local branch's head is the default, with its author, time and summary")
  func defaultRevision() async throws {
    let fixture = try GitFixture()
    try fixture.commit(["a": "1"])
    let head = try fixture.commit(["a": "2"], message: "Second\n\nBody")
    let resolved = try await GitRepository.open(fixture.path).resolve(nil, branch: "main")
    #expect(resolved.id == head)
    #expect(resolved.author == "Ada Example")
    #expect(resolved.summary == "Second")
    #expect(String(resolved.committedAt) == (try fixture.git("log", "-1", "--format=%ct")))
    #expect(resolved.branch == "refs/heads/main")
    #expect(resolved.changedFiles == 0)
  }

  @Test(
    "a commit of the branch is found by whatever names it",
    arguments: ["HEAD~1", "main~1", "v1", "v1^{commit}", "light", "refs/heads/main~1", "SHORT", "FULL"])
  func names(_ name: String) async throws {
    let fixture = try GitFixture()
    let wanted = try fixture.commit(["a": "1"])
    try fixture.git("tag", "-a", "v1", "-m", "one")
    try fixture.git("tag", "light")
    let head = try fixture.commit(["a": "2"])
    let revision = name == "SHORT" ? String(wanted.prefix(10)) : name == "FULL" ? wanted : name
    let resolved = try await GitRepository.open(fixture.path).resolve(revision, branch: "main")
    #expect(resolved.id == wanted)
    #expect(resolved.branchHead == head)
  }

  @Test("with a remote its branch counts: what is not pushed is not on the branch")
  func remote() async throws {
    let fixture = try GitFixture()
    let pushed = try fixture.commit(["a": "1"])
    let clone = fixture.sibling("clone")
    try fixture.git("clone", "-q", fixture.path, clone)
    try fixture.git("-C", clone, "commit", "-q", "--allow-empty", "-m", "not pushed")
    let local = try fixture.git("-C", clone, "rev-parse", "HEAD")
    let repository = try await GitRepository.open(clone)
    let resolved = try await repository.resolve(nil, branch: "main")
    #expect(resolved.id == pushed)
    #expect(resolved.branch == "refs/remotes/origin/main")
    await #expect(throws: GitError.notOnBranch(commit: local, branch: "refs/remotes/origin/main", head: pushed)) {
      try await repository.resolve("HEAD", branch: "main")
    }
  }

  @Test("a commit of another branch is refused by name")
  func otherBranch() async throws {
    let fixture = try GitFixture()
    let head = try fixture.commit(["a": "1"])
    try fixture.git("checkout", "-q", "-b", "side")
    let side = try fixture.commit(["a": "2"])
    let repository = try await GitRepository.open(fixture.path)
    let refused = GitError.notOnBranch(commit: side, branch: "refs/heads/main", head: head)
    await #expect(throws: refused) { try await repository.resolve("side", branch: "main") }
    #expect(refused.description.contains("merge and push it first"))
  }

  @Test("changed, staged and untracked files are counted, and none for a bare repository")
  func changedFiles() async throws {
    let fixture = try GitFixture()
    try fixture.commit(["a": "1", "b": "1", ".gitignore": "ignored\n"])
    try fixture.write("a", "2")
    try fixture.write("b", "2")
    try fixture.git("add", "b")
    try fixture.write("new", "1")
    try fixture.write("ignored", "1")
    #expect(try await GitRepository.open(fixture.path).resolve(nil, branch: "main").changedFiles == 3)
    let bare = fixture.sibling("bare")
    try fixture.git("clone", "-q", "--bare", fixture.path, bare)
    try fixture.git("-C", bare, "remote", "remove", "origin")
    #expect(try await GitRepository.open(bare).resolve(nil, branch: "main").changedFiles == nil)
  }

  @Test("a subfolder and a linked worktree open the repository")
  func otherDoors() async throws {
    let fixture = try GitFixture()
    let head = try fixture.commit(["deep/er/file": "1"])
    let worktree = fixture.sibling("worktree")
    try fixture.git("worktree", "add", "-q", worktree, "-b", "other")
    for path in [fixture.path + "/deep/er", worktree] {
      #expect(try await GitRepository.open(path).resolve(nil, branch: "main").id == head)
    }
  }

  @Test("wrong names each have their own error")
  func wrongNames() async throws {
    let fixture = try GitFixture()
    try fixture.commit(["a": "1"])
    let path = fixture.path
    let repository = try await GitRepository.open(path)
    await #expect(throws: GitError.unknownRevision(revision: "nope", repository: path, isShallow: false)) {
      try await repository.resolve("nope", branch: "main")
    }
    let absent = String(repeating: "ab", count: 20)
    await #expect(throws: GitError.unknownRevision(revision: absent, repository: path, isShallow: false)) {
      try await repository.resolve(absent, branch: "main")
    }
    await #expect(throws: GitError.unknownRevision(revision: "HEAD:a", repository: path, isShallow: false)) {
      try await repository.resolve("HEAD:a", branch: "main")
    }
    await #expect(throws: GitError.noSuchBranch(branch: "prod", looked: ["refs/heads/prod"], repository: path)) {
      try await repository.resolve(nil, branch: "prod")
    }
    let short = String(try fixture.git("rev-parse", "HEAD").prefix(3))
    await #expect(throws: GitError.ambiguousRevision(revision: short, repository: path)) {
      try await repository.resolve(short, branch: "main")
    }
    try fixture.git("remote", "add", "one", path)
    try fixture.git("remote", "add", "two", path)
    await #expect(throws: GitError.severalRemotes(names: ["one", "two"], repository: path)) {
      try await repository.resolve(nil, branch: "main")
    }
  }

  @Test("a repository without a commit says so")
  func unborn() async throws {
    let fixture = try GitFixture()
    let repository = try await GitRepository.open(fixture.path)
    await #expect(throws: GitError.noCommits(repository: fixture.path)) {
      try await repository.resolve(nil, branch: "main")
    }
  }

  @Test("a shallow clone answers within its depth, and beyond it names fetch-depth")
  func shallow() async throws {
    let fixture = try GitFixture()
    try fixture.commit(["a": "1"])
    let second = try fixture.commit(["a": "2"])
    let third = try fixture.commit(["a": "3"])
    try fixture.git("checkout", "-q", "--orphan", "elsewhere")
    let apart = try fixture.commit(["a": "4"])
    let clone = fixture.sibling("clone")
    try fixture.git("clone", "-q", "--depth", "2", "--no-single-branch", "-b", "main", "file://\(fixture.path)", clone)
    let repository = try await GitRepository.open(clone)
    #expect(try await repository.resolve(nil, branch: "main").id == third)
    #expect(try await repository.resolve(second, branch: "main").id == second)
    let refused = GitError.shallow(commit: apart, branch: "refs/remotes/origin/main")
    await #expect(throws: refused) { try await repository.resolve(apart, branch: "main") }
    #expect(refused.description.contains("fetch-depth: 0"))
    guard case .unknown(let reason) = try await repository.isAncestor(apart, of: third) else {
      Issue.record("a cut history gave an answer")
      return
    }
    #expect(reason.contains("shallow"))
  }

  @Test("ancestry is yes, no, or unknown for a commit that is not there")
  func ancestry() async throws {
    let fixture = try GitFixture()
    let first = try fixture.commit(["a": "1"])
    let second = try fixture.commit(["a": "2"])
    let repository = try await GitRepository.open(fixture.path)
    #expect(try await repository.isAncestor(first, of: second) == .yes)
    #expect(try await repository.isAncestor(first, of: first) == .yes)
    #expect(try await repository.isAncestor(second, of: first) == .no)
    let absent = String(repeating: "0", count: 39) + "1"
    let answer = try await repository.isAncestor(absent, of: first)
    #expect(answer == .unknown(reason: "\(fixture.path) does not hold commit \(absent)"))
  }

  @Test("no repository, another's repository and an unknown format each have their own sentence")
  func doesNotOpen() async throws {
    let folder = try TemporaryFolder()
    await #expect(throws: GitError.notARepository(path: folder.path)) { try await GitRepository.open(folder.path) }
    let missing = folder.path + "/missing"
    await #expect(throws: GitError.notARepository(path: missing)) { try await GitRepository.open(missing) }
    let modern = folder.path + "/modern"
    try Command.check(["git", "init", "-q", "--object-format=sha256", modern], environment: GitFixture.environment)
    let error = await #expect(throws: GitError.self) { try await GitRepository.open(modern) }
    guard case .unsupportedFormat(modern, let detail) = error else {
      Issue.record("not .unsupportedFormat: \(String(describing: error))")
      return
    }
    #expect(detail.contains("objectformat"))
  }

  @Test(
    "a repository of another user is refused with the way out",
    .enabled(if: Command.isRoot, "only root can give a folder away"))
  func notOwned() async throws {
    let fixture = try GitFixture()
    try fixture.commit(["a": "1"])
    try Command.check(["chown", "-R", "65534:65534", fixture.path])
    let refused = GitError.notOwned(path: fixture.path)
    await #expect(throws: refused) { try await GitRepository.open(fixture.path) }
    #expect(refused.description.contains("safe.directory '\(fixture.path)'"))
  }
}
