import CCrypt
import Glibc

/// A real registry (Debian's docker-registry) on a free port of the loopback interface, with its data in a folder of
/// its own. It ends with `stop`, or with the value.
public final class RealRegistry: Sendable {
  /// Who may use the registry.
  public struct Account: Sendable {
    public let user: String
    public let password: String

    public init(user: String, password: String) {
      self.user = user
      self.password = password
    }
  }

  /// Whether this machine has the program.
  public static var isInstalled: Bool { Command.exists("docker-registry") }

  /// `127.0.0.1:<port>`, as an image reference begins.
  public let address: String
  public let account: Account?
  private let folder: TemporaryFolder
  private let server: ServerProcess

  /// Starts a registry and waits until it listens.
  ///
  /// - Parameters:
  ///   - account: whom it asks for (htpasswd, bcrypt); `nil`: everybody may read and write.
  ///   - isReadOnly: whether it is in the mode for maintenance, in which nothing is written.
  ///   - earlier: one that has been stopped: its data are served again, at its address.
  public init(account: Account? = nil, isReadOnly: Bool = false, earlier: RealRegistry? = nil) throws {
    self.account = account
    folder = try earlier?.folder ?? TemporaryFolder("registry")
    let readOnly = "maintenance: { readonly: { enabled: \(isReadOnly) }, uploadpurging: { enabled: false } }"
    var settings = """
      version: 0.1
      log: { level: info }
      storage: { filesystem: { rootdirectory: \(folder.path)/data }, delete: { enabled: true }, \(readOnly) }
      http: { addr: "\(earlier?.address ?? "127.0.0.1:0")" }

      """
    if let account {
      let hash = try bcrypt(account.password)
      let file = try folder.write("htpasswd", "\(account.user):\(hash)\n")
      settings += "auth: { htpasswd: { realm: wanzami, path: \(file) } }\n"
    }
    let file = try folder.write("config.yml", settings)
    let server = try ServerProcess(["docker-registry", "serve", file], log: folder.path + "/log")
    self.server = server
    address = try server.wait("docker-registry to listen") { listeningAddress(in: server.output) }
  }

  deinit { stop() }

  /// Ends it as a crash would.
  public func kill() { server.kill() }

  /// Ends the registry; its data go with the value.
  public func stop() { server.stop() }
}

/// `127.0.0.1:<port>` from the registry's line "listening on 127.0.0.1:<port>".
func listeningAddress(in output: String) -> String? {
  guard let found = output.range(of: "listening on ") else { return nil }
  let rest = output[found.upperBound...].prefix { $0.isNumber || $0 == "." || $0 == ":" }
  return output[found.upperBound...].dropFirst(rest.count).isEmpty ? nil : String(rest)
}

/// The password's bcrypt hash at cost 5 (crypt(5)).
func bcrypt(_ password: String) throws -> String {
  var settings = [CChar](repeating: 0, count: Int(CRYPT_GENSALT_OUTPUT_SIZE))
  var data = crypt_data()
  guard crypt_gensalt_rn("$2b$", 5, nil, 0, &settings, Int32(settings.count)) != nil,
    let hash = crypt_r(password, settings, &data)
  else { throw FixtureFailure("libcrypt has no bcrypt") }
  return String(cString: hash)
}
