import FoundationEssentials
import HTTPTransport

/// An image manifest as the registry keeps it.
public struct RegistryManifest: Equatable, Sendable {
  /// `sha256:…` of `bytes`, as the registry confirmed it.
  public var digest: String
  public var mediaType: String
  public var bytes: [UInt8]

  /// The sum of the sizes of configuration and layers; 0 for an index of manifests.
  public var imageBytes: Int {
    guard let content = try? JSONDecoder().decode(Content.self, from: Data(bytes)) else { return 0 }
    return (content.layers ?? []).reduce(content.config?.size ?? 0) { $0 + $1.size }
  }

  private struct Content: Decodable {
    var config: Blob?
    var layers: [Blob]?
  }

  private struct Blob: Decodable {
    var size: Int
  }
}

/// The manifests of a sandbox's registry, over its own HTTP API.
///
/// https://distribution.github.io/distribution/spec/api/
public struct RegistryManifests: Sendable {
  private let endpoint: String
  private let authorization: HTTPHeader
  private let transport: HTTPTransport

  /// What ECR takes and gives (https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-manifest-formats.html).
  private static let mediaTypes = [
    "application/vnd.docker.distribution.manifest.v2+json", "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json", "application/vnd.oci.image.index.v1+json",
  ]

  public init(registry: RegistryServer, transport: HTTPTransport) {
    endpoint = registry.endpoint
    let text = Data("\(registry.credentials.user):\(registry.credentials.password)".utf8).base64EncodedString()
    authorization = HTTPHeader("Authorization", "Basic \(text)")
    self.transport = transport
  }

  /// The manifest that a tag or a digest names; `nil`: the registry has none.
  ///
  /// - Throws: `MachineryError` when the registry does not answer, or answers with anything else.
  public func manifest(repository: String, reference: String) async throws(MachineryError) -> RegistryManifest? {
    let response = try await send("GET", repository, reference)
    switch response.status {
    case 200: return try manifest(of: response, bytes: response.body, "reading \(repository)@\(reference)")
    case 404: return nil
    default: throw refusal(response, "reading \(repository)@\(reference)")
    }
  }

  /// The digest that a tag or a digest names, without its manifest; `nil`: the registry has none.
  public func digest(repository: String, reference: String) async throws(MachineryError) -> String? {
    let response = try await send("HEAD", repository, reference)
    switch response.status {
    case 200: return response.header("Docker-Content-Digest")
    case 404: return nil
    default: throw refusal(response, "asking for \(repository)@\(reference)")
    }
  }

  /// Puts a manifest under a tag or its digest; the blobs that it names must be there.
  public func put(
    _ bytes: [UInt8], mediaType: String, repository: String, reference: String
  ) async throws(MachineryError) -> RegistryManifest {
    let response = try await send(
      "PUT", repository, reference, headers: [HTTPHeader("Content-Type", mediaType)], body: .bytes(bytes))
    guard response.status == 201, let digest = response.header("Docker-Content-Digest") else {
      throw refusal(response, "writing \(repository):\(reference)")
    }
    return RegistryManifest(digest: digest, mediaType: mediaType, bytes: bytes)
  }

  /// The tags of a repository, sorted; none: the registry does not know it.
  public func tags(repository: String) async throws(MachineryError) -> [String] {
    let response = try await send(url: "\(endpoint)/v2/\(repository)/tags/list", "GET")
    if response.status == 404 { return [] }
    guard response.status == 200, let list = try? JSONDecoder().decode(TagList.self, from: Data(response.body)) else {
      throw refusal(response, "listing the tags of \(repository)")
    }
    return (list.tags ?? []).sorted()
  }

  private struct TagList: Decodable {
    var tags: [String]?
  }

  private func manifest(
    of response: HTTPResponse, bytes: [UInt8], _ what: String
  ) throws(MachineryError) -> RegistryManifest {
    guard let digest = response.header("Docker-Content-Digest"), let type = response.header("Content-Type") else {
      throw MachineryError("\(what): the registry named no digest or no media type")
    }
    return RegistryManifest(digest: digest, mediaType: type, bytes: bytes)
  }

  private func send(
    _ method: String, _ repository: String, _ reference: String, headers: [HTTPHeader] = [], body: HTTPBody = .none
  ) async throws(MachineryError) -> HTTPResponse {
    let accept = RegistryManifests.mediaTypes.map { HTTPHeader("Accept", $0) }
    return try await send(
      url: "\(endpoint)/v2/\(repository)/manifests/\(reference)", method, headers: accept + headers, body: body)
  }

  private func send(
    url: String, _ method: String, headers: [HTTPHeader] = [], body: HTTPBody = .none
  ) async throws(MachineryError) -> HTTPResponse {
    do {
      return try await transport.send(
        HTTPRequest(
          method: method, url: url, headers: headers + [authorization], body: body, timeout: .seconds(20),
          proxy: .never))
    } catch {
      throw MachineryError("the sandbox's registry: \(error)")
    }
  }

  private func refusal(_ response: HTTPResponse, _ what: String) -> MachineryError {
    MachineryError("\(what): the registry answered \(response.status): \(response.text.prefix(300))")
  }
}
