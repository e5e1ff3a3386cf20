import FoundationEssentials

/// A JSON value; objects keep the order in which they were made.
enum JSON: Equatable, Sendable {
  case null
  case bool(Bool)
  case int(Int)
  case number(Double)
  case string(String)
  case array([JSON])
  case object([(String, JSON)])

  static func == (left: JSON, right: JSON) -> Bool { left.text == right.text }

  /// `nil`: not JSON.
  init?(parsing bytes: [UInt8]) {
    guard let parsed = try? JSONDecoder().decode(Parsed.self, from: Data(bytes)) else { return nil }
    self = parsed.value
  }

  subscript(key: String) -> JSON? {
    if case .object(let members) = self { members.first { $0.0 == key }?.1 } else { nil }
  }

  var stringValue: String? {
    if case .string(let text) = self { text } else { nil }
  }

  var intValue: Int? {
    switch self {
    case .int(let number): number
    case .number(let number): Int(exactly: number)
    default: nil
    }
  }

  var items: [JSON] {
    if case .array(let items) = self { items } else { [] }
  }

  /// The document without white space.
  var text: String {
    switch self {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .int(let value): String(value)
    case .number(let value): String(value)
    case .string(let value): quoted(value)
    case .array(let items): "[" + items.map(\.text).joined(separator: ",") + "]"
    case .object(let members):
      "{" + members.map { "\(quoted($0.0)):\($0.1.text)" }.joined(separator: ",") + "}"
    }
  }

  private func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case let control where control.value < 0x20:
        result += "\\u00" + (control.value < 16 ? "0" : "") + String(control.value, radix: 16)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

/// Decodes any JSON into the enumeration.
private struct Parsed: Decodable {
  var value: JSON

  private struct Key: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  init(from decoder: any Decoder) throws {
    if let container = try? decoder.container(keyedBy: Key.self) {
      value = .object(
        try container.allKeys.map { ($0.stringValue, try container.decode(Parsed.self, forKey: $0).value) })
      return
    }
    if var container = try? decoder.unkeyedContainer() {
      var items: [JSON] = []
      while !container.isAtEnd { items.append(try container.decode(Parsed.self).value) }
      value = .array(items)
      return
    }
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      value = .null
    } else if let bool = try? container.decode(Bool.self) {
      value = .bool(bool)
    } else if let int = try? container.decode(Int.self) {
      value = .int(int)
    } else if let number = try? container.decode(Double.self) {
      value = .number(number)
    } else {
      value = .string(try container.decode(String.self))
    }
  }
}
