import AWSClient
import ArgumentParser
import ReleaseCore
import ReleaseRuntime

struct ScaleCommand: RunbookCommand {
  static let configuration = CommandConfiguration(
    commandName: "scale", abstract: "Set how many instances there are and may be, and wait until they serve.",
    discussion: """
      A scaling policy goes on beside it, and takes instances above --min in again when they have nothing to do. Exit \
      codes: 0 done; 2 wrong numbers; 3 refused; 4 a rollout holds the fleet; 6 set, but not all serve; 7 interrupted.
      """)

  @OptionGroup var common: CommonOptions

  @Option(help: "How many instances there are to be.")
  var desired: Int?

  @Option(help: "How many there may be.")
  var max: Int?

  @Option(help: "How many there must be.")
  var min: Int?

  @Flag(help: "Do not wait until they serve.")
  var noWait = false

  @Flag(help: "Say what would be done, and do nothing.")
  var dryRun = false

  func validate() throws {
    guard desired != nil || max != nil || min != nil else {
      throw ValidationError("scale takes --desired, --max, --min, or several of them")
    }
    for (name, number) in [("--desired", desired), ("--max", max), ("--min", min)] {
      if let number, !(0...10_000).contains(number) { throw ValidationError("\(name) takes 0 to 10000") }
    }
    if let desired, let max, desired > max { throw ValidationError("--desired \(desired) is above --max \(max)") }
    if let min, desired ?? max ?? min < min { throw ValidationError("--min \(min) is above the others") }
  }

  func perform(_ runbook: Runbook) async throws {
    let group = try await runbook.freeGroup()
    let scaling = try Scaling(of: group, desired: desired, min: min, max: max)
    guard !scaling.changesNothing else {
      return runbook.speech.done("group \(runbook.name): \(scaling.words)")
    }
    runbook.speech.step("set group \(runbook.name): \(scaling.words)")
    if dryRun { return }
    let started = runbook.clock.now()
    try await runbook.client.autoScaling.updateAutoScalingGroup(
      runbook.name, desired: desired, min: min, max: max)
    guard !noWait else { return runbook.speech.done("group \(runbook.name) is set: \(scaling.words)") }
    let serving = try await untilServing(runbook, scaling.desired)
    runbook.speech.done(
      "group \(runbook.name): \(serving) of \(scaling.desired) instances serve after "
        + (runbook.clock.now() - started).inWords)
  }

  /// Waits until as many serve as are wanted and no more are there; gives up when nothing has changed for `stalledAfter`.
  private func untilServing(_ runbook: Runbook, _ wanted: Int) async throws -> Int {
    var last = (serving: -1, counted: -1)
    var changed = runbook.clock.now()
    while true {
      do {
        let group = try await runbook.group()
        let counted = group.instances.count { $0.lifecycle == .inService || $0.lifecycle == .pending }
        let serving = group.serving(try await runbook.targets(of: group))
        if serving >= wanted, counted <= Swift.max(wanted, group.desired) { return serving }
        if (serving, counted) != last {
          runbook.speech.step("\(serving) of \(wanted) serve")
          last = (serving, counted)
          changed = runbook.clock.now()
        }
      } catch let error as AWSError {
        runbook.speech.step("no answer, looking on: \(error.description)")
      }
      if let signal = runbook.signals.first {
        throw GroundProblem(exitCode: 7, description: "\(signal): the group is set, and its instances still come or go")
      }
      guard runbook.clock.now() - changed < runbook.pipeline.rollout.stalledAfter else {
        throw GroundProblem(
          exitCode: 6,
          description: "the group is set to \(wanted) instances, but \(last.serving) serve and nothing has changed for "
            + "\(runbook.pipeline.rollout.stalledAfter.inWords). See wanzami-deploy status.")
      }
      await runbook.clock.sleep(runbook.pipeline.rollout.poll)
    }
  }
}
