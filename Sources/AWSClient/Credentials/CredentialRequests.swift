import AWSWire
import FoundationEssentials
import HTTPTransport

/// The unsigned requests that fetch credentials, and how often each is tried.
struct CredentialRequests: Sendable {
  /// Where IAM Identity Center is asked, when something names it.
  let endpoints: SSOEndpoints
  let environment: AWSEnvironment
  let send: @Sendable (HTTPRequest) async throws(HTTPTransportError) -> HTTPResponse

  /// Sends until an answer is no throttling and no outage, at most `attempts` times, as `RetryPolicy` says. Another
  /// answer than 2xx is returned.
  func answer(to request: HTTPRequest, attempts: Int = 3) async throws(HTTPTransportError) -> HTTPResponse {
    let policy = RetryPolicy(maxAttempts: attempts)
    var quota = RetryQuota()
    var attempt = 1
    while true {
      let result: Result<HTTPResponse, HTTPTransportError>
      do throws(HTTPTransportError) { result = .success(try await send(request)) } catch { result = .failure(error) }
      let decision = policy.decide(
        failure(of: result), safety: .read, attempt: attempt, quota: &quota, random: environment.random())
      guard case .wait(let wait) = decision else { return try result.get() }
      attempt += 1
      do { try await environment.sleep(wait) } catch { return try result.get() }
    }
  }
}

private func failure(of result: Result<HTTPResponse, HTTPTransportError>) -> RetryPolicy.Failure {
  switch result {
  case .success(let response) where response.status == 429: .throttled()
  case .success(let response): [500, 502, 503, 504].contains(response.status) ? .unsettled() : .final
  case .failure(let error):
    switch error.kind {
    case .couldNotResolve, .couldNotConnect, .timedOut, .cut: .notSent
    default: .final
    }
  }
}

extension CredentialRequests {
  init(settings: AWSSettings, environment: AWSEnvironment, transport: HTTPTransport) {
    endpoints = settings.ssoEndpoints
    self.environment = environment
    send = { (request) async throws(HTTPTransportError) in
      var request = request
      request.tls = TLSOptions(caBundle: settings.caBundle)
      return try await transport.send(request)
    }
  }
}

/// Where IAM Identity Center is asked instead of at AWS's own endpoints.
struct SSOEndpoints: Equatable, Sendable {
  var portal: String?
  var oidc: String?
}

/// Temporary keys in the form of the container and metadata endpoints.
struct MachineKeys: Decodable {
  var accessKeyId: String
  var secretAccessKey: String
  var token: String
  var expiration: String

  /// `nil`: the body is no such document.
  init?(_ body: [UInt8]) {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = MemberName.uncapitalized
    guard let keys = try? decoder.decode(MachineKeys.self, from: Data(body)) else { return nil }
    self = keys
  }

  /// `nil`: the expiration is no time.
  func credentials(source: String) -> AWSCredentials? {
    Timestamp(iso8601: expiration).map {
      AWSCredentials(
        key: AccessKey(id: accessKeyId, secret: Secret(secretAccessKey), sessionToken: Secret(token)), expires: $0,
        source: source)
    }
  }
}
