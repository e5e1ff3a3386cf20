import DockerEngine
import HTTPTransport
import RealParts
import Testing

extension EngineSuite {
  @Suite("runs containers")
  struct Containers {
    private func image(_ engine: Engine) async throws -> ImageReference {
      let tag = freshReference("run")
      let build = try request(dockerfile: "FROM scratch\nCOPY tiny /tiny\nENTRYPOINT [\"/tiny\"]\n", tag: tag)
      _ = try await engine.build(build, progress: ignoreProgress)
      return tag
    }

    /// The container as soon as it is as wanted.
    private func eventually(
      _ engine: Engine, _ id: String, _ wanted: (EngineContainer) -> Bool
    ) async throws -> EngineContainer {
      let deadline = ContinuousClock.now + .seconds(60)
      while ContinuousClock.now < deadline {
        let container = try await engine.inspectContainer(id)
        if wanted(container) { return container }
      }
      return try await engine.inspectContainer(id)
    }

    @Test("a published port answers, the logs are there, and a stop ends it")
    func lifecycle() async throws {
      let engine = try await connectedEngine()
      let tag = try await image(engine)
      var spec = ContainerSpec(name: "wanzami-test-\(UInt32.random(in: 0...UInt32.max))", image: tag.description)
      spec.command = ["serve", "4000"]
      spec.environment = ["HEALTH_STATUS=503", "BODY=not well"]
      spec.ports = [.init(hostIP: "127.0.10.7", hostPort: nil, containerPort: 4000)]
      spec.labels = ["wanzami-test": tag.description]
      spec.usesInit = true
      let id = try await engine.createContainer(spec)
      #expect(try await engine.inspectContainer(id).status == .created)
      try await engine.startContainer(id)
      try await engine.startContainer(id)
      let running = try await engine.inspectContainer(id)
      #expect(running.status == .running)
      #expect(running.name == spec.name)
      let port = try #require(running.ports.first?.hostPort)
      #expect(running.ports == [.init(hostIP: "127.0.10.7", hostPort: port, containerPort: 4000)])
      // The published port is open before the program in the container listens.
      let transport = HTTPTransport()
      let answer = try await RealParts.eventually("the container to answer") {
        try? await transport.send(HTTPRequest(url: "http://127.0.10.7:\(port)/", proxy: .never))
      }
      #expect(answer.status == 503)
      #expect(answer.text == "not well")
      #expect(try await engine.containerLogs(id, tail: 10) == "serving on 4000\n")
      #expect(try await engine.listContainers(labels: spec.labels).map(\.id) == [id])
      try await engine.stopContainer(id, timeout: .seconds(20))
      try await engine.stopContainer(id, timeout: .seconds(20))
      #expect(try await engine.inspectContainer(id).status == .exited)
      try await engine.removeContainer(id)
      try await engine.removeContainer(id)
      #expect(try await engine.listContainers(labels: spec.labels).isEmpty)
      try await engine.removeImage(tag.description, force: true)
    }

    @Test("a container that fails is started again as its policy says, and its last lines tell why")
    func restarts() async throws {
      let engine = try await connectedEngine()
      let tag = try await image(engine)
      var spec = ContainerSpec(image: tag.description)
      spec.command = ["exit", "7"]
      spec.restart = .onFailure(maximumRetries: 2)
      let id = try await engine.createContainer(spec)
      try await engine.startContainer(id)
      let ended = try await eventually(engine, id) { $0.status == .exited && $0.restartCount == 2 }
      #expect(ended.exitCode == 7)
      #expect(ended.restartCount == 2)
      let lines = try await engine.containerLogs(id, tail: 2).split(separator: "\n").sorted()
      #expect(lines == ["to standard error", "to standard output"])
      try await engine.removeContainer(id, force: true)
      try await engine.removeImage(tag.description, force: true)
    }

    @Test("killed is killed; an unknown image and a taken port say so")
    func refusals() async throws {
      let engine = try await connectedEngine()
      let tag = try await image(engine)
      var spec = ContainerSpec(image: tag.description)
      spec.command = ["wait"]
      spec.ports = [.init(hostIP: "127.0.10.8", hostPort: nil, containerPort: 4000)]
      let id = try await engine.createContainer(spec)
      try await engine.startContainer(id)
      spec.ports = try await engine.inspectContainer(id).ports
      let second = try await engine.createContainer(spec)
      let taken = await #expect(throws: EngineError.self) { try await engine.startContainer(second) }
      #expect("\(String(describing: taken))".contains("already"))
      try await engine.killContainer(id)
      #expect(try await eventually(engine, id) { $0.status == .exited }.exitCode == 137)
      for container in [id, second] { try await engine.removeContainer(container, force: true) }
      try await engine.removeImage(tag.description, force: true)
      let unknown = await #expect(throws: EngineError.self) {
        try await engine.createContainer(ContainerSpec(image: tag.description))
      }
      guard case .refused(_, 404, _) = unknown else {
        Issue.record("\(String(describing: unknown))")
        return
      }
    }
  }
}
