import DockerEngine
import GitRepository
import HTTPTransport
import ReleaseCore
import ReleaseRuntime

/// Builds and pushes the image of a commit, through the Engine that the environment names.
struct LiveImage: Sendable {
  let pipeline: Pipeline
  let environment: ProcessEnvironment
  let transport: HTTPTransport
  let registry: LiveRegistry
  let repository: LiveRepository
  let clock: RunClock
  let tell: @Sendable (Announcement) -> Void

  func engine() async throws(EngineError) -> Engine {
    try await Engine.connect(to: EngineEndpoint(environment: environment.variables), over: transport)
  }

  /// Builds from the commit's tree, never from the working tree.
  func build(_ order: BuildOrder) async throws(ActionFailure) -> BuiltImage {
    do {
      let source = try await LiveSource.repository(of: pipeline)
      let dockerfile = try await dockerfile(order, source)
      let engine = try await engine()
      try check(dockerfile, order, engine)
      var request = BuildRequest(context: { write in
        try await source.streamContext(
          commit: order.commit.hex, folder: order.image.context, dockerfile: order.image.dockerfile, into: write)
      })
      request.dockerfile = order.image.dockerfile
      request.buildArgs = order.image.buildArgs
      request.target = order.image.target
      request.platform = order.platform
      request.labels = try await labels(order, source)
      request.pullsBaseImages = order.isFresh
      request.usesCache = !order.isFresh
      let bases = bases(dockerfile, order)
      try await prepare(&request, bases, dockerfile: dockerfile, order, engine)
      let id = try await build(request, on: bases, engine)
      return BuiltImage(id: id, platform: try await engine.inspectImage(id).platform.description)
    } catch {
      throw failure(error, order)
    }
  }

  /// Builds, on base images that are asked for again where the Engine's are too old. Those are better than none: where
  /// their registry does not answer, they are built on, and that is said.
  private func build(
    _ request: BuildRequest, on bases: [DockerEngine.ImageReference], _ engine: Engine
  ) async throws(EngineError) -> String {
    let lines = EngineLines(.build, tell: tell)
    defer { lines.end() }
    guard !request.pullsBaseImages, let old = await outdated(bases, engine) else {
      return try await engine.build(request) { lines.take($0) }
    }
    tell(
      Announcement(
        "build.base", .info, [.text("image", old)],
        "the Engine's \(old) is older than image.reuseFor: base images are asked for again"))
    var fresh = request
    fresh.pullsBaseImages = true
    do {
      return try await engine.build(fresh) { lines.take($0) }
    } catch .registry(let doing, let reference, let kind, let message) {
      tell(
        .warning(
          "\(EngineError.registry(doing: doing, reference: reference, kind, message: message)) The base images "
            + "that the Engine has are built on."))
      return try await engine.build(request) { lines.take($0) }
    }
  }

  private func failure(_ error: any Error, _ order: BuildOrder) -> ActionFailure {
    switch error {
    case let error as ActionFailure: return error
    case let error as GitError: return ActionFailure(.other, error.description)
    case let error as EngineError:
      if case .wrongPlatform = error { return ActionFailure(.refused, error.description) }
      return ActionFailure(.other, error.description + LiveImage.advice(error, order))
    default: return ActionFailure(.other, "building \(order.reference) failed: \(error)")
    }
  }

  /// Where to look, for an error that lies in the commit and not in the machine.
  private static func advice(_ error: EngineError, _ order: BuildOrder) -> String {
    switch error {
    case .buildFailed(let failure) where failure.isOtherArchitecture:
      "\nA program of the base image is of another architecture than the Engine's machine. "
        + EngineError.otherPlatform(order.platform ?? "linux/arm64")
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

  /// The Dockerfile's text; empty where the commit has none, which the context says better.
  private func dockerfile(_ order: BuildOrder, _ source: GitRepository) async throws -> String {
    let bytes = try await source.blob(at: LiveImage.path(order), commit: order.commit.hex)
    return String(decoding: bytes ?? [], as: UTF8.self)
  }

  /// What the classic builder cannot do is said before anything is uploaded. Podman's builder is another, and says so
  /// itself.
  private func check(_ dockerfile: String, _ order: BuildOrder, _ engine: Engine) throws(EngineError) {
    guard let version = engine.podman else {
      if let finding = dockerfileFinding(dockerfile, buildArgs: order.image.buildArgs) { throw .needsBuildKit(finding) }
      return
    }
    tell(
      Announcement(
        "build.engine", .info, [.text("podman", version)],
        "podman \(version) builds: a step that runs goes on there even if this release is interrupted"))
  }
}
