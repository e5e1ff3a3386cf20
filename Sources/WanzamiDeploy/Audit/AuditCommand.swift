import AWSClient
import ArgumentParser
import HTTPTransport
import ReleaseCore
import ReleaseRuntime

struct AuditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Check how a fleet, or a machine that stands alone, is hardened; changes nothing.",
    discussion: """
      Each point is ok, failed or skipped, and each failure has the command that mends it. What must stay secret is \
      told by its line, and never shown. For cron: exit 0 nothing failed; 1 something could not be read; 3 something \
      failed. It needs scripts/iam-policy-audit.json.
      """)

  @OptionGroup var common: CommonOptions

  @Option(help: "A machine that stands alone, by its instance id, instead of the pipeline's fleet.")
  var instance: String?

  @Option(help: "The AWS region of --instance; default: what the AWS CLI would use.")
  var region: String?

  func validate() throws {
    if let instance, !instance.hasPrefix("i-") {
      throw ValidationError("--instance takes an instance id, such as i-0123456789abcdef0; \"\(instance)\" is none")
    }
    if region != nil, instance == nil {
      throw ValidationError("--region goes with --instance; a fleet has the pipeline's")
    }
  }

  func run() async throws {
    let facts: AuditFacts
    do {
      facts = try await read()
    } catch let error as AWSError {
      throw GroundProblem(description: error.description)
    }
    let report = AuditReport(audit: Audit(facts), subject: facts.name)
    for line in common.output == .json ? report.jsonLines() : report.lines() { Console.result(line) }
    throw ExitCode(report.audit.exitCode)
  }

  private func read() async throws -> AuditFacts {
    let now = RunClock.system.now()
    guard let instance else {
      let ground = try await Ground.stand(common)
      return try await AuditReader(client: ground.client, now: now)
        .fleet(ground.pipeline.fleet.group, alarms: ground.pipeline.rollout.alarms)
    }
    var pipeline = Pipeline(service: instance, fleet: Pipeline.Fleet(group: instance))
    pipeline.region = region
    let ground = try Ground(pipeline: pipeline, environment: ProcessEnvironment.current())
    return try await AuditReader(client: ground.client, now: now).machine(instance)
  }
}
