import ArgumentParser
import Glibc

@main
struct WanzamiDeploy: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wanzami-deploy",
    abstract: "Releases a container image to an EC2 Auto Scaling group behind an Application Load Balancer.",
    discussion: """
      Exit codes: 0 released, already live or landed; 1 failed before the fleet was touched; 2 wrong usage or pipeline \
      file; 3 refused by a precondition; 4 another rollout holds the fleet; 5 failed and rolled back clean; 6 a person \
      is needed; 7 interrupted, the rollout goes on in AWS; 8 drift.
      """,
    version: Version.text,
    subcommands: [
      ReleaseCommand.self, RollbackCommand.self, ResumeCommand.self, PlanCommand.self, VerifyCommand.self,
      StatusCommand.self, HistoryCommand.self, ReportCommand.self, InitCommand.self, ExplainCommand.self,
      RehearseCommand.self,
      SandboxCommand.self, BootstrapCommand.self, AuditCommand.self,
      ReplaceCommand.self, ScaleCommand.self, SnapshotCommand.self, LogsCommand.self, ShellCommand.self,
      PruneCommand.self,
      ManualCommand.self,
    ])

  /// Answers the question that scripts ask most before the parser, which has to learn all commands for any answer: that
  /// is half of the time.
  private static func sayVersion() {
    guard CommandLine.arguments.dropFirst() == ["--version"] else { return }
    Console.result(Version.text)
    Glibc.exit(0)
  }

  /// Parses and runs; wrong usage is exit 2, as for the other tools of a pipeline, not the parser's own 64.
  static func main() async {
    sayVersion()
    signal(SIGPIPE, SIG_IGN)
    do {
      var command = try parseAsRoot()
      if var asynchronous = command as? AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch let code as ExitCode {
      Glibc.exit(code.rawValue)
    } catch let problem as UsageProblem {
      Console.error("error: \(problem.description)")
      Glibc.exit(2)
    } catch let problem as GroundProblem {
      Console.error("error: \(problem.description)")
      Glibc.exit(problem.exitCode)
    } catch {
      let code = exitCode(for: error)
      let message = fullMessage(for: error)
      if code == .success {
        Console.result(message)
        Glibc.exit(0)
      }
      Console.error(message)
      Glibc.exit(2)
    }
  }
}

/// What this program is called by itself and in the requests that it sends.
enum Version {
  static let text = "0.1.0"
}

/// Wrong usage, or a wrong pipeline file: exit 2.
struct UsageProblem: Error, CustomStringConvertible {
  var description: String
}

/// Something that a command stands on is not there: the engine, the credentials, the fleet.
struct GroundProblem: Error, CustomStringConvertible {
  var exitCode: Int32 = 1
  var description: String
}
