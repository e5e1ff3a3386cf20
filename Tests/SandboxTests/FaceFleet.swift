import AWSWire
import Foundation
import SimulatedAWS
import Testing

@testable import Sandbox

/// A sandbox on a free port with simulated instances and a fast clock, and the AWS CLI to ask it.
struct FaceFleet {
  let world: SandboxWorld
  let server: SandboxServer
  let host: SimulatedHost

  init(_ file: FleetFile) async throws {
    var file = file
    file.rate = 20
    file.instanceType = "t4g.small"
    file.bootSeconds = 2
    file.deregistrationDelay = 2
    file.images = ["broken": SimulatedHost.Behaviour(status: 500)]
    host = file.simulatedHost()
    world = SandboxWorld(try file.world(), host: host.port)
    await world.start()
    server = try await SandboxServer.start(
      world: world, images: .inMemory(proxyEndpoint: "http://127.0.0.1:5000"))
  }

  /// Runs the body, and stops everything whatever comes of it.
  static func with(
    _ file: FleetFile = FleetFile(), _ body: (FaceFleet) async throws -> Void
  ) async throws {
    let fleet = try await FaceFleet(file)
    do {
      try await body(fleet)
    } catch {
      await fleet.stop()
      throw error
    }
    await fleet.stop()
  }

  func stop() async {
    await server.stop()
    await world.stop()
  }

  /// Polls until the world is as wanted; gives up after 60 s.
  func until(_ what: String, _ isSo: @Sendable (World) -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while !isSo(await world.snapshot) {
      if ContinuousClock.now > deadline {
        Issue.record("60 s passed without: \(what)")
        throw SandboxError("timed out")
      }
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  var stands: @Sendable (World) -> Bool {
    { world in world.targetGroups[0].targets.filter { $0.state == .healthy }.count == world.groups[0].desired }
  }

  struct CommandResult {
    var status: Int32
    var output: String
    var errors: String

    var json: [String: Any] {
      get throws {
        try #require(status == 0, "\(errors)")
        let parsed = try JSONSerialization.jsonObject(with: Data(output.utf8))
        return try #require(parsed as? [String: Any])
      }
    }
  }

  /// Runs the AWS CLI against this sandbox.
  func aws(_ arguments: String..., secret: String? = nil) async throws -> CommandResult {
    try await run(Self.cli + arguments + ["--output", "json"], secret: secret)
  }

  /// Runs Python with botocore against this sandbox.
  func python(_ script: String, _ arguments: String...) async throws -> CommandResult {
    try await run([Self.pythonPath, "-c", script] + arguments)
  }

  private func run(_ command: [String], secret: String? = nil) async throws -> CommandResult {
    let environment = ProcessInfo.processInfo.environment.merging([
      "AWS_ENDPOINT_URL": server.endpoint, "AWS_ACCESS_KEY_ID": server.key.id,
      "AWS_SECRET_ACCESS_KEY": secret ?? server.key.secret.revealed, "AWS_DEFAULT_REGION": "eu-north-1",
      "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_MAX_ATTEMPTS": "1",
      "AWS_EC2_METADATA_DISABLED": "true", "AWS_PAGER": "", "NO_PROXY": "*",
    ]) { $1 }
    return try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global().async {
        continuation.resume(with: Result { try Self.runBlocking(command, environment) })
      }
    }
  }

  private static func runBlocking(_ command: [String], _ environment: [String: String]) throws -> CommandResult {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    process.environment = environment
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let errors = folder.appendingPathComponent("errors")
    _ = FileManager.default.createFile(atPath: errors.path, contents: nil)
    let output = Pipe()
    process.standardOutput = output
    process.standardError = try FileHandle(forWritingTo: errors)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return CommandResult(
      status: process.terminationStatus, output: String(decoding: bytes, as: UTF8.self),
      errors: String(decoding: try Data(contentsOf: errors), as: UTF8.self))
  }

  private static var pythonPath: String { ProcessInfo.processInfo.environment["WANZAMI_PYTHON"] ?? "python3" }

  private static var cli: [String] {
    ProcessInfo.processInfo.environment["WANZAMI_PYTHON"].map { [$0, "-m", "awscli"] } ?? ["aws"]
  }

  /// Whether the AWS CLI is on this machine.
  static let hasCLI: Bool = {
    let environment = ProcessInfo.processInfo.environment
    return (try? runBlocking(cli + ["--version"], environment))?.status == 0
  }()

  /// Whether Python has botocore.
  static let hasBotocore: Bool = {
    let environment = ProcessInfo.processInfo.environment
    return (try? runBlocking([pythonPath, "-c", "import botocore.session"], environment))?.status == 0
  }()
}
