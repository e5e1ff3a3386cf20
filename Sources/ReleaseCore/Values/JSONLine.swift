/// One JSON object on one line, made of facts in their order: journal entries and `--output json`.
public enum JSONLine {
  /// RFC 8259; characters outside ASCII stay as they are, in UTF-8.
  public static func encode(_ facts: [Announcement.Fact]) -> String {
    "{" + facts.map { "\(quote($0.key)):\(encode($0.value))" }.joined(separator: ",") + "}"
  }

  private static func encode(_ value: Announcement.Fact.Value) -> String {
    switch value {
    case .text(let text): quote(text)
    case .number(let number): String(number)
    case .list(let list): "[" + list.map(quote).joined(separator: ",") + "]"
    }
  }

  private static func quote(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\r": quoted += "\\r"
      case "\t": quoted += "\\t"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        let hex = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}

extension Moment {
  /// `2026-11-23T17:42:07.250Z` (RFC 3339).
  public var timestamp: String {
    let days = Int64((Double(milliseconds) / 86_400_000).rounded(.down))
    let rest = milliseconds - days * 86_400_000
    let (year, month, day) = Moment.date(daysSinceEpoch: days)
    let seconds = rest / 1000
    return "\(year)-\(padded(month))-\(padded(day))T\(padded(seconds / 3600)):\(padded(seconds / 60 % 60)):"
      + "\(padded(seconds % 60)).\(padded(rest % 1000, 3))Z"
  }

  /// The civil date of a day, by the proleptic Gregorian calendar: eras of 400 years that begin in March.
  private static func date(daysSinceEpoch: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = daysSinceEpoch + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }
}

private func padded(_ number: Int64, _ width: Int = 2) -> String {
  let digits = String(number)
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
