import DockerEngine
import RealParts
import Testing

/// `config.json` with real helper programs, which are small shell scripts here.
@Suite("The docker program's credentials")
struct CredentialFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder("docker-config") }

  private func configuration(_ text: String) throws -> DockerConfiguration {
    try folder.write("config.json", text)
    let path = currentEnvironment()["PATH"] ?? "/usr/bin:/bin"
    return DockerConfiguration(environment: ["DOCKER_CONFIG": folder.path, "PATH": "\(folder.path):\(path)"])
  }

  private func helper(_ name: String, _ script: String) throws {
    try folder.write("docker-credential-\(name)", "#!/bin/sh\nserver=$(cat)\n\(script)\n", mode: 0o755)
  }

  private func failure(_ configuration: DockerConfiguration, _ registry: String) async -> String {
    String(describing: await #expect(throws: EngineError.self) { try await configuration.credentials(for: registry) })
  }

  @Test(
    "an entry of auths is found under each name that the docker program gives it",
    arguments: [
      ("reg.example:5000", "reg.example:5000"), ("https://reg.example", "reg.example"),
      ("https://reg.example/v1/", "reg.example"), ("https://index.docker.io/v1/", "docker.io"),
      ("docker.io", "docker.io"),
    ])
  func auths(key: String, registry: String) async throws {
    // ada:correct:horse
    let known = try configuration(#"{"auths":{"\#(key)":{"auth":"YWRhOmNvcnJlY3Q6aG9yc2U="}}}"#)
    let wanted = RegistryCredentials(user: "ada", password: "correct:horse", registry: registry)
    #expect(try await known.credentials(for: registry) == wanted)
    #expect(try await known.credentials(for: "other.example") == nil)
  }

  @Test("an identity token, and a name and a password apart, are taken too")
  func otherForms() async throws {
    let known = try configuration(
      #"{"auths":{"a.example":{"identitytoken":"t"},"b.example":{"username":"u","password":"p"}}}"#)
    #expect(try await known.credentials(for: "a.example") == .init(identityToken: "t", registry: "a.example"))
    #expect(try await known.credentials(for: "b.example") == .init(user: "u", password: "p", registry: "b.example"))
  }

  @Test("a helper of the registry's own goes before the store, and gets the name that is looked for")
  func helpers() async throws {
    try helper("own", #"echo "{\"ServerURL\":\"$server\",\"Username\":\"own\",\"Secret\":\"of $server by $1\"}""#)
    try helper("store", #"echo "{\"Username\":\"<token>\",\"Secret\":\"of $server\"}""#)
    let known = try configuration(
      #"{"credsStore":"store","credHelpers":{"reg.example":"own"},"auths":{"https://index.docker.io/v1/":{}}}"#)
    #expect(
      try await known.credentials(for: "reg.example")
        == RegistryCredentials(user: "own", password: "of reg.example by get", registry: "reg.example"))
    #expect(
      try await known.credentials(for: "docker.io")
        == RegistryCredentials(identityToken: "of https://index.docker.io/v1/", registry: "docker.io"))
  }

  @Test("a helper that knows nobody is nobody; one that fails or is not there is named, without what it hands out")
  func failing() async throws {
    try helper("empty", "echo 'credentials not found in native keychain'; exit 1")
    #expect(try await configuration(#"{"credsStore":"empty"}"#).credentials(for: "reg.example") == nil)
    try helper("sealed", "echo 'the vault is sealed' >&2; exit 3")
    let sealed = await failure(try configuration(#"{"credsStore":"sealed"}"#), "reg.example")
    #expect(sealed.contains("docker-credential-sealed, asked for reg.example, ended with 3: the vault is sealed"))
    let missing = await failure(try configuration(#"{"credHelpers":{"reg.example":"gone"}}"#), "reg.example")
    #expect(missing.contains("it names docker-credential-gone for reg.example, which could not be run"), "\(missing)")
    try helper("odd", "echo '{\"Secret\":\"hunter2\"}'")
    let odd = await failure(try configuration(#"{"credsStore":"odd"}"#), "reg.example")
    #expect(odd.contains("gave no JSON with Username and Secret"))
    #expect(!odd.contains("hunter2"))
  }

  @Test("a broken entry and a broken file are named; no file at all is nobody")
  func broken() async throws {
    let entry = await failure(try configuration(#"{"auths":{"reg.example":{"auth":"%%"}}}"#), "reg.example")
    #expect(entry.contains("the auth of reg.example is no name and password in base64"), "\(entry)")
    let file = await failure(try configuration("auths: yes"), "reg.example")
    #expect(file.contains("\(folder.path)/config.json: it is not the JSON"), "\(file)")
    let none = DockerConfiguration(environment: ["DOCKER_CONFIG": "\(folder.path)/none"])
    #expect(try await none.credentials(for: "reg.example") == nil)
    #expect(try await DockerConfiguration(environment: [:]).credentials(for: "reg.example") == nil)
  }
}
