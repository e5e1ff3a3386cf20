import DockerEngine
import HTTPTransport
import RealParts
import Testing

extension EngineSuite {
  @Suite("pushes and pulls", .enabled(if: RealRegistry.isInstalled, "no docker-registry here"))
  struct Pushes {
    private let account = RealRegistry.Account(user: "ada", password: "correct horse")

    private func credentials(_ registry: RealRegistry, password: String? = nil) -> RegistryCredentials {
      RegistryCredentials(user: account.user, password: password ?? account.password, registry: registry.address)
    }

    private func built(_ engine: Engine, for registry: String) async throws -> ImageReference {
      let tag = freshReference(registry: registry, "push")
      let archive = try BuildContext.archive([
        "Dockerfile": Array("FROM scratch\nCOPY file /file\n".utf8), "file": Array(tag.description.utf8),
      ])
      _ = try await engine.build(request(archive, tag: tag), progress: ignoreProgress)
      return tag
    }

    @Test("the digest of a push is the one that the registry confirms, and it can be pulled back")
    func digest() async throws {
      let engine = try await connectedEngine()
      let registry = try RealRegistry(account: account)
      let tag = try await built(engine, for: registry.address)
      let digest = try await engine.push(tag, credentials: credentials(registry), progress: ignoreProgress)
      let asked = Registry(over: HTTPTransport())
      #expect(try await asked.digest(of: tag, credentials: credentials(registry)) == digest)
      var pinned = ImageReference(registry: tag.registry, repository: tag.repository, digest: digest)
      #expect(try await asked.digest(of: pinned, credentials: credentials(registry)) == digest)
      let manifest = try #require(try await asked.manifest(of: tag, credentials: credentials(registry)))
      let folder = try TemporaryFolder()
      let sum = try Command.check(["sha256sum", try folder.write("manifest", manifest.bytes)]).text
      #expect(sum.hasPrefix(digest.dropFirst("sha256:".count)))
      try await engine.removeImage(tag.description)
      try await engine.pull(pinned, credentials: credentials(registry), progress: ignoreProgress)
      #expect(try await engine.inspectImage(pinned.description).repositoryDigests == [pinned.description])
      let again = freshReference("again")
      try await engine.tag(pinned.description, as: again)
      try await engine.removeImage(again.description)
      try await engine.removeImage(pinned.description)
      pinned.digest = "sha256:" + String(repeating: "0", count: 64)
      #expect(try await asked.digest(of: pinned, credentials: credentials(registry)) == nil)
      let missing = pinned
      try await expect(.manifestUnknown) {
        try await engine.pull(missing, credentials: credentials(registry), progress: ignoreProgress)
      }
    }

    @Test("a wrong password, none at all, and no such image are told apart")
    func refused() async throws {
      let engine = try await connectedEngine()
      let registry = try RealRegistry(account: account)
      let tag = try await built(engine, for: registry.address)
      let wrong = credentials(registry, password: "wrong")
      try await expect(.unauthorized) { _ = try await engine.push(tag, credentials: wrong, progress: ignoreProgress) }
      try await expect(.noCredentials) { _ = try await engine.push(tag, credentials: nil, progress: ignoreProgress) }
      let asked = Registry(over: HTTPTransport())
      try await expect(.unauthorized) { _ = try await asked.digest(of: tag, credentials: wrong) }
      try await expect(.noCredentials) { _ = try await asked.digest(of: tag, credentials: nil) }
      #expect(try await asked.digest(of: tag, credentials: credentials(registry)) == nil)
      try await engine.removeImage(tag.description)
      try await expect(.notInEngine) {
        _ = try await engine.push(tag, credentials: credentials(registry), progress: ignoreProgress)
      }
    }

    @Test("a registry that is down is told at once")
    func down() async throws {
      let engine = try await connectedEngine()
      let registry = try RealRegistry()
      let tag = try await built(engine, for: registry.address)
      registry.stop()
      try await expect(.unreachable) { _ = try await engine.push(tag, credentials: nil, progress: ignoreProgress) }
      try await expect(.unreachable) {
        _ = try await Registry(over: HTTPTransport()).digest(of: tag, credentials: nil)
      }
      try await engine.removeImage(tag.description)
    }

    @Test("a private base image is pulled with the registry's password, and not without")
    func privateBase() async throws {
      let engine = try await connectedEngine()
      let registry = try RealRegistry(account: account)
      let base = try await built(engine, for: registry.address)
      _ = try await engine.push(base, credentials: credentials(registry), progress: ignoreProgress)
      try await engine.removeImage(base.description)
      let archive = try BuildContext.archive(["Dockerfile": Array("FROM \(base)\nCOPY Dockerfile /other\n".utf8)])
      let tag = freshReference("derived")
      var build = request(archive, tag: tag)
      let nobody = build
      try await expect(.noCredentials) { _ = try await engine.build(nobody, progress: ignoreProgress) }
      build.credentials = [credentials(registry)]
      _ = try await engine.build(build, progress: ignoreProgress)
      try await engine.removeImage(tag.description)
      try await engine.removeImage(base.description)
    }

    @Test("a registry under maintenance says so, and the same push goes through afterwards")
    func maintenance() async throws {
      let engine = try await connectedEngine()
      let registry = try RealRegistry()
      let tag = try await built(engine, for: registry.address)
      registry.stop()
      let closed = try RealRegistry(isReadOnly: true, earlier: registry)
      try await expect(.readOnly) { _ = try await engine.push(tag, credentials: nil, progress: ignoreProgress) }
      closed.stop()
      let open = try RealRegistry(earlier: closed)
      let digest = try await engine.push(tag, credentials: nil, progress: ignoreProgress)
      #expect(try await Registry(over: HTTPTransport()).digest(of: tag, credentials: nil) == digest)
      open.stop()
      try await engine.removeImage(tag.description)
    }

    @Test("a registry that dies in mid-push is told as one, and the push goes on with what is there when it is back")
    func dies() async throws {
      let engine = try await connectedEngine()
      let registry = try RealRegistry()
      let tag = freshReference(registry: registry.address, "dies")
      var random = SystemRandomNumberGenerator()
      // What cannot be compressed takes its time on the wire.
      let words = (0..<(4 << 20)).map { _ in random.next() as UInt64 }
      let layer = words.withUnsafeBytes { Array($0) }
      let archive = try BuildContext.archive([
        "Dockerfile": Array("FROM scratch\nCOPY first /\nCOPY second /\n".utf8), "first": Array(tag.description.utf8),
        "second": layer,
      ])
      _ = try await engine.build(request(archive, tag: tag), progress: ignoreProgress)
      let error = await #expect(throws: EngineError.self) {
        _ = try await engine.push(tag, credentials: nil) { progress in
          if case .layer(_, "Pushing", let sent?, _) = progress, sent > 0 { registry.kill() }
        }
      }
      guard case .registry(_, _, let kind, let message) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(kind.isPassing, "\(kind): \(message)")
      let again = try RealRegistry(earlier: registry)
      let digest = try await engine.push(tag, credentials: nil, progress: ignoreProgress)
      #expect(try await Registry(over: HTTPTransport()).digest(of: tag, credentials: nil) == digest)
      again.stop()
      try await engine.removeImage(tag.description)
    }

    private func expect(_ wanted: RegistryFailure, _ body: () async throws -> Void) async throws {
      let error = await #expect(throws: EngineError.self) { try await body() }
      guard case .registry(_, _, let kind, let message) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(kind == wanted, "\(message)")
    }
  }
}
