import ArgumentParser
import FoundationEssentials
import ReleaseCore
import RunReport

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Show a run as one self-contained HTML page with its timeline.",
    discussion: """
      Made from this machine's journal of the run, without AWS and without a pipeline file. The page goes to standard \
      output, or to the file that --out names.
      """)

  @Argument(
    help: ArgumentHelp("The run's id, or how it begins; default: the newest run of this machine.", valueName: "run"))
  var id: String?

  @Option(help: "The file to write; default: standard output.")
  var out: String?

  func run() throws {
    let folder = ProcessEnvironment.current().journalFolder
    let path = "\(folder)/\(try find(in: folder)).jsonl"
    guard let data = FileManager.default.contents(atPath: path) else {
      throw GroundProblem(description: "the journal \(path) cannot be read")
    }
    let record = RunRecord(journal: String(decoding: data, as: UTF8.self))
    guard record.began != nil else {
      throw GroundProblem(description: "\(path) is no journal of a run: no line of it is")
    }
    let page = RunPage(record).html
    guard let out else {
      Console.write(Array(page.utf8), to: 1)
      return
    }
    do {
      try Data(page.utf8).write(to: URL(filePath: out))
    } catch {
      throw GroundProblem(description: "the report cannot be written to \(out): \(error)")
    }
    Console.error("wrote \(out)")
  }

  /// The id of the one run that is meant. Ids sort by their time.
  private func find(in folder: String) throws -> String {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let runs = files.filter { $0.hasSuffix(".jsonl") }.map { String($0.dropLast(6)) }.sorted()
    guard let newest = runs.last else {
      throw GroundProblem(
        description:
          "no run was made on this machine: \(folder) has no journal. A journal lies where its run was made; "
          + "XDG_STATE_HOME says where.")
    }
    guard let id else { return newest }
    let meant = runs.filter { $0.hasPrefix(id.uppercased()) }
    guard let one = meant.first else {
      throw GroundProblem(
        description: "\(folder) has no journal of run \(Printable.clean(id)); the newest is \(newest)")
    }
    guard meant.count == 1 else {
      throw UsageProblem(
        description:
          "\(meant.count) runs begin with \(Printable.clean(id)): \(meant.prefix(5).joined(separator: ", "))")
    }
    return one
  }
}
