import SimulatedAWS

/// The emulated world on a real clock: it lets time pass, carries the world's effects to a host of instances, performs
/// the health checks that are due, and tells the world what came of them.
///
/// Requests are answered in the order that they reach the actor. `stop` ends every instance; a sandbox is never started
/// again.
public actor SandboxWorld {
  private var world: World
  private let host: InstanceHost
  private let clock: @Sendable () -> WorldTime
  private var timer: (due: WorldTime, task: Task<Void, Never>)?
  private var isStopped = false
  /// What must happen in order: routes before the terminations that follow them.
  private let orders: AsyncStream<Order>
  private let give: AsyncStream<Order>.Continuation
  private var carrier: Task<Void, Never>?
  private var applied: RoutingTable?
  private var booting: [String: Task<Void, Never>] = [:]
  private var ending: [String: Task<Void, Never>] = [:]
  /// Scripts that run on instances, by command and instance.
  private var scripts: [String: Task<Void, Never>] = [:]

  private enum Order: Sendable {
    case route
    case terminate(String)
  }

  /// A world that begins to move at the first request or at `start`.
  ///
  /// - Parameter clock: the wall clock; the world's timestamps are its.
  public init(
    _ world: World, host: InstanceHost, clock: @escaping @Sendable () -> WorldTime = { WallClock.now }
  ) {
    self.world = world
    self.host = host
    self.clock = clock
    (orders, give) = AsyncStream.makeStream()
  }

  /// Begins to boot the instances that the world starts with.
  public func start() { perform { _ in } }

  /// The world as it is now.
  public var snapshot: World {
    perform { _ in }
    return world
  }

  /// Lets time pass up to now, performs a request, and carries out what follows from it.
  @discardableResult
  public func perform<Result, Failure: Error>(
    _ request: (inout World) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    guard !isStopped else { return try request(&world) }
    world.advance(to: clock())
    defer { carryOut() }
    return try request(&world)
  }

  /// What an instance wrote to its console so far.
  public func consoleOutput(of instance: String) async -> [UInt8] { await host.consoleOutput(instance) }

  /// Ends every instance and waits until all are gone.
  public func stop() async {
    guard !isStopped else { return }
    isStopped = true
    timer?.task.cancel()
    give.finish()
    await carrier?.value
    let scripts = Array(scripts.values)
    for script in scripts { script.cancel() }
    for script in scripts { await script.value }
    let living = world.groups.flatMap { group in group.instances.map(\.id) }
    let ended = Array(ending.values)
    for boot in booting.values { await boot.value }
    await withTaskGroup(of: Void.self) { group in
      for id in living { group.addTask { [host] in await host.terminate(id) } }
      for task in ended { group.addTask { await task.value } }
    }
  }

  private func carryOut() {
    for effect in world.takeEffects() {
      switch effect {
      case .launch(let launch): boot(launch)
      case .terminate(let id): order(.terminate(id))
      case .routingChanged: order(.route)
      case .runShellScript(let command, let instance, let commands): run(command, on: instance, commands)
      case .cancelShellScript(let command, let instance): scripts["\(command) \(instance)"]?.cancel()
      }
    }
    for probe in world.dueProbes(at: world.now) { check(probe) }
    schedule()
  }

  private func schedule() {
    guard !isStopped, let due = world.nextEvent(after: world.now) else { return }
    if let timer, timer.due == due { return }
    timer?.task.cancel()
    let wait = max(0, due - clock())
    let task = Task { [weak self] in
      try? await Task.sleep(for: .milliseconds(wait))
      guard !Task.isCancelled else { return }
      await self?.tick(due)
    }
    timer = (due, task)
  }

  private func tick(_ due: WorldTime) {
    if timer?.due == due { timer = nil }
    perform { _ in }
  }

  private func boot(_ launch: World.Launch) {
    let order = InstanceOrder(
      id: launch.instance, privateAddress: launch.privateAddress, userData: launch.userData,
      instanceType: launch.instanceType, imageID: launch.imageID, version: launch.version)
    booting[order.id] = Task {
      await host.launch(order)
      booting[order.id] = nil
      perform { $0.instanceRunning(launch.instance, at: $0.now) }
    }
  }

  private func check(_ probe: World.Probe) {
    let health = HealthProbe(
      instance: probe.instance, address: probe.privateAddress, port: probe.port, path: probe.path,
      timeout: .milliseconds(probe.timeoutMilliseconds))
    Task {
      let result: World.ProbeResult =
        switch await host.probe(health) {
        case .status(let code): .status(code)
        case .timeout: .timeout
        case .refused: .refused
        }
      perform { $0.report(result, for: probe, at: $0.now) }
    }
  }

  private func run(_ command: String, on instance: String, _ commands: [String]) {
    scripts["\(command) \(instance)"] = Task {
      let result = await host.runShellScript(instance, commands)
      scripts["\(command) \(instance)"] = nil
      perform {
        $0.finishCommand(
          command, on: instance, responseCode: result.status, stdout: result.stdout, stderr: result.stderr, at: $0.now)
      }
    }
  }

  private func order(_ order: Order) {
    give.yield(order)
    guard carrier == nil else { return }
    carrier = Task { [weak self, orders] in
      for await order in orders {
        guard let self else { return }
        await self.carry(order)
      }
    }
  }

  private func carry(_ order: Order) async {
    switch order {
    case .route:
      let table = routingTable()
      guard table != applied else { return }
      applied = table
      await host.route(table)
    case .terminate(let id):
      let boot = booting[id]
      ending[id] = Task {
        await boot?.value
        await host.terminate(id)
        ending[id] = nil
      }
    }
  }

  /// Where traffic must go by now, by target group name.
  public func routingTable() -> RoutingTable {
    var table = RoutingTable()
    for targetGroup in world.targetGroups {
      let routes = world.routedTargets(of: targetGroup.arn) + world.drainingTargets(of: targetGroup.arn)
      table.targetGroups[targetGroup.name] = routes.map { route in
        RoutingTable.Target(
          instance: route.instance, address: route.privateAddress, port: route.port,
          state: route.isDraining ? .draining : .serving)
      }
    }
    return table
  }
}
