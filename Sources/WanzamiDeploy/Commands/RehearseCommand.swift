import ArgumentParser
import ReleaseCore
import Sandbox

struct RehearseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rehearse",
    abstract: "Release whole commits on a sandbox: real containers under real traffic, no AWS account.",
    discussion: """
      The fleet starts on the first commit; the others are released one after the other. With one commit, or none, the \
      fleet starts on its parent. Needs a Docker Engine, Debian's docker-registry and haproxy. Without --expect the exit \
      code is that of the first release that did not end well.

      Faults, of the emulated control plane and in the last release:
      \(RehearsalFault.allCases.map { "  \($0.rawValue): \($0.sentence)" }.joined(separator: "\n"))
      """)

  @OptionGroup var common: CommonOptions

  @Argument(help: "Commits, oldest first; default: the head of the pipeline's branch.")
  var commits: [String] = []

  @Option(help: "The git repository; default: the pipeline's.")
  var repository: String?

  @Option(help: "The exit codes foretold, one a commit, as in 0,0,5: then exit 0 means that all came true.")
  var expect: String?

  @Flag(help: "End instances without draining: the traffic must show failures.")
  var abrupt = false

  @Option(help: "What goes wrong in the last release; the names are below.")
  var fault: RehearsalFault?

  @Option(help: "Requests a second through the balancer.")
  var traffic = 100

  func validate() throws {
    guard (1...10_000).contains(traffic) else { throw ValidationError("--traffic takes 1 to 10000 requests a second") }
    if let expect, foretold == nil {
      throw ValidationError("--expect takes exit codes with commas between, as in 0,0,5; \"\(expect)\" is not that")
    }
  }

  private var foretold: [Int32]? {
    expect.flatMap { text in
      let codes = text.split(separator: ",", omittingEmptySubsequences: false).map { Int32($0) }
      return codes.contains(nil) ? nil : codes.compactMap { $0 }
    }
  }

  func run() async throws {
    let signals = Signals(exitCode: { 1 })
    let settings = try await settings()
    if let foretold, foretold.count != settings.commits.count {
      throw UsageProblem(
        description: "--expect names \(foretold.count) exit codes for \(settings.commits.count) commits")
    }
    let result: Rehearsal.Result
    do {
      result = try await Rehearsal(settings: settings, signals: signals).perform()
    } catch let error as SandboxError {
      throw GroundProblem(description: error.description)
    }
    say(result.traffic)
    throw ExitCode(code(of: result))
  }

  private func settings() async throws -> Rehearsal.Settings {
    let environment = ProcessEnvironment.current()
    var common = common
    if common.pipeline == nil && environment["WANZAMI_PIPELINE"] == nil { common.pipeline = "pipelines/rehearsal.yml" }
    var pipeline = try common.loadPipeline(environment).pipeline
    if let repository { pipeline.source.repository = repository }
    // The sandbox's instances are this machine's containers, and its registry is the only one.
    pipeline.image.platform = nil
    // A rehearsal tells nobody, and touches nothing but its own sandbox.
    pipeline.notices = Pipeline.Notices()
    pipeline.hooks.beforeRollout.removeAll { $0.place == .local }
    pipeline.hooks.afterPassed.removeAll { $0.place == .local }
    pipeline.hooks.afterRollback.removeAll { $0.place == .local }
    var settings = Rehearsal.Settings(
      pipeline: pipeline, environment: environment, format: common.output.resolved(environment),
      isVerbose: common.verbose, commits: commits, rate: traffic, isAbrupt: abrupt, fault: fault)
    if fault == .alarm { settings.pipeline.rollout.alarms.append(RehearsalFault.alarmName) }
    settings.pipeline.image.repository = settings.repositoryName
    settings.pipeline.region = pipeline.region ?? "eu-north-1"
    if commits.count < 2 { settings.commits = try await withParent(commits.first, pipeline) }
    return settings
  }

  /// A commit and its first parent before it; a root commit alone.
  private func withParent(_ revision: String?, _ pipeline: Pipeline) async throws -> [String] {
    let source = LiveSource(pipeline: pipeline)
    do throws(ActionFailure) {
      let commit = try await source.resolve(revision).commit.hex
      let parent = try? await source.resolve("\(commit)^").commit.hex
      return [parent, commit].compactMap { $0 }
    } catch {
      throw GroundProblem(description: error.sentence)
    }
  }

  private func say(_ traffic: TrafficTotals) {
    if common.output == .json {
      Console.result(
        JSONLine.encode([
          .text("event", "traffic"), .number("requests", traffic.requests), .number("failed", traffic.failed),
          .list("versions", traffic.versions.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }),
        ]))
    } else {
      for (failure, count) in traffic.failures.sorted(by: { $0.key < $1.key }) {
        Console.result("  \(count) x \(Printable.clean(failure))")
      }
      Console.result("\(traffic.requests) requests, \(traffic.failed) failed")
    }
  }

  private func code(of result: Rehearsal.Result) -> Int32 {
    let isTrafficAsForetold =
      abrupt ? result.traffic.failed > 0 : result.traffic.failed == 0 || fault?.mayFailRequests == true
    guard let foretold else {
      return result.codes.first { $0 != 0 } ?? (isTrafficAsForetold ? 0 : 1)
    }
    guard result.codes == foretold else {
      Console.error(
        "foretold: \(foretold.map(String.init).joined(separator: ",")); came: "
          + result.codes.map(String.init).joined(separator: ","))
      return 1
    }
    if !isTrafficAsForetold {
      Console.error(abrupt ? "no request failed although nothing was drained" : "requests failed")
    }
    return isTrafficAsForetold ? 0 : 1
  }
}
