/// Numbers as people read them.
enum Words {
  /// Three significant digits, no exponent.
  static func number(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "-" : "no end" }
    if value == value.rounded(), abs(value) < 1_000_000 { return String(Int(value)) }
    let digits =
      switch abs(value) {
      case ..<0.1: 3
      case ..<10: 2
      case ..<100: 1
      default: 0
      }
    let scale = (0..<digits).reduce(1.0) { power, _ in power * 10 }
    let scaled = Int((value * scale).rounded())
    guard digits > 0 else { return String(scaled) }
    let part = String(abs(scaled) % Int(scale))
    return "\(value < 0 ? "-" : "")\(abs(scaled) / Int(scale))."
      + String(repeating: "0", count: digits - part.utf8.count) + part
  }

  static func quantity(_ value: Double, _ unit: Row.Unit) -> String {
    switch unit {
    case .seconds where value.isFinite:
      switch abs(value) {
      case ..<1e-3: "\(number(value * 1e6)) µs"
      case ..<1: "\(number(value * 1e3)) ms"
      default: "\(number(value)) s"
      }
    case .bytes where value.isFinite:
      value < 1_000_000 ? "\(number(value / 1e3)) kB" : "\(number(value / 1e6)) MB"
    case .perSecond: "\(number(value))/s"
    case .seconds, .bytes, .calls, .requests, .count: number(value)
    }
  }

  /// `median (low–high)`, or the only sample.
  static func series(_ series: Series, _ word: (Double) -> String) -> String {
    let (median, low, high) = (word(series.median), word(series.low), word(series.high))
    return low == high ? median : "\(median) (\(low)–\(high))"
  }

  static func aim(_ aim: Row.Aim, _ unit: Row.Unit) -> String {
    switch aim {
    case .ratio(let least): least == 1 ? "no more" : "\(number(least)) x"
    case .atMost(let most): "at most \(quantity(most, unit))"
    case .atLeast(let least): "at least \(quantity(least, unit))"
    case .none: ""
    }
  }
}
