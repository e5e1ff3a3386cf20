import FoundationEssentials
import Glibc
import HTTPTransport

/// A Docker Engine that answers, or podman in its place, spoken to in an API version that both sides know
/// (https://docs.docker.com/reference/api/engine/).
public struct Engine: Sendable {
  public let endpoint: EngineEndpoint
  /// The negotiated version, for example `1.41`.
  public let apiVersion: String
  /// Podman's version where it is podman that serves Docker's API (https://docs.podman.io/en/latest/_static/api.html);
  /// it differs in a few ways, each told where it matters.
  public let podman: String?
  let transport: HTTPTransport

  /// The newest API version whose documents were read.
  static let newest = APIVersion(major: 1, minor: 47)
  /// Docker 20.10's, and podman's.
  static let oldest = APIVersion(major: 1, minor: 41)

  /// Connects: asks the Engine which API version it speaks at most, and takes the lower of that and ours.
  ///
  /// - Throws: `EngineError.unreachable`, `.tooOld`, `.tooNew`, `.cancelled`.
  public static func connect(to endpoint: EngineEndpoint, over transport: HTTPTransport) async throws(EngineError)
    -> Engine
  {
    let response = try await ping(endpoint, over: transport, "/_ping")
    guard response.status == 200, let text = response.header("Api-Version"), let theirs = APIVersion(text) else {
      throw .unreachable(endpoint: endpoint.description, detail: stranger(response))
    }
    guard theirs >= oldest else {
      throw .tooOld(endpoint: endpoint.description, version: text, minimum: oldest.description)
    }
    if theirs > newest {
      // A newer Engine serves older versions down to a least one, which it does not tell here.
      let served = try await ping(endpoint, over: transport, "/v\(newest)/_ping")
      guard served.status == 200 else {
        throw .tooNew(
          endpoint: endpoint.description, version: text, maximum: newest.description,
          message: engineMessage(served.body))
      }
    }
    return Engine(
      endpoint: endpoint, apiVersion: min(theirs, newest).description, podman: response.header("Libpod-API-Version"),
      transport: transport)
  }

  private static func ping(
    _ endpoint: EngineEndpoint, over transport: HTTPTransport, _ path: String
  ) async throws(EngineError) -> HTTPResponse {
    var request = endpoint.request("GET", path)
    request.timeout = .seconds(30)
    do {
      return try await transport.send(request)
    } catch {
      if error.kind == .cancelled { throw .cancelled(doing: "Asking the Docker Engine for its version") }
      throw .unreachable(endpoint: endpoint.description, detail: endpoint.obstacle ?? error.detail)
    }
  }

  /// What an answer that is no Engine's tells.
  private static func stranger(_ response: HTTPResponse) -> String {
    // Go's own words of a server that was spoken to in plain HTTP (net/http).
    if response.status == 400, response.text.contains("HTTP request to an HTTPS server") {
      return "it wants TLS: set DOCKER_TLS_VERIFY=1, and DOCKER_CERT_PATH to the folder of ca.pem, cert.pem and key.pem"
    }
    return "what listens there is no Docker Engine (status \(response.status))"
  }

  /// What the Engine says of itself.
  public struct Version: Decodable, Equatable, Sendable {
    /// For example `20.10.24`.
    public var version: String
    /// For example `linux`.
    public var operatingSystem: String
    /// In Go's words: `amd64`, `arm64`.
    public var architecture: String

    enum CodingKeys: String, CodingKey {
      case version = "Version"
      case operatingSystem = "Os"
      case architecture = "Arch"
    }
  }

  public func version() async throws(EngineError) -> Version {
    try await get("/version", doing: "Asking the Docker Engine for its version")
  }
}

/// `major.minor`.
struct APIVersion: Comparable, CustomStringConvertible {
  var major: Int
  var minor: Int

  init(major: Int, minor: Int) {
    self.major = major
    self.minor = minor
  }

  init?(_ text: String) {
    let parts = text.split(separator: ".").map { Int($0) }
    guard parts.count == 2, let major = parts[0], let minor = parts[1] else { return nil }
    self.init(major: major, minor: minor)
  }

  static func < (left: APIVersion, right: APIVersion) -> Bool {
    (left.major, left.minor) < (right.major, right.minor)
  }

  var description: String { "\(major).\(minor)" }
}
