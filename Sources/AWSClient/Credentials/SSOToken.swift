import AWSWire
import FoundationEssentials

/// A signed-in session as `aws sso login` leaves it in `~/.aws/sso/cache/<SHA-1 of the session's name or start URL>.json`.
struct SSOToken: Sendable {
  /// All texts of the document: what we do not know goes back as it came.
  private(set) var members: [String: String]

  /// `nil`: it is no JSON object with an access token and its end. Members that are no texts are left out.
  init?(_ bytes: [UInt8]) {
    guard let members = try? JSONDecoder().decode([String: Text].self, from: Data(bytes)) else { return nil }
    self.members = members.compactMapValues(\.text)
    guard !(self.members["accessToken"] ?? "").isEmpty, Timestamp(iso8601: expiresAt) != nil else { return nil }
  }

  var accessToken: Secret { Secret(members["accessToken", default: ""]) }
  /// Older files of the AWS CLI write `UTC` for `Z`.
  private var expiresAt: String { isoTime("expiresAt") }

  func isOver(at now: Timestamp, within milliseconds: Int64 = 0) -> Bool {
    (Timestamp(iso8601: expiresAt)?.milliseconds ?? 0) - milliseconds <= now.milliseconds
  }

  /// What CreateToken needs to renew the session; `nil`: it cannot be renewed.
  func renewal(at now: Timestamp) -> Renewal? {
    guard let id = members["clientId"], let secret = members["clientSecret"], let token = members["refreshToken"],
      let end = Timestamp(iso8601: isoTime("registrationExpiresAt")), end.milliseconds > now.milliseconds
    else { return nil }
    return Renewal(clientId: id, clientSecret: secret, refreshToken: token)
  }

  /// The body of CreateToken (https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_CreateToken.html).
  struct Renewal: Encodable {
    var clientId: String
    var clientSecret: String
    var refreshToken: String
    var grantType = "refresh_token"
  }

  /// The session with a new token in it.
  func renewed(accessToken: String, expires: Timestamp, refreshToken: String?) -> SSOToken {
    var token = self
    token.members["accessToken"] = accessToken
    token.members["expiresAt"] = expires.iso8601
    if let refreshToken { token.members["refreshToken"] = refreshToken }
    return token
  }

  private func isoTime(_ name: String) -> String {
    let text = members[name, default: ""]
    return text.hasSuffix("UTC") ? "\(text.dropLast(3))Z" : text
  }

  /// A member that may be of any type, of which only texts are kept.
  private struct Text: Decodable {
    var text: String?

    init(from decoder: any Decoder) throws { text = try? decoder.singleValueContainer().decode(String.self) }
  }
}
