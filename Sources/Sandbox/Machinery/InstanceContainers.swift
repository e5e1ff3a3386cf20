import DockerEngine
import Synchronization

/// The containers of one sandbox's instances on the Engine.
struct InstanceContainers: Sendable {
  private let engine: Engine
  private let credentials: RegistryCredentials
  private let owner = SandboxOwner.current()
  /// Tells this sandbox from others of this process, and of other processes.
  private let sandbox = randomText(count: 8).lowercased()

  /// On each container: the instance that it is.
  static let instanceLabel = "wanzami-deploy.sandbox.instance"
  /// On each container: the sandbox.
  private static let sandboxLabel = "wanzami-deploy.sandbox"

  /// - Parameter credentials: for the one registry that they name; other registries are asked without.
  init(engine: Engine, credentials: RegistryCredentials) {
    self.engine = engine
    self.credentials = credentials
  }

  /// Pulls an image; returns whether it came from the registry of our credentials.
  func pull(_ image: String) async throws -> Bool {
    guard let reference = ImageReference(image) else {
      throw SandboxError("docker pull: invalid reference format: \(image)")
    }
    let isOurs = reference.registry == credentials.registry
    try await engine.pull(reference, credentials: isOurs ? credentials : nil) { _ in }
    return isOurs
  }

  /// The name of an instance's container: known before it exists, so that it can be removed whatever became of it.
  func name(of instance: String) -> String { "wanzami-\(sandbox)-\(instance)" }

  /// Creates and starts a container.
  func run(_ plan: ContainerPlan, instance: String) async throws {
    var spec = ContainerSpec(name: name(of: instance), image: plan.image)
    spec.environment = plan.environment
    spec.command = plan.command.isEmpty ? nil : plan.command
    spec.ports = plan.bindings.map {
      ContainerSpec.Port(hostIP: $0.address, hostPort: $0.hostPort, containerPort: $0.containerPort)
    }
    spec.restart = plan.restart
    spec.usesInit = true
    spec.labels = [
      InstanceContainers.sandboxLabel: sandbox, InstanceContainers.instanceLabel: instance,
      SandboxOwner.label: owner.text,
    ]
    try await engine.startContainer(try await engine.createContainer(spec))
  }

  /// Runs a container to its end on an instance, and gives its status and its lines.
  func runOnce(_ run: UserDataRun, environmentFiles: [String: [String]]) async throws -> (status: Int, output: String) {
    _ = try await pull(run.image)
    var spec = ContainerSpec(image: run.image)
    spec.environment = run.environmentFiles.flatMap { environmentFiles[$0] ?? [] } + run.environment
    spec.command = run.command.isEmpty ? nil : run.command
    spec.usesInit = true
    spec.labels = [InstanceContainers.sandboxLabel: sandbox, SandboxOwner.label: owner.text]
    let lines = CollectedLines()
    let status = try await engine.runOnce(spec) { lines.take($0) }
    return (status, lines.text)
  }

  /// Asks an instance's container to end; none is no error.
  func stop(_ instance: String, timeout: Duration) async throws {
    do throws(EngineError) {
      try await engine.stopContainer(name(of: instance), timeout: timeout)
    } catch .refused(_, 404, _) {
    }
  }

  /// Kills and removes an instance's container; none is no error.
  func remove(_ instance: String) async throws {
    try await engine.removeContainer(name(of: instance), force: true)
  }

  /// Forgets an image by one of its names; none of that name is no error.
  func removeImage(_ image: String) async throws {
    try await engine.removeImage(image)
  }

  /// The last lines of both outputs, in the order written; `nil`: there is no such container.
  func log(_ instance: String, tail: Int) async throws -> String? {
    do throws(EngineError) {
      return try await engine.containerLogs(name(of: instance), tail: tail)
    } catch .refused(_, 404, _) {
      return nil
    }
  }

  /// How a container ended, as a sentence; `nil` while it runs, and when there is none.
  func ending(of instance: String) async -> String? {
    guard let container = try? await engine.inspectContainer(name(of: instance)) else { return nil }
    switch container.status {
    case .running, .paused, .removing: return nil
    case .created:
      return container.startError.isEmpty ? nil : "the container was not started: \(container.startError)"
    case .restarting: return "the container exited with code \(container.exitCode) and is restarted"
    case .exited, .dead:
      let memory = container.wasOutOfMemory ? ", killed for want of memory" : ""
      return "the container exited with code \(container.exitCode)\(memory)"
    }
  }

  /// Removes every container of this sandbox.
  func removeOwn() async throws {
    for container in try await engine.listContainers(labels: [InstanceContainers.sandboxLabel: sandbox]) {
      try await engine.removeContainer(container.id, force: true)
    }
  }

  /// Removes the containers of processes that are surely gone; returns their names.
  func removeLeftovers() async throws -> [String] {
    var removed: [String] = []
    for container in try await engine.listContainers() {
      guard let text = container.labels[SandboxOwner.label], let owner = SandboxOwner(text), owner.isGone else {
        continue
      }
      try await engine.removeContainer(container.id, force: true)
      removed.append(container.name)
    }
    return removed
  }
}

/// Lines from another task, in their order.
private final class CollectedLines: Sendable {
  private let lines = Mutex("")

  func take(_ line: String) { lines.withLock { $0 += line + "\n" } }

  var text: String { lines.withLock { $0 } }
}
