import FoundationEssentials
import Glibc
import HTTPTransport

/// Where a Docker Engine listens, as the docker program finds it
/// (https://docs.docker.com/reference/cli/docker/#environment-variables).
public struct EngineEndpoint: Hashable, Sendable, CustomStringConvertible {
  enum Place: Hashable, Sendable {
    case unixSocket(String)
    /// `http://host:port` or `https://host:port`.
    case address(String)
  }

  /// The PEM files of TLS: whom we trust, and who we are.
  struct Certificates: Hashable, Sendable {
    /// `nil`: the system's own authorities.
    var authority: String?
    var certificate: String?
    var key: String?
  }

  var place: Place
  var certificates: Certificates?
  /// The Docker context that names it; `nil`: a variable, or nobody.
  var context: String?

  /// Reads what the docker program reads, in its order: `DOCKER_HOST` with `DOCKER_TLS_VERIFY` and `DOCKER_CERT_PATH`,
  /// else the context that `DOCKER_CONTEXT` or `currentContext` of `config.json` names, else the socket
  /// `/var/run/docker.sock`.
  ///
  /// - Throws: `EngineError.wrongHost`, `.wrongContext`, `.configuration`.
  public init(environment: [String: String]) throws(EngineError) {
    let set = { (name: String) in environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    if let host = set("DOCKER_HOST") {
      try self.init(variables: environment, host: host)
      return
    }
    let configuration = DockerConfiguration(environment: environment)
    var named = set("DOCKER_CONTEXT")
    if named == nil { named = try configuration.currentContext() }
    if let named, named != "default" {
      try self.init(context: named, in: configuration.folder ?? "")
    } else {
      self.init(place: .unixSocket("/var/run/docker.sock"))
    }
  }

  private init(place: Place) { self.place = place }

  /// What `DOCKER_HOST` says: unix, tcp, http or https. Any value of `DOCKER_TLS_VERIFY` but the empty one asks for
  /// TLS, with `ca.pem` and, where they are there, `cert.pem` and `key.pem` of `DOCKER_CERT_PATH` (else `~/.docker`).
  private init(variables: [String: String], host: String) throws(EngineError) {
    let wrong = { (detail: String) in EngineError.wrongHost(host, detail) }
    let verifies = ["DOCKER_TLS_VERIFY", "DOCKER_TLS"].contains { !(variables[$0] ?? "").isEmpty }
    place = try EngineEndpoint.place(host, isSecure: verifies, wrong: wrong)
    guard verifies, case .address = place else { return }
    let folder =
      variables["DOCKER_CERT_PATH"].flatMap { $0.isEmpty ? nil : $0 }
      ?? DockerConfiguration(environment: variables).folder ?? ""
    let found = Certificates(folder: folder)
    guard found.authority != nil else {
      throw wrong("DOCKER_TLS_VERIFY asks for TLS, but there is no \(folder)/ca.pem (DOCKER_CERT_PATH)")
    }
    certificates = found
  }

  /// What a context says.
  private init(context name: String, in folder: String) throws(EngineError) {
    let context = try DockerContext.find(name, in: folder)
    let wrong = { (detail: String) in EngineError.wrongContext(name, detail) }
    let files = Certificates(folder: context.certificateFolder)
    let isSecure = files != Certificates()
    self.context = name
    place = try EngineEndpoint.place(context.host, isSecure: isSecure, wrong: wrong)
    guard case .address = place else { return }
    guard !context.skipsVerification else {
      throw wrong("it turns the check of the Engine's certificate off (SkipTLSVerify), which is not supported")
    }
    certificates = isSecure ? files : nil
  }

  private static func place(
    _ host: String, isSecure: Bool, wrong: (String) -> EngineError
  ) throws(EngineError) -> Place {
    guard let end = host.firstRange(of: "://") else {
      throw wrong("\(host) has no scheme such as unix:// or tcp://")
    }
    let rest = String(host[end.upperBound...])
    switch host[..<end.lowerBound] {
    case "unix":
      guard rest.hasPrefix("/") else { throw wrong("the path of the socket in \(host) is not absolute") }
      return .unixSocket(rest)
    case "tcp", "http", "https":
      return .address(try address(rest, isSecure: isSecure || host.hasPrefix("https"), wrong: wrong))
    case "ssh":
      throw wrong(
        "ssh:// needs a client of SSH, which is not built in; forward the socket "
          + "(ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock \(rest)) and set DOCKER_HOST=unix:///tmp/docker.sock")
    case let scheme:
      throw wrong("\(scheme):// is not supported; unix://, tcp://, http:// and https:// are")
    }
  }

  private static func address(
    _ rest: String, isSecure: Bool, wrong: (String) -> EngineError
  ) throws(EngineError) -> String {
    let authority = rest.hasSuffix("/") ? String(rest.dropLast()) : rest
    guard !authority.isEmpty, !authority.contains("/") else { throw wrong("a host and a port are expected after ://") }
    let afterName = authority.hasPrefix("[") ? authority.drop { $0 != "]" } : authority[...]
    let port = afterName.contains(":") ? "" : isSecure ? ":2376" : ":2375"
    return (isSecure ? "https://" : "http://") + authority + port
  }

  public var description: String {
    let named = context.map { " (Docker context \($0))" } ?? ""
    return switch place {
    case .unixSocket(let path): "unix://\(path)\(named)"
    case .address(let address): "\(address)\(named)"
    }
  }

  /// What surely stands between us and a Unix socket, which curl's words do not tell.
  var obstacle: String? {
    guard case .unixSocket(let path) = place, access(path, R_OK | W_OK) != 0 else { return nil }
    switch errno {
    case ENOENT: return "there is no socket \(path)"
    case EACCES: return "this user may not use the socket \(path); be in its group (often: docker), or be root"
    default: return nil
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

extension EngineEndpoint.Certificates {
  /// The files that are there, under the docker program's names.
  init(folder: String) {
    let existing = { (name: String) -> String? in
      let path = "\(folder)/\(name).pem"
      return FileManager.default.fileExists(atPath: path) ? path : nil
    }
    authority = existing("ca")
    certificate = existing("cert")
    key = existing("key")
  }
}
