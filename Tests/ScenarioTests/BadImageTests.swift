import RealParts
import Testing

/// Images that cannot be built or pushed: exit 1 with the step's or the registry's words, and a fleet as it was.
@Suite("Bad images", .serialized, .enabled(if: Stage.canRun, Stage.condition))
struct BadImageTests {
  private func release(
    on stage: Stage, _ commit: String, with changes: [String: String?] = [:], pipeline: String? = nil,
    says: [String], sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    try await stage.untouched(sourceLocation: sourceLocation) {
      let finished = try await stage.run("release", commit, with: changes, pipeline: pipeline)
      #expect(finished.status == 1, "\(finished.everything)", sourceLocation: sourceLocation)
      for text in ["failed, the fleet is untouched"] + says {
        #expect(
          finished.everything.contains(text), "\(text)\n\(finished.everything)", sourceLocation: sourceLocation)
      }
    }
  }

  @Test("a Dockerfile that fails, in a step or at its first look, gives the step and its words")
  func dockerfiles() async throws {
    try await Stage.with { stage in
      let commit = try stage.commit("A", dockerfile: "FROM scratch\nCOPY missing /version\n")
      try await release(
        on: stage, commit,
        says: ["COPY failed", "missing", "Step 2/4 : COPY missing /version", "backend/Dockerfile", "commit"])
      let program = try stage.commit("B", dockerfile: "FROM scratch\nRUN [\"/nothing\", \"at all\"]\n")
      try await release(
        on: stage, program, says: ["/nothing", "no such file or directory", "Step 2/4 : RUN", "backend/Dockerfile"])
      let typo = try stage.commit("C", dockerfile: "FROM scratch\nCOPPY version /version\n")
      try await release(
        on: stage, typo, says: ["dockerfile parse error line 2: unknown instruction: COPPY", "backend/Dockerfile"])
      let none = try stage.repository.commit([:], removing: ["backend/Dockerfile"], message: "None")
      try await release(
        on: stage, none, says: ["has no file backend/Dockerfile", "Commit the Dockerfile, or set image.dockerfile"])
    }
  }

  @Test("what only BuildKit can build is said with the way out, before anything is sent to the Engine")
  func buildKit() async throws {
    try await Stage.with { stage in
      let engine = ["DOCKER_HOST": try #require(stage.engine).dockerHost]
      let mount = try stage.commit(
        "A", dockerfile: "# syntax=docker/dockerfile:1\nFROM scratch\nRUN --mount=type=cache,target=/c /x\n")
      try await release(
        on: stage, mount, with: engine,
        says: ["line 3 of the Dockerfile needs BuildKit", "RUN --mount", "Write the step without --mount"])
      let heredoc = try stage.commit("B", dockerfile: "FROM scratch\nCOPY <<end /version\nB\nend\n")
      try await release(
        on: stage, heredoc, with: engine, says: ["line 2 of the Dockerfile needs BuildKit", "a heredoc", "join them"])
      // A lone syntax line is a comment to the classic builder.
      let comment = try stage.commit(
        "C", dockerfile: "# syntax=docker/dockerfile:1\nFROM scratch\nCOPY version /version\n")
      try await stage.release(comment)
    }
  }

  @Test("a push that is refused, and a registry that is gone, are said by name")
  func pushes() async throws {
    let password = "right-password-of-nobody"
    let registry = try RealRegistry(account: RealRegistry.Account(user: "ada", password: password))
    try await Stage.with(
      fleet: "userData: \"docker run -d -p 4000:4000 \(registry.address)/wanzami-api:initial\""
    ) { stage in
      let commit = try stage.commit("A")
      let text = """
        source: { repository: \(stage.repository.path) }
        image: { repository: "\(registry.address)/wanzami-api", context: backend }
        fleet: { group: wanzami-api }

        """
      let pipeline = try stage.folder.write("own-registry.yml", text)
      let wrong = try dockerConfiguration(stage, "wrong", registry.address, "ada:not-the-password")
      try await release(
        on: stage, commit, with: ["DOCKER_CONFIG": wrong], pipeline: pipeline,
        says: ["\(registry.address)/wanzami-api", "unauthorized", "Check the registry's credentials"])
      let right = try dockerConfiguration(stage, "right", registry.address, "ada:\(password)")
      registry.stop()
      try await release(
        on: stage, commit, with: ["DOCKER_CONFIG": right], pipeline: pipeline,
        says: ["\(registry.address)/wanzami-api", "Failed to connect to 127.0.0.1", "Check that the registry runs"])
    }
  }

  /// A folder as `docker login` leaves it.
  private func dockerConfiguration(
    _ stage: Stage, _ name: String, _ registry: String, _ account: String
  ) throws -> String {
    let auth = base64(account)
    try stage.folder.write("\(name)/config.json", #"{"auths":{"\#(registry)":{"auth":"\#(auth)"}}}"#)
    return "\(stage.folder.path)/\(name)"
  }
}
