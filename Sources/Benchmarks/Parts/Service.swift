import DockerEngine
import Foundation
import GitRepository
import HTTPTransport
import RealParts

/// The example service as a git repository, a version a commit, and the pipeline file that releases it.
struct Service: Sendable {
  let repository: GitFixture
  let pipeline: String
  private let good: [UInt8]
  private let broken: [UInt8]

  /// - Parameter rollout: keys of the pipeline's `rollout`.
  init(_ bench: Bench, folder: TemporaryFolder, rollout: String) throws {
    repository = try GitFixture()
    good = try Service.compile(bench, folder, named: "good", [])
    broken = try Service.compile(bench, folder, named: "broken", ["-DHEALTH_STATUS=500"])
    pipeline = try folder.write(
      "pipeline.yml",
      """
      service: wanzami-api
      source: { repository: \(repository.path) }
      image: { repository: wanzami-api, context: backend }
      fleet: { group: wanzami-api }
      rollout: { minHealthyPercent: 100, warmup: 1s, \(rollout) }

      """)
  }

  private static func compile(
    _ bench: Bench, _ folder: TemporaryFolder, named name: String, _ options: [String]
  ) throws -> [UInt8] {
    let file = "\(folder.path)/\(name)"
    let source = bench.tools.folder + "/../example/server.c"
    try Command.check(["clang", "-static", "-O2", "-DVERSION=\"\(name)\""] + options + ["-o", file, source])
    return Array(try Data(contentsOf: URL(filePath: file)))
  }

  /// Commits a version that is unlike every other; one that `isBroken` answers its health check with 500.
  func commit(_ version: String, isBroken: Bool = false) throws -> String {
    try repository.write("backend/server", .bytes(isBroken ? broken : good))
    try Command.check(["chmod", "755", repository.path + "/backend/server"])
    return try repository.commit(
      [
        "backend/Dockerfile": "FROM scratch\nCOPY version /version\nCOPY server /server\nCMD [\"/server\"]\n",
        "backend/version": .file("\(version)\n"),
      ], message: "Version \(version)")
  }

  /// Builds and pushes what a fleet starts with; gives its digest.
  func push(
    _ commit: String, to reference: String, credentials: RegistryCredentials, _ engine: Engine,
    _ transport: HTTPTransport
  ) async throws -> String {
    let git = try await GitRepository.open(repository.path)
    var request = BuildRequest { write in
      try await git.streamContext(commit: commit, folder: "backend", dockerfile: "Dockerfile", into: write)
    }
    request.tags = [reference]
    _ = try await engine.build(request) { _ in }
    guard let image = ImageReference(reference) else { throw FixtureFailure("\(reference) is no image reference") }
    return try await engine.push(image, credentials: credentials) { _ in }
  }
}
