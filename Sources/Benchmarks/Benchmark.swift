/// One comparison, or several of the same kind.
protocol Benchmark: Sendable {
  /// What it is called on the command line.
  static var name: String { get }
  /// What it compares, for `--help`.
  static var about: String { get }

  init()

  /// Measures. What it prints on the way goes through `bench.say`.
  func run(_ bench: Bench) async throws -> [Row]
}

/// What every benchmark is given.
struct Bench: Sendable {
  let tools: Tools
  /// The shortest form: that it runs is what is looked at, not what it tells.
  let isShort: Bool

  /// How often a pair is measured.
  func rounds(_ usual: Int, short: Int = 1) -> Int { isShort ? short : usual }

  func say(_ text: String) { Output.error("  \(text)") }
}
