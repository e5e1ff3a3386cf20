/// A text's code points as Go reads them: a byte that belongs to no character counts as U+FFFD, each for itself
/// (https://go.dev/ref/spec#For_statements, "range" over a string).
func runes(_ bytes: some RandomAccessCollection<UInt8>) -> [Unicode.Scalar] {
  var found: [Unicode.Scalar] = []
  found.reserveCapacity(bytes.count)
  var rest = bytes[...]
  while let lead = rest.first {
    if lead < 0x80 {
      found.append(Unicode.Scalar(lead))
      rest = rest.dropFirst()
    } else if let (rune, width) = longRune(rest.prefix(4)) {
      found.append(rune)
      rest = rest.dropFirst(width)
    } else {
      found.append("\u{FFFD}")
      rest = rest.dropFirst()
    }
  }
  return found
}

/// The character of two to four bytes at the front; `nil` where there is none (RFC 3629, section 4).
private func longRune(_ bytes: some Collection<UInt8>) -> (Unicode.Scalar, width: Int)? {
  guard let lead = bytes.first else { return nil }
  let width = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2
  guard (0xC2...0xF4).contains(lead), bytes.count >= width else { return nil }
  var rune = UInt32(lead) & (0x7F >> UInt32(width))
  for byte in bytes.prefix(width).dropFirst() {
    guard byte & 0xC0 == 0x80 else { return nil }
    rune = rune << 6 | UInt32(byte & 0x3F)
  }
  let least: UInt32 = width == 4 ? 0x1_0000 : width == 3 ? 0x800 : 0x80
  guard rune >= least, let scalar = Unicode.Scalar(rune) else { return nil }
  return (scalar, width)
}

/// Without the white space at both ends, as Go's `strings.TrimSpace` leaves it.
func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
  var rest = bytes
  while let space = spaces.first(where: { rest.starts(with: $0) }) { rest = rest.dropFirst(space.count) }
  while let space = spaces.first(where: { rest.suffix($0.count).elementsEqual($0) }) {
    rest = rest.dropLast(space.count)
  }
  return rest
}

/// Every white space of Unicode, in UTF-8.
private let spaces: [[UInt8]] =
  ([0x09...0x0D, 0x20...0x20, 0x85...0x85, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029]
  + [0x202F...0x202F, 0x205F...0x205F, 0x3000...0x3000] as [ClosedRange<UInt32>])
  .flatMap { $0 }.compactMap { Unicode.Scalar($0) }.map { Array(String($0).utf8) }
