import ArgumentParser
import Glibc
import ReleaseCore
import ReleaseRuntime

struct PruneCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prune",
    abstract: "Delete old releases and their images: shows them, and asks.",
    discussion: """
      A release is a version of the launch template. Stays: what any Auto Scaling group of the region uses, the default \
      version, what a rollback aims at, the newest and the newest that passed (prune.keep), what is young \
      (prune.window), what no release made. Without a terminal and without --yes nothing is deleted.
      """)

  @OptionGroup var common: CommonOptions

  @Option(help: "How many of the newest releases and images stay; default: prune.keep of the pipeline file.")
  var keep: Int?

  @Flag(help: "Show what would be deleted, and delete nothing.")
  var dryRun = false

  func validate() throws {
    if let keep, !(1...1000).contains(keep) { throw ValidationError("--keep takes a number from 1 to 1000") }
  }

  func run() async throws {
    let ground = try await Ground.stand(common)
    var settings = ground.pipeline.prune
    if let keep { settings.keep = keep }
    let (shown, survey) = try await plan(ground, settings)
    let report = PruneReport(plan: shown, survey: survey)
    for line in common.output == .json ? report.jsonLines() : report.lines() { Console.result(line) }
    guard !shown.isEmpty else { return }
    guard !dryRun, try isWanted(shown) else { return }
    // What was true when it was shown may not be now.
    let (again, now) = try await plan(ground, settings)
    let agreed = again.agreed(with: shown)
    let problems: [String]
    do throws(ActionFailure) {
      problems = try await ground.prune.delete(agreed, now)
    } catch {
      throw GroundProblem(exitCode: error.kind == .refused ? 3 : 1, description: error.sentence)
    }
    for problem in problems { Console.error("error: \(problem)") }
    let end = PruneReport.end(agreed, problems: problems.count)
    Console.result(common.output == .json ? JSONLine.encode(end.facts) : end.sentence)
    if !problems.isEmpty { throw ExitCode(1) }
  }

  private func plan(
    _ ground: Ground, _ settings: Pipeline.Prune
  ) async throws -> (plan: PrunePlan, survey: PruneSurvey) {
    do throws(ActionFailure) {
      let survey = try await ground.prune.survey(try await ground.fleet.survey())
      let plan = PrunePlan(
        survey, settings: settings, reuseFor: ground.pipeline.image.reuseFor, now: RunClock.system.now())
      return (plan, survey)
    } catch {
      throw GroundProblem(exitCode: error.kind == .refused ? 3 : 1, description: error.sentence)
    }
  }

  /// Whether somebody wants it: by `--yes`, or asked on a terminal.
  private func isWanted(_ plan: PrunePlan) throws -> Bool {
    if common.yes { return true }
    guard isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else {
      Console.error("nothing was deleted: say --yes to delete this")
      return false
    }
    Console.write(Array("Delete \(PruneReport.amount(plan))? Type yes: ".utf8), to: STDERR_FILENO)
    if readLine()?.trimmed.lowercased() == "yes" { return true }
    Console.error("nothing was deleted")
    return false
  }
}

extension String {
  fileprivate var trimmed: Substring {
    var rest = self[...].drop { $0.isWhitespace }
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return rest
  }
}
