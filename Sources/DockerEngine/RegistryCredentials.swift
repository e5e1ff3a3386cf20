import FoundationEssentials

/// Who we are for one registry. The password is in no description.
public struct RegistryCredentials: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var user: String
  let password: String
  /// `host[:port]`, as an image reference begins.
  public var registry: String

  public init(user: String, password: String, registry: String) {
    self.user = user
    self.password = password
    self.registry = registry
  }

  public var description: String { "\(user)@\(registry)" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: ["user": user, "registry": registry]) }

  /// The value of `Authorization` (RFC 7617).
  var basic: String { "Basic " + Data("\(user):\(password)".utf8).base64EncodedString() }

  fileprivate var account: Account { Account(username: user, password: password, serveraddress: registry) }
}

private struct Account: Encodable {
  var username: String
  var password: String
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
  let accounts = Dictionary(credentials.map { ($0.registry, $0.account) }) { _, last in last }
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
