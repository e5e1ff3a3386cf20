import Foundation
import GitRepository
import RealParts
import Synchronization
import Testing

/// A user's home with nothing in it but what a test puts there.
private struct Home {
  let folder: TemporaryFolder
  var variables: [String: String] = ["GIT_CONFIG_NOSYSTEM": "1"]

  init() throws { folder = try TemporaryFolder("home") }

  var environment: GitEnvironment { GitEnvironment(variables: variables, home: folder.path, user: "root") }

  func repository(_ url: String) throws -> RemoteRepository {
    guard case .remote(let url) = try GitLocation(url) else { throw FixtureFailure("\(url) is no URL") }
    return RemoteRepository(url, environment: environment)
  }

  @discardableResult
  func fetch(_ url: String, branch: String = "main", revision: String? = nil) async throws -> GitRepository {
    try await repository(url).fetch(branch: branch, revision: revision) { _ in }
  }

  var cache: String { folder.path + "/.cache/wanzami-deploy/git" }
}

/// What a fetch that must fail says.
private func failure(_ body: () async throws -> Void) async -> RemoteFailure? {
  do {
    try await body()
    return nil
  } catch GitError.remote(let failure) {
    return failure
  } catch {
    Issue.record("not a failure of a remote: \(error)")
    return nil
  }
}

@Suite("A repository at a URL")
struct RemoteTests {
  private static let secret = "s3cr3t-t0ken"

  @Test("file, http and https with a token fetch the branch; a later commit and a tag come with the next fetch")
  func fetches() async throws {
    let fixture = try GitFixture()
    let first = try fixture.commit(["a": "1"])
    let plain = try GitServer(root: fixture.sibling(""))
    let secured = try GitServer(root: fixture.sibling(""), isEncrypted: true, login: "x-access-token:\(Self.secret)")
    var heads = first
    for url in ["file://\(fixture.path)", "\(plain.base)/repository/.git", "\(secured.base)/repository/.git"] {
      var home = try Home()
      home.variables["WANZAMI_GIT_TOKEN"] = Self.secret
      home.variables["GIT_SSL_CAINFO"] = secured.authority
      #expect(try await home.fetch(url).resolve(nil, branch: "main").id == heads)
      let tag = "v\(heads.prefix(6))"
      try fixture.git("tag", "-a", tag, "-m", "tag", heads)
      heads = try fixture.commit(["a": .file(heads)])
      let again = try await home.fetch(url, revision: "\(tag)^{commit}")
      #expect(try await again.resolve(nil, branch: "main").id == heads)
      #expect(try await again.resolve(tag, branch: "main").branchHead == heads)
      #expect(try await again.resolve("main~1", branch: "main").id == (try fixture.git("rev-parse", "main~1")))
      #expect(try await home.repository(url).open().resolve(nil, branch: "main").changedFiles == nil)
    }
  }

  @Test(
    "a token is found where git and CI keep it",
    arguments: ["url", "netrc", "store", "extraheader", "GITHUB_TOKEN", "CI_JOB_TOKEN", "insteadOf", "second"])
  func tokens(_ place: String) async throws {
    let fixture = try GitFixture()
    let head = try fixture.commit(["a": "1"])
    let user = place == "CI_JOB_TOKEN" ? "gitlab-ci-token" : "x-access-token"
    let server = try GitServer(root: fixture.sibling(""), login: "\(user):\(Self.secret)")
    var home = try Home()
    let bare = server.base.dropFirst("http://".count)
    var url = "\(server.base)/repository/.git"
    switch place {
    case "url": url = "http://\(user):\(Self.secret)@\(bare)/repository/.git"
    case "netrc":
      try home.folder.write(
        ".netrc", "machine other login a password b\nmachine 127.0.0.1\n login \(user)\n password \(Self.secret)\n")
    case "store": try home.folder.write(".git-credentials", "http://a:b@other\nhttp://\(user):\(Self.secret)@\(bare)\n")
    case "extraheader":
      let pair = Data("\(user):\(Self.secret)".utf8).base64EncodedString()
      home.variables["GIT_CONFIG_COUNT"] = "1"
      home.variables["GIT_CONFIG_KEY_0"] = "http.\(server.base)/.extraheader"
      home.variables["GIT_CONFIG_VALUE_0"] = "AUTHORIZATION: basic \(pair)"
    case "GITHUB_TOKEN":
      home.variables["GITHUB_TOKEN"] = Self.secret
      home.variables["GITHUB_SERVER_URL"] = server.base
    case "CI_JOB_TOKEN":
      home.variables["CI_JOB_TOKEN"] = Self.secret
      home.variables["CI_SERVER_URL"] = server.base
    case "insteadOf":
      try home.folder.write(
        ".gitconfig", "[url \"http://\(user):\(Self.secret)@\(bare)/\"]\n insteadOf = https://example.com/\n")
      url = "https://example.com/repository/.git"
    default:
      home.variables["WANZAMI_GIT_TOKEN"] = "an old one"
      try home.folder.write(".netrc", "default login \(user) password \(Self.secret)")
    }
    #expect(try await home.fetch(url).resolve(nil, branch: "main").id == head)
    let said = try home.repository(url).url.description
    #expect(!said.contains(Self.secret))
    let kept = try Command.run(["grep", "-r", Self.secret, home.cache])
    #expect(kept.status == 1, "the token is kept in \(kept.text)")
  }

  @Test("a refused token is named by its place and never shown; another server's token is not offered")
  func refused() async throws {
    let fixture = try GitFixture()
    try fixture.commit(["a": "1"])
    let server = try GitServer(root: fixture.sibling(""), login: "x:y")
    var home = try Home()
    let url = "\(server.base)/repository/.git"
    home.variables["GITHUB_TOKEN"] = Self.secret
    let none = try #require(await failure { try await home.fetch(url) })
    #expect(none.description.contains("there were none to offer. Set WANZAMI_GIT_TOKEN"))
    home.variables["WANZAMI_GIT_TOKEN"] = Self.secret
    let wrong = try #require(await failure { try await home.fetch(url) })
    #expect(wrong.description.hasPrefix("\(url) asks for credentials: it refused WANZAMI_GIT_TOKEN."))
    #expect(!wrong.description.contains(Self.secret))
  }

  @Test("a private authority is refused with the variable that names it, and each of them works")
  func authority() async throws {
    let fixture = try GitFixture()
    let head = try fixture.commit(["a": "1"])
    for name in ["GIT_SSL_CAINFO", "SSL_CERT_FILE", "http.sslCAInfo"] {
      let server = try GitServer(root: fixture.sibling(""), isEncrypted: true)
      var home = try Home()
      let url = "\(server.base)/repository/.git"
      #expect(await failure { try await home.fetch(url) } == .certificate(host: "localhost"))
      if name == "http.sslCAInfo" {
        try home.folder.write(".gitconfig", "[http]\n sslCAInfo = \(server.authority)\n")
      } else {
        home.variables[name] = server.authority
      }
      #expect(try await home.fetch(url).resolve(nil, branch: "main").id == head)
    }
  }

  @Test(
    "ssh lets in a default key, a named key and an agent's; a passphrase and an unknown host are said",
    .enabled(if: SSHServer.canRun, "no sshd here, or not root"))
  func ssh() async throws {
    let fixture = try GitFixture()
    let head = try fixture.commit(["a": "1"])
    let server = try SSHServer()
    let url = "ssh://root@127.0.0.1:\(server.port)\(fixture.path)"
    var home = try Home()
    let unknown = try #require(await failure { try await home.fetch(url) })
    #expect(unknown.description.contains("ssh-keyscan -p \(server.port) 127.0.0.1 >> ~/.ssh/known_hosts"))
    try home.folder.write(".ssh/known_hosts", server.knownHost)
    let none = try #require(await failure { try await home.fetch(url) })
    #expect(none.description.contains("there were none to offer"))

    home.variables["WANZAMI_GIT_SSH_KEY"] = server.key
    #expect(try await home.fetch(url).resolve(nil, branch: "main").id == head)

    let usual = try Home()
    try usual.folder.write(".ssh/known_hosts", server.knownHost)
    try Command.check(["ssh-keygen", "-q", "-H", "-f", "\(usual.folder.path)/.ssh/known_hosts"])
    let file = "\(usual.folder.path)/.ssh/id_ed25519"
    try Command.check(["cp", server.key, file])
    #expect(try await usual.fetch(url).resolve(nil, branch: "main").id == head)

    try Command.check(["ssh-keygen", "-q", "-p", "-N", "a passphrase", "-f", file])
    let protected = try #require(await failure { try await usual.fetch(url) })
    #expect(protected.description.contains("ssh-add \(file)"))

    let other = try SSHServer()
    let words = other.knownHost.split(separator: " ", maxSplits: 1)
    try usual.folder.write(".ssh/known_hosts", "[127.0.0.1]:\(server.port) \(words[1])")
    let changed = try #require(await failure { try await usual.fetch(url) })
    guard case .changedHostKey = changed else {
      Issue.record("not .changedHostKey: \(changed)")
      return
    }
  }

  @Test("an ssh agent's key lets in", .enabled(if: SSHServer.canRun, "no sshd here, or not root"))
  func agent() async throws {
    let fixture = try GitFixture()
    let head = try fixture.commit(["a": "1"])
    let server = try SSHServer()
    let folder = try TemporaryFolder("agent")
    let socket = folder.path + "/socket"
    let agent = try ServerProcess(["ssh-agent", "-D", "-a", socket], log: folder.path + "/log")
    defer { agent.stop() }
    _ = try agent.wait("the agent's socket") { FileManager.default.fileExists(atPath: socket) ? true : nil }
    try Command.check(["ssh-add", "-q", server.key], environment: ["SSH_AUTH_SOCK": socket, "PATH": "/usr/bin:/bin"])
    // libssh2 asks the process's own variable for the agent, so the built program is started with it.
    let home = try Home()
    try home.folder.write(".ssh/known_hosts", server.knownHost)
    var variables = home.variables
    variables["SSH_AUTH_SOCK"] = socket
    setenv("SSH_AUTH_SOCK", socket, 1)
    defer { unsetenv("SSH_AUTH_SOCK") }
    let environment = GitEnvironment(variables: variables, home: home.folder.path, user: "root")
    guard case .remote(let url) = try GitLocation("ssh://root@127.0.0.1:\(server.port)\(fixture.path)") else { return }
    let repository = try await RemoteRepository(url, environment: environment).fetch(branch: "main", revision: nil) {
      _ in
    }
    #expect(try await repository.resolve(nil, branch: "main").id == head)
  }

  @Test("a server that is silent is given up, and a cancelled fetch ends at once")
  func silence() async throws {
    let fixture = try GitFixture()
    let server = try GitServer(root: fixture.sibling(""), isSilent: true)
    var home = try Home()
    home.variables["GIT_HTTP_LOW_SPEED_TIME"] = "1"
    let url = "\(server.base)/repository/.git"
    let given = try #require(await failure { try await home.fetch(url) })
    #expect(given == .stalled(url: url, seconds: 1))

    let patient = try Home().repository(url)
    let task = Task { try await patient.fetch(branch: "main", revision: nil) { _ in } }
    try await eventually("the request") { server.log.components(separatedBy: "silent").count > 2 ? true : nil }
    task.cancel()
    #expect(await failure { _ = try await task.value } == .cancelled(url: url))
  }

  @Test("runs that fetch at once share one cache")
  func concurrent() async throws {
    let fixture = try GitFixture()
    for index in 0..<20 { try fixture.commit(["a\(index)": .file(String(repeating: "x\(index)", count: 1000))]) }
    let head = try fixture.git("rev-parse", "HEAD")
    let home = try Home()
    let remote = try home.repository("file://\(fixture.path)")
    try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<8 {
        group.addTask {
          try await remote.fetch(branch: "main", revision: nil) { _ in }.resolve(nil, branch: "main").id
        }
      }
      for try await id in group { #expect(id == head) }
    }
    let folder = try #require(
      try FileManager.default.contentsOfDirectory(atPath: home.cache).first { $0.hasSuffix(".git") })
    try Command.check(
      ["git", "-C", "\(home.cache)/\(folder)", "fsck", "--strict"], environment: GitFixture.environment)
  }

  @Test("a broken cache is made anew", arguments: ["HEAD", "config", "objects", "pack", "index", "ref", "lock"])
  func broken(_ part: String) async throws {
    let fixture = try GitFixture()
    let first = try fixture.commit(["a": "1"])
    let home = try Home()
    let url = "file://\(fixture.path)"
    #expect(try await home.fetch(url).resolve(nil, branch: "main").id == first)
    let name = try #require(
      try FileManager.default.contentsOfDirectory(atPath: home.cache).first { $0.hasSuffix(".git") })
    let cache = "\(home.cache)/\(name)"
    switch part {
    case "objects": try Command.check(["rm", "-rf", "\(cache)/objects"])
    case "pack", "index":
      let end = part == "pack" ? "pack" : "idx"
      try Command.check([
        "sh", "-c", "chmod u+w \(cache)/objects/pack/*; for f in \(cache)/objects/pack/*.\(end); do echo x > $f; done",
      ])
    case "ref": try Command.check(["sh", "-c", "echo garbage > \(cache)/refs/heads/main"])
    case "lock": try Command.check(["touch", "\(cache)/refs/heads/main.lock"])
    default: try Command.check(["sh", "-c", "echo '[garbage' > \(cache)/\(part)"])
    }
    let second = try fixture.commit(["a": "2"])
    let repository = try await home.fetch(url)
    #expect(try await repository.resolve(nil, branch: "main").id == second)
    #expect(try await repository.isAncestor(first, of: second) == .yes)
  }

  @Test("what is not there is said: host, repository, branch, a commit; and an unwritable cache")
  func absent() async throws {
    let fixture = try GitFixture()
    try fixture.commit(["a": "1"])
    let server = try GitServer(root: fixture.sibling(""))
    let home = try Home()
    let closed = try ClosedPort()
    let unreachable = try #require(await failure { try await home.fetch("\(closed.url)/x.git") })
    #expect(unreachable.description.hasPrefix("Fetching from \(closed.url)/x.git failed: "))
    for url in ["\(server.base)/nope.git", "file://\(fixture.sibling("nope"))"] {
      let absent = try #require(await failure { try await home.fetch(url) })
      #expect(absent.description.hasPrefix("There is no repository at \(url)"), "\(absent)")
    }
    let url = "file://\(fixture.path)"
    #expect(
      await failure { try await home.fetch(url, branch: "prod") }
        == .noBranch(branch: "prod", url: url, has: ["main"]))
    let empty = try GitFixture()
    #expect(await failure { try await home.fetch("file://\(empty.path)") } == .empty(url: "file://\(empty.path)"))
    let repository = try await home.fetch(url, revision: "abcdef1")
    await #expect(throws: GitError.unknownRevision(revision: "abcdef1", repository: url, isShallow: false)) {
      try await repository.resolve("abcdef1", branch: "main")
    }
    var full = try Home()
    full.variables["XDG_CACHE_HOME"] = "/proc/nowhere"
    guard case .cache(let folder, _)? = await failure({ try await full.fetch(url) }) else {
      Issue.record("a cache that cannot be written was not said")
      return
    }
    #expect(folder == "/proc/nowhere/wanzami-deploy/git")
  }

  @Test("a tag that was moved or taken away is not remembered; another branch's commit is not on the branch")
  func moved() async throws {
    let fixture = try GitFixture()
    let first = try fixture.commit(["a": "1"])
    let second = try fixture.commit(["a": "2"])
    try fixture.git("tag", "v1", first)
    let home = try Home()
    let url = "file://\(fixture.path)"
    #expect(try await home.fetch(url, revision: "v1").resolve("v1", branch: "main").id == first)
    try fixture.git("tag", "-f", "v1", second)
    #expect(try await home.fetch(url, revision: "v1").resolve("v1", branch: "main").id == second)
    try fixture.git("tag", "-d", "v1")
    let repository = try await home.fetch(url, revision: "v1")
    await #expect(throws: GitError.unknownRevision(revision: "v1", repository: url, isShallow: false)) {
      try await repository.resolve("v1", branch: "main")
    }
    try fixture.git("checkout", "-q", "-b", "side")
    let side = try fixture.commit(["a": "3"])
    let both = try await home.fetch(url, revision: "side")
    await #expect(throws: GitError.notOnBranch(commit: side, branch: "refs/heads/main", head: second)) {
      try await both.resolve("side", branch: "main")
    }
  }

  @Test(
    "what a URL is",
    arguments: [
      ("https://u:p%40ss@Host.example:8443/o/r.git", "https://host.example:8443/o/r.git"),
      ("git@github.com:o/r.git", "git@github.com:o/r.git"), ("ssh://git@h/o/r", "ssh://git@h/o/r"),
      ("file:///srv/r.git", "file:///srv/r.git"), ("https://[::1]:1/r", "https://[::1]:1/r"),
    ])
  func urls(_ text: String, _ shown: String) throws {
    guard case .remote(let url) = try GitLocation(text) else {
      Issue.record("\(text) was taken for a path")
      return
    }
    #expect(url.description == shown)
  }

  @Test("a path is no URL, and an unknown scheme is refused")
  func notURLs() throws {
    for text in [".", "../mono", "/srv/a:b", "./a:b"] { #expect(try GitLocation(text) == .path(text)) }
    #expect(throws: GitError.remote(.unknownScheme("git"))) { try GitLocation("git://h/r") }
    #expect(throws: GitError.remote(.wrongURL("https:///r"))) { try GitLocation("https:///r") }
  }
}
