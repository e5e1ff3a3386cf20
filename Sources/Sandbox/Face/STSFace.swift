import AWSWire
import FoundationEssentials
import SimulatedAWS

/// STS: who signs, and temporary keys for roles. Whoever may sign may assume any role; a web identity is a JSON Web
/// Token whose signature nobody checks.
///
/// https://docs.aws.amazon.com/STS/latest/APIReference/API_Operations.html
struct STSFace {
  let account: String
  let sessions: Sessions
  let now: WorldTime

  /// - Parameter signer: the access key's id; `nil`: the request came unsigned.
  func perform(_ operation: String, _ parameters: Parameters, signer: String?) throws(Fault) -> [XMLNode?]? {
    switch operation {
    case "GetCallerIdentity": return identity(signer ?? "")
    case "AssumeRole": return try assume(parameters)
    case "AssumeRoleWithWebIdentity":
      let token = try WebIdentity(try parameters.required("WebIdentityToken"), at: now)
      return try assume(parameters)
        + [
          element("SubjectFromWebIdentityToken", token.sub), element("Audience", token.aud),
          element("Provider", token.iss),
        ]
    default: return nil
    }
  }

  private func identity(_ signer: String) -> [XMLNode?] {
    let session = sessions.session(signer)
    return [
      element("Arn", session?.arn ?? "arn:aws:iam::\(account):user/sandbox"),
      element("UserId", session?.userID ?? "AIDA" + String(signer.dropFirst(4))), element("Account", account),
    ]
  }

  private func assume(_ parameters: Parameters) throws(Fault) -> [XMLNode?] {
    let session = try sessions.issue(
      role: try parameters.required("RoleArn"), session: try parameters.required("RoleSessionName"),
      seconds: try parameters.int("DurationSeconds") ?? 3600, at: now)
    return [
      element(
        "AssumedRoleUser", [element("AssumedRoleId", session.userID), element("Arn", session.arn)]),
      element(
        "Credentials",
        [
          element("AccessKeyId", session.key.id), element("SecretAccessKey", session.key.secret.revealed),
          element("SessionToken", session.key.sessionToken?.revealed), element("Expiration", session.expires),
        ]),
    ]
  }
}

/// The claims of a web identity's token (RFC 7519) that STS answers with.
private struct WebIdentity: Decodable {
  var iss: String?
  var sub: String?
  var aud: String?
  /// Seconds since 1970.
  var exp: Double?

  init(_ token: String, at now: WorldTime) throws(Fault) {
    let parts = token.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, let payload = base64Decoded(padded(parts[1])),
      let claims = try? JSONDecoder().decode(WebIdentity.self, from: Data(payload))
    else { throw Fault("InvalidIdentityToken", "The ID Token provided is not a valid JWT.") }
    self = claims
    if let exp, Int64(exp * 1000) <= now.milliseconds {
      throw Fault("ExpiredTokenException", "Token expired: current date/time must be before the expiration date/time")
    }
  }
}

/// Base64 of a URL (RFC 4648, 5) as plain base64.
private func padded(_ text: Substring) -> String {
  let plain = text.replacing("-", with: "+").replacing("_", with: "/")
  return plain + String(repeating: "=", count: (4 - plain.utf8.count % 4) % 4)
}
