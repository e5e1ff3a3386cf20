import AWSWire

/// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/
public struct ECR: Sendable {
  let caller: AWSCaller

  /// What a registry client signs in with, good for twelve hours.
  public struct AuthorizationToken: Equatable, Sendable {
    public var username: String
    public var password: Secret
    /// The registry with its scheme: `https://<account>.dkr.ecr.<region>.<suffix>`.
    public var proxyEndpoint: String
    public var expiresAt: Timestamp?
  }

  public struct Repository: Equatable, Sendable {
    public var name: String
    /// The image reference without tag: registry host and name.
    public var uri: String
    public var arn: String
    public var registryID: String
    /// `MUTABLE`, `IMMUTABLE`, or either `_WITH_EXCLUSION`.
    public var tagMutability: String
  }

  public func getAuthorizationToken() async throws(AWSError) -> AuthorizationToken {
    struct Input: Encodable {}
    struct Output: Decodable {
      struct Item: Decodable {
        var authorizationToken: String
        var proxyEndpoint: String
        var expiresAt: Double?
      }
      var authorizationData: [Item]
    }
    let output = try await caller.json(.ecr, "GetAuthorizationToken", Input(), as: Output.self)
    let call = Call(service: .ecr, operation: "GetAuthorizationToken", resource: nil, safety: .read, body: [])
    guard let item = output.authorizationData.first, let bytes = base64Decoded(item.authorizationToken) else {
      throw call.malformed("it holds no authorization data in base64")
    }
    let pair = String(decoding: bytes, as: UTF8.self).split(separator: ":", maxSplits: 1)
    guard pair.count == 2 else { throw call.malformed("the token is no name and password") }
    return AuthorizationToken(
      username: String(pair[0]), password: Secret(String(pair[1])), proxyEndpoint: item.proxyEndpoint,
      expiresAt: item.expiresAt.map { Timestamp(epochSeconds: $0) })
  }

  /// The named repositories, or all; one that is missing is `notFound`.
  ///
  /// - Parameter registryID: the account whose repositories they are; `nil`: the caller's own.
  public func describeRepositories(
    names: [String] = [], registryID: String? = nil
  ) async throws(AWSError) -> [Repository] {
    struct Input: Encodable {
      var registryId: String?
      var repositoryNames: [String]?
      var maxResults: Int?
      var nextToken: String?
    }
    struct Output: Decodable {
      struct Item: Decodable {
        var repositoryName: String
        var repositoryUri: String
        var repositoryArn: String
        var registryId: String
        var imageTagMutability: String?
      }
      var repositories: [Item]
      var nextToken: String?
    }
    let resource = names.isEmpty ? nil : names.joined(separator: ", ")
    return try await caller.pages(.ecr, "DescribeRepositories", of: resource, by: \.uri) { token throws(AWSError) in
      // Names and paging exclude each other.
      let input = Input(
        registryId: registryID, repositoryNames: names.isEmpty ? nil : names, maxResults: names.isEmpty ? 1000 : nil,
        nextToken: token)
      let output = try await caller.json(.ecr, "DescribeRepositories", of: resource, input, as: Output.self)
      let repositories = output.repositories.map {
        Repository(
          name: $0.repositoryName, uri: $0.repositoryUri, arn: $0.repositoryArn, registryID: $0.registryId,
          tagMutability: $0.imageTagMutability ?? "MUTABLE")
      }
      return (repositories, output.nextToken)
    }
  }
}
