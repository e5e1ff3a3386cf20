import Foundation
import RealParts
import Sandbox
import Synchronization

/// The emulated AWS, in this process, so that what happened there, and when, is known at its own side.
struct Cloud: Sendable {
  let world: SandboxWorld
  let server: SandboxServer
  let fleet: FleetFile
  /// What clients have asked for.
  let calls: CallLog

  /// Runs `body` with a fleet whose instances are simulated.
  static func simulated<Value>(
    _ fleet: FleetFile, images: ImageStore = .inMemory(proxyEndpoint: "http://127.0.0.1:5000"),
    _ body: (Cloud) async throws -> Value
  ) async throws -> Value {
    try await with(fleet, host: fleet.simulatedHost().port, images: images, network: 0, body)
  }

  static func with<Value>(
    _ fleet: FleetFile, host: InstanceHost, images: ImageStore, network: UInt8, _ body: (Cloud) async throws -> Value
  ) async throws -> Value {
    let world = SandboxWorld(try fleet.world(network: network), host: host)
    let calls = CallLog()
    let server = try await SandboxServer.start(world: world, images: images) { calls.add($0) }
    await world.start()
    do {
      let value = try await body(Cloud(world: world, server: server, fleet: fleet, calls: calls))
      await server.stop()
      await world.stop()
      return value
    } catch {
      await server.stop()
      await world.stop()
      throw error
    }
  }

  /// What a client's environment holds.
  var variables: [String: String] {
    [
      "AWS_ENDPOINT_URL": server.endpoint, "AWS_ACCESS_KEY_ID": server.key.id,
      "AWS_SECRET_ACCESS_KEY": server.key.secret.revealed, "AWS_REGION": fleet.regionName,
      "AWS_DEFAULT_REGION": fleet.regionName,
    ]
  }

  /// Waits until every instance is in service and healthy.
  func untilHealthy() async throws {
    try await eventually("the fleet to be healthy") {
      let world = await world.snapshot
      let targets = world.targetGroups.first?.targets ?? []
      return targets.filter { $0.state == .healthy }.count == world.groups.first?.desired ? true : nil
    }
  }
}

extension Tools {
  /// What a program needs to run at all, with nothing of this machine's AWS, Docker or git settings.
  func bareEnvironment(home: String) -> [String: String] {
    let kept = ["PATH", "LD_LIBRARY_PATH", "TMPDIR", "DOCKER_HOST"]
    var variables = ProcessInfo.processInfo.environment.filter { kept.contains($0.key) }
    variables["HOME"] = home
    variables["USER"] = "bench"
    variables["DOCKER_CONFIG"] = home + "/.docker"
    variables["AWS_CONFIG_FILE"] = "/dev/null"
    variables["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null"
    variables["AWS_PAGER"] = ""
    // The usual script says `aws` and `docker`.
    let folders = [aws, docker].map { $0.split(separator: "/", omittingEmptySubsequences: false).dropLast() }
    variables["PATH"] = (folders.map { $0.joined(separator: "/") } + [variables["PATH"] ?? ""]).joined(separator: ":")
    return variables
  }
}

/// The calls that the emulated AWS answered, in order.
final class CallLog: Sendable {
  private let calls = Mutex<[RecordedCall]>([])

  func add(_ call: RecordedCall) { calls.withLock { $0.append(call) } }

  /// What came since the last look.
  func take() -> [RecordedCall] {
    calls.withLock { calls in
      defer { calls = [] }
      return calls
    }
  }
}
