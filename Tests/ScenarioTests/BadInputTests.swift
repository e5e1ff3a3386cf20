import RealParts
import Testing

/// What is wrong before a rollout: the exit code, what was done and seen and what to do, and a fleet as it was.
@Suite("Bad input", .sharedStage, .enabled(if: Stage.canRun, Stage.condition))
struct BadInputTests {
  private var stage: Stage {
    get throws { try #require(SharedStage.current) }
  }

  /// Releases, and expects an exit code, sentences, and a fleet as it was.
  private func release(
    _ commit: String, with changes: [String: String?] = [:], pipeline: String? = nil, exit: Int32, says: [String],
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let stage = try stage
    try await stage.untouched(sourceLocation: sourceLocation) {
      let finished = try await stage.run("release", commit, with: changes, pipeline: pipeline)
      #expect(finished.status == exit, "\(finished.everything)", sourceLocation: sourceLocation)
      for text in says {
        #expect(
          finished.everything.contains(text), "\(text)\n\(finished.everything)", sourceLocation: sourceLocation)
      }
    }
  }

  @Test(
    "no Engine is exit 1", arguments: ["unix:///nonexistent/docker.sock", "tcp://127.0.0.1:1"])
  func noEngine(host: String) async throws {
    try await release(
      "main", with: ["DOCKER_HOST": host], exit: 1,
      says: [
        "the fleet is untouched", "The Docker Engine at", "does not answer", "Start the Engine or set DOCKER_HOST",
      ]
    )
  }

  @Test("a wrong secret is exit 1 with AWS's code")
  func wrongSecret() async throws {
    let secret = "wrong-secret-wrong-secret-wrong-secret-00"
    try await release(
      "main", with: ["AWS_SECRET_ACCESS_KEY": secret], exit: 1,
      says: ["DescribeAutoScalingGroups of wanzami-api", "SignatureDoesNotMatch", "Request id", "Check the access key"])
    let finished = try await stage.run("status", with: ["AWS_SECRET_ACCESS_KEY": secret])
    #expect(finished.status == 1)
    #expect(!finished.everything.contains(secret))
  }

  @Test("an unknown access key is exit 1 with AWS's code")
  func unknownKey() async throws {
    try await release(
      "main", with: ["AWS_ACCESS_KEY_ID": "AKIAUNKNOWNUNKNOWNUN"], exit: 1,
      says: ["InvalidClientTokenId", "Request id", "Check the access key"])
  }

  @Test("no credentials at all is exit 1, with every place that was looked at")
  func noCredentials() async throws {
    try await release(
      "main", with: ["AWS_ACCESS_KEY_ID": nil, "AWS_SECRET_ACCESS_KEY": nil, "AWS_EC2_METADATA_DISABLED": "true"],
      exit: 1,
      says: ["no AWS credentials", "AWS_ACCESS_KEY_ID: not set", "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"])
  }

  @Test("an unknown commit is exit 1", arguments: ["0123456789012345678901234567890123456789", "nowhere"])
  func unknownCommit(name: String) async throws {
    try await release(
      name, exit: 1, says: ["has no commit that \(name) names", "Check the spelling, or fetch it: git fetch"])
  }

  @Test("a commit that is not on the branch is exit 3")
  func notOnBranch() async throws {
    let repository = try stage.repository
    let tree = try repository.git("rev-parse", "HEAD^{tree}")
    let stray = try repository.git("commit-tree", "-m", "Stray", tree)
    try await release(
      stray, exit: 3, says: ["refused, the fleet is untouched", stray, "is not on refs/heads/main", "source.branch"])
  }

  @Test("a folder that is no git repository is exit 1")
  func noRepository() async throws {
    let folder = try TemporaryFolder("bare")
    let pipeline = try folder.write(
      "p.yml",
      "source: { repository: \(folder.path) }\nimage: { repository: wanzami-api }\nfleet: { group: wanzami-api }\n")
    try await release(
      "main", pipeline: pipeline, exit: 1, says: [folder.path, "is not in a git repository", "set source.repository"])
  }

  @Test("a group that does not exist is exit 3")
  func noGroup() async throws {
    let stage = try stage
    let folder = try TemporaryFolder("group")
    let pipeline = try folder.write(
      "p.yml",
      "source: { repository: \(stage.repository.path) }\nimage: { repository: wanzami-api }\nfleet: { group: nobody }\n"
    )
    try await release(
      "main", pipeline: pipeline, exit: 3,
      says: ["there is no Auto Scaling group nobody in eu-north-1", "Check fleet.group and region"])
  }

  @Test("an endpoint that refuses connections is exit 1")
  func refusingEndpoint() async throws {
    try await release(
      "main", with: ["AWS_ENDPOINT_URL": "http://127.0.0.1:1"], exit: 1,
      says: ["DescribeAutoScalingGroups of wanzami-api", "could not connect", "Check the network"])
  }

  @Test("an endpoint that answers with a web page and 500 is exit 1")
  func webPage() async throws {
    let server = try WebPage(status: "500 Internal Server Error", body: "<html><h1>Oops</h1><p>&nbsp;<b>no</html>")
    defer { server.stop() }
    try await release(
      "main", with: ["AWS_ENDPOINT_URL": "http://127.0.0.1:\(server.port)"], exit: 1,
      says: ["DescribeAutoScalingGroups of wanzami-api", "HTTP 500", "Oops", "endpoint"])
  }

  @Test("an endpoint that answers 200 with a web page is exit 1")
  func falseAnswer() async throws {
    let server = try WebPage(status: "200 OK", body: "<html><h1>Welcome</h1></html>")
    defer { server.stop() }
    try await release(
      "main", with: ["AWS_ENDPOINT_URL": "http://127.0.0.1:\(server.port)"], exit: 1,
      says: ["DescribeAutoScalingGroups of wanzami-api", "endpoint"])
  }

  @Test("a journal that cannot be written is exit 1")
  func journal() async throws {
    let stage = try stage
    let file = try stage.folder.write("file-in-the-way-\(UInt32.random(in: 0...UInt32.max))", "")
    try await release(
      "main", with: ["XDG_STATE_HOME": file], exit: 1,
      says: ["the journal \(file)/wanzami-deploy/runs/", "cannot be written: Not a directory", "set XDG_STATE_HOME"])
  }
}
