import DockerEngine
import RealParts
import Testing

/// The files that the docker program itself writes: contexts are made with `docker context create`.
@Suite("Docker contexts", .enabled(if: Command.exists("docker"), "no docker program here"))
struct ContextTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder("contexts") }

  private var environment: [String: String] { ["HOME": folder.path] }

  private func docker(_ arguments: String...) throws {
    try Command.check(
      ["docker"] + arguments, environment: ["HOME": folder.path, "PATH": currentEnvironment()["PATH"] ?? ""])
  }

  private func endpoint(_ variables: [String: String] = [:]) throws -> String {
    try EngineEndpoint(environment: environment.merging(variables) { $1 }).description
  }

  private func failure(_ variables: [String: String] = [:]) -> String {
    String(
      describing: #expect(throws: EngineError.self) {
        try EngineEndpoint(environment: environment.merging(variables) { $1 })
      })
  }

  @Test("DOCKER_HOST goes before DOCKER_CONTEXT, that before the current context, and that before the socket")
  func precedence() throws {
    #expect(try endpoint() == "unix:///var/run/docker.sock")
    try docker("context", "create", "one", "--docker", "host=unix:///tmp/one.sock")
    try docker("context", "create", "two", "--docker", "host=tcp://build.example:2375")
    #expect(try endpoint() == "unix:///var/run/docker.sock")
    try docker("context", "use", "one")
    #expect(try endpoint() == "unix:///tmp/one.sock (Docker context one)")
    #expect(try endpoint(["DOCKER_CONTEXT": "two"]) == "http://build.example:2375 (Docker context two)")
    #expect(try endpoint(["DOCKER_CONTEXT": "default"]) == "unix:///var/run/docker.sock")
    let both = ["DOCKER_CONTEXT": "two", "DOCKER_HOST": "unix:///tmp/x.sock"]
    #expect(try endpoint(both) == "unix:///tmp/x.sock")
    try docker("context", "use", "default")
    #expect(try endpoint() == "unix:///var/run/docker.sock")
  }

  @Test(
    "TLS material of a context makes its endpoint https, with those files",
    .enabled(if: Certificates.canBeMade, "no openssl here"))
  func material() throws {
    let made = try Certificates()
    let host =
      "host=tcp://127.0.0.1:2376,ca=\(made.path)/ca.pem,cert=\(made.path)/cert.pem,key=\(made.path)/key.pem"
    try docker("context", "create", "secure", "--docker", host)
    #expect(try endpoint(["DOCKER_CONTEXT": "secure"]) == "https://127.0.0.1:2376 (Docker context secure)")
    try docker("context", "create", "careless", "--docker", host + ",skip-tls-verify=true")
    let text = failure(["DOCKER_CONTEXT": "careless"])
    #expect(text.contains("The Docker context careless: it turns the check of the Engine's certificate off"), "\(text)")
  }

  @Test("a context that is not there is refused with those that are; ssh with the way out")
  func refused() throws {
    #expect(failure(["DOCKER_CONTEXT": "none"]).contains("has no context of that name; none is there"))
    try docker("context", "create", "far", "--docker", "host=ssh://ada@build.example")
    let missing = failure(["DOCKER_CONTEXT": "nearby"])
    #expect(missing.contains("The Docker context nearby: "), "\(missing)")
    #expect(missing.contains("there are far"), "\(missing)")
    let far = failure(["DOCKER_CONTEXT": "far"])
    #expect(far.contains("ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock ada@build.example"), "\(far)")
    #expect(far.contains("DOCKER_HOST=unix:///tmp/docker.sock"), "\(far)")
  }

  @Test("a configuration that is no JSON is named, unless DOCKER_HOST makes it needless")
  func broken() throws {
    try folder.write(".docker/config.json", "{\"currentContext\":")
    let text = failure()
    #expect(text.contains("\(folder.path)/.docker/config.json: it is not the JSON"), "\(text)")
    #expect(try endpoint(["DOCKER_HOST": "unix:///tmp/x.sock"]) == "unix:///tmp/x.sock")
  }

  @Test("DOCKER_TLS_VERIFY without the authority's file says which is missing")
  func withoutAuthority() {
    let text = failure([
      "DOCKER_HOST": "tcp://127.0.0.1:2376", "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": folder.path,
    ])
    #expect(text.contains("there is no \(folder.path)/ca.pem"), "\(text)")
  }

  @Test("DOCKER_TLS_VERIFY makes a tcp endpoint https, with the files of DOCKER_CERT_PATH or of ~/.docker")
  func variables() throws {
    try folder.write("certificates/ca.pem", "")
    try folder.write(".docker/ca.pem", "")
    let secure = ["DOCKER_HOST": "tcp://build.example", "DOCKER_TLS_VERIFY": "1"]
    #expect(try endpoint(secure) == "https://build.example:2376")
    #expect(
      try endpoint(secure.merging(["DOCKER_CERT_PATH": folder.path + "/certificates"]) { $1 })
        == "https://build.example:2376")
  }
}
