import HTTPTransport

/// Where a Docker Engine listens, as the docker program's environment variables say
/// (https://docs.docker.com/reference/cli/docker/#environment-variables).
public struct EngineEndpoint: Hashable, Sendable, CustomStringConvertible {
  enum Place: Hashable, Sendable {
    case unixSocket(String)
    /// `http://host:port` or `https://host:port`.
    case address(String)
  }

  /// The PEM files of mutual TLS.
  struct Certificates: Hashable, Sendable {
    var folder: String
    var authority: String { folder + "/ca.pem" }
    var certificate: String { folder + "/cert.pem" }
    var key: String { folder + "/key.pem" }
  }

  var place: Place
  var certificates: Certificates?

  /// Reads `DOCKER_HOST` (unix, tcp, http or https; without it the socket `/var/run/docker.sock`), `DOCKER_TLS_VERIFY`
  /// (any value but the empty one asks for TLS) and `DOCKER_CERT_PATH` (else `~/.docker`).
  ///
  /// - Throws: `EngineError.wrongHost`.
  public init(environment: [String: String]) throws(EngineError) {
    let host = environment["DOCKER_HOST"].flatMap { $0.isEmpty ? nil : $0 } ?? "unix:///var/run/docker.sock"
    let verifies = !(environment["DOCKER_TLS_VERIFY"] ?? "").isEmpty
    let home = environment["HOME"] ?? ""
    let folder = environment["DOCKER_CERT_PATH"].flatMap { $0.isEmpty ? nil : $0 } ?? home + "/.docker"
    guard let end = host.firstRange(of: "://") else {
      throw .wrongHost(host, "it has no scheme such as unix:// or tcp://")
    }
    let rest = String(host[end.upperBound...])
    switch host[..<end.lowerBound] {
    case "unix":
      guard rest.hasPrefix("/") else { throw .wrongHost(host, "the socket's path is not absolute") }
      place = .unixSocket(rest)
      certificates = nil
    case "tcp", "http", "https":
      let isSecure = verifies || host.hasPrefix("https")
      place = .address(try EngineEndpoint.address(rest, isSecure: isSecure, host: host))
      certificates = verifies ? Certificates(folder: folder) : nil
    case let scheme:
      throw .wrongHost(host, "\(scheme):// is not supported; unix://, tcp://, http:// and https:// are")
    }
  }

  private static func address(_ rest: String, isSecure: Bool, host: String) throws(EngineError) -> String {
    let authority = rest.hasSuffix("/") ? String(rest.dropLast()) : rest
    guard !authority.isEmpty, !authority.contains("/") else {
      throw .wrongHost(host, "a host and a port are expected after ://")
    }
    let afterName = authority.hasPrefix("[") ? authority.drop { $0 != "]" } : authority[...]
    let port = afterName.contains(":") ? "" : isSecure ? ":2376" : ":2375"
    return (isSecure ? "https://" : "http://") + authority + port
  }

  public var description: String {
    switch place {
    case .unixSocket(let path): "unix://\(path)"
    case .address(let address): address
    }
  }

  /// A request for `path`; it knows nothing of API versions.
  func request(_ method: String, _ path: String) -> HTTPRequest {
    switch place {
    case .unixSocket(let socket):
      HTTPRequest(method: method, url: "http://docker\(path)", unixSocket: socket, proxy: .never)
    case .address(let address):
      HTTPRequest(method: method, url: address + path, tls: tls)
    }
  }

  private var tls: TLSOptions {
    guard let certificates else { return TLSOptions() }
    return TLSOptions(
      caBundle: certificates.authority, certificate: certificates.certificate, key: certificates.key)
  }
}
