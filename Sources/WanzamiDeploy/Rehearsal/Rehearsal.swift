import AWSWire
import DockerEngine
import HTTPTransport
import ReleaseCore
import ReleaseRuntime
import Sandbox

/// Whole releases on one sandbox: the same binary and the same wire calls, real containers behind a real balancer, and
/// no AWS account.
struct Rehearsal: Sendable {
  struct Settings: Sendable {
    var pipeline: Pipeline
    var environment: ProcessEnvironment
    var format: RunFormat
    var isVerbose: Bool
    /// The first is what the fleet starts with; the others are released, one after the other.
    var commits: [String]
    /// Requests a second through the balancer.
    var rate: Int
    /// Instances are ended while requests are still routed to them, so that requests fail.
    var isAbrupt: Bool
    /// What goes wrong in the last release.
    var fault: RehearsalFault?
  }

  /// How it ended: an exit code for each commit, and what the traffic saw.
  struct Result: Sendable {
    var codes: [Int32]
    var traffic: TrafficTotals
  }

  let settings: Settings
  let signals: Signals

  /// Starts everything, releases, and stops everything again, whatever happened on the way.
  func perform() async throws -> Result {
    let transport = HTTPTransport()
    let engine = try await connect(transport)
    let machinery = try await start(engine, transport)
    do {
      let result = try await perform(on: machinery, transport)
      await machinery.stop()
      return result
    } catch {
      await machinery.stop()
      throw error
    }
  }

  private func connect(_ transport: HTTPTransport) async throws(GroundProblem) -> Engine {
    do throws(EngineError) {
      return try await Engine.connect(
        to: EngineEndpoint(environment: settings.environment.variables), over: transport)
    } catch {
      throw GroundProblem(description: error.description)
    }
  }

  private func start(_ engine: Engine, _ transport: HTTPTransport) async throws(GroundProblem) -> Machinery {
    var parts = Machinery.Settings(targetGroups: [settings.targetGroup])
    parts.environmentFiles = ["/etc/wanzami.env": []]
    parts.drains = !settings.isAbrupt
    do throws(SandboxError) {
      return try await Machinery.start(parts, engine: engine, transport: transport) { Console.error($0) }
    } catch {
      throw GroundProblem(description: "\(error). scripts/install installs what a rehearsal needs.")
    }
  }

  private func perform(on machinery: Machinery, _ transport: HTTPTransport) async throws -> Result {
    let first = try await buildFirst(machinery, transport)
    let world = SandboxWorld(
      try settings.fleet(first, registry: machinery.registry.address).world(network: machinery.network),
      host: machinery.containers.instanceHost)
    let server = try await SandboxServer.start(world: world, images: machinery.images)
    await world.start()
    do {
      let result = try await perform(on: machinery, server, world)
      await server.stop()
      await world.stop()
      return result
    } catch {
      await server.stop()
      await world.stop()
      throw error
    }
  }

  /// The image that the fleet starts with, built and pushed as a release does it.
  private func buildFirst(_ machinery: Machinery, _ transport: HTTPTransport) async throws -> FirstRelease {
    let presenter = Presenter(
      format: settings.format, environment: settings.environment, started: RunClock.system.now())
    let tell: @Sendable (Announcement) -> Void = { presenter.show($0, at: RunClock.system.now()) }
    let registry = LiveRegistry(machinery.registry.credentials)
    let image = LiveImage(
      pipeline: settings.pipeline, environment: settings.environment, transport: transport, registry: registry,
      repository: LiveRepository(registry: registry, transport: transport, tell: tell), clock: .system, tell: tell)
    do throws(ActionFailure) {
      let commit = try await LiveSource(pipeline: settings.pipeline).resolve(settings.commits.first)
      heading("the fleet starts on commit \(commit.commit.short): \(commit.summary)")
      let reference = "\(machinery.registry.address)/\(settings.repositoryName):\(commit.commit)"
      let order = BuildOrder(
        commit: commit.commit, image: settings.pipeline.image, platform: nil, reference: reference)
      var push = PushOrder(commit: commit.commit, reference: reference)
      push.image = try await image.build(order).id
      let digest = try await image.push(push)
      await presenter.finish()
      return FirstRelease(commit: commit.commit, digest: digest)
    } catch {
      throw GroundProblem(description: error.sentence)
    }
  }

  private func perform(
    on machinery: Machinery, _ server: SandboxServer, _ world: SandboxWorld
  ) async throws -> Result {
    let ground = try Ground(pipeline: settings.pipeline, environment: settings.environment.signing(for: server))
    let proof = try await waitUntilWhole(ground)
    let live = Announcement(
      "rehearsal.live", .info, [.number("release", 1), .text("proof", proof)], "live: release 1; \(proof)")
    Console.result(
      settings.format == .json ? JSONFace.line(live, at: RunClock.system.now()) : live.sentence)
    guard let address = machinery.balancer.addresses[settings.targetGroup] else {
      throw GroundProblem(description: "the balancer has no address for target group \(settings.targetGroup)")
    }
    let traffic = try Traffic.start(Traffic.Load(address: address, rate: settings.rate))
    var codes: [Int32] = [0]
    do {
      for (place, commit) in settings.commits.enumerated().dropFirst() where signals.first == nil {
        heading("release of commit \(commit.prefix(12))")
        let fault = place == settings.commits.count - 1 ? settings.fault : nil
        let code = await release(commit, on: ground, under: fault, in: world, traffic: traffic).exitCode
        codes.append(code)
        heading("it ended with exit \(code)")
      }
      try await show(ground)
    } catch {
      _ = await traffic.stop()
      throw error
    }
    return Result(codes: codes, traffic: await traffic.stop())
  }

  private func release(
    _ commit: String, on ground: Ground, under fault: RehearsalFault?, in world: SandboxWorld, traffic: Traffic
  ) async -> Outcome {
    var execution = Execution(
      ground: ground, format: settings.format, isVerbose: settings.isVerbose, signals: signals)
    execution.traffic = { traffic.snapshot() }
    guard let fault else { return await execution.perform(.release(ReleaseOptions(revision: commit))) }
    heading("fault \(fault.rawValue): \(fault.sentence)")
    let group = settings.pipeline.fleet.group
    let strike = Task { await fault.strike(world, group: group, clock: .system) }
    defer { strike.cancel() }
    return await execution.perform(.release(ReleaseOptions(revision: commit)))
  }

  private func show(_ ground: Ground) async throws {
    let survey = try await ground.surveyed()
    let status = StatusReport(survey: survey)
    let history = HistoryReport(survey: survey)
    heading("status")
    for line in settings.format == .json ? status.jsonLines() : status.lines() { Console.result(line) }
    heading("history")
    for line in settings.format == .json ? history.jsonLines() : history.lines() { Console.result(line) }
  }

  private func heading(_ text: String) {
    if settings.format != .json { Console.error("--- \(text)") }
  }

  /// How long the first instances may take to be healthy.
  private static let bootWithin = Duration.seconds(60)

  private func waitUntilWhole(_ ground: Ground) async throws -> String {
    let clock = RunClock.system
    let deadline = clock.now() + Rehearsal.bootWithin
    while true {
      let survey = try await ground.surveyed()
      let state = FleetState(
        group: survey.group, version: 1, templateID: survey.template?.id ?? "", targetGroups: survey.targetGroups,
        targets: survey.targets)
      if state.isWhole && state.counted.count >= survey.group.desired {
        return "\(state.counted.count) of \(survey.group.desired) targets healthy in \(settings.targetGroup)"
      }
      if let signal = signals.first {
        throw GroundProblem(description: "\(signal) came while the fleet was starting")
      }
      guard clock.now() < deadline else {
        throw GroundProblem(
          description: "the fleet did not become healthy on the first commit within 60 s: "
            + state.sick.joined(separator: "; ")
            + ". Name a commit that answers \(survey.targetGroups.first?.path ?? "/").")
      }
      await clock.sleep(.milliseconds(200))
    }
  }
}

/// What the fleet starts with.
struct FirstRelease: Sendable {
  var commit: Commit
  var digest: Digest
}
