import GitRepository
import RealParts
import Testing

/// How CI leaves a clone, made by git itself, and what comes of a release in it.
@Suite("Checkouts as CI makes them")
struct CheckoutTests {
  enum Expected: Sendable {
    case released
    /// The sentence has this line for the workflow.
    case says(String)
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    /// Run in a fresh folder; `$R` is the remote, `$HEAD` and `$OLD` are commits of main, `$SIDE` is none.
    var script: String
    var revision: String?
    var expected: Expected

    var testDescription: String { "\(name), \(revision ?? "the head")" }
  }

  /// As actions/checkout does it: one commit, to the remote's branch.
  private static let actions =
    "git init -q . && git remote add origin $R && git fetch -q --no-tags --depth=1 origin +$HEAD:refs/remotes/origin/main"

  static let cases: [Case] = [
    Case(name: "depth 1", script: "git clone -q --depth 1 $R .", expected: .released),
    Case(name: "depth 1", script: "git clone -q --depth 1 $R .", revision: "HEAD", expected: .released),
    Case(name: "depth 1", script: "git clone -q --depth 1 $R .", revision: "HEAD~1", expected: .says("fetch-depth: 0")),
    Case(name: "depth 1", script: "git clone -q --depth 1 $R .", revision: "$OLD", expected: .says("fetch-depth: 0")),
    Case(
      name: "actions/checkout", script: "\(actions) && git checkout -q -B main refs/remotes/origin/main",
      revision: "$HEAD", expected: .released),
    Case(
      name: "actions/checkout, detached",
      script: "\(actions) && git checkout -q --detach $HEAD && git branch -D -q main || true",
      revision: "HEAD", expected: .released),
    Case(
      name: "actions/checkout of a tag", expected: .says("fetch-depth: 0")
    ) {
      "git init -q . && git remote add origin $R && git fetch -q --depth=1 origin +refs/tags/v1:refs/tags/v1 && git checkout -q --detach v1"
    },
    Case(
      name: "depth 1, another commit fetched",
      script: "git clone -q --depth 1 $R . && git fetch -q --depth 1 origin $OLD",
      revision: "$OLD", expected: .says("fetch-depth: 0")),
    Case(name: "depth 3", script: "git clone -q --depth 3 $R .", revision: "HEAD~2", expected: .released),
    Case(
      name: "fetch-depth: 0", script: "git clone -q $R . && git checkout -q --detach", revision: "$OLD",
      expected: .released),
    Case(
      name: "made whole", script: "git clone -q --depth 1 $R . && git fetch -q --unshallow", revision: "$OLD",
      expected: .released),
    Case(
      name: "without a local branch", script: "git clone -q $R . && git checkout -q --detach && git branch -D -q main",
      expected: .released),
    Case(
      name: "bare", script: "git clone -q --bare $R .", revision: "$OLD",
      expected: .released),
    Case(name: "mirror", script: "git clone -q --mirror $R .", expected: .released),
    Case(
      name: "single branch of another name", script: "git clone -q --single-branch -b side $R .",
      expected: .says("git fetch origin main:refs/remotes/origin/main")),
    Case(name: "partial", script: "git clone -q --filter=blob:none $R .", revision: "$OLD", expected: .released),
    Case(
      name: "sparse", script: "git clone -q --sparse $R . && git sparse-checkout set backend", revision: "$OLD",
      expected: .released),
    Case(
      name: "GitLab's refs",
      script: "git init -q . && git remote add origin $R && git fetch -q --depth 20 origin "
        + "+$HEAD:refs/pipelines/1 +refs/heads/main:refs/remotes/origin/main && git checkout -q --detach refs/pipelines/1",
      revision: "HEAD", expected: .released),
  ]

  @Test("each works, or says the line to add to the workflow", arguments: cases)
  func table(_ example: Case) async throws {
    let fixture = try GitFixture()
    try fixture.git("config", "uploadpack.allowAnySHA1InWant", "true")
    try fixture.git("config", "uploadpack.allowFilter", "true")
    try fixture.commit(["backend/a": "0"])
    let old = try fixture.commit(["backend/a": "1", "docs/a": "1"])
    try fixture.git("branch", "side")
    try fixture.commit(["backend/a": "2"])
    let head = try fixture.commit(["backend/a": "3"])
    try fixture.git("tag", "v1")
    let clone = fixture.sibling("clone")
    var environment = GitFixture.environment
    environment["R"] = "file://\(fixture.path)"
    environment["HEAD"] = head
    environment["OLD"] = old
    try Command.check(["mkdir", clone])
    try Command.check(["sh", "-ec", example.script], in: clone, environment: environment)
    let revision = example.revision.map { $0 == "$HEAD" ? head : $0 == "$OLD" ? old : $0 }
    let repository = try await GitRepository.open(clone)
    switch example.expected {
    case .released:
      let found = try await repository.resolve(revision, branch: "main")
      #expect(
        [head, old, try fixture.git("rev-parse", "main~1"), try fixture.git("rev-parse", "main~2")].contains(found.id))
      if revision == nil || revision == "HEAD" { #expect(found.id == head) }
      #expect(found.changedFiles ?? 0 == 0)
    case .says(let line):
      let error = await #expect(throws: GitError.self) { try await repository.resolve(revision, branch: "main") }
      #expect(error?.description.contains(line) == true, "\(String(describing: error))")
    }
    let untouched = try Command.run(["git", "-C", clone, "fsck", "--connectivity-only"], environment: environment)
    #expect(untouched.status == 0, "\(untouched.text)")
  }

  @Test(
    "another user's checkout is read where git would read it, else the line to add is said",
    .enabled(if: Command.isRoot, "only root can give a folder away"),
    arguments: ["none", "exact", "star", "below", "GIT_CONFIG_COUNT", "GIT_CONFIG_GLOBAL", "reset", "sudo"])
  func owner(_ way: String) async throws {
    let fixture = try GitFixture()
    let head = try fixture.commit(["a": "1"])
    try Command.check(["chown", "-R", "65534:65534", fixture.path])
    let home = try TemporaryFolder("home")
    var variables = ["GIT_CONFIG_NOSYSTEM": "1"]
    let folder = fixture.path
    let parent = folder.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" }
    func configure(_ value: String, _ file: String = ".gitconfig") throws {
      try home.write(file, "[safe]\n directory = \(value)\n")
    }
    switch way {
    case "exact": try configure(folder)
    case "star": try configure("*")
    case "below": try configure("\(parent)/*")
    case "GIT_CONFIG_COUNT":
      variables.merge(
        ["GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": folder]) { $1 }
    case "GIT_CONFIG_GLOBAL":
      try configure("*", "elsewhere")
      variables["GIT_CONFIG_GLOBAL"] = home.path + "/elsewhere"
    case "reset": try home.write(".gitconfig", "[safe]\n directory = *\n directory = \n")
    case "sudo": variables["SUDO_UID"] = "65534"
    default: break
    }
    let environment = GitEnvironment(variables: variables, home: home.path, user: "root")
    if way == "none" || way == "reset" {
      let error = await #expect(throws: GitError.notOwned(path: folder)) {
        try await GitRepository.open(folder, environment: environment)
      }
      #expect(error?.description.contains("git config --global --add safe.directory '\(folder)'") == true)
    } else {
      let repository = try await GitRepository.open(folder, environment: environment)
      #expect(try await repository.resolve(nil, branch: "main").id == head)
    }
  }
}

extension CheckoutTests.Case {
  fileprivate init(name: String, expected: CheckoutTests.Expected, script: () -> String) {
    self.init(name: name, script: script(), revision: nil, expected: expected)
  }
}
