import Foundation
import Glibc
import RealParts
import Testing

/// A release from a repository at a URL, started outside of any checkout, by the built program.
@Suite("Releases from a URL", .sharedStage, .enabled(if: Stage.canRun, Stage.condition))
struct RemoteSourceTests {
  private static let token = "glpat-t0ken-of-a-remote"

  private var stage: Stage {
    get throws { try #require(SharedStage.current) }
  }

  /// The stage's pipeline with the repository at `url`.
  private func pipeline(_ url: String) throws -> String {
    let stage = try stage
    let text = try String(contentsOfFile: stage.pipeline, encoding: .utf8)
    return try stage.folder.write(
      "remote-\(UInt32.random(in: 0...UInt32.max)).yml", text.replacing(stage.repository.path, with: url))
  }

  private func run(
    _ arguments: String..., from url: String, with changes: [String: String?] = [:]
  ) async throws -> Program.Finished {
    let home = try TemporaryFolder("home")
    let caches: [String: String?] = ["XDG_CACHE_HOME": home.path]
    let finished = try await stage.run(
      arguments + ["--pipeline", try pipeline(url)], with: caches.merging(changes) { $1 }, in: home.path)
    #expect(!finished.everything.contains(Self.token), "a token was shown")
    let kept = try Command.run(["grep", "-r", Self.token, home.path])
    #expect(kept.status == 1, "the token is kept in \(kept.text)")
    return finished
  }

  @Test("https with a token: a wrong one is refused by its variable; the next release has what was pushed since")
  func https() async throws {
    try await Stage.with { stage in
      try await SharedStage.$current.withValue(stage) {
        let first = try stage.commit("B")
        let server = try GitServer(
          root: stage.repository.sibling(""), isEncrypted: true, login: "x-access-token:\(Self.token)")
        let url = "\(server.base)/repository/.git"
        let authority = ["GIT_SSL_CAINFO": server.authority]
        try await stage.untouched {
          let refused = try await run(
            "release", from: url, with: authority.merging(["WANZAMI_GIT_TOKEN": "an-old-one"]) { $1 })
          #expect(refused.status == 1, "\(refused.everything)")
          #expect(refused.output.contains("\(url) asks for credentials: it refused WANZAMI_GIT_TOKEN"))
          let untrusted = try await run("release", from: url, with: ["WANZAMI_GIT_TOKEN": Self.token])
          #expect(untrusted.status == 1)
          #expect(untrusted.output.contains("GIT_SSL_CAINFO"), "\(untrusted.everything)")
        }
        let login = authority.merging(["WANZAMI_GIT_TOKEN": Self.token]) { $1 }
        let released = try await run("release", from: url, with: login)
        #expect(released.status == 0, "\(released.everything)")
        #expect(released.errors.contains("fetching branch main of \(url)"))
        #expect(released.errors.contains("commit \(first.prefix(12)) on refs/heads/main: Version B"))
        let second = try stage.commit("C")
        let again = try await run("release", from: url, with: login)
        #expect(again.status == 0, "\(again.everything)")
        #expect(again.errors.contains("commit \(second.prefix(12))"))
        #expect(again.output.contains("released: release 3 passed"))
      }
    }
  }

  @Test("file: a commit of another branch is refused, a shallow repository and none are said; the fleet is untouched")
  func file() async throws {
    let stage = try stage
    let fixture = try GitFixture()
    try fixture.commit(["backend/Dockerfile": "FROM scratch\n"])
    let head = try fixture.commit(["backend/version": "2"])
    try fixture.git("checkout", "-q", "-b", "side")
    let side = try fixture.commit(["backend/version": "3"])
    let shallow = fixture.sibling("shallow")
    try Command.check(
      ["git", "clone", "-q", "--depth", "1", "--branch", "main", "file://\(fixture.path)", shallow],
      environment: GitFixture.environment)
    try await stage.untouched {
      let other = try await run("release", side, from: "file://\(fixture.path)")
      #expect(other.status == 3, "\(other.everything)")
      #expect(other.output.contains("Commit \(side) is not on refs/heads/main, whose head is \(head.prefix(12))"))
      let cut = try await run("release", from: "file://\(shallow)")
      #expect(cut.status == 1, "\(cut.everything)")
      #expect(cut.output.contains("file://\(shallow)"), "\(cut.everything)")
      let none = try await run("release", from: "file://\(fixture.sibling("none"))")
      #expect(none.status == 1, "\(none.everything)")
      #expect(none.output.contains("There is no repository at file://"), "\(none.everything)")
    }
  }

  @Test(
    "ssh with a key and with an agent; an unknown host is refused with the line that adds it",
    .enabled(if: SSHServer.canRun, "no sshd here, or not root"))
  func ssh() async throws {
    let stage = try stage
    let head = try stage.repository.git("rev-parse", "HEAD")
    let server = try SSHServer()
    let url = "ssh://root@127.0.0.1:\(server.port)\(stage.repository.path)"
    let home = try TemporaryFolder("ssh-home")
    let known: [String: String?] = ["HOME": home.path]
    func plan(_ changes: [String: String?]) async throws -> Program.Finished {
      try await run("plan", from: url, with: known.merging(changes) { $1 })
    }
    try await stage.untouched {
      let unknown = try await plan(["WANZAMI_GIT_SSH_KEY": server.key])
      #expect(unknown.status == 1, "\(unknown.everything)")
      #expect(unknown.everything.contains("ssh-keyscan -p \(server.port) 127.0.0.1"), "\(unknown.everything)")
      try home.write(".ssh/known_hosts", server.knownHost)
      let none = try await plan([:])
      #expect(none.status == 1, "\(none.everything)")
      #expect(none.everything.contains("none to offer"), "\(none.everything)")
      let keyed = try await plan(["WANZAMI_GIT_SSH_KEY": server.key])
      #expect(keyed.status == 0, "\(keyed.everything)")
      #expect(keyed.everything.contains(head.prefix(12)), "\(keyed.everything)")

      let socket = home.path + "/agent"
      let agent = try ServerProcess(["ssh-agent", "-D", "-a", socket], log: home.path + "/agent.log")
      defer { agent.stop() }
      _ = try agent.wait("the agent's socket") { FileManager.default.fileExists(atPath: socket) ? true : nil }
      let empty = try await plan(["SSH_AUTH_SOCK": socket])
      #expect(empty.status == 1, "\(empty.everything)")
      try Command.check(
        ["ssh-add", "-q", server.key], environment: ["SSH_AUTH_SOCK": socket, "PATH": "/usr/bin:/bin"])
      let lent = try await plan(["SSH_AUTH_SOCK": socket])
      #expect(lent.status == 0, "\(lent.everything)")
      #expect(lent.everything.contains(head.prefix(12)), "\(lent.everything)")
    }
  }

  @Test(
    "a signal while the server is silent is exit 1 at once, and the fleet is as it was", arguments: [SIGINT, SIGTERM])
  func interrupted(_ number: Int32) async throws {
    let stage = try stage
    let server = try GitServer(root: stage.repository.sibling(""), isSilent: true)
    let pipeline = try pipeline("\(server.base)/repository/.git")
    try await stage.untouched {
      let release = try stage.start(
        "release", with: ["XDG_CACHE_HOME": stage.folder.path + "/silent"], pipeline: pipeline)
      try await eventually("the fetch to wait") { server.log.contains("silent") ? true : nil }
      release.signal(number)
      let finished = try await release.end(within: .seconds(10))
      #expect(finished.status == 1, "\(finished.everything)")
      #expect(finished.output.contains("came before the rollout was started"), "\(finished.everything)")
    }
  }
}
