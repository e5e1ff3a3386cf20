import AWSClient
import DockerEngine
import FoundationEssentials
import ReleaseCore

/// Where the service's image lives, and who we are there.
struct LiveRegistry: Sendable {
  /// Who we are for the registry of an image; `nil`: nobody, an open registry.
  var credentials: @Sendable (DockerEngine.ImageReference) async throws(ActionFailure) -> RegistryCredentials?

  func credentials(
    for reference: DockerEngine.ImageReference
  ) async throws(ActionFailure) -> RegistryCredentials? {
    try await credentials(reference)
  }

  /// ECR's own token where the image is in ECR; else what `docker login` left in the Docker configuration.
  static func live(pipeline: Pipeline, client: AWSClient, environment: ProcessEnvironment) -> LiveRegistry {
    LiveRegistry { reference throws(ActionFailure) in
      guard isECR(pipeline.image.repository) else {
        return DockerConfiguration(environment).credentials(for: reference.registry ?? "docker.io")
      }
      do throws(AWSError) {
        let token = try await client.ecr.getAuthorizationToken()
        return RegistryCredentials(
          user: token.username, password: token.password.revealed, registry: reference.registry ?? "")
      } catch {
        throw ActionFailure(error)
      }
    }
  }

  /// Whether `image.repository` means ECR: a bare name, none at all, or ECR's own host.
  /// https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html
  static func isECR(_ repository: String?) -> Bool {
    guard let host = repository.flatMap(host(of:)) else { return true }
    return host.contains(".dkr.ecr.") || host.contains(".dkr.ecr-fips.") || host.contains(".dkr-ecr.")
  }

  /// The registry's host of `registry/repository`; `nil` for a bare name. Docker's rule: a first part with a point or
  /// a port, or `localhost`.
  static func host(of repository: String) -> String? {
    let parts = repository.split(separator: "/", maxSplits: 1)
    guard parts.count == 2, let first = parts.first,
      first.contains(where: { $0 == "." || $0 == ":" }) || first == "localhost"
    else { return nil }
    return String(first)
  }
}

/// What `docker login` left: `auths` of `config.json`.
/// https://docs.docker.com/reference/cli/docker/login/#credential-stores
struct DockerConfiguration {
  private struct File: Decodable {
    struct Entry: Decodable { var auth: String? }
    var auths: [String: Entry]?
  }

  private let file: File?

  init(_ environment: ProcessEnvironment) {
    let folder = environment["DOCKER_CONFIG"] ?? "\(environment.home)/.docker"
    let data = try? Data(contentsOf: URL(filePath: "\(folder)/config.json"))
    file = data.flatMap { try? JSONDecoder().decode(File.self, from: $0) }
  }

  func credentials(for registry: String) -> RegistryCredentials? {
    let entries = file?.auths ?? [:]
    let entry = entries[registry] ?? entries["https://\(registry)"] ?? entries["http://\(registry)"]
    guard let auth = entry?.auth, let data = Data(base64Encoded: auth) else { return nil }
    let pair = String(decoding: data, as: UTF8.self).split(separator: ":", maxSplits: 1)
    guard pair.count == 2 else { return nil }
    return RegistryCredentials(user: String(pair[0]), password: String(pair[1]), registry: registry)
  }
}
