import Foundation
import RealParts

/// What a program took that was run to its end.
struct Spent: Sendable {
  /// Wall clock and processor time, in seconds.
  var wall: Double
  var cpu: Double
  /// Peaks in bytes; `anonymous` only where it was asked for.
  var resident: Double
  var anonymous: Double
  var output: String
}

extension Tools {
  /// Runs a program to its end in a process of its own and tells what it took.
  ///
  /// - Parameters:
  ///   - environment: all its environment.
  ///   - status: the exit status that it must have; another one is an error with all that it said.
  ///   - seesAnonymous: looks at its anonymous memory each millisecond, which costs time itself.
  func run(
    _ arguments: [String], environment: [String: String], in folder: String? = nil, status: Int32 = 0,
    seesAnonymous: Bool = false, within limit: Duration = .seconds(600)
  ) async throws -> Spent {
    let scratch = try TemporaryFolder("measured")
    let file = scratch.path + "/spent"
    let measured = [measure] + (seesAnonymous ? ["-a"] : []) + [file] + arguments
    let ended = try await Program.run(measured, environment: environment, in: folder, within: limit)
    guard ended.status == status else {
      throw FixtureFailure("\(arguments.joined(separator: " ")): \(ended.everything)")
    }
    return try Spent(reading: file, output: ended.output)
  }
}

extension Spent {
  /// Reads the line that `measure` wrote.
  init(reading file: String, output: String = "") throws {
    let numbers = try String(contentsOfFile: file, encoding: .utf8).split(whereSeparator: \.isWhitespace)
      .compactMap { Double($0) }
    guard numbers.count == 5 else { throw FixtureFailure("\(file) is not what measure writes") }
    self.init(
      wall: numbers[0] / 1e9, cpu: (numbers[1] + numbers[2]) / 1e6, resident: numbers[3] * 1024,
      anonymous: numbers[4] * 1024, output: output)
  }
}

/// Measurements of two that do the same work, made in turn.
struct Pair: Sendable {
  var ours: [Spent] = []
  var theirs: [Spent] = []

  /// Runs both `rounds` times, one after the other; who begins changes from round to round.
  static func measure(
    rounds: Int, ours: () async throws -> Spent, theirs: () async throws -> Spent
  ) async throws -> Pair {
    var pair = Pair()
    for round in 0..<rounds {
      if round % 2 == 0 { pair.ours.append(try await ours()) }
      pair.theirs.append(try await theirs())
      if round % 2 == 1 { pair.ours.append(try await ours()) }
    }
    return pair
  }

  /// A row of one quantity.
  func row(
    _ what: String, _ unit: Row.Unit, beside: String, aim: Row.Aim = .none, note: String? = nil,
    _ quantity: (Spent) -> Double
  ) -> Row {
    Row(
      what, unit, ours: Series(ours.map(quantity)), beside: beside, theirs: Series(theirs.map(quantity)), aim: aim,
      note: note)
  }
}
