import ArgumentParser
import Foundation
import RealParts

/// Measures us beside what people have; asserts nothing. Started by scripts/bench, which puts everything in place.
@main
struct Benchmarks: AsyncParsableCommand {
  static let all: [any Benchmark.Type] = [
    StartUp.self, WholeRelease.self, Detection.self, Unchanged.self, Context.self, Push.self, Poll.self,
    Wire.self, SimulatedRuns.self, Load.self,
  ]

  static let configuration = CommandConfiguration(
    commandName: "Benchmarks", abstract: "Measure wanzami-deploy beside what people have: ratios, not seconds.",
    discussion: all.map { "  \($0.name)\(String(repeating: " ", count: 12 - $0.name.count))\($0.about)" }
      .joined(separator: "\n"),
    subcommands: [Compare.self, Calls.self, PushImage.self, StreamContext.self], defaultSubcommand: Compare.self)
}

struct Compare: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Run the comparisons and print them as a table.")

  @Argument(help: "Which ones; default: all.")
  var names: [String] = []

  @Flag(help: "The shortest form: shows that everything runs; the figures are worth little.")
  var short = false

  @Option(help: "A file for the results as JSON; with names, those of its rows are replaced and the others stay.")
  var json: String?

  @Option(help: "A file for the results as a picture (SVG).")
  var picture: String?

  func validate() throws {
    let known = Benchmarks.all.map { $0.name }
    for name in names where !known.contains(name) {
      throw ValidationError("there is no benchmark \(name); there are \(known.joined(separator: ", "))")
    }
  }

  func run() async throws {
    signal(SIGPIPE, SIG_IGN)
    let bench = Bench(tools: try Tools(), isShort: short)
    var results = Results(machine: Machine.words, tools: try bench.tools.versions(), rows: [])
    if !names.isEmpty, let json, let earlier = try? Results(file: json) { results.rows = earlier.rows }
    for benchmark in Benchmarks.all where names.isEmpty || names.contains(benchmark.name) {
      let began = ContinuousClock.now
      Output.error("\(benchmark.name): \(benchmark.about)")
      let rows = try await benchmark.init().run(bench)
      results.replace(benchmark.name, by: rows)
      bench.say("took \((ContinuousClock.now - began).components.seconds) s")
    }
    let measured = results.rows.filter { names.isEmpty || names.contains($0.benchmark) }
    Output.line("\(Table(rows: measured))")
    if let json { try results.write(to: json) }
    if let picture { try Data(Picture(results).description.utf8).write(to: URL(filePath: picture)) }
  }
}

/// The two outputs; Glibc's own variables for them are not safe to share.
enum Output {
  static func line(_ text: String) { FileHandle.standardOutput.write(Data("\(text)\n".utf8)) }
  static func error(_ text: String) { FileHandle.standardError.write(Data("\(text)\n".utf8)) }
}

enum Machine {
  /// `2 cores, AMD EPYC, Linux 6.1.0`
  static var words: String {
    let processors = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let model = processors.split(separator: "\n").first { $0.hasPrefix("model name") }?.split(separator: ":").last
    let kernel = (try? String(contentsOfFile: "/proc/sys/kernel/osrelease", encoding: .utf8)) ?? ""
    return [
      "\(ProcessInfo.processInfo.activeProcessorCount) cores", model?.trimmingCharacters(in: .whitespaces),
      "Linux \(kernel.prefix { $0.isNumber || $0 == "." })",
    ].compactMap { $0 }.joined(separator: ", ")
  }
}
