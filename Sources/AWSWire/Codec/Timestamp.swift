/// A time on the wire, in milliseconds since 1970-01-01T00:00:00Z; finer digits are dropped.
public struct Timestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
  public var milliseconds: Int64

  public init(milliseconds: Int64) { self.milliseconds = milliseconds }

  /// JSON protocols say times as seconds, fractions allowed. A number that is no time, for it lies beyond any that can be
  /// counted with, is the nearest that can.
  public init(epochSeconds: Double) {
    let latest = Double(Timestamp.latest.milliseconds)
    let told = (epochSeconds * 1000).rounded()
    milliseconds = told.isNaN ? 0 : Int64(min(max(told, -latest), latest))
  }

  /// A time some 31,000 years from now: differences between any two that came over the wire can be counted.
  static let latest = Timestamp(milliseconds: 1_000_000_000_000_000)

  public var epochSeconds: Double { Double(milliseconds) / 1000 }

  /// Parses `2026-01-02T03:04:05Z`, with any number of fractional digits, `Z` or an offset such as `+01:00` (RFC 3339).
  public init?(iso8601 text: String) {
    var reader = Digits(text)
    guard let year = reader.number(4), reader.take("-"), let month = reader.number(2), reader.take("-"),
      let day = reader.number(2), reader.take("T") || reader.take("t") || reader.take(" "),
      let hour = reader.number(2), reader.take(":"), let minute = reader.number(2), reader.take(":"),
      let second = reader.number(2)
    else { return nil }
    let fraction = reader.take(".") ? reader.fraction() : 0
    guard let fraction, let offset = reader.offsetMinutes(), reader.isAtEnd,
      let whole = epoch(year, month, day, hour, minute, second)
    else { return nil }
    milliseconds = (whole - Int64(offset) * 60) * 1000 + Int64(fraction)
  }

  /// Parses SigV4's `20260102T030405Z`.
  public init?(basic text: String) {
    var reader = Digits(text)
    guard let year = reader.number(4), let month = reader.number(2), let day = reader.number(2), reader.take("T"),
      let hour = reader.number(2), let minute = reader.number(2), let second = reader.number(2), reader.take("Z"),
      reader.isAtEnd, let whole = epoch(year, month, day, hour, minute, second)
    else { return nil }
    milliseconds = whole * 1000
  }

  /// Parses an HTTP `Date`, `Fri, 02 Jan 2026 03:04:05 GMT` (RFC 9110, 5.6.7; the obsolete forms are not sent by AWS).
  public init?(httpDate text: String) {
    let parts = text.split(separator: " ")
    guard parts.count == 6, parts[5] == "GMT", let day = Int(parts[1]), let year = Int(parts[3]),
      (0...9999).contains(year),
      let month = months.firstIndex(of: String(parts[2]))
    else { return nil }
    let clock = parts[4].split(separator: ":").compactMap { Int($0) }
    guard clock.count == 3, let whole = epoch(year, month + 1, day, clock[0], clock[1], clock[2]) else { return nil }
    milliseconds = whole * 1000
  }

  /// `2026-01-02T03:04:05.678Z`; without the fraction when it is zero.
  public var iso8601: String {
    let time = Civil(self)
    let fraction = time.millisecond == 0 ? "" : "." + padded(time.millisecond, 3)
    return "\(padded(time.year, 4))-\(padded(time.month, 2))-\(padded(time.day, 2))T"
      + "\(padded(time.hour, 2)):\(padded(time.minute, 2)):\(padded(time.second, 2))\(fraction)Z"
  }

  /// `20260102T030405Z`.
  public var basic: String {
    let time = Civil(self)
    return padded(time.year, 4) + padded(time.month, 2) + padded(time.day, 2) + "T" + padded(time.hour, 2)
      + padded(time.minute, 2) + padded(time.second, 2) + "Z"
  }

  /// `Fri, 02 Jan 2026 03:04:05 GMT`.
  public var httpDate: String {
    let time = Civil(self)
    return "\(weekdays[time.weekday]), \(padded(time.day, 2)) \(months[time.month - 1]) \(padded(time.year, 4)) "
      + "\(padded(time.hour, 2)):\(padded(time.minute, 2)):\(padded(time.second, 2)) GMT"
  }

  public var description: String { iso8601 }

  public static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }
}

private let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
private let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]

private func padded(_ number: Int, _ width: Int) -> String {
  let digits = String(number)
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

/// Seconds since 1970 of a date of the proleptic Gregorian calendar in UTC, or `nil` when a part is out of its range.
private func epoch(_ year: Int, _ month: Int, _ day: Int, _ hour: Int, _ minute: Int, _ second: Int) -> Int64? {
  guard (1...12).contains(month), (1...31).contains(day), (0...23).contains(hour), (0...59).contains(minute),
    (0...60).contains(second)
  else { return nil }
  return Int64(days(year, month, day)) * 86400 + Int64(hour * 3600 + minute * 60 + second)
}

/// Days since 1970-01-01. The year is counted from March, so that the leap day is its last.
private func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
  let shifted = month <= 2 ? year - 1 : year
  let era = (shifted >= 0 ? shifted : shifted - 399) / 400
  let yearOfEra = shifted - era * 400
  let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
  return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
}

/// A timestamp taken apart in UTC; the inverse of `days`.
private struct Civil {
  var year, month, day, hour, minute, second, millisecond, weekday: Int

  init(_ time: Timestamp) {
    let day = Int(time.milliseconds.flooredDivision(by: 86_400_000))
    let inDay = Int(time.milliseconds) - day * 86_400_000
    let fromEra = day + 719_468
    let era = fromEra.flooredDivision(by: 146_097)
    let dayOfEra = fromEra - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    self.day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    hour = inDay / 3_600_000
    minute = inDay / 60_000 % 60
    second = inDay / 1000 % 60
    millisecond = inDay % 1000
    // 1970-01-01 was a Thursday.
    weekday = (day + 4) - (day + 4).flooredDivision(by: 7) * 7
  }
}

extension BinaryInteger {
  fileprivate func flooredDivision(by divisor: Self) -> Self {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}

/// Reads fixed-width digits from the front of a text.
private struct Digits {
  private var rest: Substring.UTF8View

  init(_ text: String) { rest = Substring(text).utf8 }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard rest.first == UInt8(ascii: character) else { return false }
    rest.removeFirst()
    return true
  }

  mutating func number(_ width: Int) -> Int? {
    var value = 0
    for _ in 0..<width {
      guard let digit = digit() else { return nil }
      value = value * 10 + digit
    }
    return value
  }

  /// The digits after the point as milliseconds, or `nil` when there is none.
  mutating func fraction() -> Int? {
    var value = 0
    var count = 0
    while let digit = digit() {
      if count < 3 { value = value * 10 + digit }
      count += 1
    }
    guard count > 0 else { return nil }
    while count < 3 {
      value *= 10
      count += 1
    }
    return value
  }

  /// `Z`, `+hh:mm` or `-hh:mm`.
  mutating func offsetMinutes() -> Int? {
    if take("Z") || take("z") { return 0 }
    let sign = take("+") ? 1 : take("-") ? -1 : 0
    guard sign != 0, let hours = number(2) else { return nil }
    _ = take(":")
    guard let minutes = number(2) else { return nil }
    return sign * (hours * 60 + minutes)
  }

  private mutating func digit() -> Int? {
    guard let byte = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
    rest.removeFirst()
    return Int(byte - UInt8(ascii: "0"))
  }
}
