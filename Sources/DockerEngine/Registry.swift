import FoundationEssentials
import HTTPTransport

/// A registry asked directly, without the Engine: what it holds, in its own words
/// (https://distribution.github.io/distribution/spec/api/).
///
/// Plain HTTP is spoken to loopback addresses only.
public struct Registry: Sendable {
  /// A manifest's bytes, whose SHA-256 is its digest, and their media type.
  public struct Manifest: Equatable, Sendable {
    public var bytes: [UInt8]
    public var mediaType: String

    public init(bytes: [UInt8], mediaType: String) {
      self.bytes = bytes
      self.mediaType = mediaType
    }
  }

  let transport: HTTPTransport

  public init(over transport: HTTPTransport) {
    self.transport = transport
  }

  /// The digest that the registry has for a tag or a digest; `nil` where it holds none.
  ///
  /// - Throws: `EngineError.registry` (unauthorized, unreachable, …), `.cancelled`.
  public func digest(
    of reference: ImageReference, credentials: RegistryCredentials?
  ) async throws(EngineError) -> String? {
    guard let response = try await manifestAnswer("HEAD", reference, credentials) else { return nil }
    return try digest(response, reference)
  }

  /// The manifest of a tag or a digest; `nil` where the registry holds none.
  public func manifest(
    of reference: ImageReference, credentials: RegistryCredentials?
  ) async throws(EngineError) -> Manifest? {
    guard let response = try await manifestAnswer("GET", reference, credentials) else { return nil }
    return Manifest(bytes: response.body, mediaType: response.header("Content-Type") ?? "")
  }

  /// Stores a manifest under a tag, without a byte of its layers, which must be there; returns the digest that the
  /// registry has for it. The same once more changes nothing.
  ///
  /// - Parameter reference: with a tag, in the repository that holds the layers.
  /// - Throws: `EngineError.registry`, with `.tagImmutable` where the tag exists and may not be moved.
  public func put(
    _ manifest: Manifest, as reference: ImageReference, credentials: RegistryCredentials?
  ) async throws(EngineError) -> String {
    var asking = RegistryAsking("Giving an image the name", "PUT", manifestPath(reference), of: reference)
    asking.headers = [HTTPHeader("Content-Type", manifest.mediaType)]
    asking.body = manifest.bytes
    let response = try await answer(asking, credentials)
    guard (200..<300).contains(response.status) else { throw asking.failure(response) }
    return try digest(response, reference)
  }

  /// When the image under a tag or a digest was built, as its configuration says (OCI image configuration, `created`);
  /// of an index, its first image. RFC 3339; `nil`: it says nothing, or the registry holds none.
  public func created(
    of reference: ImageReference, credentials: RegistryCredentials?
  ) async throws(EngineError) -> String? {
    struct Document: Decodable {
      struct Part: Decodable { var digest: String }
      var config: Part?
      var manifests: [Part]?
    }
    struct Configuration: Decodable { var created: String? }
    guard let manifest = try await manifest(of: reference, credentials: credentials),
      let document = try? JSONDecoder().decode(Document.self, from: Data(manifest.bytes))
    else { return nil }
    if let first = document.manifests?.first {
      guard first.digest != reference.digest else { return nil }
      var part = reference
      (part.tag, part.digest) = (nil, first.digest)
      return try await created(of: part, credentials: credentials)
    }
    guard let config = document.config?.digest else { return nil }
    let bytes = try await blob(config, of: reference, credentials: credentials)
    return (try? JSONDecoder().decode(Configuration.self, from: Data(bytes)))?.created
  }

  private static let mediaTypes = [
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
  ]

  private func manifestPath(_ reference: ImageReference) -> String {
    "/manifests/" + percentEncoded(reference.digest ?? reference.tag ?? "latest", keeping: ":")
  }

  private func manifestAnswer(
    _ method: String, _ reference: ImageReference, _ credentials: RegistryCredentials?
  ) async throws(EngineError) -> HTTPResponse? {
    var asking = RegistryAsking("Asking the registry for", method, manifestPath(reference), of: reference)
    asking.headers = Registry.mediaTypes.map { HTTPHeader("Accept", $0) }
    let response = try await answer(asking, credentials)
    switch response.status {
    case 200: return response
    case 404: return nil
    default: throw asking.failure(response)
    }
  }

  /// A small blob. Registries may point to a store of their own, which gets no credentials of ours.
  func blob(
    _ digest: String, of reference: ImageReference, credentials: RegistryCredentials?
  ) async throws(EngineError) -> [UInt8] {
    let asking = RegistryAsking("Reading the configuration of", "GET", "/blobs/\(digest)", of: reference)
    var response = try await answer(asking, credentials)
    if (300..<400).contains(response.status), let place = response.header("Location"), place.hasPrefix("https://") {
      response = try await send(HTTPRequest(url: place, bodyBytesMax: RegistryAsking.bytesMax), asking)
    }
    guard response.status == 200 else { throw asking.failure(response) }
    return response.body
  }

  private func digest(_ response: HTTPResponse, _ reference: ImageReference) throws(EngineError) -> String {
    if let digest = response.header("Docker-Content-Digest") { return digest }
    throw .registry(
      doing: "Asking the registry for", reference: reference.description, .other,
      message: "the registry's answer has no Docker-Content-Digest")
  }
}
