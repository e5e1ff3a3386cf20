import DockerEngine
import HTTPTransport
import RealParts
import Testing

@Suite("Where the Engine is")
struct EndpointTests {
  @Test(
    "the docker program's variables decide",
    arguments: [
      ([:], "unix:///var/run/docker.sock"),
      (["DOCKER_HOST": ""], "unix:///var/run/docker.sock"),
      (["DOCKER_HOST": "unix:///tmp/x.sock", "DOCKER_TLS_VERIFY": "1"], "unix:///tmp/x.sock"),
      (["DOCKER_HOST": "tcp://build.example"], "http://build.example:2375"),
      (["DOCKER_HOST": "tcp://build.example:99/"], "http://build.example:99"),
      (["DOCKER_HOST": "https://build.example"], "https://build.example:2376"),
      (["DOCKER_HOST": "http://[::1]"], "http://[::1]:2375"),
    ])
  func environment(_ variables: [String: String], _ expected: String) throws {
    #expect(try EngineEndpoint(environment: variables).description == expected)
  }

  @Test(
    "a value that names no Engine is refused with the way out",
    arguments: ["docker", "ssh://host", "unix://relative", "tcp://", "tcp://host/path"])
  func wrong(_ host: String) {
    let error = #expect(throws: EngineError.self) { try EngineEndpoint(environment: ["DOCKER_HOST": host]) }
    #expect(String(describing: error).contains("DOCKER_HOST is \(host)"))
  }

  @Test("no Engine at all names the socket, and what to do")
  func nobody() async throws {
    let folder = try TemporaryFolder()
    let endpoint = try EngineEndpoint(environment: ["DOCKER_HOST": "unix://\(folder.path)/none.sock"])
    let error = await #expect(throws: EngineError.self) {
      try await Engine.connect(to: endpoint, over: HTTPTransport())
    }
    let text = String(describing: error)
    #expect(text.contains("\(folder.path)/none.sock"))
    #expect(text.contains("Start the Engine or set DOCKER_HOST"))
  }

  @Test("another server is not taken for an Engine", .enabled(if: RealRegistry.isInstalled, "no docker-registry here"))
  func another() async throws {
    let registry = try RealRegistry()
    let endpoint = try EngineEndpoint(environment: ["DOCKER_HOST": "tcp://\(registry.address)"])
    let error = await #expect(throws: EngineError.self) {
      try await Engine.connect(to: endpoint, over: HTTPTransport())
    }
    #expect(String(describing: error).contains("no Docker Engine"))
  }
}
