import AWSClient
import ReleaseRuntime

/// The last lines of an instance's newest container, running or not: what user data starts last. Through SSM.
struct ContainerLog: Sendable {
  let client: AWSClient
  let clock: RunClock

  /// Between two questions whether the command is done.
  private static let pause = Duration.milliseconds(400)

  static func command(lines: Int) -> String {
    "docker logs --tail \(lines) \"$(docker ps --all --latest --quiet)\" 2>&1"
  }

  /// Runs it, and waits until it has ended; on cancellation it gives what there is.
  func read(of instance: String, lines: Int) async throws(AWSError) -> SSM.CommandInvocation {
    let command = try await client.ssm.sendCommand(
      [ContainerLog.command(lines: lines)], to: [instance], comment: "wanzami-deploy")
    while true {
      await clock.sleep(ContainerLog.pause)
      do throws(AWSError) {
        let invocation = try await client.ssm.getCommandInvocation(command: command, instance: instance)
        guard invocation.isFinished || Task.isCancelled else { continue }
        return invocation
      } catch {
        // An invocation is visible a moment after its command: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetCommandInvocation.html
        guard error.code == "InvocationDoesNotExist", !Task.isCancelled else { throw error }
      }
    }
  }
}
