import FoundationEssentials
import HTTPTransport

/// A Docker Engine that answers, spoken to in an API version that both sides know
/// (https://docs.docker.com/reference/api/engine/).
public struct Engine: Sendable {
  public let endpoint: EngineEndpoint
  /// The negotiated version, for example `1.41`.
  public let apiVersion: String
  let transport: HTTPTransport

  /// The newest API version whose documents were read.
  static let newest = APIVersion(major: 1, minor: 47)
  /// Docker 20.10's.
  static let oldest = APIVersion(major: 1, minor: 41)

  /// Connects: asks the Engine which API version it speaks at most, and takes the lower of that and ours.
  ///
  /// - Throws: `EngineError.unreachable`, `.tooOld`, `.unreadable`.
  public static func connect(to endpoint: EngineEndpoint, over transport: HTTPTransport) async throws(EngineError)
    -> Engine
  {
    let doing = "Asking the Docker Engine for its version"
    var request = endpoint.request("GET", "/_ping")
    request.timeout = .seconds(30)
    let response: HTTPResponse
    do {
      response = try await transport.send(request)
    } catch {
      if error.kind == .cancelled { throw .cancelled(doing: doing) }
      throw .unreachable(endpoint: endpoint.description, detail: error.detail)
    }
    guard response.status == 200, let text = response.header("Api-Version"), let theirs = APIVersion(text) else {
      throw .unreachable(
        endpoint: endpoint.description, detail: "what listens there is no Docker Engine (status \(response.status))")
    }
    guard theirs >= oldest else {
      throw .tooOld(endpoint: endpoint.description, version: text, minimum: oldest.description)
    }
    return Engine(endpoint: endpoint, apiVersion: min(theirs, newest).description, transport: transport)
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
