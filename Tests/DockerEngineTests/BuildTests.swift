import DockerEngine
import HTTPTransport
import RealParts
import Synchronization
import Testing

extension EngineSuite {
  @Suite("builds")
  struct Builds {
    @Test("an image from a context, and tells each step")
    func builds() async throws {
      let engine = try await connectedEngine()
      let tag = freshReference("build")
      let seen = Mutex<String>("")
      var build = try request(
        dockerfile: "FROM scratch\nARG who=nobody\nLABEL who=$who\nCOPY tiny /tiny\nENTRYPOINT [\"/tiny\"]\n", tag: tag)
      build.buildArgs = ["who": "ada"]
      build.labels = ["origin": "test"]
      let id = try await engine.build(build) { progress in
        if case .output(let text) = progress { seen.withLock { $0 += text } }
      }
      #expect(id.hasPrefix("sha256:"))
      #expect(seen.withLock { $0 }.contains("Step 1/"))
      let image = try await engine.inspectImage(tag.description)
      #expect(image.id == id)
      #expect(image.tags == [tag.description])
      #expect(image.platform.operatingSystem == "linux")
      try await engine.removeImage(tag.description)
      try await engine.removeImage(tag.description)
      let gone = await #expect(throws: EngineError.self) { try await engine.inspectImage(tag.description) }
      guard case .refused(_, 404, _) = gone else {
        Issue.record("\(String(describing: gone))")
        return
      }
    }

    @Test("a step that fails inside a 200 is a failure with the step and its own last lines")
    func failingStep() async throws {
      let engine = try await connectedEngine()
      let build = try request(dockerfile: "FROM scratch\nCOPY tiny /tiny\nRUN [\"/tiny\",\"exit\",\"3\"]\n")
      let error = await #expect(throws: EngineError.self) { try await engine.build(build, progress: ignoreProgress) }
      guard case .buildFailed(let failure) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(failure.exitCode == 3)
      #expect(failure.step == "Step 3/3 : RUN [\"/tiny\",\"exit\",\"3\"]")
      #expect(failure.lastLines.contains("to standard output"))
      #expect(failure.lastLines.contains("to standard error"))
    }

    @Test("a file that is not there, and a base image whose registry is down, are told as such")
    func missingParts() async throws {
      let engine = try await connectedEngine()
      let copy = try request(dockerfile: "FROM scratch\nCOPY nope /\n")
      let copyError = await #expect(throws: EngineError.self) { try await engine.build(copy, progress: ignoreProgress) }
      guard case .buildFailed(let failure) = copyError else {
        Issue.record("\(String(describing: copyError))")
        return
      }
      #expect(failure.message.contains("nope"))
      let base = try request(dockerfile: "FROM 127.0.0.1:1/base:1\n")
      let baseError = await #expect(throws: EngineError.self) { try await engine.build(base, progress: ignoreProgress) }
      guard case .registry(_, _, .unreachable, let message) = baseError else {
        Issue.record("\(String(describing: baseError))")
        return
      }
      #expect(message.contains("connection refused"))
    }

    @Test(
      "what is wrong with the Dockerfile itself is refused with the Engine's words",
      arguments: [("FROM scratch\nCPY a b\n", "Dockerfile", "CPY"), ("FROM scratch\n", "Nope", "Nope")])
    func wrongDockerfile(_ text: String, _ name: String, _ word: String) async throws {
      let engine = try await connectedEngine()
      var build = try request(dockerfile: text)
      build.dockerfile = name
      let error = await #expect(throws: EngineError.self) { try await engine.build(build, progress: ignoreProgress) }
      guard case .refused(_, _, let message) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(message.contains(word))
    }

    @Test("an image for another platform than the asked one is never taken for it")
    func wrongPlatform() async throws {
      let engine = try await connectedEngine()
      let own = try await engine.version().architecture
      var build = try request(dockerfile: "FROM scratch\nCOPY tiny /tiny\n")
      build.platform = "linux/\(own)"
      _ = try await engine.build(build, progress: ignoreProgress)
      build.platform = own == "amd64" ? "linux/arm64" : "linux/amd64"
      let asked = build.platform
      let error = await #expect(throws: EngineError.self) { try await engine.build(build, progress: ignoreProgress) }
      guard case .wrongPlatform(asked, "linux/\(own)") = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }

    @Test("the error of the context's producer comes back, not its echo")
    func producerFails() async throws {
      struct DiskGone: Error {}
      let engine = try await connectedEngine()
      let build = BuildRequest { write in
        try write([UInt8](repeating: 0, count: 100_000))
        throw DiskGone()
      }
      let error = await #expect(throws: EngineError.self) { try await engine.build(build, progress: ignoreProgress) }
      guard case .contextFailed(let cause) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(cause is DiskGone)
    }

    @Test("cancelling while a step runs ends the call, and the Engine stops the step")
    func cancelStep() async throws {
      let engine = try await connectedEngine()
      let mark = freshReference("cancel").description
      let build = try request(
        dockerfile: "FROM scratch\nLABEL mark=\"\(mark)\"\nCOPY tiny /tiny\nRUN [\"/tiny\",\"wait\"]\n")
      let (ready, readiness) = AsyncStream<Void>.makeStream()
      let task = Task {
        try await engine.build(build) { if case .output(let text) = $0, text.hasPrefix("ready") { readiness.yield() } }
      }
      for await _ in ready { break }
      #expect(try await engine.listContainers(labels: ["mark": mark]).count == 1)
      task.cancel()
      let error = await #expect(throws: EngineError.self) { try await task.value }
      guard case .cancelled = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      var left = 1
      let deadline = ContinuousClock.now + .seconds(60)
      while left > 0, ContinuousClock.now < deadline {
        left = try await engine.listContainers(labels: ["mark": mark]).count
      }
      #expect(left == 0)
    }

    @Test("cancelling while the context goes out ends its producer")
    func cancelUpload() async throws {
      let engine = try await connectedEngine()
      let (ready, readiness) = AsyncStream<Void>.makeStream()
      let (done, end) = AsyncStream<Void>.makeStream()
      let build = BuildRequest { write in
        defer { end.finish() }
        try write(try BuildContext.archive(["Dockerfile": Array("FROM scratch\n".utf8)]).dropLast(10_240))
        while true {
          try write([UInt8](repeating: 7, count: 1 << 20))
          readiness.yield()
        }
      }
      let task = Task { try await engine.build(build, progress: ignoreProgress) }
      for await _ in ready { break }
      task.cancel()
      await #expect(throws: EngineError.self) { try await task.value }
      for await _ in done {}
    }
  }
}
