import Foundation

/// One line of the result: a quantity of ours, and the same of whatever does the same work beside us.
struct Row: Codable, Sendable {
  enum Unit: String, Codable, Sendable {
    case seconds
    case bytes
    case calls
    case requests
    case perSecond
    case count
  }

  /// What a comparison should come to.
  enum Aim: Codable, Sendable {
    /// Theirs over ours, at least.
    case ratio(Double)
    case atMost(Double)
    case atLeast(Double)
    /// Nothing is aimed at: the figure explains another one.
    case none
  }

  /// The benchmark's name.
  var benchmark: String
  var what: String
  var unit: Unit
  var ours: Series
  var beside: String?
  var theirs: Series?
  var aim: Aim
  /// What a reader should know of this figure.
  var note: String?

  init(
    _ what: String, _ unit: Unit, ours: Series, beside: String? = nil, theirs: Series? = nil, aim: Aim = .none,
    note: String? = nil
  ) {
    benchmark = ""
    self.what = what
    self.unit = unit
    self.ours = ours
    self.beside = beside
    self.theirs = theirs
    self.aim = aim
    self.note = note
  }

  /// How many times as much theirs is; of a rate, ours.
  var ratio: Series? {
    guard let theirs else { return nil }
    return unit == .perSecond ? ours.over(theirs) : theirs.over(ours)
  }

  /// Whether the median reaches the aim; `nil`: there is none.
  var isReached: Bool? {
    switch aim {
    case .ratio(let least): ratio.map { $0.median >= least }
    case .atMost(let most): ours.median <= most
    case .atLeast(let least): ours.median >= least
    case .none: nil
    }
  }
}

/// A whole run of the suite.
struct Results: Codable, Sendable {
  /// Cores, memory and kernel of the machine, in words.
  var machine: String
  /// What was compared with, and its version.
  var tools: [String: String]
  var rows: [Row]
}

extension Results {
  init(file: String) throws {
    self = try JSONDecoder().decode(Results.self, from: Data(contentsOf: URL(filePath: file)))
  }

  func write(to file: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try encoder.encode(self).write(to: URL(filePath: file))
  }

  /// Puts in the rows of one benchmark, in the order of the suite.
  mutating func replace(_ name: String, by measured: [Row]) {
    rows.removeAll { $0.benchmark == name }
    rows += measured.map { row in
      var row = row
      row.benchmark = name
      return row
    }
    let places = Dictionary(uniqueKeysWithValues: Benchmarks.all.enumerated().map { ($1.name, $0) })
    let numbered = rows.enumerated().sorted { left, right in
      let (first, second) = (places[left.element.benchmark, default: 0], places[right.element.benchmark, default: 0])
      return (first, left.offset) < (second, right.offset)
    }
    rows = numbered.map(\.element)
  }
}
