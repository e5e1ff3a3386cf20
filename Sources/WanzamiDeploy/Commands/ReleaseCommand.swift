import ArgumentParser
import ReleaseCore

struct ReleaseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "release", abstract: "Release a commit of the pipeline's branch, and prove it or roll it back.")

  @OptionGroup var common: CommonOptions
  @OptionGroup var switches: ReleaseSwitches

  @Flag(name: .customLong("wait-for-lock"), help: "Wait while another rollout holds the fleet, then read all again.")
  var waitsForLock = false

  @Option(help: "A plan that plan --out wrote: its release, refused (exit 3) if the fleet moved since.")
  var plan: String?

  func validate() throws {
    if plan != nil, !switches.isEmpty || waitsForLock {
      throw ValidationError("--plan says what is released and how: give no commit and no other switch with it")
    }
  }

  func run() async throws {
    let ground = try await Ground.stand(common)
    var options = switches.options
    if let plan { options = try PlanFile(reading: plan).options }
    options.waitsForLock = waitsForLock
    let outcome = await Execution(ground: ground, format: common.output, isVerbose: common.verbose).perform(
      .release(options))
    throw ExitCode(outcome.exitCode)
  }
}

struct RollbackCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollback",
    abstract: "Go back to a release that passed.",
    discussion: """
      It also returns that version's AMI and settings, and undoes no database migration. The release that is left is \
      condemned: never again a rollback's default aim.
      """)

  @OptionGroup var common: CommonOptions

  @Option(name: .customLong("to"), help: "The release to go back to; default: the one that passed before the live one.")
  var release: Int?

  @Flag(name: .customLong("incident"), help: "Alarms are red already: the way back does not wait for them.")
  var isIncident = false

  func run() async throws {
    let ground = try await Ground.stand(common)
    var options = RollbackOptions(release: release)
    options.isIncident = isIncident
    let outcome = await Execution(ground: ground, format: common.output, isVerbose: common.verbose).perform(
      .rollback(options))
    throw ExitCode(outcome.exitCode)
  }
}

struct ResumeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Take up a rollout or a rollback that lost its watcher, from any machine.")

  @OptionGroup var common: CommonOptions

  func run() async throws {
    let ground = try await Ground.stand(common)
    let outcome = await Execution(ground: ground, format: common.output, isVerbose: common.verbose).perform(.resume)
    throw ExitCode(outcome.exitCode)
  }
}
