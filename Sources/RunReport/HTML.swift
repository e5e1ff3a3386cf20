import ReleaseCore

/// Text of others in a page: nothing in it is markup, and nothing of it steers a terminal or a reader's direction.
enum HTML {
  /// For text and for values of attributes in double quotes (HTML Living Standard, 13.1.2).
  static func escape(_ text: some StringProtocol) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      case "\n", "\t": escaped.unicodeScalars.append(scalar)
      case _ where isControl(scalar): escaped += "\u{FFFD}"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  /// Control characters, and those that turn the direction of what follows (Unicode UAX #9).
  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || (0x202A...0x202E).contains(scalar.value)
      || (0x2066...0x2069).contains(scalar.value)
  }

  static func row(_ cells: [String], header: Bool = false) -> String {
    let tag = header ? "th" : "td"
    return "<tr>" + cells.map { "<\(tag)>\($0)</\(tag)>" }.joined() + "</tr>"
  }
}

/// The time of a run from its first entry to its last, as shares of a drawing's width.
struct TimeScale {
  let begin: Moment
  let end: Moment

  private var whole: Int64 { max(1, end.milliseconds - begin.milliseconds) }

  /// `12.34%`, from 0 to 100.
  func place(_ moment: Moment) -> String { percent(moment.milliseconds - begin.milliseconds) }

  func width(_ from: Moment, _ to: Moment) -> String { percent(to.milliseconds - from.milliseconds) }

  private func percent(_ milliseconds: Int64) -> String {
    let hundredths = min(10_000, max(0, milliseconds * 10_000 / whole))
    let rest = hundredths % 100
    return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)%"
  }

  /// Round times since the beginning, four to eight of them.
  var marks: [(at: Moment, words: String)] {
    let steps: [Int64] = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400]
    let step = (steps.first { whole / ($0 * 1000) <= 6 } ?? 86_400) * 1000
    return stride(from: 0, through: whole, by: Int64.Stride(step)).map {
      (Moment(milliseconds: begin.milliseconds + $0), TimeScale.words(seconds: $0 / 1000))
    }
  }

  /// `45 s`, `1:05`, `1:02:05`.
  static func words(seconds: Int64) -> String {
    if seconds < 60 { return "\(seconds) s" }
    func two(_ number: Int64) -> String { (number < 10 ? "0" : "") + String(number) }
    if seconds < 3600 { return "\(seconds / 60):\(two(seconds % 60))" }
    return "\(seconds / 3600):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
  }
}
