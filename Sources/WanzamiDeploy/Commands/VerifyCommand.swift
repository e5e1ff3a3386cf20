import ArgumentParser
import DockerEngine
import ReleaseCore

struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Check every precondition of a release, and name what mends each.",
    discussion: """
      Nothing is changed. Exit 0: nothing failed; 3: something did. A check that the principal may not make is skipped, \
      with the action that is missing.
      """)

  @OptionGroup var common: CommonOptions

  func run() async throws {
    let ground = try await Ground.stand(common)
    let verification = Verification(await ground.facts(), pipeline: ground.pipeline)
    let report = VerifyReport(verification: verification, group: ground.pipeline.fleet.group)
    for line in common.output == .json ? report.jsonLines() : report.lines() { Console.result(line) }
    throw ExitCode(verification.isGood ? 0 : 3)
  }
}

extension Ground {
  /// What `verify` looks at.
  func facts() async -> FleetFacts {
    async let source = sourceInWords()
    async let engine = engineInWords()
    return await fleet.facts(source: source, engine: engine)
  }

  private func sourceInWords() async -> Known<String> {
    do throws(ActionFailure) {
      let commit = try await LiveSource(pipeline: pipeline).resolve(nil)
      return .known("commit \(commit.commit.short) is the head of \(commit.branch): \(commit.summary)")
    } catch {
      return .unknown(error.sentence)
    }
  }

  private func engineInWords() async -> Known<String> {
    do {
      let endpoint = try EngineEndpoint(environment: environment.variables)
      _ = try await Engine.connect(to: endpoint, over: transport)
      return .known("the Docker Engine answers")
    } catch {
      return .unknown("\(error)")
    }
  }
}
