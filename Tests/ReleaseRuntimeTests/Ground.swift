import Foundation
import ReleaseCore
import ReleaseRuntime
import Synchronization

@testable import Simulation

/// The emulated world behind the interpreter's ports: a wait lets the world's time pass.
final class Ground: Sendable {
  let world: GroundWorld
  let said = Mutex<[Announcement]>([])
  /// The effects that reached the world.
  let effects = Mutex<[FailedAction]>([])
  private let folder: String
  private let clock: GroundClock
  private let hangsAtEvidence: Bool
  private let disk: Disk
  static let run = RunID("01J0000000000000000000000R")!

  enum Disk {
    case empty
    /// Opens, and takes nothing.
    case full
    /// Cannot even be opened.
    case none
  }

  init(world: GroundWorld? = nil, disk: Disk = .empty, hangsAtEvidence: Bool = false) throws {
    let clock = world?.clock ?? GroundClock()
    self.clock = clock
    self.world = try world ?? GroundWorld(clock: clock)
    self.hangsAtEvidence = hangsAtEvidence
    self.disk = disk
    folder = NSTemporaryDirectory() + "/journal-\(UUID().uuidString)"
    if disk != .none {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }
    if disk == .full {
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder)/\(Ground.run).jsonl", withDestinationPath: "/dev/full")
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func perform(_ intent: Intent, ports: ReleasePorts? = nil, signals: AsyncStream<String>? = nil) async -> Outcome {
    let journal = Journal(folder: disk == .none ? "/proc/journal" : folder, run: Ground.run)
    let world = world
    let clock = clock
    let interpreter = Interpreter(
      ports: ports ?? self.ports,
      clock: RunClock(now: { clock.now }, sleep: { await world.pass($0) }), journal: journal
    ) { announcement, _ in self.said.withLock { $0.append(announcement) } }
    let run = Run(id: Ground.run, actor: "ci", intent: intent, pipeline: Fleet.pipeline)
    return await interpreter.perform(run, signals: signals ?? AsyncStream { _ in })
  }

  /// The journal's lines, each parsed by Foundation's JSON.
  func journal() throws -> [[String: Any]] {
    try String(contentsOfFile: "\(folder)/\(Ground.run).jsonl", encoding: .utf8).split(separator: "\n").map { line in
      try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
    }
  }

  private func act(_ action: Action) async throws(ActionFailure) -> Event {
    effects.withLock { $0 += [Simulation.name(of: action)].compactMap { $0 } }
    return try await world.act(action)
  }

  private func read(_ action: Action) async throws(ActionFailure) -> Event { try await world.act(action) }

  var ports: ReleasePorts {
    ReleasePorts(
      resolve: { revision async throws(ActionFailure) in
        guard case .resolved(let commit) = try await self.read(.resolve(revision: revision)) else { throw .strange }
        return commit
      },
      survey: { () async throws(ActionFailure) in
        guard case .surveyed(let survey) = try await self.read(.survey) else { throw .strange }
        return survey
      },
      compare: { left, right async throws(ActionFailure) in
        guard case .compared(let ancestry) = try await self.read(.compare(left, with: right)) else { throw .strange }
        return ancestry
      },
      checkRollbackTarget: { version async throws(ActionFailure) in
        guard case .rollbackTargetChecked(let check) = try await self.read(.checkRollbackTarget(version)) else {
          throw .strange
        }
        return check
      },
      checkImage: { order async throws(ActionFailure) in
        guard case .imageChecked(let check) = try await self.read(.checkImage(order)) else { throw .strange }
        return check
      },
      observe: { parts in
        guard case .observed(let observation, let wasThrottled)? = try? await self.read(.observe(parts)) else {
          return (Observation(silences: ["nothing"]), false)
        }
        return (observation, wasThrottled)
      },
      collectEvidence: { requests in
        if self.hangsAtEvidence { try? await Task.sleep(for: .seconds(600)) }
        return requests.map { Evidence(instance: $0.instance, targets: $0.targets) }
      },
      findImage: { order async throws(ActionFailure) in
        guard case .imageFound(let image) = try await self.read(.findImage(order)) else { throw .strange }
        return image
      },
      checkScan: { order async throws(ActionFailure) in
        guard case .scanned(let report) = try await self.read(.checkScan(order)) else { throw .strange }
        return report
      },
      build: { order async throws(ActionFailure) in
        guard case .built(let image) = try await self.act(.build(order)) else { throw .strange }
        return image
      },
      push: { order async throws(ActionFailure) in
        guard case .pushed(let digest) = try await self.act(.push(order)) else { throw .strange }
        return digest
      },
      tagImage: { order async throws(ActionFailure) in
        guard case .imageTagged(let reference) = try await self.act(.tagImage(order)) else { throw .strange }
        return reference
      },
      pin: { configuration async throws(ActionFailure) in _ = try await self.act(.pin(configuration)) },
      createVersion: { order async throws(ActionFailure) in
        guard case .versionCreated(let number) = try await self.act(.createVersion(order)) else { throw .strange }
        return number
      },
      tag: { tags async throws(ActionFailure) in _ = try await self.act(.tag(tags)) },
      startRefresh: { order async throws(ActionFailure) in
        guard case .refreshStarted(let id) = try await self.act(.startRefresh(order)) else { throw .strange }
        return id
      },
      rollBackRefresh: { () async throws(ActionFailure) in _ = try await self.act(.rollBackRefresh) },
      cancelRefresh: { () async throws(ActionFailure) in _ = try await self.act(.cancelRefresh) })
  }
}

extension ActionFailure {
  static let strange = ActionFailure(.other, "the world answered something else")
}

/// What the world's clock shows; readable at any time.
final class GroundClock: Sendable {
  private let milliseconds = Mutex(Simulation.start.milliseconds)
  var now: Moment { Moment(milliseconds: milliseconds.withLock { $0 }) }
  func set(_ moment: Moment) { milliseconds.withLock { $0 = moment.milliseconds } }
}

/// The simulation's world, for tasks.
actor GroundWorld {
  nonisolated let clock: GroundClock
  private let simulation: Simulation

  init(clock: GroundClock) throws {
    self.clock = clock
    simulation = try Fleet.simulation()
    clock.set(simulation.now)
  }

  func pass(_ duration: Duration) {
    guard !Task.isCancelled else { return }
    simulation.pass(seconds: Double(duration.wholeMilliseconds) / 1000)
    clock.set(simulation.now)
  }

  func act(_ action: Action) throws(ActionFailure) -> Event {
    try simulation.answer(to: action)
  }

  func makeBad() { simulation.apps[Fleet.digest(of: Fleet.new)] = .answering(500) }
  func savedVersion() -> String? { simulation.savedVersion }
  func refreshes() -> Int { simulation.state.refreshes.count }
}
