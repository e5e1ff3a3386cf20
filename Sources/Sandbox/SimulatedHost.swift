import Synchronization

/// A host without an Engine: its instances are records that answer health checks as told.
///
/// An instance answers 200 after the boot time, unless `versions` has its template version's number, or its user data
/// holds a key of `behaviours` (a tag or a digest of an image, usually); where several do, the longest decides.
public final class SimulatedHost: Sendable {
  /// How the application of an image behaves.
  public struct Behaviour: Hashable, Sendable, Codable {
    /// The status of every answer; default 200.
    public var status: Int?
    /// `timeout` or `refused`: no answer at all.
    public var fails: String?
    /// Overrides the host's boot time, in seconds.
    public var bootSeconds: Double?
    /// When the application starts to refuse, in seconds after its boot.
    public var crashesAfterSeconds: Double?
    /// What `docker logs` on the instance writes; default: there is no such command.
    public var log: String?

    public init(
      status: Int? = nil, fails: String? = nil, bootSeconds: Double? = nil, crashesAfterSeconds: Double? = nil,
      log: String? = nil
    ) {
      self.log = log
      self.status = status
      self.fails = fails
      self.bootSeconds = bootSeconds
      self.crashesAfterSeconds = crashesAfterSeconds
    }
  }

  private struct Record {
    var behaviour: Behaviour
    var booted: ContinuousClock.Instant
    var order: InstanceOrder
  }

  private let bootTime: Duration
  private let behaviours: [String: Behaviour]
  private let versions: [String: Behaviour]
  private let records = Mutex<[String: Record]>([:])
  private let routes = Mutex(RoutingTable())

  public init(
    bootTime: Duration = .zero, behaviours: [String: Behaviour] = [:], versions: [String: Behaviour] = [:]
  ) {
    self.bootTime = bootTime
    self.behaviours = behaviours
    self.versions = versions
  }

  /// The port to hand to a sandbox.
  public var port: InstanceHost {
    InstanceHost(
      launch: { [self] order in launch(order) },
      terminate: { [self] id in records.withLock { $0[id] = nil } },
      probe: { [self] probe in await self.probe(probe) },
      route: { [self] table in routes.withLock { $0 = table } },
      consoleOutput: { [self] id in console(of: id) },
      runShellScript: { [self] id, commands in shell(id, commands) })
  }

  /// The last table that a balancer would have.
  public var routingTable: RoutingTable { routes.withLock { $0 } }

  private func launch(_ order: InstanceOrder) {
    let text = String(decoding: order.userData, as: UTF8.self)
    let key = behaviours.keys.filter { text.contains($0) }.max { $0.utf8.count < $1.utf8.count }
    let versioned = order.version.flatMap { versions[String($0)] }
    let behaviour = versioned ?? key.flatMap { behaviours[$0] } ?? Behaviour()
    let boot = behaviour.bootSeconds.map { Duration.seconds($0) } ?? bootTime
    let record = Record(behaviour: behaviour, booted: .now + boot, order: order)
    records.withLock { $0[order.id] = record }
  }

  private func probe(_ probe: HealthProbe) async -> HealthProbeResult {
    guard let record = records.withLock({ $0[probe.instance] }), record.booted <= .now else { return .refused }
    if let limit = record.behaviour.crashesAfterSeconds, record.booted + .seconds(limit) <= .now { return .refused }
    switch record.behaviour.fails {
    case "timeout":
      try? await Task.sleep(for: probe.timeout)
      return .timeout
    case .some: return .refused
    case nil: return .status(record.behaviour.status ?? 200)
    }
  }

  private func console(of id: String) -> [UInt8] {
    guard let record = records.withLock({ $0[id] }) else { return [] }
    let version = record.order.version.map { String($0) } ?? "none"
    return Array("simulated instance \(id), template version \(version), at \(record.order.privateAddress)\n".utf8)
  }

  private func shell(_ id: String, _ commands: [String]) -> ShellResult {
    guard let record = records.withLock({ $0[id] }) else {
      return ShellResult(status: -1, stderr: Array("no such instance\n".utf8))
    }
    if let log = record.behaviour.log, let command = LogCommand(script: commands) {
      let lines = log.split(separator: "\n").suffix(command.tail ?? .max)
      return ShellResult(status: 0, stdout: Array((lines.joined(separator: "\n") + "\n").utf8))
    }
    return ShellResult(
      status: 127, stderr: Array("a simulated instance has no shell for: \(commands.joined(separator: "; "))\n".utf8))
  }
}
