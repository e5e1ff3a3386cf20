import Foundation
import RealParts

/// What a comparison is made with, as scripts/bench has put it in place.
struct Tools: Sendable {
  /// `wanzami-deploy`, built in release beside this program.
  let program = BuiltProgram.path("wanzami-deploy")
  /// This program, for work that is to be measured in a process of its own.
  let own = BuiltProgram.path("Benchmarks")
  /// bench/measure.c, compiled.
  let measure: String
  /// An interpreter that has botocore.
  let python: String
  let aws: String
  let docker: String
  /// The folder `bench/` of the repository.
  let folder: String

  /// Reads where everything is from the variables that scripts/bench sets.
  init() throws {
    let variables = ProcessInfo.processInfo.environment
    func place(_ name: String) throws -> String {
      guard let path = variables[name] else { throw FixtureFailure("\(name) is not set: start this by scripts/bench") }
      return path
    }
    measure = try place("BENCH_MEASURE")
    python = try place("WANZAMI_PYTHON")
    docker = try place("BENCH_DOCKER")
    folder = try place("BENCH_FOLDER")
    aws = python.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/") + "/aws"
  }

  /// Versions, for the record.
  func versions() throws -> [String: String] {
    func first(_ arguments: [String]) throws -> String {
      String(try Command.check(arguments).text.split(separator: "\n").first ?? "")
    }
    return [
      "aws": try first([aws, "--version"]), "docker": try first([docker, "--version"]),
      "git": try first(["git", "--version"]), "wanzami-deploy": try first([program, "--version"]),
    ]
  }
}
