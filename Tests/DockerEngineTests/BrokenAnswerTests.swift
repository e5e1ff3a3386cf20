import DockerEngine
import HTTPTransport
import RealParts
import Testing

/// A server on loopback that answers every request with the same lines.
private struct OneAnswer {
  private let folder: TemporaryFolder
  private let server: ServerProcess
  let endpoint: EngineEndpoint

  init(apiVersion: String, body: String) throws {
    folder = try TemporaryFolder()
    let program = try folder.write("tiny", try TinyProgram.executable(), mode: 0o755)
    // The program writes the status into its first line; what follows it here are header lines.
    let head = "200 OK\r\nApi-Version: \(apiVersion)\r\nX-Rest:"
    let server = try ServerProcess(
      [program, "serve", "0"], log: folder.path + "/log", environment: ["HEALTH_STATUS": head, "BODY": body])
    self.server = server
    let port = try server.wait("the server to listen") {
      server.output.split(separator: "\n").first?.split(separator: " ").last
    }
    endpoint = try EngineEndpoint(environment: ["DOCKER_HOST": "tcp://127.0.0.1:\(port)"])
  }

  func stop() { server.stop() }
}

@Suite("Answers that an Engine should not give", .enabled(if: TinyProgram.canBeMade, "no C compiler here"))
struct BrokenAnswerTests {
  @Test("an answer that ends without an image or a digest is a failure, whatever its status")
  func withoutOutcome() async throws {
    let server = try OneAnswer(apiVersion: "1.41", body: "{\"stream\":\"Step 1/1 : FROM scratch\\n\"}\r\n")
    defer { server.stop() }
    let engine = try await Engine.connect(to: server.endpoint, over: HTTPTransport())
    #expect(engine.apiVersion == "1.41")
    let build = request(Array("a context".utf8))
    let error = await #expect(throws: EngineError.self) { try await engine.build(build, progress: ignoreProgress) }
    #expect(String(describing: error).contains("went away before it said how it ended"))
    let pushed = await #expect(throws: EngineError.self) {
      try await engine.push(freshReference("x"), credentials: nil, progress: ignoreProgress)
    }
    #expect(String(describing: pushed).contains("went away before it said how it ended"))
  }

  @Test("a line that is no JSON is not passed over")
  func noJSON() async throws {
    let server = try OneAnswer(apiVersion: "1.99", body: "{\"aux\":{\"ID\":\"sha256:1\"}}\r\n<html>\r\n")
    defer { server.stop() }
    let engine = try await Engine.connect(to: server.endpoint, over: HTTPTransport())
    #expect(engine.apiVersion == "1.47")
    let build = request(Array("a context".utf8))
    let error = await #expect(throws: EngineError.self) { try await engine.build(build, progress: ignoreProgress) }
    guard case .unreadable = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("an Engine that is too old is refused with both versions")
  func tooOld() async throws {
    let server = try OneAnswer(apiVersion: "1.40", body: "OK")
    defer { server.stop() }
    let endpoint = server.endpoint
    let error = await #expect(throws: EngineError.self) {
      try await Engine.connect(to: endpoint, over: HTTPTransport())
    }
    #expect(String(describing: error).contains("speaks API 1.40, but 1.41 is needed"))
  }
}
