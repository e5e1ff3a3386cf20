import ArgumentParser
import FoundationEssentials
import ReleaseCore
import ReleaseRuntime

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show the live release, its instances and targets, and the refresh under way.",
    discussion: "With --check, exit 8 says that the fleet is otherwise than the last release left it.")

  @OptionGroup var common: CommonOptions

  @Flag(help: "Show what changes, until a signal comes.")
  var watch = false

  @Flag(help: "Compare with what the last release left; drift is exit 8.")
  var check = false

  func validate() throws {
    if watch, check { throw ValidationError("--watch and --check exclude each other") }
  }

  func run() async throws {
    let ground = try await Ground.stand(common)
    let survey = try await ground.surveyed()
    let report = StatusReport(survey: survey)
    for line in common.output == .json ? report.jsonLines() : report.lines() { Console.result(line) }
    if check {
      let drift = DriftReport(survey: survey)
      for line in common.output == .json ? drift.jsonLines() : drift.lines() { Console.result(line) }
      throw ExitCode(drift.exitCode)
    }
    if watch { try await watch(ground, after: report) }
  }

  /// A line for each line of the report that is new, with its time; nothing while nothing changes.
  private func watch(_ ground: Ground, after first: StatusReport) async throws {
    let clock = RunClock.system
    let pause = max(.seconds(1), ground.pipeline.rollout.poll)
    var shown = common.output == .json ? first.jsonLines() : first.lines()
    while true {
      await clock.sleep(pause)
      let lines: [String]
      do {
        let report = StatusReport(survey: try await ground.surveyed())
        lines = common.output == .json ? report.jsonLines() : report.lines()
      } catch let problem as GroundProblem {
        Console.error("no answer, looking on: \(problem.description)")
        continue
      }
      let known = Set(shown)
      for line in lines where !known.contains(line) {
        Console.result(common.output == .json ? line : "\(clock.now().timestamp.prefix(19))Z\(line)")
      }
      let now = Set(lines.compactMap(instance))
      for gone in Set(shown.compactMap(instance)).subtracting(now).sorted() where common.output != .json {
        Console.result("\(clock.now().timestamp.prefix(19))Z  \(gone)  gone")
      }
      shown = lines
    }
  }

  private func instance(_ line: String) -> String? {
    line.split(separator: " ").first.flatMap { $0.hasPrefix("i-") ? String($0) : nil }
  }
}

struct HistoryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history", abstract: "List the releases, newest first, and what became of each.",
    discussion: "Why a release failed is told by this machine's journal where it has one, else by AWS.")

  @OptionGroup var common: CommonOptions

  func run() async throws {
    let ground = try await Ground.stand(common)
    let folder = ground.environment.journalFolder
    let report = HistoryReport(survey: try await ground.surveyed()) { run in
      JournaledCause.read(folder: folder, run: run)
    }
    for line in common.output == .json ? report.jsonLines() : report.lines() { Console.result(line) }
  }
}

/// Why a run failed, as its journal has it.
enum JournaledCause {
  private struct Entry: Decodable {
    var event: String?
    var cause: String?
  }

  /// `nil`: this machine has no journal of the run, or the run did not fail.
  static func read(folder: String, run: RunID) -> String? {
    guard let data = FileManager.default.contents(atPath: "\(folder)/\(run).jsonl") else { return nil }
    return data.split(separator: UInt8(ascii: "\n")).lazy
      .compactMap { try? JSONDecoder().decode(Entry.self, from: Data($0)) }
      .last { $0.event == "verdict.failed" }?.cause
  }
}
