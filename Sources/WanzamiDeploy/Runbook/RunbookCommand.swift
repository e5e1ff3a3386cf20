import AWSClient
import ArgumentParser
import ReleaseCore
import ReleaseRuntime

/// A command of the runbook: one thing done to a fleet, with `--dry-run`.
protocol RunbookCommand: AsyncParsableCommand {
  var common: CommonOptions { get }
  var dryRun: Bool { get }

  func perform(_ runbook: Runbook) async throws
}

extension RunbookCommand {
  func run() async throws {
    let ground = try await Ground.stand(common)
    let speech = RunbookSpeech(
      command: Self.configuration.commandName ?? "", isJSON: common.output == .json, isDryRun: dryRun)
    let runbook = Runbook(ground: ground, clock: .system, signals: Signals(exitCode: { 7 }), speech: speech)
    do {
      try await perform(runbook)
    } catch let error as AWSError {
      throw GroundProblem(description: error.description)
    } catch let refusal as RunbookRefusal {
      throw GroundProblem(exitCode: 3, description: refusal.description)
    }
  }
}

/// What the commands of the runbook stand on.
struct Runbook: Sendable {
  let ground: Ground
  let clock: RunClock
  let signals: Signals
  let speech: RunbookSpeech

  var client: AWSClient { ground.client }
  var pipeline: Pipeline { ground.pipeline }
  var name: String { ground.pipeline.fleet.group }

  /// The group now.
  func group() async throws -> ReleaseCore.Group {
    if let group = try await client.autoScaling.describeAutoScalingGroups([name]).first {
      return ReleaseCore.Group(group)
    }
    throw GroundProblem(
      exitCode: 3,
      description: "there is no Auto Scaling group \(name) in \(client.region). Check fleet.group and region in the "
        + "pipeline file, and which account the credentials are for.")
  }

  /// The group, which nobody holds. A fleet that is held is exit 4, with who holds it.
  func freeGroup() async throws -> ReleaseCore.Group {
    let group = try await group()
    let refreshes = try await client.autoScaling.describeInstanceRefreshes(of: name, limit: 1).map { Refresh($0) }
    if let hold = FleetHold(group: group, refreshes: refreshes) {
      throw GroundProblem(exitCode: 4, description: "\(Printable.clean(hold.sentence)). \(hold.advice)")
    }
    return group
  }

  /// An instance of the group.
  func member(_ id: String) async throws -> ReleaseCore.Instance {
    let group = try await group()
    if let instance = group.instances.first(where: { $0.id == id }) { return instance }
    let ids = group.instances.map(\.id).sorted().joined(separator: ", ")
    throw RunbookRefusal("instance \(id) is not of group \(name): it has \(ids.isEmpty ? "none" : ids)")
  }

  /// The health of every target, by target group.
  func targets(of group: ReleaseCore.Group) async throws(AWSError) -> [String: [Target]] {
    var targets: [String: [Target]] = [:]
    for arn in group.targetGroups {
      targets[arn] = try await client.elbv2.describeTargetHealth(targetGroup: arn).map { Target($0) }
    }
    return targets
  }
}

/// How a command of the runbook speaks: what it does to standard error, what came of it to standard output; in JSON one
/// event a line.
struct RunbookSpeech: Sendable {
  let command: String
  let isJSON: Bool
  let isDryRun: Bool

  /// Something that is being done, or would be.
  func step(_ text: String) {
    let text = Printable.clean(text)
    guard !isJSON else { return event(.text("event", "runbook.step"), text) }
    if isDryRun { Console.result("would \(text)") } else { Console.error(text) }
  }

  /// What came of it.
  func done(_ text: String) {
    let text = Printable.clean(text)
    guard !isJSON else { return event(.text("event", "runbook.done"), text) }
    Console.result(text)
  }

  private func event(_ name: Announcement.Fact, _ text: String) {
    let mode = isDryRun ? "dry-run" : "live"
    Console.result(JSONLine.encode([name, .text("command", command), .text("mode", mode), .text("text", text)]))
  }
}
