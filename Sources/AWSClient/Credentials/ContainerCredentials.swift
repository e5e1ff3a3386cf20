import AWSWire
import FoundationEssentials
import HTTPTransport

/// The endpoint that ECS and EKS give a container for the credentials of its role.
///
/// https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
struct ContainerCredentials: Sendable {
  let environment: AWSEnvironment
  let requests: CredentialRequests

  func load() async throws(CredentialsError) -> CredentialsProvider.Answer {
    let url: String
    let place: String
    if let path = environment.variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
      place = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
      guard path.hasPrefix("/") else { throw .failed(place: place, reason: "\"\(path)\" does not begin with /.") }
      url = "http://169.254.170.2\(path)"
    } else if let full = environment.variable("AWS_CONTAINER_CREDENTIALS_FULL_URI") {
      place = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
      guard isAllowed(full) else {
        throw .failed(
          place: place,
          reason: "\"\(full)\" is neither https:// nor plain http:// to this machine or the addresses of ECS and EKS: "
            + "the credentials could be read on the way.")
      }
      url = full
    } else {
      return .absent("a container's role: no AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or …_FULL_URI is set")
    }
    return .credentials(try await fetch(url, place: place))
  }

  private func fetch(_ url: String, place: String) async throws(CredentialsError) -> AWSCredentials {
    var headers = [HTTPHeader("Accept", "application/json")]
    if let token = try authorization() { headers.append(HTTPHeader("Authorization", token.revealed)) }
    let request = HTTPRequest(
      url: url, headers: headers, connectTimeout: .seconds(2), timeout: .seconds(2), bodyBytesMax: 1 << 20,
      proxy: .never)
    let response: HTTPResponse
    do throws(HTTPTransportError) { response = try await requests.answer(to: request) } catch {
      throw .failed(place: place, reason: error.description)
    }
    guard response.status == 200 else {
      let said = String(decoding: response.body.prefix(300), as: UTF8.self)
      throw .failed(place: place, reason: "\(url) answers HTTP \(response.status): \(said)")
    }
    guard let found = MachineKeys(response.body)?.credentials(source: place) else {
      throw .failed(
        place: place, reason: "\(url) answers no JSON object with AccessKeyId, SecretAccessKey, Token and Expiration.")
    }
    return found
  }

  /// The token file is read each time, because whoever issues the token renews it in place.
  private func authorization() throws(CredentialsError) -> Secret? {
    let variable = "AWS_CONTAINER_AUTHORIZATION_TOKEN"
    var token = environment.variable(variable)
    var place = variable
    if let file = environment.variable("\(variable)_FILE") {
      place = "\(variable)_FILE"
      let path = environment.path(file)
      guard let bytes = environment.readFile(path), !bytes.isEmpty else {
        throw .failed(place: place, reason: "\(path) cannot be read or is empty.")
      }
      token = String(decoding: bytes, as: UTF8.self)
      if token?.last?.isNewline == true { token?.removeLast() }
    }
    // A line break would end the header field and begin another.
    if let token, token.contains(where: \.isNewline) {
      throw .failed(place: place, reason: "the token has line breaks in it.")
    }
    return token.map { Secret($0) }
  }
}

/// Plain HTTP may only go to this machine and to the link-local addresses of ECS and EKS.
private func isAllowed(_ url: String) -> Bool {
  guard let parts = URLComponents(string: url), let host = parts.host?.lowercased(), !host.isEmpty else { return false }
  if parts.scheme?.lowercased() == "https" { return true }
  guard parts.scheme?.lowercased() == "http", parts.user == nil, parts.password == nil else { return false }
  let named = ["localhost", "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]", "fd00:ec2::23", "[::1]", "::1"]
  let numbers = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
  return named.contains(host) || (numbers.count == 4 && numbers.allSatisfy { $0 != nil } && numbers[0] == 127)
}
