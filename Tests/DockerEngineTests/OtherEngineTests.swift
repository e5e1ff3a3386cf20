import DockerEngine
import HTTPTransport
import RealParts
import Testing

/// Engines that are not on the machine's usual socket.
@Suite("Other Engines", .serialized)
struct OtherEngineTests {
  private func connect(_ variables: [String: String]) async throws -> Engine {
    try await Engine.connect(to: EngineEndpoint(environment: variables), over: HTTPTransport())
  }

  private func archive() throws -> [UInt8] {
    try BuildContext.archive(["Dockerfile": Array("FROM scratch\nCOPY Dockerfile /file\n".utf8)])
  }

  @Test(
    "dockerd over tcp takes our certificate, by the variables and by a context; nobody else gets in",
    .enabled(if: PrivateEngine.canRun && Certificates.canBeMade, "no dockerd, or no openssl here"))
  func tls() async throws {
    let certificates = try Certificates()
    let real = try await PrivateEngine.start(PrivateEngine.Options(certificates: certificates))
    defer { real.stop() }
    let address = try #require(real.tlsAddress)
    let engine = try await connect([
      "DOCKER_HOST": "tcp://\(address)", "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": certificates.path,
    ])
    let id = try await engine.build(request(archive()), progress: ignoreProgress)

    let folder = try TemporaryFolder("contexts")
    let files = [("ca", "ca.pem"), ("cert", "cert.pem"), ("key", "key.pem")]
    let parts = ["host=tcp://\(address)"] + files.map { "\($0.0)=\(certificates.path)/\($0.1)" }
    try Command.check([
      "docker", "--config", folder.path, "context", "create", "far", "--docker", parts.joined(separator: ","),
    ])
    let byContext = try await connect(["DOCKER_CONFIG": folder.path, "DOCKER_CONTEXT": "far"])
    #expect(try await byContext.inspectImage(id).id == id)

    let stranger = try TemporaryFolder("stranger")
    try Command.check(["cp", certificates.path + "/ca.pem", stranger.path])
    let other = try Certificates()
    for (path, words) in [(stranger.path, "certificate"), (other.path, "certificate")] {
      let error = await #expect(throws: EngineError.self) {
        try await connect([
          "DOCKER_HOST": "tcp://\(address)", "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": path,
        ])
      }
      #expect(error?.description.contains(words) == true, "\(String(describing: error))")
    }
  }

  @Test(
    "podman builds, tells a failing step, and pushes to a registry with a password what that then confirms",
    .enabled(if: RealPodman.canRun && RealRegistry.isInstalled, "no podman, or no docker-registry here"))
  func podman() async throws {
    let real = try RealPodman()
    defer { real.stop() }
    let engine = try await connect(["DOCKER_HOST": real.dockerHost])
    #expect(engine.podman != nil)
    let registry = try RealRegistry(account: RealRegistry.Account(user: "ada", password: "correct horse"))
    let credentials = RegistryCredentials(user: "ada", password: "correct horse", registry: registry.address)
    let tag = freshReference(registry: registry.address, "podman")
    let id = try await engine.build(request(archive(), tag: tag), progress: ignoreProgress)
    let image = try await engine.inspectImage(id)
    #expect(image.platform.operatingSystem == "linux")
    let digest = try await engine.push(tag, credentials: credentials, progress: ignoreProgress)
    #expect(try await Registry(over: HTTPTransport()).digest(of: tag, credentials: credentials) == digest)

    let refused = await #expect(throws: EngineError.self) {
      try await engine.push(
        tag, credentials: RegistryCredentials(user: "ada", password: "wrong", registry: registry.address),
        progress: ignoreProgress)
    }
    guard case .registry(_, _, let kind, let message) = refused, kind == .unauthorized || kind == .noCredentials else {
      Issue.record("\(String(describing: refused))")
      return
    }
    #expect(!message.contains("wrong"))
    let missing = try BuildContext.archive(["Dockerfile": Array("FROM scratch\nCOPY nope /\n".utf8)])
    let failed = await #expect(throws: EngineError.self) {
      try await engine.build(request(missing), progress: ignoreProgress)
    }
    guard case .buildFailed(let failure) = failed else {
      Issue.record("\(String(describing: failed))")
      return
    }
    #expect(failure.step?.contains("COPY nope") == true, "\(failure)")
  }
}
