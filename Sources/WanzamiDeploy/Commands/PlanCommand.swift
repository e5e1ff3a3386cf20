import ArgumentParser
import ReleaseCore
import ReleaseRuntime

struct PlanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Tell what a release would do: its changes, its steps, its time, its risks.",
    discussion: """
      Nothing is changed. The exit code is that of the release as far as it can be foreseen: 0 it would go on or is \
      live already, 3 refused, 4 another rollout holds the fleet. release --plan FILE is refused when the fleet moved \
      since. Values that look like secrets are not shown.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var switches: ReleaseSwitches

  @Option(help: "A file to write the plan to, for release --plan.")
  var out: String?

  func run() async throws {
    let ground = try await Ground.stand(common)
    let options = switches.options
    let clock = RunClock.system
    let foresight = try await ground.foresee(options, clock: clock)
    guard let plan = ReleasePlan(foresight, options: options, pipeline: ground.pipeline) else {
      let report = UnplannedReport(foresight: foresight, group: ground.pipeline.fleet.group)
      for line in common.output == .json ? report.jsonLines() : report.lines() { Console.result(line) }
      throw ExitCode(report.exitCode)
    }
    let changes = await ground.changes(of: plan)
    let report = PlanReport(plan: plan, changes: changes, pipeline: ground.pipeline, command: command, out: out)
    if let out { try PlanFile(plan: plan, options: options, at: clock.now()).write(to: out) }
    for line in common.output == .json ? report.jsonLines() : report.lines() { Console.result(line) }
  }

  /// The release that this plan is of, as it would be typed.
  private var command: String {
    var words = ["wanzami-deploy", "release"]
    if let out { return (words + ["--plan", out]).joined(separator: " ") }
    words += switches.commit.map { [$0] } ?? []
    if switches.isRedeploy { words.append("--redeploy") }
    if let image = switches.image { words += ["--image", image] }
    if switches.rebuilds { words.append("--rebuild") }
    if let template = switches.template { words += ["--template", String(template)] }
    if switches.needsNoRollbackTarget { words.append("--no-rollback-target") }
    if switches.allowsOlder { words.append("--allow-older") }
    if switches.isIncident { words.append("--incident") }
    if switches.isFirst { words.append("--first") }
    if let pipeline = common.pipeline { words += ["--pipeline", pipeline] }
    return words.joined(separator: " ")
  }
}
