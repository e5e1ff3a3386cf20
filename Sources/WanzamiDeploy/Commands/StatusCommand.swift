import ArgumentParser
import ReleaseCore

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show the live release, its instances and targets, and the refresh under way.")

  @OptionGroup var common: CommonOptions

  func run() async throws {
    let ground = try await Ground.stand(common)
    let report = StatusReport(survey: try await ground.surveyed())
    for line in common.output == .json ? report.jsonLines() : report.lines() { Console.result(line) }
  }
}

struct HistoryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history", abstract: "List the releases, newest first, and what became of each.")

  @OptionGroup var common: CommonOptions

  func run() async throws {
    let ground = try await Ground.stand(common)
    let report = HistoryReport(survey: try await ground.surveyed())
    for line in common.output == .json ? report.jsonLines() : report.lines() { Console.result(line) }
  }
}
