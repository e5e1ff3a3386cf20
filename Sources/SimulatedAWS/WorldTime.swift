/// A point in time of the emulated world: real in the sandbox, virtual in a simulation.
public struct WorldTime: Hashable, Comparable, Sendable {
  /// Milliseconds since 1970-01-01T00:00:00Z.
  public var milliseconds: Int64

  public init(milliseconds: Int64) { self.milliseconds = milliseconds }

  public static func < (left: WorldTime, right: WorldTime) -> Bool { left.milliseconds < right.milliseconds }

  /// The time this many milliseconds later.
  public static func + (time: WorldTime, milliseconds: Int64) -> WorldTime {
    WorldTime(milliseconds: time.milliseconds + milliseconds)
  }

  /// The milliseconds from `right` to `left`.
  public static func - (left: WorldTime, right: WorldTime) -> Int64 { left.milliseconds - right.milliseconds }

  /// `2026-01-31T09:05:00Z`, cut to the second: the form in which AWS words causes.
  public var seconds: String { civil() + "Z" }

  /// `2026-01-31T09:05:00.123Z`: the form of AWS's timestamps in XML.
  public var iso8601: String {
    let fraction = String(1000 + Int(((milliseconds % 1000) + 1000) % 1000)).dropFirst()
    return "\(civil()).\(fraction)Z"
  }

  /// The civil date and time in UTC, in the proleptic Gregorian calendar (years counted from March).
  private func civil() -> String {
    let total = milliseconds >= 0 ? milliseconds / 1000 : (milliseconds - 999) / 1000
    let days = total >= 0 ? total / 86_400 : (total - 86_399) / 86_400
    let second = total - days * 86_400
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * month + 2) / 5 + 1
    let year = yearOfEra + era * 400 + (month >= 10 ? 1 : 0)
    let date = "\(year)-\(two(month < 10 ? month + 3 : month - 9))-\(two(day))"
    return "\(date)T\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))"
  }

  private func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : String(number) }
}
