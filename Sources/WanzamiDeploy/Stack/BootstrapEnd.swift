import AWSClient
import FoundationEssentials
import PipelineFile
import ReleaseCore

/// What follows a stack that is whole: its first light, the pipeline file, and the check that a release would make.
struct BootstrapEnd {
  let driver: StackDriver
  let environment: ProcessEnvironment

  /// How long new instances may take until every target is healthy.
  private static let firstLight = Duration.seconds(600)

  func finish(_ applied: StackDriver.Applied) async throws {
    let outputs = try await driver.client.cloudFormation.describeStacks(named: driver.name)?.outputs ?? [:]
    for (key, value) in outputs.sorted(by: { $0.key < $1.key }) {
      Console.result("  \(key): \(Printable.clean(value))")
    }
    if applied == .made { try await awaitFirstLight() }
    let path = try await writePipeline(outputs)
    try await verify(path)
  }

  private func awaitFirstLight() async throws {
    driver.tell("waiting until the instances answer the health check")
    let clock = driver.clock
    let deadline = clock.now() + BootstrapEnd.firstLight
    while true {
      guard let group = try await driver.client.autoScaling.describeAutoScalingGroups([driver.name]).first else {
        throw GroundProblem(exitCode: 6, description: "the stack is whole, but there is no group \(driver.name)")
      }
      var sick: [String] = []
      var healthy = 0
      for arn in group.targetGroupARNs {
        for target in try await driver.client.elbv2.describeTargetHealth(targetGroup: arn) {
          if target.state == "healthy" { healthy += 1 } else { sick.append("\(target.id) \(target.state)") }
        }
      }
      if sick.isEmpty, healthy >= group.desiredCapacity * group.targetGroupARNs.count, healthy > 0 {
        Console.result("first light: \(healthy) of \(healthy) targets healthy")
        return
      }
      if let signal = driver.signals.first {
        throw GroundProblem(exitCode: 7, description: "\(signal): the stack is whole, its instances are still booting")
      }
      guard clock.now() < deadline else {
        let words = sick.isEmpty ? "\(healthy) targets of \(group.desiredCapacity)" : sick.joined(separator: ", ")
        throw GroundProblem(
          exitCode: 6,
          description: "the stack is whole, but its instances do not answer the health check: \(words). "
            + "Their boot is in the console: aws ec2 get-console-output --latest --output text --instance-id …")
      }
      await clock.sleep(driver.settings.poll)
    }
  }

  /// Writes `pipelines/<service>.yml`, unless there is one: it is the user's.
  private func writePipeline(_ outputs: [String: String]) async throws -> String {
    let path = "\(PipelineFile.folder)/\(driver.name).yml"
    if FileManager.default.fileExists(atPath: path) {
      driver.tell("\(path) is there already and stays as it is")
      return path
    }
    let named = (outputs["Alarms"] ?? "").split(separator: ",").map(String.init)
    let alarms = try await driver.client.cloudWatch.describeAlarms(named).map(\.name)
    let text = pipelineText(alarms: named.filter { alarms.contains($0) })
    do throws(PipelineFileError) { _ = try PipelineFile.decode(text: text, file: path) } catch {
      preconditionFailure("the file that bootstrap writes is right: \(error)")
    }
    do {
      try FileManager.default.createDirectory(atPath: PipelineFile.folder, withIntermediateDirectories: true)
      try Data(text.utf8).write(to: URL(filePath: path))
    } catch {
      throw GroundProblem(description: "the stack is whole; writing \(path) failed: \(error.localizedDescription)")
    }
    Console.result("wrote \(path)")
    return path
  }

  private func pipelineText(alarms: [String]) -> String {
    let hasBackend = FileManager.default.fileExists(atPath: "backend/Dockerfile")
    var lines = [
      "# Written by wanzami-deploy bootstrap. Every key: pipelines/reference.yml.", "", "service: \(driver.name)",
      "region: \(driver.client.region)", "", "image:", "  repository: \(driver.name)",
    ]
    if hasBackend { lines.append("  context: backend") }
    lines += ["", "fleet:", "  group: \(driver.name)"]
    if !alarms.isEmpty { lines += ["", "rollout:", "  alarms:"] + alarms.map { "    - \($0)" } }
    return lines.joined(separator: "\n") + "\n"
  }

  /// What `wanzami-deploy verify` says of the fleet that is there now.
  private func verify(_ path: String) async throws {
    let pipeline: Pipeline
    do throws(PipelineFileError) { pipeline = try PipelineFile.load(path: path) } catch {
      throw UsageProblem(description: error.description)
    }
    let verification = Verification(
      try await Ground(pipeline: pipeline, environment: environment).facts(), pipeline: pipeline)
    let report = VerifyReport(verification: verification, group: pipeline.fleet.group)
    for line in report.lines() { Console.result(line) }
    guard verification.isGood else {
      throw GroundProblem(
        exitCode: 3,
        description: "the stack is whole, but a release would be refused or unsafe. Mend what failed above, then run "
          + "wanzami-deploy verify --pipeline \(path)")
    }
  }
}
