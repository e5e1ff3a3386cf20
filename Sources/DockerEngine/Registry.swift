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
  }

  private let transport: HTTPTransport

  public init(over transport: HTTPTransport) {
    self.transport = transport
  }

  /// The digest that the registry has for a tag or a digest; `nil` where it holds none.
  ///
  /// - Throws: `EngineError.registry` (unauthorized, unreachable, …), `.cancelled`.
  public func digest(
    of reference: ImageReference, credentials: RegistryCredentials?
  ) async throws(EngineError) -> String? {
    guard let response = try await ask("HEAD", reference, credentials) else { return nil }
    guard let digest = response.header("Docker-Content-Digest") else {
      throw failure(reference, .other, "the registry's answer has no Docker-Content-Digest")
    }
    return digest
  }

  /// The manifest of a tag or a digest; `nil` where the registry holds none.
  public func manifest(
    of reference: ImageReference, credentials: RegistryCredentials?
  ) async throws(EngineError) -> Manifest? {
    guard let response = try await ask("GET", reference, credentials) else { return nil }
    return Manifest(bytes: response.body, mediaType: response.header("Content-Type") ?? "")
  }

  private static let mediaTypes = [
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
  ]

  /// A small blob. Registries may point to a store of their own, which gets no credentials of ours.
  func blob(
    _ digest: String, of reference: ImageReference, credentials: RegistryCredentials?
  ) async throws(EngineError) -> [UInt8] {
    let response = try await ask("GET", reference, credentials, path: "blobs/\(digest)")
    guard let response else { throw failure(reference, .other, "the registry has no blob \(digest)") }
    guard response.status != 200, let place = response.header("Location"), place.hasPrefix("https://") else {
      return response.body
    }
    let stored = try await send(HTTPRequest(url: place, bodyBytesMax: 4 << 20), reference)
    guard stored.status == 200 else { throw failure(reference, .other, stored) }
    return stored.body
  }

  private func ask(
    _ method: String, _ reference: ImageReference, _ credentials: RegistryCredentials?, path: String? = nil
  ) async throws(EngineError) -> HTTPResponse? {
    let place = RegistryPlace(reference)
    let name = percentEncoded(reference.digest ?? reference.tag ?? "latest", keeping: ":")
    var request = HTTPRequest(
      method: method, url: "\(place.base)/v2/\(place.repository)/\(path ?? "manifests/\(name)")")
    request.headers = Registry.mediaTypes.map { HTTPHeader("Accept", $0) }
    request.bodyBytesMax = 4 << 20
    if place.isLoopback { request.proxy = .never }
    if let credentials { request.headers.append(HTTPHeader("Authorization", credentials.basic)) }
    var response = try await send(request, reference)
    if response.status == 401, let challenge = response.header("WWW-Authenticate").flatMap(BearerChallenge.init) {
      let token = try await token(for: challenge, credentials, reference)
      request.headers.removeAll { $0.name == "Authorization" }
      request.headers.append(HTTPHeader("Authorization", "Bearer \(token)"))
      response = try await send(request, reference)
    }
    switch response.status {
    case 200: return response
    case 300..<400 where path != nil: return response
    case 404: return nil
    case 401, 403: throw failure(reference, credentials == nil ? .noCredentials : .unauthorized, response)
    default: throw failure(reference, .other, response)
    }
  }

  /// A token for one repository (https://distribution.github.io/distribution/spec/auth/token/).
  private func token(
    for challenge: BearerChallenge, _ credentials: RegistryCredentials?, _ reference: ImageReference
  ) async throws(EngineError) -> String {
    struct Answer: Decodable {
      var token: String?
      var accessToken: String?

      enum CodingKeys: String, CodingKey {
        case token
        case accessToken = "access_token"
      }
    }
    guard let url = challenge.url else {
      throw failure(reference, .other, "the registry asks for a token from \(challenge.realm), which is not https://")
    }
    var request = HTTPRequest(url: url)
    if let credentials { request.headers.append(HTTPHeader("Authorization", credentials.basic)) }
    let response = try await send(request, reference)
    guard response.status == 200 else {
      throw failure(reference, credentials == nil ? .noCredentials : .unauthorized, response)
    }
    let answer = try? JSONDecoder().decode(Answer.self, from: Data(response.body))
    guard let token = answer?.token ?? answer?.accessToken else {
      throw failure(reference, .other, "\(challenge.realm) gave no token")
    }
    return token
  }

  private func send(_ request: HTTPRequest, _ reference: ImageReference) async throws(EngineError) -> HTTPResponse {
    do {
      return try await transport.send(request)
    } catch {
      if error.kind == .cancelled { throw .cancelled(doing: "Asking the registry for \(reference)") }
      throw failure(reference, .unreachable, error.detail)
    }
  }

  private func failure(
    _ reference: ImageReference, _ kind: RegistryFailure, _ response: HTTPResponse
  ) -> EngineError {
    let words = String(decoding: response.body.prefix(500), as: UTF8.self)
    return failure(reference, kind, "status \(response.status)" + (words.isEmpty ? "" : ": \(words)"))
  }

  private func failure(_ reference: ImageReference, _ kind: RegistryFailure, _ message: String) -> EngineError {
    .registry(doing: "Asking the registry for", reference: reference.description, kind, message: message)
  }
}
