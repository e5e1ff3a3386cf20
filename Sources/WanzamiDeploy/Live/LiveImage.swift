import DockerEngine
import GitRepository
import HTTPTransport
import ReleaseCore

/// Builds and pushes the image of a commit, through the Engine that the environment names.
struct LiveImage: Sendable {
  let pipeline: Pipeline
  let environment: ProcessEnvironment
  let transport: HTTPTransport
  let registry: LiveRegistry
  let tell: @Sendable (Announcement) -> Void

  /// The labels that tell where an image comes from (OCI image spec, "Pre-Defined Annotation Keys").
  private static func labels(_ order: BuildOrder) -> [String: String] {
    ["org.opencontainers.image.revision": order.commit.hex]
  }

  /// Builds from the commit's tree, never from the working tree; gives the image's id.
  func build(_ order: BuildOrder) async throws(ActionFailure) -> String {
    do {
      let repository = try await LiveSource.repository(of: pipeline)
      try await checkDockerfile(order, repository)
      let engine = try await Engine.connect(to: EngineEndpoint(environment: environment.variables), over: transport)
      var request = BuildRequest(context: { write in
        try await repository.streamContext(
          commit: order.commit.hex, folder: order.image.context, dockerfile: order.image.dockerfile, into: write)
      })
      request.dockerfile = order.image.dockerfile
      request.tags = [order.reference]
      request.buildArgs = order.image.buildArgs
      request.target = order.image.target
      request.platform = order.platform
      request.labels = LiveImage.labels(order)
      let lines = BuildLines(tell: tell)
      return try await engine.build(request) { lines.take($0) }
    } catch let error as GitError {
      throw ActionFailure(.other, error.description)
    } catch let error as EngineError {
      throw ActionFailure(.other, error.description + LiveImage.advice(error, order))
    } catch {
      throw ActionFailure(.other, "building \(order.reference) failed: \(error)")
    }
  }

  /// Where to look, for an error that lies in the commit and not in the machine.
  private static func advice(_ error: EngineError, _ order: BuildOrder) -> String {
    switch error {
    case .buildFailed: "\nMend \(path(order)), or what the step uses; then commit, and release that commit."
    case .refused: ". If it is about \(path(order)) of commit \(order.commit.short), mend that; then release again."
    default: ""
    }
  }

  /// The Dockerfile's path in the commit's tree.
  private static func path(_ order: BuildOrder) -> String {
    let folder = order.image.context
    return folder.isEmpty ? order.image.dockerfile : "\(folder)/\(order.image.dockerfile)"
  }

  /// What the classic builder cannot do is said before anything is uploaded.
  private func checkDockerfile(_ order: BuildOrder, _ repository: GitRepository) async throws {
    guard let bytes = try await repository.blob(at: LiveImage.path(order), commit: order.commit.hex) else { return }
    if let finding = dockerfileFinding(String(decoding: bytes, as: UTF8.self)) {
      throw EngineError.needsBuildKit(finding)
    }
  }

  /// Pushes the tag, and gives the digest that the registry itself confirms. A tag that may not be moved is a success
  /// where it has the same digest already.
  func push(_ order: PushOrder) async throws(ActionFailure) -> Digest {
    guard let reference = DockerEngine.ImageReference(order.reference) else {
      throw ActionFailure(.other, "\(order.reference) is no image reference; check image.repository.")
    }
    let credentials = try await registry.credentials(for: reference)
    do {
      let engine = try await Engine.connect(to: EngineEndpoint(environment: environment.variables), over: transport)
      let pushed: String?
      do {
        pushed = try await engine.push(reference, credentials: credentials) { _ in }
      } catch .registry(_, _, .tagImmutable, _) {
        pushed = try await ownDigest(reference, engine)
      }
      return try await confirm(pushed, reference, credentials)
    } catch let error as ActionFailure {
      throw error
    } catch {
      throw ActionFailure(.other, String(describing: error))
    }
  }

  /// The digest that the Engine knows the image by in this repository, from an earlier push or pull.
  private func ownDigest(_ reference: DockerEngine.ImageReference, _ engine: Engine) async throws -> String? {
    let image = try await engine.inspectImage(reference.description)
    return image.repositoryDigests.compactMap { DockerEngine.ImageReference($0) }
      .first { $0.name == reference.name }?.digest
  }

  private func confirm(
    _ pushed: String?, _ reference: DockerEngine.ImageReference, _ credentials: RegistryCredentials?
  ) async throws -> Digest {
    let held = try await Registry(over: transport).digest(of: reference, credentials: credentials)
    guard let held, let digest = Digest(held) else {
      throw ActionFailure(
        .other, "pushing \(reference): the registry does not show the tag afterwards. Try again, and look at its log.")
    }
    if let pushed, pushed == held { return digest }
    throw ActionFailure(
      .other,
      "pushing \(reference): the tag has the digest \(held), not \(pushed ?? "the one that was built"). The repository "
        + "does not let a tag be moved, or somebody else pushed the same tag. Release another commit, or delete the tag."
    )
  }
}

/// A build's output, a line at a time, as it comes.
private final class BuildLines: Sendable {
  private let tell: @Sendable (Announcement) -> Void

  init(tell: @escaping @Sendable (Announcement) -> Void) { self.tell = tell }

  func take(_ progress: EngineProgress) {
    guard case .output(let text) = progress else { return }
    for line in text.split(whereSeparator: \.isNewline) where !line.allSatisfy(\.isWhitespace) {
      tell(Announcement("build.output", .info, [.text("line", String(line))], "  build | \(line)"))
    }
  }
}
