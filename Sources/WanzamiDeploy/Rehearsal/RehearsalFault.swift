import ArgumentParser
import ReleaseCore
import ReleaseRuntime
import Sandbox
import SimulatedAWS

/// What goes wrong in the last release of a rehearsal, by the name that `--fault` takes. Only the emulated control plane
/// is touched: what a container does wrong is a matter of its commit.
enum RehearsalFault: String, CaseIterable, ExpressibleByArgument, Sendable {
  case noCapacity = "no-capacity"
  case launchRefused = "launch-refused"
  case throttling
  case alarm
  case cancelled
  case consoleRollback = "console-rollback"
  case scaleOut = "scale-out"
  case instanceLost = "instance-lost"

  /// What happens, for the help and the transcript.
  var sentence: String {
    switch self {
    case .noCapacity: "the first launch finds no capacity in the zone"
    case .launchRefused: "each launch is refused, for the machine image is gone"
    case .throttling: "AWS throttles the calls of the watch once a new instance is healthy"
    case .alarm: "alarm \(RehearsalFault.alarmName) goes off once a new instance is healthy"
    case .cancelled: "somebody cancels the instance refresh once a new instance is healthy"
    case .consoleRollback: "somebody rolls the instance refresh back once a new instance is healthy"
    case .scaleOut: "somebody raises the desired capacity by one once a new instance is healthy"
    case .instanceLost: "EC2 takes the first new instance once it is healthy (Spot interruption)"
    }
  }

  /// The alarm that ``alarm`` adds to the fleet and to the pipeline.
  static let alarmName = "rehearsal-5xx"

  /// An instance that is lost takes the requests with it that it was answering.
  var mayFailRequests: Bool { self == .instanceLost }

  /// Strikes before the release starts, or waits until its first new instance is healthy.
  ///
  /// Ends early, and without a strike, when it is cancelled.
  func strike(_ world: SandboxWorld, group: String, clock: RunClock) async {
    switch self {
    case .noCapacity: await world.perform { $0.failNextLaunches([.insufficientCapacity]) }
    case .launchRefused: await world.perform { $0.failNextLaunches([.imageGone, .imageGone, .imageGone]) }
    case .throttling, .alarm, .cancelled, .consoleRollback, .scaleOut, .instanceLost:
      guard let instance = await firstNewInstance(world, group: group, clock: clock) else { return }
      await world.perform { disturb(&$0, group: group, instance: instance) }
    }
  }

  /// How often the world is looked at.
  private static let look = Duration.milliseconds(50)

  /// `nil`: cancelled before there was one.
  private func firstNewInstance(_ world: SandboxWorld, group name: String, clock: RunClock) async -> String? {
    while !Task.isCancelled {
      let now = await world.snapshot
      if let group = now.group(name), let release = group.activeRefresh?.desired?.template?.version {
        let healthy = Set(group.targetGroups.flatMap { now.routedTargets(of: $0) }.map(\.instance))
        let new = group.instances.first { String($0.version) == release && healthy.contains($0.id) }
        if let new { return new.id }
      }
      await clock.sleep(RehearsalFault.look)
    }
    return nil
  }

  /// A fault whose moment has passed (a refresh that is over already) does nothing.
  private func disturb(_ world: inout World, group name: String, instance: String) {
    switch self {
    case .alarm:
      try? world.setAlarm(RehearsalFault.alarmName, .alarm, reason: "Threshold Crossed: rehearsed")
    case .cancelled: _ = try? world.cancelInstanceRefresh(of: name)
    case .consoleRollback: _ = try? world.rollbackInstanceRefresh(of: name)
    case .scaleOut:
      if let desired = world.group(name)?.desired { try? world.setDesiredCapacity(of: name, to: desired + 1) }
    case .instanceLost: world.lose(instance, to: .spotInterruption, at: world.now)
    case .throttling:
      for operation in ["DescribeTargetHealth", "DescribeInstanceRefreshes", "DescribeAutoScalingGroups"] {
        world.throttle(operation, count: 1)
      }
    case .noCapacity, .launchRefused: break
    }
  }
}
