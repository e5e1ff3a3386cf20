import FoundationEssentials

/// Some services write their members with a capital: `CommandId` on the wire is `commandId` here. The keys of plain
/// dictionaries are values, and stay as they are.
struct MemberName: CodingKey {
  var stringValue: String
  var intValue: Int? { nil }

  init(stringValue: String) { self.stringValue = stringValue }

  init?(intValue: Int) { nil }

  static let capitalized = JSONEncoder.KeyEncodingStrategy.custom { path in
    let name = path.last?.stringValue ?? ""
    return MemberName(stringValue: name.prefix(1).uppercased() + name.dropFirst())
  }

  static let uncapitalized = JSONDecoder.KeyDecodingStrategy.custom { path in
    let name = path.last?.stringValue ?? ""
    return MemberName(stringValue: name.prefix(1).lowercased() + name.dropFirst())
  }
}
