import FoundationEssentials
import HTTPTransport

/// What the Engine knows of an image.
public struct EngineImage: Equatable, Sendable {
  /// `sha256:…` of the image's configuration.
  public var id: String
  public var platform: Platform
  /// `repository@sha256:…`, one for each registry that it was pushed to or pulled from.
  public var repositoryDigests: [String]
  public var tags: [String]
  public var bytes: Int
  /// When its last layer was built, in the form of RFC 3339.
  public var created: String?
}

extension Engine {
  /// Pushes a tag; returns the digest of the manifest, as the registry has confirmed it to the Engine. Layers that the
  /// registry holds already are not sent again, so a push that was cut goes on where it stopped.
  ///
  /// - Parameter reference: with a tag, and already a name of an image in the Engine.
  /// - Throws: `EngineError.registry` with what kind of "no" it was, `.refused`, `.wentAway`, `.cancelled`.
  public func push(
    _ reference: ImageReference, credentials: RegistryCredentials?,
    progress: @escaping @Sendable (EngineProgress) -> Void
  ) async throws(EngineError) -> String {
    let doing = "Pushing"
    let query = [("tag", reference.tag ?? "latest")] + plainLoopback(reference)
    var request = request("POST", "/images/\(pathEncoded(reference.name))/push", query)
    request.headers.append(HTTPHeader("X-Registry-Auth", try registryAuth(credentials)))
    request.timeout = nil
    var digest: String?
    try await transfer(request, doing, reference) { message in
      if let pushed = message.outcome?.digest { digest = pushed }
      // Before podman 6 the digest is in the last line for people only.
      if podman != nil, let pushed = message.status.flatMap(pushedDigest) { digest = pushed }
      if let step = message.progress { progress(step) }
    }
    guard let digest else {
      throw .wentAway(doing: "\(doing) \(reference)", detail: "its answer ended without a digest")
    }
    return digest
  }

  /// Pulls an image by digest, or by tag where the reference has no digest.
  ///
  /// - Throws: as `push`.
  public func pull(
    _ reference: ImageReference, credentials: RegistryCredentials?,
    progress: @escaping @Sendable (EngineProgress) -> Void
  ) async throws(EngineError) {
    let query =
      [("fromImage", reference.name), ("tag", reference.digest ?? reference.tag ?? "latest")]
      + plainLoopback(reference)
    var request = request("POST", "/images/create", query)
    request.headers.append(HTTPHeader("X-Registry-Auth", try registryAuth(credentials)))
    request.timeout = nil
    try await transfer(request, "Pulling", reference) { message in
      if let step = message.progress { progress(step) }
    }
  }

  /// Gives an image one more name.
  public func tag(_ image: String, as reference: ImageReference) async throws(EngineError) {
    let query = [("repo", reference.name), ("tag", reference.tag ?? "latest")]
    try await send(
      request("POST", "/images/\(pathEncoded(image))/tag", query), doing: "Tagging \(image) as \(reference)")
  }

  /// - Throws: `EngineError.refused` with status 404 where the Engine has no such image.
  public func inspectImage(_ image: String) async throws(EngineError) -> EngineImage {
    let found: ImageAnswer = try await get("/images/\(pathEncoded(image))/json", doing: "Looking at the image \(image)")
    return found.image
  }

  /// Removes an image's name, and the image with its last one. One that is not there is no error.
  ///
  /// Its untagged parents stay: they are the builder's cache, and a build that is under way beside us may stand on one.
  public func removeImage(_ image: String, force: Bool = false) async throws(EngineError) {
    do {
      try await send(
        request("DELETE", "/images/\(pathEncoded(image))", [("force", String(force)), ("noprune", "true")]),
        doing: "Removing the image \(image)")
    } catch .refused(_, 404, _) {
    }
  }

  /// Podman speaks plain HTTP to a registry on loopback only when it is told to; an Engine does by itself.
  private func plainLoopback(_ reference: ImageReference) -> [QueryItem] {
    podman != nil && RegistryPlace(reference).isLoopback ? [("tlsVerify", "false")] : []
  }

  private func transfer(
    _ request: HTTPRequest, _ doing: String, _ reference: ImageReference, _ body: (EngineMessage) -> Void
  ) async throws(EngineError) {
    do {
      try await stream(request, doing: "\(doing) \(reference)") { (message) throws(EngineError) in
        if let failure = message.failure {
          throw .registry(
            doing: doing, reference: reference.description, RegistryFailure(message: failure), message: failure)
        }
        body(message)
      }
    } catch .refused(_, let status, let message) where RegistryFailure(message: message) != .other {
      throw .registry(
        doing: doing, reference: reference.description, RegistryFailure(message: message),
        message: "\(message) (\(status))")
    }
  }
}

/// A name as it stands in a path of the API: slashes and colons stay.
func pathEncoded(_ name: String) -> String { percentEncoded(name, keeping: "/:@") }

/// The digest in `TAG: digest: sha256:… size: N`.
private func pushedDigest(_ status: String) -> String? {
  let words = status.split(separator: " ")
  guard words.count == 5, words[1] == "digest:", words[2].hasPrefix("sha256:"), words[3] == "size:" else { return nil }
  return String(words[2])
}

private struct ImageAnswer: Decodable {
  var id: String
  var os: String
  var architecture: String
  var variant: String?
  var repoDigests: [String]?
  var repoTags: [String]?
  var size: Int
  var created: String?

  enum CodingKeys: String, CodingKey {
    case id = "Id"
    case os = "Os"
    case architecture = "Architecture"
    case variant = "Variant"
    case repoDigests = "RepoDigests"
    case repoTags = "RepoTags"
    case size = "Size"
    case created = "Created"
  }

  var image: EngineImage {
    EngineImage(
      id: id, platform: Platform(operatingSystem: os, architecture: architecture, variant: variant),
      repositoryDigests: repoDigests ?? [], tags: repoTags ?? [], bytes: size,
      created: created)
  }
}
