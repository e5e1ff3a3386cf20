import AWSClient
import ArgumentParser
import FoundationEssentials
import HTTPTransport
import ReleaseCore
import ReleaseRuntime

struct BootstrapCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bootstrap",
    abstract: "Make or update the fleet that releases expect, as a CloudFormation stack.",
    discussion: """
      --plan shows what would change; --apply changes it, writes the pipeline file and checks the fleet; --destroy \
      deletes the stack. Releases go on beside it: an update never writes an older version back to the group, and leaves \
      its capacity alone. Exit codes: 0 done, or nothing to change; 3 refused; 4 a rollout holds the fleet; 5 failed and \
      taken back; 6 failed, and a person is needed; 7 interrupted, the change goes on in AWS.
      """)

  @Flag(help: "Show what would change, and change nothing.")
  var plan = false

  @Flag(help: "Make or update the stack.")
  var apply = false

  @Flag(help: "Delete the stack, with all that it made.")
  var destroy = false

  @Option(help: "The service: names the stack, the group and all else.")
  var service = "wanzami-api"

  @Option(help: "The CloudFormation template.")
  var template = "pipelines/infrastructure.yml"

  @Option(help: "The AWS region; default: what the AWS CLI would use.")
  var region: String?

  @Option(name: .customLong("set"), help: "A parameter of the template, as Name=value; may be repeated.")
  var parameters: [String] = []

  @Flag(
    name: .customLong("allow-replacement"), help: "Go on although data would be lost or the service interrupted.")
  var allowsReplacement = false

  @Option(help: "Instead of being asked: the service's name once more, to delete its stack.")
  var confirm: String?

  @Option(help: "Seconds between two looks at the stack.")
  var poll = 3.0

  func validate() throws {
    guard [plan, apply, destroy].filter({ $0 }).count == 1 else {
      throw ValidationError("bootstrap takes one of --plan, --apply and --destroy")
    }
    for parameter in parameters where !parameter.dropFirst().contains("=") {
      throw ValidationError("--set takes Name=value; \"\(parameter)\" is not that")
    }
    guard poll >= 0.05, poll <= 600 else { throw ValidationError("--poll takes 0.05 to 600 seconds") }
  }

  func run() async throws {
    let environment = ProcessEnvironment.current()
    let outside = AWSEnvironment.live(environment)
    let aws: AWSSettings
    do throws(AWSSettingsError) {
      aws = try AWSSettings(environment: outside, region: region)
    } catch {
      throw GroundProblem(description: error.description)
    }
    let client = AWSClient(settings: aws, environment: outside, transport: HTTPTransport())
    let clock = RunClock.system
    var generator = SystemRandomNumberGenerator()
    let driver = StackDriver(
      settings: StackDriver.Settings(
        service: service, template: destroy ? "" : try templateText(), parameters: chosen,
        allowsReplacement: allowsReplacement, poll: .milliseconds(Int64(poll * 1000))),
      client: client, clock: clock, signals: Signals(exitCode: { 7 }),
      run: RunID(at: clock.now(), randomness: (generator.next(), UInt16.random(in: .min ... .max, using: &generator))),
      tell: { Console.error($0) })
    do {
      if plan { return try await driver.plan() }
      if destroy {
        try confirmDestruction()
        return try await driver.destroy()
      }
      let applied = try await driver.apply()
      try await BootstrapEnd(driver: driver, environment: environment).finish(applied)
    } catch let error as AWSError {
      throw GroundProblem(description: error.description)
    }
  }

  private var chosen: [String: String] {
    Dictionary(
      parameters.map { text in
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        return (String(parts[0]), String(parts[1]))
      }
    ) { _, last in last }
  }

  /// CloudFormation takes this much in a request; more would have to be put into a bucket first.
  /// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
  private static let templateBytesMax = 51_200

  private func templateText() throws -> String {
    guard let text = try? String(contentsOfFile: template, encoding: .utf8) else {
      throw UsageProblem(description: "the template \(template) cannot be read; name one with --template")
    }
    guard text.utf8.count <= BootstrapCommand.templateBytesMax else {
      throw UsageProblem(
        description: "the template \(template) is \(text.utf8.count) bytes, and CloudFormation takes at most "
          + "\(BootstrapCommand.templateBytesMax) in a request")
    }
    return text
  }

  private func confirmDestruction() throws {
    var answer = confirm
    if answer == nil {
      Console.error(
        "This deletes the fleet of \(service) with its repository. A last snapshot of the database and the media bucket "
          + "stay. Type the service's name to go on:")
      answer = readLine()
    }
    guard answer == service else {
      throw GroundProblem(description: "\"\(answer ?? "")\" is not \(service): nothing was deleted")
    }
  }
}
