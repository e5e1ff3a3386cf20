import AWSClient
import ArgumentParser
import FoundationEssentials
import Glibc
import PipelineFile
import ReleaseCore

struct InitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Write a pipeline file from a group that exists.",
    discussion: """
      AWS is asked for the groups, and for the settings of the one that is chosen; nothing there is changed. The file is \
      pipelines/GROUP.yml unless --pipeline names another, and is never overwritten without --force.
      """)

  @Option(help: "The Auto Scaling group; default: the only one, else it is asked for on a terminal.")
  var group: String?

  @Option(help: "The AWS region; default: what the AWS CLI would use.")
  var region: String?

  @Option(help: "The file to write; default: pipelines/GROUP.yml.")
  var pipeline: String?

  @Flag(help: "Overwrite the file.")
  var force = false

  func run() async throws {
    let environment = ProcessEnvironment.current()
    let name = try await chosen(environment)
    let path = pipeline ?? "\(PipelineFile.folder)/\(name).yml"
    guard force || !FileManager.default.fileExists(atPath: path) else {
      throw UsageProblem(description: "\(path) exists already; --force overwrites it, --pipeline names another file")
    }
    let ground = try self.ground(name, environment)
    let text = PipelineDraft(
      survey: try await ground.surveyed(), region: ground.client.region,
      context: Context.find(environment), isRegionNamed: region != nil
    ).text
    do {
      let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
      if !folder.isEmpty { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }
      try text.write(toFile: path, atomically: true, encoding: .utf8)
    } catch {
      throw UsageProblem(description: "\(path) cannot be written")
    }
    Console.result("wrote \(path); look at it, then: wanzami-deploy verify --pipeline \(path)")
  }

  private func ground(_ group: String, _ environment: ProcessEnvironment) throws -> Ground {
    var pipeline = Pipeline(service: group, fleet: Pipeline.Fleet(group: group))
    pipeline.region = region
    return try Ground(pipeline: pipeline, environment: environment)
  }

  private func chosen(_ environment: ProcessEnvironment) async throws -> String {
    if let group { return group }
    let client = try ground("none", environment).client
    let names: [String]
    do throws(AWSError) {
      names = try await client.autoScaling.listAutoScalingGroupNames().sorted()
    } catch {
      throw GroundProblem(description: error.description)
    }
    guard let first = names.first else {
      throw GroundProblem(
        exitCode: 3,
        description: "there is no Auto Scaling group in \(client.region). Check the region, and which account the "
          + "credentials are for.")
    }
    guard names.count > 1 else { return first }
    let list = names.enumerated().map { "  \($0.offset + 1)  \(Printable.clean($0.element))" }.joined(separator: "\n")
    guard isatty(STDIN_FILENO) == 1 else {
      throw UsageProblem(description: "several groups in \(client.region); name one with --group:\n\(list)")
    }
    Console.error("groups in \(client.region):\n\(list)\nwhich one? (1–\(names.count))")
    guard let answer = readLine(), let number = Int(answer.filter { !$0.isWhitespace }),
      names.indices.contains(number - 1)
    else { throw UsageProblem(description: "that is no number of the list; name the group with --group") }
    return names[number - 1]
  }
}

/// Where the Dockerfile of the service is, as far as the folder tells that the program runs in.
private enum Context {
  /// The only folder with a Dockerfile, or the root; `nil`: several, or none.
  static func find(_ environment: ProcessEnvironment) -> String? {
    if environment.files(in: ".").contains("Dockerfile") { return "" }
    let folders = environment.files(in: ".").filter { !$0.hasPrefix(".") }
      .filter { environment.files(in: $0).contains("Dockerfile") }
    return folders.count == 1 ? folders[0] : nil
  }
}
