import AWSClient
import ReleaseCore
import ReleaseRuntime

/// A hook in a container of the image on one instance of the group, through Systems Manager's Run Command.
///
/// Its lines are told as the agent sends them: at the end at the latest, cut by AWS at 24,000 characters.
/// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetCommandInvocation.html
struct InstanceHook: Sendable {
  let order: HookOrder
  let client: AWSClient
  let group: String
  let clock: RunClock
  let say: @Sendable (String) -> Void

  /// Between two questions how far the command is.
  private static let pause = Duration.seconds(1)
  /// How many questions in a row may go unanswered.
  private static let silencesMax = 30

  func run() async throws(ActionFailure) -> Int {
    guard let image = order.image else {
      throw ActionFailure(.other, "which image it belongs to is not known")
    }
    let instance = try await instance()
    do throws(AWSError) {
      let command = try await client.ssm.sendCommand(
        [InstanceHook.script(order, image: image, region: client.region)], to: [instance],
        comment: "wanzami-deploy hook",
        deliveryTimeout: 60, executionTimeout: max(1, order.hook.timeout.wholeSecondsRoundedUp))
      return try await watch(command, on: instance)
    } catch {
      throw ActionFailure(.other, "running it on \(instance): \(error.description)")
    }
  }

  /// One that is in service and healthy: the first by its id, so that a second try meets the same.
  private func instance() async throws(ActionFailure) -> String {
    do throws(AWSError) {
      let instances = try await client.autoScaling.describeAutoScalingGroups([group]).first?.instances ?? []
      let fit = instances.filter { $0.lifecycleState == "InService" && $0.healthStatus == "Healthy" }
      if let first = fit.map(\.id).min() { return first }
    } catch {
      throw ActionFailure(error)
    }
    throw ActionFailure(.other, "group \(group) has no healthy instance in service to run it on")
  }

  private func watch(_ command: String, on instance: String) async throws(AWSError) -> Int {
    var shown = ShownOutput()
    var silences = 0
    while true {
      await clock.sleep(InstanceHook.pause)
      guard !Task.isCancelled else { return await stop(command, on: instance) }
      do throws(AWSError) {
        let invocation = try await client.ssm.getCommandInvocation(command: command, instance: instance)
        silences = 0
        let isFinished = invocation.isFinished
        for line in shown.news(invocation.standardOutput + invocation.standardError, isWhole: isFinished) { say(line) }
        guard isFinished else { continue }
        if invocation.responseCode < 0 { say("Systems Manager: \(invocation.statusDetails)") }
        return invocation.status == "Success" ? 0 : max(1, invocation.responseCode)
      } catch {
        silences += 1
        // An invocation is visible a moment after its command, and a look that fails is repeated.
        guard !Task.isCancelled else { return await stop(command, on: instance) }
        guard silences < InstanceHook.silencesMax, error.kind != .denied else { throw error }
      }
    }
  }

  /// Asks for the command's end, and for the container's, which the agent may have left behind; not cancelled itself.
  private func stop(_ command: String, on instance: String) async -> Int {
    let remove = "docker rm --force \(Shell.quoted(order.containerName))"
    await Task {
      do throws(AWSError) {
        try await client.ssm.cancelCommand(command, on: instance)
      } catch {
        say("command \(command) on \(instance) could not be cancelled, and may still run: \(error.description)")
      }
      do throws(AWSError) {
        _ = try await client.ssm.sendCommand([remove], to: [instance], comment: "wanzami-deploy hook stopped")
      } catch {
        say("its container may still run on \(instance); there: \(remove)")
      }
    }.value
    return 128 + 15
  }

  /// Every word stands there as it is: Systems Manager runs it with `sh`, as root.
  static func script(_ order: HookOrder, image: String, region: String) -> String {
    let name = Shell.quoted(order.containerName)
    let host = image.split(separator: "/").first.map(String.init) ?? ""
    var run = ["docker", "run", "--name", name, "--init"]
    if let network = order.hook.network { run += ["--network", Shell.quoted(network)] }
    if let file = order.hook.environmentFile { run += ["--env-file", Shell.quoted(file)] }
    let own = order.hook.environment.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    for (key, value) in own + order.variables.map({ ($0.name, $0.value) }) {
      run += ["--env", Shell.quoted("\(key)=\(value)")]
    }
    run += ([image] + order.hook.command).map(Shell.quoted)
    let login =
      "aws ecr get-login-password --region \(Shell.quoted(region)) | docker login --username AWS --password-stdin "
      + Shell.quoted(host)
    return """
      docker rm --force \(name) >/dev/null 2>&1
      docker pull --quiet \(Shell.quoted(image)) >/dev/null 2>&1 || \(login) >/dev/null
      \(run.joined(separator: " ")) &
      trap 'docker stop --time 10 \(order.containerName); docker rm --force \(order.containerName)' TERM INT HUP
      wait $!
      status=$?
      docker rm --force \(name) >/dev/null 2>&1
      exit $status
      """
  }
}

/// What of a growing output was told already.
struct ShownOutput: Equatable {
  private var characters = 0

  /// The whole lines that are new; with `isWhole` the last one too, whether it has its end or not.
  mutating func news(_ output: String, isWhole: Bool) -> [String] {
    var rest = output.dropFirst(characters)
    if !isWhole {
      guard let end = rest.lastIndex(where: \.isNewline) else { return [] }
      rest = rest[...end]
    }
    characters += rest.count
    return rest.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
      .droppingLastEmpty
  }
}

extension [String] {
  fileprivate var droppingLastEmpty: [String] { last?.isEmpty == true ? dropLast() : self }
}

/// Words for a POSIX shell.
enum Shell {
  /// The word in single quotes; a quote in it stands between two of them.
  static func quoted(_ word: String) -> String { "'" + word.replacing("'", with: #"'"'"'"#) + "'" }
}
