import AWSWire
import ArgumentParser
import DockerEngine
import FoundationEssentials
import HTTPTransport
import ReleaseCore
import Sandbox
import Yams

struct SandboxCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sandbox",
    abstract: "Serve an emulated AWS on loopback, for any client, until a signal comes.",
    discussion: """
      Standard output says what a client's environment must hold. Clients must sign: with the key of this command's own \
      environment where it has one (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY), else with the one that is printed.
      """)

  @Option(help: "The port on 127.0.0.1; 0 takes a free one.")
  var port = 0

  @Option(help: "How many seconds of Auto Scaling pass in one second.")
  var rate: Double?

  @Option(help: "A YAML or JSON file that describes the fleet; default: group wanzami-api of two instances.")
  var fleet: String?

  @Flag(help: "Instances are real containers behind a real balancer, not simulated ones.")
  var containers = false

  @Flag(help: "Keep images in a real registry although instances are simulated; real containers have one anyway.")
  var registry = false

  @Option(help: "A file to which each call is appended: its status, service and operation.")
  var calls: String?

  func validate() throws {
    guard (0...65_535).contains(port) else { throw ValidationError("--port takes 0 to 65535") }
    if let rate, !(rate > 0 && rate <= 10_000) { throw ValidationError("--rate takes a number above 0, at most 10000") }
  }

  func run() async throws {
    let environment = ProcessEnvironment.current()
    let signals = Signals(exitCode: { 1 })
    let names = signals.names()
    do {
      let file = try fleetFile()
      if containers {
        try await serveContainers(file, environment, names)
      } else if registry {
        try await serveRegistry(file, environment, names)
      } else {
        let images = ImageStore.inMemory(
          proxyEndpoint: "https://\(file.accountID).dkr.ecr.\(file.regionName).amazonaws.com")
        try await serve(file, host: file.simulatedHost().port, images: images, environment, names)
      }
    } catch let error as SandboxError {
      throw GroundProblem(description: error.description)
    } catch let error as EngineError {
      throw GroundProblem(description: error.description)
    }
  }

  private func fleetFile() throws -> FleetFile {
    var file = FleetFile()
    if let fleet {
      guard let text = try? String(contentsOfFile: fleet, encoding: .utf8) else {
        throw UsageProblem(description: "the fleet file \(fleet) cannot be read")
      }
      do {
        file = try FleetFile(json: try FleetText.json(text))
      } catch {
        throw UsageProblem(description: "\(fleet): \(error)")
      }
    }
    if let rate { file.rate = rate }
    return file
  }

  private func serveContainers(
    _ fleet: FleetFile, _ environment: ProcessEnvironment, _ names: AsyncStream<String>
  ) async throws {
    let transport = HTTPTransport()
    let engine = try await Engine.connect(to: EngineEndpoint(environment: environment.variables), over: transport)
    let machinery = try await Machinery.start(
      Machinery.Settings(targetGroups: [fleet.targetGroupName]), engine: engine, transport: transport
    ) { Console.error($0) }
    var file = fleet
    file.registry = machinery.registry.address
    do {
      if let address = machinery.balancer.addresses[fleet.targetGroupName] {
        Console.error("the balancer of \(fleet.targetGroupName) listens on http://\(address)")
      }
      try await serve(
        file, host: machinery.containers.instanceHost, images: machinery.images, network: machinery.network,
        environment, names)
      await machinery.stop()
    } catch {
      await machinery.stop()
      throw error
    }
  }

  private func serveRegistry(
    _ fleet: FleetFile, _ environment: ProcessEnvironment, _ names: AsyncStream<String>
  ) async throws {
    let registry = try await RegistryServer.start()
    var file = fleet
    file.registry = registry.address
    do {
      try await serve(
        file, host: file.simulatedHost().port, images: .registry(registry, transport: HTTPTransport()), environment,
        names)
      await registry.stop()
    } catch {
      await registry.stop()
      throw error
    }
  }

  private func serve(
    _ fleet: FleetFile, host: InstanceHost, images: ImageStore, network: UInt8 = 0, _ environment: ProcessEnvironment,
    _ names: AsyncStream<String>
  ) async throws {
    let world = SandboxWorld(try fleet.world(network: network), host: host)
    let server = try await SandboxServer.start(
      world: world, images: images, key: key(environment), port: port, permissions: fleet.permissions,
      faults: WireFaults(fleet.faults ?? []) { Console.error($0) }, sessionSeconds: fleet.sessionSeconds,
      record: try recorder())
    await world.start()
    for line in [
      "export AWS_ENDPOINT_URL=\(server.endpoint)", "export AWS_ACCESS_KEY_ID=\(server.key.id)",
      "export AWS_SECRET_ACCESS_KEY=\(server.key.secret.revealed)", "export AWS_REGION=\(fleet.regionName)",
      "export AWS_DEFAULT_REGION=\(fleet.regionName)",
    ] { Console.result(line) }
    for await _ in names { break }
    await server.stop()
    await world.stop()
  }

  private func recorder() throws -> @Sendable (RecordedCall) -> Void {
    guard let calls else { return { _ in } }
    guard let lines = LineFile(appendingTo: calls) else {
      throw UsageProblem(description: "--calls: the file \(calls) cannot be written")
    }
    return { lines.write(String(describing: $0)) }
  }

  private func key(_ environment: ProcessEnvironment) -> AccessKey {
    guard let id = environment["AWS_ACCESS_KEY_ID"], let secret = environment["AWS_SECRET_ACCESS_KEY"] else {
      return .random()
    }
    return AccessKey(id: id, secret: Secret(secret), sessionToken: environment["AWS_SESSION_TOKEN"].map { Secret($0) })
  }
}

/// A fleet file's text as the JSON that the sandbox reads; YAML holds JSON.
enum FleetText {
  static func json(_ text: String) throws -> [UInt8] {
    guard let value = try Yams.compose(yaml: text) else { return Array("{}".utf8) }
    return Array(encode(value).utf8)
  }

  private static func encode(_ node: Node) -> String {
    switch node {
    case .mapping(let mapping):
      "{" + mapping.map { "\(quote($0.key.string ?? "")):\(encode($0.value))" }.joined(separator: ",") + "}"
    case .sequence(let sequence):
      "[" + sequence.map(encode).joined(separator: ",") + "]"
    case .scalar, .alias:
      scalar(node)
    }
  }

  private static func scalar(_ node: Node) -> String {
    if let scalar = node.scalar, scalar.style != .plain { return quote(scalar.string) }
    if node.null != nil { return "null" }
    if let bool = node.bool { return String(bool) }
    if let number = node.int { return String(number) }
    if let number = node.float, number.isFinite { return String(number) }
    return quote(node.string ?? "")
  }

  private static func quote(_ text: String) -> String {
    let encoded = (try? JSONEncoder().encode(text)) ?? Data("\"\"".utf8)
    return String(decoding: encoded, as: UTF8.self)
  }
}
