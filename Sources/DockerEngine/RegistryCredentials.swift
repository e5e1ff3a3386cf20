import FoundationEssentials

/// Who we are for one registry. The secret is in no description.
public struct RegistryCredentials: Equatable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  enum Proof: Equatable, Sendable {
    case password(user: String, String)
    /// For which the registry's own authority hands out tokens
    /// (https://distribution.github.io/distribution/spec/auth/oauth/).
    case identityToken(String)
  }

  let proof: Proof
  /// `host[:port]`, as an image reference begins; Docker Hub is `docker.io`.
  public let registry: String

  public init(user: String, password: String, registry: String) {
    proof = .password(user: user, password)
    self.registry = registry
  }

  public init(identityToken: String, registry: String) {
    proof = .identityToken(identityToken)
    self.registry = registry
  }

  static let hub = "docker.io"
  /// What Docker Hub is called in the docker program's files and in an Engine's requests.
  static let hubKey = "https://index.docker.io/v1/"

  /// The user's name; `nil`: a token stands for it.
  public var user: String? {
    if case .password(let user, _) = proof { return user }
    return nil
  }

  public var description: String { "\(user ?? "token")@\(registry)" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: ["user": user ?? "token", "registry": registry]) }

  /// The value of `Authorization` (RFC 7617); `nil` for a token, which is no password.
  var basic: String? {
    guard case .password(let user, let password) = proof else { return nil }
    return "Basic " + Data("\(user):\(password)".utf8).base64EncodedString()
  }

  /// The registry's name for an Engine.
  var engineKey: String { registry == RegistryCredentials.hub ? RegistryCredentials.hubKey : registry }

  fileprivate var account: Account {
    switch proof {
    case .password(let user, let password):
      Account(username: user, password: password, serveraddress: engineKey)
    case .identityToken(let token):
      Account(identitytoken: token, serveraddress: engineKey)
    }
  }
}

private struct Account: Encodable {
  var username: String?
  var password: String?
  var identitytoken: String?
  var serveraddress: String
}

/// The value of `X-Registry-Auth`: base64 of a JSON object, in the alphabet for URLs
/// (https://docs.docker.com/reference/api/engine/version/v1.47/#section/Authentication). An empty object stands for
/// no credentials: without the header the Engine refuses the request.
func registryAuth(_ credentials: RegistryCredentials?) throws(EngineError) -> String {
  guard let credentials else { return Data("{}".utf8).base64URL }
  return try encodeJSON(credentials.account).base64URL
}

/// The value of `X-Registry-Config`: the same for each registry that a build may pull from.
func registryConfig(_ credentials: [RegistryCredentials]) throws(EngineError) -> String {
  let accounts = Dictionary(credentials.map { ($0.engineKey, $0.account) }) { _, last in last }
  return try encodeJSON(accounts).base64URL
}

func encodeJSON(_ value: some Encodable) throws(EngineError) -> Data {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  do {
    return try encoder.encode(value)
  } catch {
    throw .unreadable(doing: "Writing a request to the Docker Engine", detail: String(describing: error))
  }
}

extension Data {
  fileprivate var base64URL: String {
    String(base64EncodedString().map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 })
  }
}
