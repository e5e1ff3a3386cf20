import ReleaseCore

extension Moment {
  /// Reads what ``timestamp`` writes: `2026-11-23T17:42:07.250Z`; `nil` for any other form.
  init?(timestamp: String) {
    let bytes = Array(timestamp.utf8)
    guard bytes.count == 24, bytes[23] == UInt8(ascii: "Z") else { return nil }
    func number(_ range: Range<Int>) -> Int64? { Int64(String(decoding: bytes[range], as: UTF8.self)) }
    guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
      let minute = number(14..<16), let second = number(17..<19), let milli = number(20..<23), (1...12).contains(month),
      (1...31).contains(day)
    else { return nil }
    // Days since 1970-01-01 by the proleptic Gregorian calendar: eras of 400 years that begin in March.
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = shiftedYear / 400
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    self.init(milliseconds: (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000 + milli)
  }
}
