import AWSWire

/// The places where the AWS CLI looks for credentials, in its order.
///
/// https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
struct CredentialsChain: Sendable {
  let environment: AWSEnvironment
  let files: SharedFiles
  let profile: String
  /// A profile chosen by option rules out the variables that name another principal.
  let isProfileExplicit: Bool
  /// Calls of STS that give temporary credentials.
  let roles: RoleCalls
  /// Requests to the places that give credentials over HTTP.
  let requests: CredentialRequests

  func load() async throws(CredentialsError) -> AWSCredentials {
    let role = CredentialsProvider { [self] () async throws(CredentialsError) in try await ofProfileRole(profile) }
    let keys = CredentialsProvider { [self] () async throws(CredentialsError) in try await ofProfileItself(profile) }
    let machine = [containerProvider, metadataProvider]
    guard !isProfileExplicit else {
      let skipped = CredentialsProvider { .absent("the environment: skipped, a profile was chosen") }
      return try await CredentialsProvider.first(of: [skipped, role, keys] + machine)
    }
    return try await CredentialsProvider.first(
      of: [environmentProvider, role, webIdentityVariables, keys] + machine)
  }

  var environmentProvider: CredentialsProvider {
    CredentialsProvider { [environment] () throws(CredentialsError) in
      guard let id = environment.variable("AWS_ACCESS_KEY_ID") else { return .absent("AWS_ACCESS_KEY_ID: not set") }
      guard let secret = environment.variable("AWS_SECRET_ACCESS_KEY") else {
        throw .failed(place: "AWS_ACCESS_KEY_ID", reason: "AWS_SECRET_ACCESS_KEY is not set.")
      }
      let token = environment.variable("AWS_SESSION_TOKEN") ?? environment.variable("AWS_SECURITY_TOKEN")
      let expires = environment.variable("AWS_CREDENTIAL_EXPIRATION").flatMap { Timestamp(iso8601: $0) }
      let key = AccessKey(id: id, secret: Secret(secret), sessionToken: token.map { Secret($0) })
      return .credentials(AWSCredentials(key: key, expires: expires, source: "AWS_ACCESS_KEY_ID"))
    }
  }

  private var webIdentityVariables: CredentialsProvider {
    CredentialsProvider { [self] () async throws(CredentialsError) in
      guard let tokenFile = environment.variable("AWS_WEB_IDENTITY_TOKEN_FILE") else {
        return .absent("AWS_WEB_IDENTITY_TOKEN_FILE: not set")
      }
      guard let role = environment.variable("AWS_ROLE_ARN") else {
        throw .failed(place: "AWS_WEB_IDENTITY_TOKEN_FILE", reason: "AWS_ROLE_ARN is not set.")
      }
      return .credentials(
        try await withWebIdentity(
          role: role, tokenFile: tokenFile, session: environment.variable("AWS_ROLE_SESSION_NAME"),
          place: "AWS_WEB_IDENTITY_TOKEN_FILE"))
    }
  }

  /// Reads the token afresh each time, because whoever issues it renews it in place.
  func withWebIdentity(
    role: String, tokenFile: String, session: String?, place: String
  ) async throws(CredentialsError) -> AWSCredentials {
    let path = environment.path(tokenFile)
    guard let bytes = environment.readFile(path), !bytes.isEmpty else {
      throw .failed(place: place, reason: "the token file \(path) cannot be read or is empty.")
    }
    let token = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).joined()
    return try await roles.assumeWithWebIdentity(role, session ?? defaultSessionName, Secret(token))
  }

  /// Names the session in CloudTrail; within one run it need not be unique.
  var defaultSessionName: String { "wanzami-deploy-\(environment.now().milliseconds / 1000)" }

  var containerProvider: CredentialsProvider {
    CredentialsProvider { [self] () async throws(CredentialsError) in
      try await ContainerCredentials(environment: environment, requests: requests).load()
    }
  }

  var metadataProvider: CredentialsProvider {
    CredentialsProvider { [self] () async throws(CredentialsError) in
      let config = files.configProfile(profile) ?? [:]
      return try await InstanceMetadata(environment: environment, config: config, requests: requests).load()
    }
  }
}

/// What the chain needs of STS.
struct RoleCalls: Sendable {
  struct Request: Sendable {
    var role: String
    var session: String
    var externalID: String?
    var durationSeconds: Int?
  }

  /// AssumeRole with the given credentials.
  var assume: @Sendable (Request, AWSCredentials) async throws(CredentialsError) -> AWSCredentials
  /// AssumeRoleWithWebIdentity: role, session name, token.
  var assumeWithWebIdentity: @Sendable (String, String, Secret) async throws(CredentialsError) -> AWSCredentials
}
