import DockerEngine
import HTTPTransport

/// The instances of a sandbox: each a real container on the Engine, published on the instance's own loopback address,
/// behind the sandbox's balancer.
///
/// What an instance runs is decided by its user data alone. Each step of a boot and each failure is a line of its
/// console, as on a machine.
public actor ContainerHost {
  public struct Settings: Sendable {
    /// Of the registry that instances pull from; images of other registries are pulled without credentials.
    public var credentials: RegistryCredentials
    /// What `--env-file` finds on an instance: path to lines of `KEY=value`.
    public var environmentFiles: [String: [String]]
    /// `false`: instances are killed while requests are still routed to them, so that requests fail.
    public var drains: Bool
    /// How long a container may take to stop before it is killed.
    public var stopTimeout: Duration

    public init(
      credentials: RegistryCredentials, environmentFiles: [String: [String]] = [:], drains: Bool = true,
      stopTimeout: Duration = .seconds(5)
    ) {
      self.credentials = credentials
      self.environmentFiles = environmentFiles
      self.drains = drains
      self.stopTimeout = stopTimeout
    }
  }

  private struct Member {
    var order: InstanceOrder
    var console = InstanceConsole()
    var boot: Task<Void, Never>?
    var end: Task<Void, Never>?
  }

  private let containers: InstanceContainers
  private let balancer: Balancer
  private let settings: Settings
  private let probes: TargetProbe
  private let report: @Sendable (String) -> Void
  private var members: [String: Member] = [:]
  /// The last console of each instance that is gone, as EC2 keeps it for a while.
  private var consoles: [String: [UInt8]] = [:]
  private var abrupt = AbruptRouting()
  /// The images that came from the sandbox's own registry: nobody else can use them once it is gone.
  private var pulled: Set<String> = []
  private var isStopped = false

  /// How long a dead target stays routed where `Settings.drains` is `false`.
  private static let detectionTime = Duration.seconds(1)
  /// How much of a container's log is ever read.
  private static let linesMax = 5000

  /// - Parameter report: gets sentences about what the host itself could not do; never a secret.
  public init(
    engine: Engine, balancer: Balancer, settings: Settings, transport: HTTPTransport,
    report: @escaping @Sendable (String) -> Void
  ) {
    containers = InstanceContainers(engine: engine, credentials: settings.credentials)
    self.balancer = balancer
    self.settings = settings
    self.report = report
    probes = TargetProbe(transport: transport)
  }

  /// The port that a sandbox's world drives.
  public nonisolated var instanceHost: InstanceHost {
    InstanceHost(
      launch: { await self.launch($0) },
      terminate: { await self.terminate($0) },
      probe: { [probes] in await probes.check($0) },
      route: { await self.route($0) },
      consoleOutput: { await self.consoleOutput($0) },
      runShellScript: { await self.runShellScript($0, $1) })
  }

  /// Removes the containers of sandboxes whose process is gone. Call it before the first launch: they hold addresses.
  public func removeLeftovers() async {
    do {
      for name in try await containers.removeLeftovers() { report("removed \(name), left by a sandbox that crashed") }
    } catch {
      report("removing the containers of crashed sandboxes: \(error)")
    }
  }

  /// Ends every instance and takes no new one; returns when none of this sandbox's containers and of
  /// the images pulled from the sandbox's registry is left.
  public func stop() async {
    isStopped = true
    await withDiscardingTaskGroup { group in
      for id in members.keys { group.addTask { await self.terminate(id) } }
    }
    do {
      try await containers.removeOwn()
      for image in pulled { try await containers.removeImage(image) }
    } catch {
      report("removing the sandbox's containers and images: \(error)")
    }
  }

  // MARK: Booting

  private func launch(_ order: InstanceOrder) {
    guard !isStopped, members[order.id] == nil else { return }
    members[order.id] = Member(order: order)
    members[order.id]?.boot = Task { await boot(order) }
  }

  private func boot(_ order: InstanceOrder) async {
    write("\(order.instanceType) at \(order.privateAddress), image \(order.imageID): running user data", on: order.id)
    guard let run = UserDataRun(userData: order.userData) else {
      write("user data: there is no \"docker run\" with an image in it, so nothing was started", on: order.id)
      return
    }
    let plan = ContainerPlan(run: run, order: order, environmentFiles: settings.environmentFiles)
    for note in plan.notes { write(note, on: order.id) }
    do {
      write("docker pull \(plan.image)", on: order.id)
      if try await containers.pull(plan.image) { pulled.insert(plan.image) }
      guard !Task.isCancelled else { return }
      write("docker run \(plan.image)", on: order.id)
      // Begun, it is finished: a container that is made behind our back would outlive its instance.
      try await Task { [containers] in try await containers.run(plan, instance: order.id) }.value
    } catch {
      guard !Task.isCancelled else { return }
      write("user data failed: \(error)", on: order.id)
    }
  }

  private func write(_ line: String, on id: String) { members[id]?.console.append("user-data: \(line)") }

  // MARK: Ending

  private func terminate(_ id: String) async {
    guard let member = members[id] else { return }
    let end = member.end ?? Task { await self.end(id, after: member.boot) }
    members[id]?.end = end
    await end.value
  }

  private func end(_ id: String, after boot: Task<Void, Never>?) async {
    boot?.cancel()
    do {
      if settings.drains {
        await boot?.value
        try await containers.stop(id, timeout: settings.stopTimeout)
      }
    } catch {
      report("stopping \(id): \(error)")
    }
    let output = await console(of: id)
    do {
      try await containers.remove(id)
      // A boot that was making the container just then has made it by now.
      await boot?.value
      try await containers.remove(id)
    } catch {
      report("terminating \(id): \(error)")
    }
    consoles[id] = output
    guard !settings.drains else {
      members[id] = nil
      return
    }
    Task {
      try? await Task.sleep(for: ContainerHost.detectionTime)
      await forget(id)
    }
  }

  private func forget(_ id: String) async {
    members[id] = nil
    guard !isStopped else { return }
    await apply(abrupt.settle { members[$0] != nil })
  }

  // MARK: Routing

  private func route(_ table: RoutingTable) async {
    await apply(settings.drains ? table : abrupt.replace(table) { members[$0] != nil })
  }

  private func apply(_ table: RoutingTable) async {
    do {
      try await balancer.apply(table)
    } catch {
      report("routing: \(error)")
    }
  }

  // MARK: Looking in

  private func consoleOutput(_ id: String) async -> [UInt8] {
    if let kept = consoles[id] { return kept }
    return await console(of: id)
  }

  private func console(of id: String) async -> [UInt8] {
    guard members[id] != nil else { return [] }
    let log = try? await containers.log(id, tail: ContainerHost.linesMax)
    let ending = await containers.ending(of: id)
    return members[id]?.console.bytes(followedBy: Array((log ?? "").utf8), and: ending) ?? consoles[id] ?? []
  }

  private func runShellScript(_ id: String, _ commands: [String]) async -> ShellResult {
    guard members[id] != nil else {
      return ShellResult(status: -1, stderr: Array("instance \(id) is not running\n".utf8))
    }
    do {
      if let run = UserDataRun(userData: Array(commands.joined(separator: "\n").utf8)) {
        let ended = try await containers.runOnce(run, environmentFiles: settings.environmentFiles)
        return ShellResult(status: ended.status, stdout: Array(ended.output.utf8))
      }
      guard let command = LogCommand(script: commands) else {
        return ShellResult(
          status: 127,
          stderr: Array("the sandbox's instances run no command but \"docker logs\" and \"docker run\"\n".utf8))
      }
      let log = try await containers.log(id, tail: command.tail ?? ContainerHost.linesMax)
      guard let log else { return ShellResult(status: 1, stderr: Array("instance \(id) has no container\n".utf8)) }
      return ShellResult(status: 0, stdout: Array(log.utf8))
    } catch {
      return ShellResult(status: 1, stderr: Array("\(error)\n".utf8))
    }
  }
}
