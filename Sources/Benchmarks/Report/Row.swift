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

  /// What the issue of a comparison should be.
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
