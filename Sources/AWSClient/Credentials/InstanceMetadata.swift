import AWSWire
import FoundationEssentials
import HTTPTransport

/// The role of the EC2 instance that we run on, from its metadata service. Only version 2 (with a session token) is asked.
///
/// https://docs.aws.amazon.com/sdkref/latest/guide/feature-imds-credentials.html
struct InstanceMetadata: Sendable {
  let environment: AWSEnvironment
  /// The profile's settings.
  let config: [String: String]
  let requests: CredentialRequests

  private static let rolesPath = "/latest/meta-data/iam/security-credentials/"

  /// A machine that is no instance is silent: then the place is absent.
  func load() async throws(CredentialsError) -> CredentialsProvider.Answer {
    guard environment.variable("AWS_EC2_METADATA_DISABLED")?.lowercased() != "true" else {
      return .absent("the instance's metadata service: AWS_EC2_METADATA_DISABLED is true")
    }
    let base = try endpoint()
    let place = "the instance's metadata service at \(base)"
    let token: HTTPResponse
    do throws(HTTPTransportError) {
      let header = HTTPHeader("X-aws-ec2-metadata-token-ttl-seconds", "21600")
      token = try await ask("PUT", base + "/latest/api/token", [header])
    } catch { return .absent("\(place): \(error.description)") }
    guard token.status == 200, !token.body.isEmpty, !token.text.contains(where: \.isNewline) else {
      return .absent("\(place): it gives no session token (HTTP \(token.status)), and version 1 is not asked")
    }
    let session = HTTPHeader("X-aws-ec2-metadata-token", token.text)
    let roles = try await get(base + Self.rolesPath, session, place: place)
    guard roles.status != 404 else { return .absent("\(place): the instance has no instance profile") }
    guard let role = roles.text.split(whereSeparator: \.isNewline).first, roles.status == 200 else {
      throw .failed(place: place, reason: "its list of roles is HTTP \(roles.status), or empty.")
    }
    let answer = try await get(base + Self.rolesPath + role, session, place: place)
    guard answer.status == 200, let keys = MachineKeys(answer.body)?.credentials(source: "role \(role) of the instance")
    else {
      throw .failed(
        place: place,
        reason: "for the role \(role) it answers HTTP \(answer.status), and no JSON object with AccessKeyId, "
          + "SecretAccessKey, Token and Expiration.")
    }
    return .credentials(keys)
  }

  private func endpoint() throws(CredentialsError) -> String {
    let variable = "AWS_EC2_METADATA_SERVICE_ENDPOINT"
    if let named = environment.variable(variable) ?? config["ec2_metadata_service_endpoint"] {
      guard let endpoint = Endpoint(url: named) else {
        throw .failed(place: variable, reason: "\"\(named)\" is no endpoint: http://, a host, and no query.")
      }
      return String(endpoint.url.dropLast())
    }
    let mode = environment.variable("\(variable)_MODE") ?? config["ec2_metadata_service_endpoint_mode"]
    return mode?.lowercased() == "ipv6" ? "http://[fd00:ec2::254]" : "http://169.254.169.254"
  }

  private func get(
    _ url: String, _ session: HTTPHeader, place: String
  ) async throws(CredentialsError) -> HTTPResponse {
    do throws(HTTPTransportError) { return try await ask("GET", url, [session]) } catch {
      throw .failed(place: place, reason: error.description)
    }
  }

  /// Never through a proxy: the service is on the instance's own link, and a proxy would answer with its own role.
  private func ask(_ method: String, _ url: String, _ headers: [HTTPHeader]) async throws(HTTPTransportError)
    -> HTTPResponse
  {
    let seconds = Duration.seconds(number("AWS_METADATA_SERVICE_TIMEOUT", "metadata_service_timeout"))
    let request = HTTPRequest(
      method: method, url: url, headers: headers, body: method == "PUT" ? .bytes([]) : .none, connectTimeout: seconds,
      timeout: seconds, bodyBytesMax: 1 << 20, proxy: .never)
    let attempts = number("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "metadata_service_num_attempts")
    return try await requests.answer(to: request, attempts: attempts)
  }

  /// As AWS's defaults: one second, one attempt.
  private func number(_ variable: String, _ key: String) -> Int {
    max(1, (environment.variable(variable) ?? config[key]).flatMap { Int($0) } ?? 1)
  }
}
