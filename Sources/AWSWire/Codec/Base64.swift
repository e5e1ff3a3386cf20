import FoundationEssentials

/// Base64 with padding (RFC 4648, 4).
public func base64Encoded(_ bytes: [UInt8]) -> String {
  Data(bytes).base64EncodedString()
}

/// The bytes of a base64 text; line ends inside it are skipped, as GetConsoleOutput has them. `nil` when malformed.
public func base64Decoded(_ text: String) -> [UInt8]? {
  let compact = text.utf8.filter { $0 != 10 && $0 != 13 }
  return Data(base64Encoded: Data(compact)).map { Array($0) }
}
