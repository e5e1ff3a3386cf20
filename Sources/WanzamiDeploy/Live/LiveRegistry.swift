import AWSClient
import AWSWire
import DockerEngine
import ReleaseCore
import Synchronization

/// Who we are at registries.
struct LiveRegistry: Sendable {
  /// Whether the release's own repository is in ECR.
  let isECR: Bool
  private let tokens = ECRTokens()
  /// Who we are by the Docker configuration.
  private let configured: @Sendable (_ host: String) async throws(ActionFailure) -> RegistryCredentials?
  /// A client of another region's ECR: a token is good in the region that gave it only.
  private var client: @Sendable (_ region: String?) throws(ActionFailure) -> AWSClient

  init(pipeline: Pipeline, client: AWSClient, environment: ProcessEnvironment, of region: @escaping RegionalClient) {
    isECR = pipeline.image.isInECR
    let docker = DockerConfiguration(environment: environment.variables)
    configured = { (host) throws(ActionFailure) in
      do throws(EngineError) {
        return try await docker.credentials(for: host)
      } catch {
        throw ActionFailure(.other, error.description)
      }
    }
    self.client = { (other) throws(ActionFailure) in
      guard let other, other != client.region else { return client }
      return try region(other)
    }
  }

  /// One registry, and no AWS; `nil`: as nobody.
  init(_ own: RegistryCredentials?) {
    isECR = false
    configured = { _ in own }
    client = { _ throws(ActionFailure) in throw ActionFailure(.other, "a rehearsal's own registry is not ECR") }
  }

  /// The same, which tells of each call to AWS; the tokens stay shared.
  func telling(_ tell: @escaping @Sendable (CallReport) -> Void) -> LiveRegistry {
    var registry = self
    let client = client
    registry.client = { (region) throws(ActionFailure) in try client(region).telling(tell) }
    return registry
  }

  typealias RegionalClient = @Sendable (_ region: String) throws(ActionFailure) -> AWSClient

  /// Who we are for the release's own repository: ECR's token where it is in ECR, else what the Docker configuration
  /// says; `nil`: nobody, an open registry.
  ///
  /// - Parameter isFresh: whether a token that was given before has turned out to be no good.
  func credentials(
    for reference: DockerEngine.ImageReference, isFresh: Bool = false
  ) async throws(ActionFailure) -> RegistryCredentials? {
    let host = reference.registry ?? "docker.io"
    guard isECR else { return try await configured(host) }
    return try await token(for: host, isFresh: isFresh)
  }

  /// Who we are for a base image's registry. The Docker configuration goes first, save for the release's own registry;
  /// any other ECR of this principal is signed in to by its token.
  func credentials(
    forBase base: DockerEngine.ImageReference, ofReleaseTo own: DockerEngine.ImageReference
  ) async throws(ActionFailure) -> RegistryCredentials? {
    let host = base.registry ?? "docker.io"
    if isECR, host == own.registry { return try await token(for: host, isFresh: false) }
    if let found = try await configured(host) { return found }
    return ECRHost(host) == nil ? nil : try await token(for: host, isFresh: false)
  }

  /// The account's own registry, without its scheme.
  func ownHost() async throws(ActionFailure) -> String {
    let endpoint = try await tokens.token(of: client(nil), isFresh: false).proxyEndpoint
    return endpoint.split(separator: "/").last.map(String.init) ?? endpoint
  }

  /// ECR's API for a repository in it: whom to ask, and the account that it is in, where that is not the caller's.
  func api(of host: String?) throws(ActionFailure) -> (client: AWSClient, account: String?) {
    let place = host.flatMap { ECRHost($0) }
    return (try client(place?.region), place?.account)
  }

  private func token(for host: String, isFresh: Bool) async throws(ActionFailure) -> RegistryCredentials {
    let token = try await tokens.token(of: client(ECRHost(host)?.region), isFresh: isFresh)
    return RegistryCredentials(user: token.username, password: token.password.revealed, registry: host)
  }
}

/// The host of an account's ECR: `<account>.dkr.ecr[-fips].<region>.<suffix>`, or its dual-stack form
/// `<account>.dkr-ecr[-fips].<region>.<suffix>`.
///
/// https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html
struct ECRHost: Equatable {
  var account: String
  var region: String

  /// `nil` for any other host.
  init?(_ host: String) {
    let parts = host.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard let account = parts.first, account.count == 12, account.allSatisfy({ $0.isASCII && $0.isNumber }) else {
      return nil
    }
    if parts.count > 4, parts[1] == "dkr", ["ecr", "ecr-fips"].contains(parts[2]) {
      region = parts[3]
    } else if parts.count > 3, ["dkr-ecr", "dkr-ecr-fips"].contains(parts[1]) {
      region = parts[2]
    } else {
      return nil
    }
    self.account = account
  }
}

/// The tokens that ECR gave, by region, for as long as they are good: twelve hours.
private final class ECRTokens: Sendable {
  private let known = Mutex<[String: ECR.AuthorizationToken]>([:])

  /// - Parameter isFresh: whether the one that is known is no good.
  func token(of client: AWSClient, isFresh: Bool) async throws(ActionFailure) -> ECR.AuthorizationToken {
    if !isFresh, let token = known.withLock({ $0[client.region] }) { return token }
    do throws(AWSError) {
      let token = try await client.ecr.getAuthorizationToken()
      known.withLock { $0[client.region] = token }
      return token
    } catch {
      throw ActionFailure(error)
    }
  }
}
