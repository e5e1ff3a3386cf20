import AWSWire

/// https://docs.aws.amazon.com/STS/latest/APIReference/
public struct STS: Sendable {
  let caller: AWSCaller

  public struct CallerIdentity: Equatable, Sendable {
    public var account: String
    public var arn: String
    public var userID: String
  }

  /// Who the credentials are. It needs no permission, so it is the probe for credentials, endpoint and clock.
  public func getCallerIdentity() async throws(AWSError) -> CallerIdentity {
    try await caller.query(.sts, "GetCallerIdentity") { _ in
    } decode: { node throws(MissingMember) in
      CallerIdentity(
        account: try node.required("Account"), arn: try node.required("Arn"), userID: try node.required("UserId"))
    }
  }

  /// Repeating is harmless: each time gives other credentials, and none is lost by it.
  func assumeRole(_ request: RoleCalls.Request) async throws(AWSError) -> AWSCredentials {
    try await caller.query(.sts, "AssumeRole", of: request.role) { form in
      form.add("RoleArn", request.role)
      form.add("RoleSessionName", request.session)
      form.add("ExternalId", request.externalID)
      form.add("DurationSeconds", request.durationSeconds)
    } decode: { node throws(MissingMember) in
      try credentials(node, role: request.role)
    }
  }

  /// The one request that goes out unsigned: the token is its proof.
  func assumeRoleWithWebIdentity(
    _ role: String, session: String, token: Secret
  ) async throws(AWSError) -> AWSCredentials {
    try await caller.query(.sts, "AssumeRoleWithWebIdentity", of: role) { form in
      form.add("RoleArn", role)
      form.add("RoleSessionName", session)
      form.add("WebIdentityToken", token.revealed)
    } decode: { node throws(MissingMember) in
      try credentials(node, role: role)
    }
  }
}

private func credentials(_ node: XMLNode, role: String) throws(MissingMember) -> AWSCredentials {
  guard let members = node["Credentials"] else { throw MissingMember(name: "Credentials") }
  return AWSCredentials(
    key: AccessKey(
      id: try members.required("AccessKeyId"), secret: Secret(try members.required("SecretAccessKey")),
      sessionToken: Secret(try members.required("SessionToken"))),
    expires: members.timestamp("Expiration"), source: "role \(role)")
}
