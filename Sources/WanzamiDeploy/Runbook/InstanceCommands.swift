import AWSClient
import ArgumentParser
import ReleaseCore
import ReleaseRuntime

struct LogsCommand: RunbookCommand {
  static let configuration = CommandConfiguration(
    commandName: "logs", abstract: "Show the last lines of an instance's container, through Systems Manager.",
    discussion: "Exit codes: 0 shown; 1 the instance did not answer; 3 refused.")

  @OptionGroup var common: CommonOptions

  @Argument(help: "The instance, such as i-0123456789abcdef0.")
  var instance: String

  @Option(help: "How many lines, 1 to 1000; AWS cuts them at 24,000 characters.")
  var lines = 50

  @Flag(help: "Say what would be run on the instance, and run nothing.")
  var dryRun = false

  func validate() throws {
    guard (1...1000).contains(lines) else { throw ValidationError("--lines takes 1 to 1000") }
  }

  func perform(_ runbook: Runbook) async throws {
    _ = try await runbook.member(instance)
    if dryRun { return runbook.speech.step("run on \(instance): \(ContainerLog.command(lines: lines))") }
    let log = try await ContainerLog(client: runbook.client, clock: runbook.clock).read(of: instance, lines: lines)
    let said = (log.standardOutput + log.standardError).split(whereSeparator: \.isNewline)
    guard log.status == "Success" else {
      let words = said.isEmpty ? "" : ": \(Printable.clean(said.joined(separator: " ")))"
      // A script that ran and failed has said why; one that never ran has not.
      let advice = log.status == "Failed" ? "" : ". wanzami-deploy audit says whether its agent is reachable"
      throw GroundProblem(
        description: "the lines of \(instance) could not be had: \(log.statusDetails)\(words)\(advice)")
    }
    for line in said { runbook.speech.done(String(line)) }
  }
}

struct ShellCommand: RunbookCommand {
  static let configuration = CommandConfiguration(
    commandName: "shell", abstract: "Print the Session Manager command that opens a shell on an instance.",
    discussion: """
      No port is opened and no key is needed: the AWS CLI with its Session Manager plugin is. Exit codes: 0 printed; 3 \
      the instance's agent does not answer. With --dry-run nobody is asked.
      """)

  @OptionGroup var common: CommonOptions

  @Argument(help: "The instance, such as i-0123456789abcdef0.")
  var instance: String

  @Flag(help: "Print the command, and ask nobody whether it will work.")
  var dryRun = false

  func perform(_ runbook: Runbook) async throws {
    let command = "aws ssm start-session --region \(runbook.client.region) --target \(instance)"
    guard !dryRun else { return runbook.speech.done(command) }
    _ = try await runbook.member(instance)
    let agent = try await runbook.client.ssm.describeInstanceInformation([instance]).first
    guard agent?.pingStatus == "Online" else {
      throw RunbookRefusal(
        "the agent of \(instance) \(agent?.pingStatus.map { "is \($0)" } ?? "has never reported")",
        command: "wanzami-deploy audit, which says what it lacks")
    }
    runbook.speech.done(command)
  }
}
