import AWSClient
import ArgumentParser
import ReleaseCore
import ReleaseRuntime

struct ReplaceCommand: RunbookCommand {
  static let configuration = CommandConfiguration(
    commandName: "replace", abstract: "Replace one instance by a new one of the same release, with the capacity kept.",
    discussion: """
      The group becomes one larger; when the new instance is healthy in every target group, the old one is drained and \
      taken out. If the new one does not become healthy, it is taken out instead. Exit codes: 0 replaced; 3 refused; 4 \
      a rollout holds the fleet; 5 failed, and the fleet is as before; 6 a person is needed; 7 interrupted, and the \
      output says what is left.
      """)

  @OptionGroup var common: CommonOptions

  @Argument(help: "The instance, such as i-0123456789abcdef0.")
  var instance: String

  @Flag(help: "Say what would be done, and do nothing.")
  var dryRun = false

  func perform(_ runbook: Runbook) async throws {
    let group = try await runbook.freeGroup()
    let replacement = try Replacement(of: instance, in: group)
    if runbook.speech.isDryRun {
      for step in replacement.steps { runbook.speech.step(step) }
      return
    }
    try await ReplacementRun(runbook: runbook, replacement: replacement, group: group).perform()
  }
}

/// A replacement that is being carried out.
private struct ReplacementRun {
  let runbook: Runbook
  let replacement: Replacement
  /// As it was before.
  let group: ReleaseCore.Group

  private var client: AWSClient { runbook.client }
  private var old: String { replacement.instance.id }

  func perform() async throws {
    let targetGroups = try await client.elbv2.describeTargetGroups(arns: group.targetGroups)
      .map { TargetGroup($0, attributes: [:]) }
    let started = runbook.clock.now()
    if let signal = runbook.signals.first { throw GroundProblem(description: "\(signal): nothing was changed") }
    runbook.speech.step(replacement.steps[0])
    try await client.autoScaling.updateAutoScalingGroup(
      runbook.name, desired: replacement.desired + 1,
      max: replacement.neededMax == replacement.max ? nil : replacement.neededMax)
    runbook.speech.step(replacement.steps[1])
    let watch = NewcomerWatch(
      group: group, targetGroups: targetGroups, settings: runbook.pipeline.rollout, started: started)
    switch try await watched(watch) {
    case .serves(let newcomer):
      runbook.speech.step("\(newcomer) serves")
      try await takeOut(old)
      try await untilGone(old)
      runbook.speech.done(
        "replaced \(old) by \(newcomer) in \((runbook.clock.now() - started).inWords); the group has "
          + "\(replacement.desired) instances again")
    case .fails(let words):
      try await undo(words)
    case .goOn: break
    }
  }

  private func watched(_ watch: NewcomerWatch) async throws -> NewcomerWatch.Sight {
    var watch = watch
    var evidence: Task<[String], Never>?
    while true {
      do throws(AWSError) {
        let found = try await client.autoScaling.describeAutoScalingGroups([runbook.name]).first
        if let group = found.map({ ReleaseCore.Group($0) }) {
          let sight = watch.look(group, targets: try await runbook.targets(of: group), at: runbook.clock.now())
          if let newcomer = watch.newcomer, watch.isUnhealthy, evidence == nil {
            // Now, for Auto Scaling may take it out before the watch ends.
            evidence = Task { await lines(of: newcomer) }
          }
          if case .fails = sight { for line in await evidence?.value ?? [] { runbook.speech.step("  \(line)") } }
          if sight != .goOn { return sight }
        }
      } catch {
        // Absent data is never a verdict.
        runbook.speech.step("no answer, looking on: \(error.description)")
      }
      if let signal = runbook.signals.first { throw interrupted(signal, watch.newcomer) }
      await runbook.clock.sleep(runbook.pipeline.rollout.poll)
    }
  }

  /// Takes an instance out, with which the group is one smaller, unless the fleet has changed hands meanwhile.
  private func takeOut(_ id: String) async throws {
    let now: ReleaseCore.Group
    do {
      now = try await runbook.freeGroup()
    } catch let problem as GroundProblem where problem.exitCode == 4 {
      throw GroundProblem(exitCode: 4, description: "\(problem.description) \(id) was not taken out: \(rest(id))")
    }
    guard now.desired > replacement.desired else {
      throw GroundProblem(
        exitCode: 6,
        description: "the group was set to \(now.desired) instances by somebody else meanwhile, so \(id) was not taken "
          + "out. See wanzami-deploy status, and replace it again.")
    }
    runbook.speech.step("taking out \(id)")
    do throws(AWSError) {
      try await client.autoScaling.terminateInstanceInAutoScalingGroup(id, decrementsDesired: true)
    } catch {
      // A lost answer is settled by looking.
      let isLeaving = try await runbook.group().instances.first { $0.id == id }.map { $0.lifecycle == .leaving } ?? true
      guard isLeaving else { throw error }
    }
    guard replacement.neededMax != replacement.max else { return }
    try await client.autoScaling.updateAutoScalingGroup(runbook.name, max: replacement.max)
  }

  private func untilGone(_ id: String) async throws {
    while try await runbook.group().instances.contains(where: { $0.id == id && $0.lifecycle != .leaving }) {
      if let signal = runbook.signals.first {
        throw GroundProblem(exitCode: 7, description: "\(signal): \(id) is being taken out, and nothing is left to do")
      }
      await runbook.clock.sleep(runbook.pipeline.rollout.poll)
    }
  }

  /// What came goes again, and the old instance stays. AWS would choose for itself what to take out of a group that only
  /// became smaller, and prefers the oldest: so each newcomer is taken out by name.
  private func undo(_ words: String) async throws {
    let known = Set(group.instances.map(\.id))
    while true {
      let now = try await runbook.freeGroup()
      guard now.desired > replacement.desired else { break }
      let newcomer = now.instances.first {
        !known.contains($0.id) && [.pending, .inService].contains($0.lifecycle)
      }
      if let newcomer {
        try await takeOut(newcomer.id)
        try await untilGone(newcomer.id)
      } else {
        try await client.autoScaling.updateAutoScalingGroup(
          runbook.name, desired: replacement.desired,
          max: replacement.neededMax == replacement.max ? nil : replacement.max)
      }
    }
    let stays = try await runbook.group().instances.contains { $0.id == old && $0.lifecycle == .inService }
    throw GroundProblem(
      exitCode: stays ? 5 : 6,
      description: Printable.clean(words)
        + (stays
          ? ". \(old) stays, and the group has \(replacement.desired) instances again"
          : ". The group has \(replacement.desired) instances again, but \(old) is not in service any more: see "
            + "wanzami-deploy status"))
  }

  private func interrupted(_ signal: String, _ newcomer: String?) -> GroundProblem {
    GroundProblem(
      exitCode: 7,
      description: "\(signal): the group is one larger"
        + (newcomer.map { ", and \($0) is coming up" } ?? "") + ". When it serves: \(rest(old))")
  }

  /// The container's last lines, or why there are none.
  private func lines(of id: String) async -> [String] {
    do throws(AWSError) {
      let log = try await ContainerLog(client: client, clock: runbook.clock).read(of: id, lines: 20)
      return (log.standardOutput + log.standardError).split(whereSeparator: \.isNewline).map { "\(id) | \($0)" }
    } catch {
      return ["\(id): its container's lines could not be had: \(error.description)"]
    }
  }

  /// The command that finishes by hand.
  private func rest(_ id: String) -> String {
    "aws autoscaling terminate-instance-in-auto-scaling-group --instance-id \(id) --should-decrement-desired-capacity"
      + (replacement.neededMax == replacement.max
        ? "" : ", then wanzami-deploy scale --max \(replacement.max)")
  }
}
