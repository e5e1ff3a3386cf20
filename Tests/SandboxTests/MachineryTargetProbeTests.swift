import Glibc
import HTTPTransport
import Testing

@testable import Sandbox

@Suite("A health check", .enabled(if: ExampleServer.compiler != nil, "clang is not installed"))
struct MachineryTargetProbeTests {
  @Test("it tells the status, or that nobody answers")
  func results() async throws {
    let folder = try MachineryFolder()
    let transport = HTTPTransport()
    let probe = TargetProbe(transport: transport)
    let binary = try await ExampleServer.compile(version: "C", healthStatus: 500, into: folder.path)
    let example = try await ExampleServer.start(binary, instance: "i-1", folder: folder.path)
    func check(_ path: String, limit: Duration = .seconds(5)) async -> HealthProbeResult {
      await probe.check(
        HealthProbe(
          instance: "i-1", address: "127.0.0.1", port: example.target.port, path: path, timeout: limit))
    }
    #expect(await check("/") == .status(200))
    #expect(await check("/api/health") == .status(500))
    #expect(await check("/nothing") == .status(404))
    #expect(example.server.output().contains("wanzami-api: health: cannot reach database (simulated fault)"))
    await example.server.stop()
    #expect(example.server.exitStatus == 0)
    #expect(await check("/") == .refused)
    transport.close()
  }

  @Test("a listener that never answers is a timeout")
  func silence() async throws {
    let transport = HTTPTransport()
    let door = try LoopbackListener.bind()
    try #require(listen(door.descriptor, 8) == 0)
    let result = await TargetProbe(transport: transport).check(
      HealthProbe(
        instance: "i-1", address: "127.0.0.1", port: Int(door.port), path: "/", timeout: .milliseconds(200)))
    #expect(result == .timeout)
    door.close()
    transport.close()
  }
}
