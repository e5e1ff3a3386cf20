import ReleaseCore

/// One line of a journal, read back: the facts of one JSON object, as ``JSONLine`` wrote them.
public struct JournalLine: Equatable, Sendable {
  private var values: [String: Announcement.Fact.Value] = [:]

  /// `nil`: it is not a whole object of texts, whole numbers and lists of texts (RFC 8259); a killed run, or a full
  /// disk, may leave the last line cut.
  public init?(_ text: some StringProtocol) {
    var reader = Reader(Array(text.utf8))
    guard let values = reader.object() else { return nil }
    self.values = values
  }

  public subscript(text key: String) -> String? {
    if case .text(let text) = values[key] { text } else { nil }
  }

  public subscript(number key: String) -> Int? {
    if case .number(let number) = values[key] { number } else { nil }
  }

  public subscript(list key: String) -> [String] {
    if case .list(let list) = values[key] { list } else { [] }
  }

  /// When it was written.
  var time: Moment? { self[text: "time"].flatMap { Moment(timestamp: $0) } }
}

/// Reads the JSON of journals, and no other.
private struct Reader {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func object() -> [String: Announcement.Fact.Value]? {
    var values: [String: Announcement.Fact.Value] = [:]
    guard take("{") else { return nil }
    if take("}") { return isAtEnd ? values : nil }
    repeat {
      guard let key = string(), take(":"), let value = value() else { return nil }
      values[key] = value
    } while take(",")
    return take("}") && isAtEnd ? values : nil
  }

  private var isAtEnd: Bool { bytes[position...].allSatisfy(Reader.isSpace) }

  private mutating func value() -> Announcement.Fact.Value? {
    skipSpace()
    guard position < bytes.count else { return nil }
    switch bytes[position] {
    case UInt8(ascii: "\""): return string().map { .text($0) }
    case UInt8(ascii: "["): return list().map { .list($0) }
    default: return number().map { .number($0) }
    }
  }

  private mutating func list() -> [String]? {
    guard take("[") else { return nil }
    if take("]") { return [] }
    var list: [String] = []
    repeat {
      guard let text = string() else { return nil }
      list.append(text)
    } while take(",")
    return take("]") ? list : nil
  }

  private mutating func number() -> Int? {
    let start = position
    while position < bytes.count, bytes[position] == UInt8(ascii: "-") || Reader.isDigit(bytes[position]) {
      position += 1
    }
    return Int(String(decoding: bytes[start..<position], as: UTF8.self))
  }

  private mutating func string() -> String? {
    guard take("\"") else { return nil }
    var text: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"):
        guard let scalar = escape() else { return nil }
        text += Array(String(Character(scalar)).utf8)
      default: text.append(byte)
      }
    }
    return nil
  }

  private mutating func escape() -> Unicode.Scalar? {
    guard position < bytes.count else { return nil }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "u"):
      guard position + 4 <= bytes.count else { return nil }
      let digits = String(decoding: bytes[position..<(position + 4)], as: UTF8.self)
      position += 4
      return UInt32(digits, radix: 16).flatMap { Unicode.Scalar($0) }
    default: return nil
    }
  }

  private mutating func take(_ wanted: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < bytes.count, bytes[position] == UInt8(ascii: wanted) else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() {
    while position < bytes.count, Reader.isSpace(bytes[position]) { position += 1 }
  }

  private static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
