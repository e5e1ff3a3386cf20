/// What a scalar of the file must look like, and how to say so.
struct ValueForm<Value> {
  /// Behind the value found: `is not a duration`.
  let wrong: String
  /// `write 500ms, 90s, 5m or 1h`.
  let allowed: String
  /// `nil` for a text of another form.
  let read: (String) -> Value?
}

extension ValueForm where Value == Int {
  static func percent(_ range: ClosedRange<Int>) -> ValueForm {
    let allowed = "write a whole number from \(range.lowerBound) to \(range.upperBound), without a sign"
    return ValueForm(wrong: "is not such a percentage", allowed: allowed) { text in
      wholeNumber(text).flatMap { range.contains($0) ? $0 : nil }
    }
  }
}

extension ValueForm where Value == Int {
  static func count(_ range: ClosedRange<Int>) -> ValueForm {
    let allowed = "write a whole number from \(range.lowerBound) to \(range.upperBound)"
    return ValueForm(wrong: "is not such a number", allowed: allowed) { text in
      wholeNumber(text).flatMap { range.contains($0) ? $0 : nil }
    }
  }
}

extension ValueForm where Value == Duration {
  /// `500ms`, `90s`, `5m`, `1h`: a whole number and a unit.
  static var duration: ValueForm { duration(in: .zero...week) }

  /// A duration that AWS takes in a preference of an instance refresh, at most 48 hours.
  /// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RefreshPreferences.html
  static var durationForAWS: ValueForm { duration(in: .zero...Duration.seconds(172_800), limit: ", at most 48h") }

  /// How often to look: often enough to see, not so often that AWS throttles everybody.
  static var pollInterval: ValueForm {
    duration(in: .milliseconds(100)...Duration.seconds(600), limit: ", from 100ms to 10m")
  }

  /// How long to wait for something: zero would fail at once.
  static var patience: ValueForm { duration(in: .milliseconds(1)...week, limit: ", more than nothing") }

  /// How old something may be, a year at most.
  static var age: ValueForm { duration(in: .zero...Duration.seconds(365 * 86_400), limit: ", at most 8760h") }

  private static var week: Duration { .seconds(7 * 86_400) }

  private static func duration(in range: ClosedRange<Duration>, limit: String = "") -> ValueForm {
    ValueForm(wrong: "is not a duration", allowed: "write 500ms, 90s, 5m or 1h\(limit)") { text in
      parse(text).flatMap { range.contains($0) ? $0 : nil }
    }
  }

  private static func parse(_ text: String) -> Duration? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let number = wholeNumber(digits) else { return nil }
    return switch text.dropFirst(digits.count) {
    case "ms": .milliseconds(number)
    case "s": .seconds(number)
    case "m": .seconds(number * 60)
    case "h": .seconds(number * 3600)
    default: nil
    }
  }
}

extension ValueForm where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
  /// One of the words of an enumeration.
  static var word: ValueForm {
    let words = Value.allCases.map(\.rawValue).joined(separator: " or ")
    return ValueForm(wrong: "is not known here", allowed: "write \(words)") { Value(rawValue: $0) }
  }
}

/// Digits only, few enough that no unit makes them overflow.
private func wholeNumber(_ text: some StringProtocol) -> Int? {
  text.utf8.count <= 9 && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    ? Int(text) : nil
}
