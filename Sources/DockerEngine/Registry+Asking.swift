import FoundationEssentials
import HTTPTransport

/// One question to a registry about a repository.
struct RegistryAsking {
  /// What an answer may hold: manifests and configurations, never layers.
  static let bytesMax = 4 << 20

  /// What is being done with the reference, as an error begins.
  var doing: String
  var method: String
  /// Behind `/v2/<repository>`.
  var path: String
  var reference: ImageReference
  var headers: [HTTPHeader] = []
  var body: [UInt8]?

  init(_ doing: String, _ method: String, _ path: String, of reference: ImageReference) {
    self.doing = doing
    self.method = method
    self.path = path
    self.reference = reference
  }

  func failure(_ response: HTTPResponse) -> EngineError {
    let words = String(decoding: response.body.prefix(500), as: UTF8.self)
    // An answer to HEAD has no words of its own.
    let known = [401: "unauthorized", 403: "forbidden", 429: "too many requests", 503: "service unavailable"]
    let message =
      "status \(response.status)" + (words.isEmpty ? known[response.status].map { " (\($0))" } ?? "" : ": \(words)")
    let said = RegistryFailure(message: words)
    let kind: RegistryFailure =
      switch response.status {
      case _ where said != .other: said
      case 401, 403: .unauthorized
      case 405: .readOnly
      case 429: .throttled
      case 500...: .failing
      default: .other
      }
    return failure(kind, message)
  }

  func failure(_ kind: RegistryFailure, _ message: String) -> EngineError {
    .registry(doing: doing, reference: reference.description, kind, message: message)
  }
}

extension Registry {
  /// Asks, as nobody, or with credentials; a registry that wants a token of its own authority gets one.
  func answer(
    _ asking: RegistryAsking, _ credentials: RegistryCredentials?
  ) async throws(EngineError) -> HTTPResponse {
    let place = RegistryPlace(asking.reference)
    var request = HTTPRequest(method: asking.method, url: "\(place.base)/v2/\(place.repository)\(asking.path)")
    request.headers = asking.headers
    if let body = asking.body { request.body = .bytes(body) }
    request.bodyBytesMax = RegistryAsking.bytesMax
    request.forceFreshConnection = asking.body != nil
    if place.isLoopback { request.proxy = .never }
    let plain = request
    if let basic = credentials?.basic { request.headers.append(HTTPHeader("Authorization", basic)) }
    var response = try await send(request, asking)
    if response.status == 401, let challenge = response.header("WWW-Authenticate").flatMap(BearerChallenge.init) {
      let token = try await token(for: challenge, credentials, asking)
      request = plain
      request.headers.append(HTTPHeader("Authorization", "Bearer \(token)"))
      response = try await send(request, asking)
    }
    guard response.status == 401 || response.status == 403, credentials == nil else { return response }
    throw asking.failure(.noCredentials, "status \(response.status)")
  }

  /// A token for one repository: https://distribution.github.io/distribution/spec/auth/token/, and for an identity
  /// token https://distribution.github.io/distribution/spec/auth/oauth/.
  private func token(
    for challenge: BearerChallenge, _ credentials: RegistryCredentials?, _ asking: RegistryAsking
  ) async throws(EngineError) -> String {
    struct Answer: Decodable {
      var token: String?
      var accessToken: String?

      enum CodingKeys: String, CodingKey {
        case token
        case accessToken = "access_token"
      }
    }
    guard challenge.isSafe else {
      throw asking.failure(.other, "the registry asks for a token from \(challenge.realm), which is not https://")
    }
    let response = try await send(tokenRequest(challenge, credentials), asking)
    guard response.status == 200 else {
      throw credentials == nil
        ? asking.failure(.noCredentials, "status \(response.status) of \(challenge.realm)") : asking.failure(response)
    }
    let answer = try? JSONDecoder().decode(Answer.self, from: Data(response.body))
    guard let token = answer?.token ?? answer?.accessToken else {
      throw asking.failure(.other, "\(challenge.realm) gave no token")
    }
    return token
  }

  private func tokenRequest(_ challenge: BearerChallenge, _ credentials: RegistryCredentials?) -> HTTPRequest {
    guard case .identityToken(let secret) = credentials?.proof else {
      var request = HTTPRequest(url: challenge.url)
      if let basic = credentials?.basic { request.headers.append(HTTPHeader("Authorization", basic)) }
      return request
    }
    let fields =
      [("grant_type", "refresh_token"), ("client_id", "wanzami-deploy"), ("refresh_token", secret)]
      + challenge.fields
    let form = fields.map { "\($0.0)=\(percentEncoded($0.1))" }.joined(separator: "&")
    return HTTPRequest(
      method: "POST", url: challenge.realm, headers: [HTTPHeader("Content-Type", "application/x-www-form-urlencoded")],
      body: .bytes(Array(form.utf8)))
  }

  func send(_ request: HTTPRequest, _ asking: RegistryAsking) async throws(EngineError) -> HTTPResponse {
    do {
      return try await transport.send(request)
    } catch {
      if error.kind == .cancelled { throw .cancelled(doing: "\(asking.doing) \(asking.reference)") }
      throw asking.failure(.unreachable, error.detail)
    }
  }
}
