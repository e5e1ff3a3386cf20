import FoundationEssentials

extension Registry {
  /// What an image is, by its own documents.
  public struct Contents: Equatable, Sendable {
    /// `os/architecture[/variant]`, of an index each of its images.
    public var platforms: [String]
    /// Of the configuration; of an index, of its first image.
    public var labels: [String: String]
  }

  /// Reads manifest and configuration of an image; `nil` where the registry holds none.
  ///
  /// https://github.com/opencontainers/image-spec/blob/main/config.md and image-index.md; an entry of an index for
  /// `unknown/unknown` is an attestation and no image.
  public func contents(
    of reference: ImageReference, credentials: RegistryCredentials?
  ) async throws(EngineError) -> Contents? {
    guard let manifest = try await manifest(of: reference, credentials: credentials) else { return nil }
    let document = try? JSONDecoder().decode(ManifestDocument.self, from: Data(manifest.bytes))
    if let parts = document?.manifests?.filter({ $0.platform?.os != "unknown" }), let first = parts.first {
      var part = reference
      (part.tag, part.digest) = (nil, first.digest)
      let labels =
        first.digest == reference.digest ? nil : try await contents(of: part, credentials: credentials)?.labels
      return Contents(platforms: parts.compactMap { $0.platform?.text }, labels: labels ?? [:])
    }
    guard let config = document?.config?.digest else { return Contents(platforms: [], labels: [:]) }
    let bytes = try await blob(config, of: reference, credentials: credentials)
    let configuration = try? JSONDecoder().decode(ConfigurationDocument.self, from: Data(bytes))
    return Contents(
      platforms: [configuration?.platform.text].compactMap { $0 }, labels: configuration?.config?.labels ?? [:])
  }
}

private struct ManifestDocument: Decodable {
  struct Part: Decodable {
    var digest: String
    var platform: PlatformDocument?
  }

  var config: Part?
  var manifests: [Part]?
}

private struct PlatformDocument: Decodable {
  var os: String
  var architecture: String
  var variant: String?

  var text: String { ([os, architecture] + [variant].compactMap { $0 }).joined(separator: "/") }
}

private struct ConfigurationDocument: Decodable {
  struct Settings: Decodable {
    var labels: [String: String]?

    enum CodingKeys: String, CodingKey { case labels = "Labels" }
  }

  var os: String
  var architecture: String
  var variant: String?
  var config: Settings?

  var platform: PlatformDocument { PlatformDocument(os: os, architecture: architecture, variant: variant) }
}
