import FoundationEssentials
import HTTPTransport
import SimulatedAWS

/// The manifests of a sandbox's registry, over its own HTTP API.
///
/// https://distribution.github.io/distribution/spec/api/
struct RegistryManifests: Sendable {
  private let endpoint: String
  /// Where the registry keeps its repositories.
  private let repositories: String
  private let authorization: HTTPHeader
  private let transport: HTTPTransport

  /// What ECR takes and gives (https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-manifest-formats.html).
  private static let mediaTypes = [
    "application/vnd.docker.distribution.manifest.v2+json", "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json", "application/vnd.oci.image.index.v1+json",
  ]

  init(registry: RegistryServer, transport: HTTPTransport) {
    endpoint = registry.endpoint
    repositories = registry.repositories
    let text = Data("\(registry.user):\(registry.password.revealed)".utf8).base64EncodedString()
    authorization = HTTPHeader("Authorization", "Basic \(text)")
    self.transport = transport
  }

  /// The manifest that a tag or a digest names; `nil`: the registry has none.
  ///
  /// - Throws: `SandboxError` when the registry does not answer, or answers with anything else.
  func manifest(repository: String, reference: String) async throws(SandboxError) -> ImageStore.Manifest? {
    let response = try await send("GET", repository, reference)
    switch response.status {
    case 200:
      let manifest = ImageStore.Manifest(bytes: response.body, mediaType: response.header("Content-Type") ?? "")
      guard response.header("Docker-Content-Digest") == manifest.digest else {
        throw SandboxError("reading \(repository)@\(reference): the manifest is not what its digest says")
      }
      return manifest
    case 404: return nil
    default: throw refusal(response, "reading \(repository)@\(reference)")
    }
  }

  /// Puts a manifest under a tag; the blobs that it names must be there.
  func put(_ manifest: ImageStore.Manifest, repository: String, tag: String) async throws(SandboxError) {
    let response = try await send(
      "PUT", repository, tag, headers: [HTTPHeader("Content-Type", manifest.mediaType)], body: .bytes(manifest.bytes))
    guard response.status == 201 else { throw refusal(response, "writing \(repository):\(tag)") }
  }

  /// The tags of a repository, sorted; none: the registry does not know it.
  func tags(repository: String) async throws(SandboxError) -> [String] {
    let response = try await send(url: "\(endpoint)/v2/\(repository)/tags/list", "GET")
    if response.status == 404 { return [] }
    guard response.status == 200, let list = try? JSONDecoder().decode(TagList.self, from: Data(response.body)) else {
      throw refusal(response, "listing the tags of \(repository)")
    }
    return (list.tags ?? []).sorted()
  }

  /// Every manifest of a repository: the registry's API lists only tags, so its folder is read
  /// (https://distribution.github.io/distribution/storage-drivers/filesystem/). A manifest's folder is as old as its push,
  /// however often it was tagged since.
  func revisions(repository: String) -> [ImageStore.Revision] {
    let folder = "\(repositories)/\(repository)/_manifests/revisions/sha256"
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    return names.compactMap { name in
      guard FileManager.default.fileExists(atPath: "\(folder)/\(name)/link"),
        let attributes = try? FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)"),
        let date = attributes[.modificationDate] as? Date
      else { return nil }
      return ImageStore.Revision(
        digest: "sha256:\(name)", pushed: WorldTime(milliseconds: Int64(date.timeIntervalSince1970 * 1000)))
    }
  }

  /// Removes a manifest with its tags.
  func delete(repository: String, digest: String) async throws(SandboxError) {
    let response = try await send("DELETE", repository, digest)
    guard response.status == 202 else { throw refusal(response, "deleting \(repository)@\(digest)") }
  }

  /// Removes a tag, which the registry's API cannot.
  func untag(repository: String, tag: String) throws(SandboxError) {
    do {
      try FileManager.default.removeItem(atPath: "\(repositories)/\(repository)/_manifests/tags/\(tag)")
    } catch {
      throw SandboxError("removing the tag \(repository):\(tag): \(error)")
    }
  }

  private struct TagList: Decodable {
    var tags: [String]?
  }

  private func send(
    _ method: String, _ repository: String, _ reference: String, headers: [HTTPHeader] = [], body: HTTPBody = .none
  ) async throws(SandboxError) -> HTTPResponse {
    let accept = RegistryManifests.mediaTypes.map { HTTPHeader("Accept", $0) }
    return try await send(
      url: "\(endpoint)/v2/\(repository)/manifests/\(reference)", method, headers: accept + headers, body: body)
  }

  private func send(
    url: String, _ method: String, headers: [HTTPHeader] = [], body: HTTPBody = .none
  ) async throws(SandboxError) -> HTTPResponse {
    do {
      return try await transport.send(
        HTTPRequest(
          method: method, url: url, headers: headers + [authorization], body: body, timeout: .seconds(20),
          proxy: .never))
    } catch {
      throw SandboxError("the sandbox's registry: \(error)")
    }
  }

  private func refusal(_ response: HTTPResponse, _ what: String) -> SandboxError {
    SandboxError("\(what): the registry answered \(response.status): \(response.text.prefix(300))")
  }
}

extension ImageStore {
  /// The images of a real registry, behind the emulated ECR.
  ///
  /// - Parameter transport: must outlive the store.
  public static func registry(_ registry: RegistryServer, transport: HTTPTransport) -> ImageStore {
    let manifests = RegistryManifests(registry: registry, transport: transport)
    return ImageStore(
      manifest: { (repository, reference) async throws(SandboxError) in
        try await manifests.manifest(repository: repository, reference: reference)
      },
      put: { (repository, tag, manifest) async throws(SandboxError) in
        try await manifests.put(manifest, repository: repository, tag: tag)
      },
      tags: { (repository) async throws(SandboxError) in try await manifests.tags(repository: repository) },
      revisions: { repository in manifests.revisions(repository: repository) },
      delete: { (repository, digest) async throws(SandboxError) in
        try await manifests.delete(repository: repository, digest: digest)
      },
      untag: { (repository, tag) throws(SandboxError) in try manifests.untag(repository: repository, tag: tag) },
      authorization: { (registry.user, registry.password) },
      proxyEndpoint: registry.endpoint)
  }
}
