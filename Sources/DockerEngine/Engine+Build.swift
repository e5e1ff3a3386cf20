import FoundationEssentials
import HTTPTransport

extension Engine {
  /// Builds an image with the Engine's classic builder; returns the image's id, `sha256:…`.
  ///
  /// The context goes out while it is made, at most 4 MiB of it in memory. `progress` is called in the order of the
  /// Engine's lines. Cancelling the task closes the connection, which stops the build.
  ///
  /// - Throws: `EngineError.buildFailed` with the failing step's last lines, `.refused` (a syntax error in the
  ///   Dockerfile), `.contextFailed`, `.registry` (a base image), `.wrongPlatform`, `.wentAway`, `.cancelled`.
  ///
  /// A build whose look into the cache met an image that was removed at that moment is sent again: the classic builder
  /// lists the images and then reads each, and fails when one of them, anybody's, has gone in between
  /// (https://github.com/moby/moby/blob/v20.10.24/image/cache/cache.go).
  public func build(
    _ build: BuildRequest, progress: @escaping @Sendable (EngineProgress) -> Void
  ) async throws(EngineError) -> String {
    for _ in 1..<Engine.buildAttemptsMax {
      do throws(EngineError) {
        return try await buildOnce(build, progress: progress)
      } catch {
        guard error.isRaceInCache else { throw error }
      }
    }
    return try await buildOnce(build, progress: progress)
  }

  private static let buildAttemptsMax = 5

  private func buildOnce(
    _ build: BuildRequest, progress: @escaping @Sendable (EngineProgress) -> Void
  ) async throws(EngineError) -> String {
    let upload = HTTPUpload()
    var request = try buildRequest(build)
    request.body = .stream(upload)
    request.timeout = nil
    let producer = Task { () throws -> Void in
      do {
        try await build.context { piece in try upload.write(piece) }
        upload.finish()
      } catch {
        upload.fail(error)
        throw error
      }
    }
    let image: String
    do {
      image = try await follow(request, progress: progress)
    } catch {
      // The producer's own reason comes first; an ended upload is only the echo of ours.
      if case .failure(let cause) = await producer.result, !(cause is HTTPUploadEnded), !error.isCancellation {
        throw .contextFailed(cause)
      }
      throw error
    }
    if let platform = build.platform { try await check(image, platform: platform) }
    return image
  }

  private func buildRequest(_ build: BuildRequest) throws(EngineError) -> HTTPRequest {
    var query: [QueryItem] = [("version", "1"), ("dockerfile", build.dockerfile), ("rm", "1"), ("forcerm", "1")]
    query += build.tags.map { ("t", $0) }
    if let target = build.target { query.append(("target", target)) }
    if let platform = build.platform { query.append(("platform", platform)) }
    if !build.buildArgs.isEmpty { query.append(("buildargs", try jsonText(build.buildArgs))) }
    if !build.labels.isEmpty { query.append(("labels", try jsonText(build.labels))) }
    if build.pullsBaseImages { query.append(("pull", "1")) }
    if !build.usesCache { query.append(("nocache", "1")) }
    if !build.cacheFrom.isEmpty { query.append(("cachefrom", try jsonText(build.cacheFrom))) }
    if podman != nil, build.isOnPlainLoopback { query.append(("tlsVerify", "false")) }
    var request = request("POST", "/build", query)
    request.headers.append(HTTPHeader("Content-Type", "application/x-tar"))
    if !build.credentials.isEmpty {
      request.headers.append(HTTPHeader("X-Registry-Config", try registryConfig(build.credentials)))
    }
    return request
  }

  /// Reads the builder's lines to the end. A success is 2xx, no error in any line, and an image id.
  private func follow(
    _ request: HTTPRequest, progress: @escaping @Sendable (EngineProgress) -> Void
  ) async throws(EngineError) -> String {
    let doing = "Building the image"
    var output = StepOutput()
    var image: String?
    try await stream(request, doing: doing) { (message) throws(EngineError) in
      if let text = message.stream { output.append(text) }
      if let id = message.outcome?.id { image = id }
      if let failure = message.failure {
        let kind = RegistryFailure(message: failure)
        if message.errorDetail?.code == nil, output.isAtBaseImage, kind.isAboutRegistry {
          throw .registry(doing: "Getting the base image of", reference: output.step ?? "", kind, message: failure)
        }
        throw .buildFailed(output.failure(failure, exitCode: message.errorDetail?.code))
      }
      if let step = message.progress { progress(step) }
    }
    guard let image else { throw .wentAway(doing: doing, detail: "its answer ended without an image") }
    return image
  }

  /// The classic builder ignores `platform` silently where it is not the machine's own.
  private func check(_ image: String, platform: String) async throws(EngineError) {
    let built = try await inspectImage(image)
    guard let asked = Platform(platform), asked.matches(built.platform) else {
      throw .wrongPlatform(asked: platform, built: built.platform.description)
    }
  }

  private func jsonText(_ values: some Encodable) throws(EngineError) -> String {
    String(decoding: try encodeJSON(values), as: UTF8.self)
  }
}

extension EngineError {
  var isCancellation: Bool {
    if case .cancelled = self { return true }
    return false
  }
}

extension EngineError {
  /// Whether the builder's look into its cache met an image that was being removed.
  fileprivate var isRaceInCache: Bool {
    guard case .buildFailed(let failure) = self else { return false }
    return failure.message.hasPrefix("unable to find image \"sha256:")
  }
}
