import DockerEngine
import HTTPTransport
import RealParts
import Synchronization
import Testing

/// What the classic builder says when an image goes while it looks into its cache. On a real Engine this comes too
/// seldom to be waited for, so its words, as a real one gave them, are played by a script.
@Suite("A build whose look into the cache met an image being removed")
struct CacheRaceTests {
  private static let missing = "unable to find image \\\"sha256:2104cb1d\\\""

  /// An Engine whose first builds fail so; `builds` counts them all.
  private func engine(failing count: Int, with words: String, _ builds: Counter) throws -> LoopbackServer {
    try LoopbackServer { connection in
      while let (head, _) = connection.request() {
        guard head.contains("/build") else {
          connection.answer("OK", headers: ["Api-Version: 1.41"])
          continue
        }
        let isFailing = builds.next() <= count
        connection.answer(isFailing ? "{\"error\":\"\(words)\"}\r\n" : "{\"aux\":{\"ID\":\"sha256:1\"}}\r\n")
      }
    }
  }

  @Test("is sent again, its context from the start, and gives its image")
  func again() async throws {
    let builds = Counter()
    let contexts = Counter()
    let server = try engine(failing: 2, with: Self.missing, builds)
    let endpoint = try EngineEndpoint(environment: ["DOCKER_HOST": "tcp://127.0.0.1:\(server.port)"])
    let engine = try await Engine.connect(to: endpoint, over: HTTPTransport())
    let build = BuildRequest { write in
      _ = contexts.next()
      try write(Array("a context".utf8))
    }
    #expect(try await engine.build(build, progress: ignoreProgress) == "sha256:1")
    #expect(builds.count == 3)
    #expect(contexts.count == 3)
  }

  @Test(
    "is given up after five times; another failure is not sent again", arguments: [(missing, 5), ("no such step", 1)])
  func givenUp(words: String, sent: Int) async throws {
    let builds = Counter()
    let server = try engine(failing: .max, with: words, builds)
    let endpoint = try EngineEndpoint(environment: ["DOCKER_HOST": "tcp://127.0.0.1:\(server.port)"])
    let engine = try await Engine.connect(to: endpoint, over: HTTPTransport())
    let build = request(Array("a context".utf8))
    let error = await #expect(throws: EngineError.self) { try await engine.build(build, progress: ignoreProgress) }
    guard case .buildFailed = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(builds.count == sent)
  }
}

private final class Counter: Sendable {
  private let value = Mutex(0)

  var count: Int { value.withLock { $0 } }

  func next() -> Int {
    value.withLock { value in
      value += 1
      return value
    }
  }
}
