import DockerEngine
import GitRepository
import HTTPTransport
import RealParts
import Testing

@Suite(
  "An image from a commit", .enabled(if: RealEngine.canRun && RealRegistry.isInstalled, "no Engine or no registry here")
)
struct ImageFromCommitTests {
  @Test("what the registry confirms is the commit's tree, whatever lies in the work tree")
  func treeToRegistry() async throws {
    let fixture = try GitFixture()
    // More than the upload's queue holds, so that the walk has to wait for the Engine.
    let large = [UInt8](repeating: 7, count: 24_000_000)
    let commit = try fixture.commit([
      "backend/Dockerfile": "FROM scratch\nCOPY . /app/\n", "backend/large.bin": .bytes(large),
      "backend/run": .executable("#!/bin/sh\n"),
    ])
    let real = try await RealEngine.running()
    let registry = try RealRegistry()
    let transport = HTTPTransport()
    let engine = try await Engine.connect(to: EngineEndpoint(environment: real.environment), over: transport)
    let repository = try await GitRepository.open(fixture.path)
    let resolved = try await repository.resolve(nil, branch: "main")
    #expect(resolved.id == commit)

    func pushedDigest(tag: String) async throws -> String {
      let name = ImageReference(registry: registry.address, repository: "wanzami-test/commit", tag: tag)
      var build = BuildRequest { write in
        try await repository.streamContext(commit: commit, folder: "backend", dockerfile: "Dockerfile", into: write)
      }
      build.tags = [name.description]
      _ = try await engine.build(build) { _ in }
      let digest = try await engine.push(name, credentials: nil) { _ in }
      #expect(try await Registry(over: transport).digest(of: name, credentials: nil) == digest)
      return digest
    }

    let digest = try await pushedDigest(tag: "one")
    try fixture.write("backend/run", "changed, not committed")
    try fixture.write("backend/untracked", "not committed")
    // The same tree gives the same context, so the Engine's cache gives the same image.
    #expect(try await pushedDigest(tag: "two") == digest)
    for tag in ["one", "two"] { try await engine.removeImage("\(registry.address)/wanzami-test/commit:\(tag)") }
  }
}
