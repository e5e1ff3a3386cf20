import AWSWire
import DockerEngine
import FoundationEssentials
import Glibc

/// A real registry (Debian's docker-registry) on a free loopback port: where a sandbox's ECR keeps its images.
///
/// It asks everybody for the user `AWS` and one random password, which is what ECR's authorization token holds
/// (https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html).
public final class RegistryServer: Sendable {
  /// `127.0.0.1:<port>`, as an image reference begins.
  public let address: String
  /// The one user.
  public let user = "AWS"
  public let password: Secret
  private let server: ChildServer
  /// Where it keeps its repositories.
  let repositories: String
  /// The folder that ends with it; `nil`: its images stay.
  private let ownFolder: String?

  /// What an Engine pulls and pushes with.
  public var credentials: RegistryCredentials {
    RegistryCredentials(user: user, password: password.revealed, registry: address)
  }

  /// `http://127.0.0.1:<port>`, as the authorization token's `proxyEndpoint` has it.
  public var endpoint: String { "http://\(address)" }

  private init(address: String, password: Secret, server: ChildServer, folder: String, isOwn: Bool) {
    self.address = address
    self.password = password
    self.server = server
    repositories = "\(folder)/images/docker/registry/v2/repositories"
    ownFolder = isOwn ? folder : nil
  }

  /// Starts a registry in a fresh folder, which `stop` removes with its images.
  public static func start() async throws(SandboxError) -> RegistryServer {
    let folder = try SandboxFolder.make()
    do throws(SandboxError) {
      return try await start(folder: folder, isOwn: true)
    } catch {
      try? FileManager.default.removeItem(atPath: folder)
      throw error
    }
  }

  /// Starts a registry and returns when it listens.
  ///
  /// - Parameter folder: an existing folder for its images, settings and log; an earlier registry's images are served
  ///   again.
  public static func start(folder: String) async throws(SandboxError) -> RegistryServer {
    try await start(folder: folder, isOwn: false)
  }

  private static func start(folder: String, isOwn: Bool) async throws(SandboxError) -> RegistryServer {
    let password = Secret(randomText(count: 32))
    let hash = try BcryptHash(of: password)
    let users = "\(folder)/htpasswd"
    try writePrivately("AWS:\(hash.text)\n", to: users)
    let settings = "\(folder)/registry.yml"
    try writePrivately(
      """
      version: 0.1
      log: { level: info, accesslog: { disabled: true } }
      storage: { filesystem: { rootdirectory: "\(folder)/images" }, delete: { enabled: true } }
      http: { addr: "127.0.0.1:0", secret: "\(randomText(count: 32))" }
      auth: { htpasswd: { realm: "wanzami sandbox", path: "\(users)" } }

      """, to: settings)
    let log = "\(folder)/registry.log"
    unlink(log)
    let server = try await ChildServer.start(
      "docker-registry", ["serve", settings], package: "docker-registry", log: log)
    do {
      let address = try await server.wait(for: "its line \"listening on\"", within: .seconds(20)) {
        listeningAddress(in: server.output())
      }
      return RegistryServer(address: address, password: password, server: server, folder: folder, isOwn: isOwn)
    } catch {
      await server.stop()
      throw error
    }
  }

  /// Ends the registry; its images stay in a folder that it was given.
  public func stop() async {
    await server.stop()
    if let ownFolder { try? FileManager.default.removeItem(atPath: ownFolder) }
  }
}

/// The address in the registry's own line `listening on 127.0.0.1:<port>`, once the line is complete.
func listeningAddress(in output: String) -> String? {
  guard let start = output.firstRange(of: "listening on ")?.upperBound else { return nil }
  let rest = output[start...]
  let address = rest.prefix { $0.isNumber || $0 == "." || $0 == ":" }
  return address.endIndex == rest.endIndex ? nil : String(address)
}

/// Random letters and digits from the system's generator.
func randomText(count: Int) -> String {
  let alphabet = Array("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789")
  return String((0..<count).map { _ in alphabet[Int.random(in: alphabet.indices)] })
}

/// Writes a file that only its owner may read.
func writePrivately(_ text: String, to path: String) throws(SandboxError) {
  let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
  guard descriptor >= 0 else {
    throw SandboxError("writing \(path): \(String(cString: strerror(errno)))")
  }
  defer { close(descriptor) }
  let bytes = Array(text.utf8)
  guard write(descriptor, bytes, bytes.count) == bytes.count else {
    throw SandboxError("writing \(path): \(String(cString: strerror(errno)))")
  }
}
