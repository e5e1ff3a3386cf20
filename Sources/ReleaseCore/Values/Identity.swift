/// A git commit: 40 lower-case hexadecimal digits.
public struct Commit: Hashable, Sendable, CustomStringConvertible {
  public let hex: String

  /// `nil` unless `hex` is 40 lower-case hexadecimal digits.
  public init?(_ hex: String) {
    guard hex.utf8.count == 40, hex.utf8.allSatisfy(isLowercaseHex) else { return nil }
    self.hex = hex
  }

  /// The first twelve digits, for people.
  public var short: String { String(hex.prefix(12)) }

  public var description: String { hex }
}

/// The digest of an image manifest, `sha256:` and 64 lower-case hexadecimal digits (OCI image spec, "Digests").
public struct Digest: Hashable, Sendable, CustomStringConvertible {
  public let text: String

  /// `nil` unless `text` has the form above; other algorithms are not used by ECR.
  public init?(_ text: String) {
    let prefix = "sha256:"
    guard text.hasPrefix(prefix), text.utf8.count == prefix.utf8.count + 64,
      text.utf8.dropFirst(prefix.utf8.count).allSatisfy(isLowercaseHex)
    else { return nil }
    self.text = text
  }

  /// The algorithm and the first twelve digits, for people.
  public var short: String { String(text.prefix(19)) }

  public var description: String { text }
}

/// The identity of one run: 26 characters of Crockford's base 32, which sort by the time of their start (a ULID).
public struct RunID: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let text: String

  private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")

  /// `nil` unless `text` is 26 characters of Crockford's alphabet, upper case.
  public init?(_ text: String) {
    guard text.utf8.count == 26, text.utf8.allSatisfy(isOfCrockfordsAlphabet) else { return nil }
    self.text = text
  }

  /// The identity of a run that starts at `moment`, made unique by the low 80 bits of `randomness`.
  public init(at moment: Moment, randomness: (UInt64, UInt16)) {
    var time = UInt64(bitPattern: moment.milliseconds) & 0xFFFF_FFFF_FFFF
    var high: [Character] = []
    for _ in 0..<10 {
      high.append(RunID.alphabet[Int(time & 31)])
      time >>= 5
    }
    var low: [Character] = []
    var (rest, top) = randomness
    for _ in 0..<16 {
      low.append(RunID.alphabet[Int(rest & 31)])
      rest = (rest >> 5) | (UInt64(top & 31) << 59)
      top >>= 5
    }
    self.text = String(high.reversed()) + String(low.reversed())
  }

  public static func < (left: RunID, right: RunID) -> Bool { left.text < right.text }

  public var description: String { text }
}

private func isOfCrockfordsAlphabet(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "I"), UInt8(ascii: "L"), UInt8(ascii: "O"), UInt8(ascii: "U"): false
  case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
  default: false
  }
}

func isLowercaseHex(_ byte: UInt8) -> Bool {
  (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
}
