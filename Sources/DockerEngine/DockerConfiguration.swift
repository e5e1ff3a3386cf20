import ChildProcesses
import FoundationEssentials

/// What the docker program's own file `config.json` says: who we are for each registry, and the current context
/// (https://docs.docker.com/reference/cli/docker/#docker-cli-configuration-file-configjson-properties).
public struct DockerConfiguration: Sendable {
  /// `DOCKER_CONFIG`, else `~/.docker`; `nil`: neither is known.
  public let folder: String?
  /// What a credential helper is started with.
  private let variables: [String: String]

  private struct File: Decodable {
    struct Entry: Decodable {
      var auth: String?
      var username: String?
      var password: String?
      var identitytoken: String?
    }
    var auths: [String: Entry]?
    var credsStore: String?
    var credHelpers: [String: String]?
    var currentContext: String?
  }

  public init(environment: [String: String]) {
    let set = { (name: String) in environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    folder = set("DOCKER_CONFIG") ?? set("HOME").map { "\($0)/.docker" }
    variables = environment
  }

  private var path: String { "\(folder ?? "")/config.json" }

  private func file() throws(EngineError) -> File? {
    guard folder != nil, let data = FileManager.default.contents(atPath: path) else { return nil }
    do {
      return try JSONDecoder().decode(File.self, from: data)
    } catch {
      throw .configuration(path, "it is not the JSON that the docker program writes")
    }
  }

  func currentContext() throws(EngineError) -> String? {
    try file()?.currentContext.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Who we are for a registry: from the helper that the file names for it (`credHelpers`, else `credsStore`), else what
  /// `docker login` wrote into `auths`; `nil`: nobody.
  ///
  /// - Parameter registry: `host[:port]` as an image reference begins; Docker Hub is `docker.io`.
  /// - Throws: `EngineError.configuration`: the file is broken, or the helper is not there or failed.
  public func credentials(for registry: String) async throws(EngineError) -> RegistryCredentials? {
    guard let file = try file() else { return nil }
    let keys = DockerConfiguration.keys(of: registry)
    let helper = keys.lazy.compactMap { file.credHelpers?[$0] }.first ?? file.credsStore
    if let helper, !helper.isEmpty {
      let known = Set((file.auths ?? [:]).keys)
      let server = keys.first { known.contains($0) } ?? (registry == "docker.io" ? keys[0] : registry)
      if let found = try await ask(helper, for: server, registry: registry) { return found }
    }
    let entries = file.auths ?? [:]
    let entry =
      keys.lazy.compactMap { entries[$0] }.first
      ?? entries.first { DockerConfiguration.host(of: $0.key) == registry }?.value
    return try entry.flatMap { (entry) throws(EngineError) in try credentials(entry, registry: registry) }
  }

  private func credentials(_ entry: File.Entry, registry: String) throws(EngineError) -> RegistryCredentials? {
    if let token = entry.identitytoken, !token.isEmpty {
      return RegistryCredentials(identityToken: token, registry: registry)
    }
    if let user = entry.username, let password = entry.password {
      return RegistryCredentials(user: user, password: password, registry: registry)
    }
    guard let auth = entry.auth, !auth.isEmpty else { return nil }
    let pair = Data(base64Encoded: auth).map { String(decoding: $0, as: UTF8.self).split(separator: ":", maxSplits: 1) }
    guard let pair, pair.count == 2 else {
      throw .configuration(path, "the auth of \(registry) is no name and password in base64; log in again")
    }
    return RegistryCredentials(user: String(pair[0]), password: String(pair[1]), registry: registry)
  }

  /// What a helper is called by when it hands out a token instead of a password
  /// (https://github.com/docker/docker-credential-helpers).
  private static let tokenUser = "<token>"

  private func ask(
    _ helper: String, for server: String, registry: String
  ) async throws(EngineError) -> RegistryCredentials? {
    struct Answer: Decodable {
      var username: String
      var secret: String

      enum CodingKeys: String, CodingKey {
        case username = "Username"
        case secret = "Secret"
      }
    }
    let program = "docker-credential-\(helper)"
    let output: ProcessOutput
    do {
      output = try await ChildProcess(
        words: [program, "get"], variables: variables, input: Array(server.utf8)
      ).run()
    } catch {
      throw .configuration(path, "it names \(program) for \(registry), which could not be run: \(error)")
    }
    guard output.status == 0 else {
      // Helpers explain themselves on either output; a secret is only in the answer of a success.
      let said = String(decoding: (output.standardOutput + output.standardError).prefix(300), as: UTF8.self)
      if said.contains("credentials not found") { return nil }
      let words = said.split(whereSeparator: \.isNewline).joined(separator: "; ")
      throw .configuration(path, "\(program), asked for \(registry), ended with \(output.status): \(words)")
    }
    guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(output.standardOutput)) else {
      throw .configuration(path, "\(program), asked for \(registry), gave no JSON with Username and Secret")
    }
    return answer.username == DockerConfiguration.tokenUser
      ? RegistryCredentials(identityToken: answer.secret, registry: registry)
      : RegistryCredentials(user: answer.username, password: answer.secret, registry: registry)
  }

  /// The keys under which the docker program and its helpers keep a registry. Docker Hub's is an address of its first
  /// API.
  private static func keys(of registry: String) -> [String] {
    if registry == RegistryCredentials.hub {
      return [RegistryCredentials.hubKey, "index.docker.io", "docker.io", "registry-1.docker.io"]
    }
    return [registry, "https://\(registry)", "http://\(registry)"]
  }

  /// `host[:port]` of a key, which may be a URL.
  private static func host(of key: String) -> Substring {
    let rest = key.firstRange(of: "://").map { key[$0.upperBound...] } ?? key[...]
    return rest.prefix { $0 != "/" }
  }
}
