import DockerEngine
import HTTPTransport
import RealParts
import Testing

/// All suites that use the real Engine, one test after the other: they share its images and this machine's two cores.
@Suite("The real Engine", .serialized, .enabled(if: RealEngine.canRun, "no Engine here: not root, or no dockerd"))
struct EngineSuite {}

/// The Engine of this test process.
func connectedEngine() async throws -> Engine {
  let real = try await RealEngine.running()
  return try await Engine.connect(to: EngineEndpoint(environment: real.environment), over: HTTPTransport())
}

/// A request whose context is an archive.
func request(_ archive: [UInt8], tag: ImageReference? = nil) -> BuildRequest {
  var request = BuildRequest { write in try write(archive) }
  request.tags = tag.map { [$0.description] } ?? []
  return request
}

/// A request for `dockerfile`, with the tiny program beside it as `tiny`.
func request(dockerfile: String, tag: ImageReference? = nil) throws -> BuildRequest {
  let files = ["Dockerfile": Array(dockerfile.utf8), "tiny": try TinyProgram.executable()]
  return request(try BuildContext.archive(files, executable: ["tiny"]), tag: tag)
}

/// A name that no other test uses.
func freshReference(registry: String? = nil, _ name: String) -> ImageReference {
  let number = UInt32.random(in: 0...UInt32.max)
  return ImageReference(registry: registry, repository: "wanzami-test/\(name)", tag: "t\(number)")
}

let ignoreProgress: @Sendable (EngineProgress) -> Void = { _ in }
