import AWSWire
import FoundationEssentials
import HTTPTransport

/// Keys of a role for a signed-in session of IAM Identity Center. The session's token is renewed where it can be.
struct SSOCredentials: Sendable {
  let profile: SSOProfile
  let environment: AWSEnvironment
  let requests: CredentialRequests

  /// How long before its end a token is renewed, in milliseconds: as the AWS CLI does.
  static let renewedBefore: Int64 = 15 * 60 * 1000

  func load() async throws(CredentialsError) -> AWSCredentials {
    let token = try await token()
    let query = "role_name=\(percentEncoded(profile.roleName))&account_id=\(percentEncoded(profile.accountID))"
    let request = HTTPRequest(
      url: "\(endpoint(requests.endpoints.portal, "portal.sso"))federation/credentials?\(query)",
      headers: [HTTPHeader("x-amz-sso_bearer_token", token.accessToken.revealed)], bodyBytesMax: 1 << 20)
    let response = try await answer(to: request)
    guard response.status != 401 else {
      throw .failed(place: profile.place, reason: "the session is not accepted any more. \(profile.wayOut)")
    }
    guard response.status == 200 else { throw refused(response, "GetRoleCredentials") }
    struct Answer: Decodable {
      struct Keys: Decodable {
        var accessKeyId: String
        var secretAccessKey: String
        var sessionToken: String
        /// Milliseconds.
        var expiration: Int64
      }
      var roleCredentials: Keys
    }
    guard let keys = try? JSONDecoder().decode(Answer.self, from: Data(response.body)).roleCredentials else {
      throw .failed(place: profile.place, reason: "the answer of GetRoleCredentials has no roleCredentials.")
    }
    return AWSCredentials(
      key: AccessKey(
        id: keys.accessKeyId, secret: Secret(keys.secretAccessKey), sessionToken: Secret(keys.sessionToken)),
      expires: Timestamp(epochSeconds: Double(keys.expiration) / 1000), source: profile.place)
  }

  /// The cached token, renewed when it ends soon. A renewal that fails is an error only when the token is over.
  private func token() async throws(CredentialsError) -> SSOToken {
    let path = environment.path("~/.aws/sso/cache/\(sha1Hex(Array(profile.cacheKey.utf8))).json")
    guard let bytes = environment.readFile(path) else {
      throw .failed(place: profile.place, reason: "nobody has signed in: \(path) cannot be read. \(profile.wayOut)")
    }
    guard let token = SSOToken(bytes) else {
      throw .failed(place: profile.place, reason: "\(path) has no accessToken and expiresAt. \(profile.wayOut)")
    }
    let now = environment.now()
    guard token.isOver(at: now, within: Self.renewedBefore) else { return token }
    let over = CredentialsError.failed(place: profile.place, reason: "the session is over. \(profile.wayOut)")
    guard profile.session != nil, let renewal = token.renewal(at: now) else {
      guard token.isOver(at: now) else { return token }
      throw over
    }
    do throws(CredentialsError) {
      let renewed = try await renew(token, with: renewal)
      leave(renewed, at: path)
      return renewed
    } catch {
      guard token.isOver(at: now) else { return token }
      throw .failed(place: profile.place, reason: "the session is over, and \(error.reason) \(profile.wayOut)")
    }
  }

  /// The next program needs the new refresh token; when it cannot be written, this one still has its session.
  private func leave(_ renewed: SSOToken, at path: String) {
    do {
      try environment.writeSecretFile(path, Array(try JSONEncoder().encode(renewed.members)))
    } catch {
      environment.warn(
        "\(profile.place) was renewed, but its file cannot be written (\(error)). This run goes on with it; the next "
          + "program may have to sign in again. \(profile.wayOut)")
    }
  }

  private func renew(_ token: SSOToken, with renewal: SSOToken.Renewal) async throws(CredentialsError) -> SSOToken {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let body = (try? encoder.encode(renewal)).map { Array($0) } ?? []
    let request = HTTPRequest(
      method: "POST", url: "\(endpoint(requests.endpoints.oidc, "oidc"))token",
      headers: [HTTPHeader("Content-Type", "application/json")], body: .bytes(body), bodyBytesMax: 1 << 20,
      forceFreshConnection: true)
    // A refresh token may count once only: a lost answer is not asked for again.
    let response = try await answer(to: request, attempts: 1)
    guard response.status == 200 else { throw refused(response, "CreateToken") }
    struct Answer: Decodable {
      var accessToken: String
      /// Seconds.
      var expiresIn: Int64
      var refreshToken: String?
    }
    guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(response.body)) else {
      throw .failed(place: profile.place, reason: "the answer of CreateToken has no accessToken.")
    }
    let expires = Timestamp(epochSeconds: environment.now().epochSeconds + Double(answer.expiresIn))
    return token.renewed(accessToken: answer.accessToken, expires: expires, refreshToken: answer.refreshToken)
  }

  private func endpoint(_ configured: String?, _ prefix: String) -> String {
    configured.flatMap { Endpoint(url: $0)?.url }
      ?? "https://\(prefix).\(profile.region).\(Partition(region: profile.region).dnsSuffix)/"
  }

  private func answer(to request: HTTPRequest, attempts: Int = 3) async throws(CredentialsError) -> HTTPResponse {
    do throws(HTTPTransportError) { return try await requests.answer(to: request, attempts: attempts) } catch {
      throw .failed(place: profile.place, reason: "\(error.description).")
    }
  }

  private func refused(_ response: HTTPResponse, _ operation: String) -> CredentialsError {
    let document = AWSErrorDocument(body: response.body, header: response.header)
    let answer = [document.code, "HTTP \(response.status)", document.message].compactMap { $0 }.filter { !$0.isEmpty }
    return .failed(place: profile.place, reason: "\(operation) answered \(answer.joined(separator: ", ")).")
  }
}
