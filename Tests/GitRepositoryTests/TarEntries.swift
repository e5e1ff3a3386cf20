import RealParts

/// One thing in a tar archive.
struct TarEntry: Equatable, Hashable, CustomStringConvertible {
  var path: String
  /// `0` a file, `2` a symbolic link, `5` a folder.
  var kind: Character
  /// Octal.
  var mode: String
  var link: String
  var owner: String
  var modifiedAt: Int
  var contents: [UInt8]

  var description: String { "\(kind) \(mode) \(owner) \(path.debugDescription) -> \(link) (\(contents.count) bytes)" }
}

/// Reads a tar archive as POSIX and GNU have it (IEEE Std 1003.1, pax; GNU tar manual, "Basic Tar Format").
func tarEntries(_ archive: [UInt8]) throws -> [TarEntry] {
  var entries: [TarEntry] = []
  var next = 0
  var long: [String: [UInt8]] = [:]
  while next + 512 <= archive.count, archive[next] != 0 {
    let header = Array(archive[next..<(next + 512)])
    let size = Int(text(header, 124, 12), radix: 8) ?? 0
    let start = next + 512
    guard start + size <= archive.count else { throw FixtureFailure("the archive ends in the midst of a file") }
    let contents = Array(archive[start..<(start + size)])
    next = start + (size + 511) / 512 * 512
    switch Character(UnicodeScalar(header[156])) {
    case "x": long.merge(paxRecords(contents)) { $1 }
    case "L": long["path"] = Array(contents.prefix { $0 != 0 })
    case "K": long["linkpath"] = Array(contents.prefix { $0 != 0 })
    case let kind:
      let prefix = header.dropFirst(257).prefix(6).elementsEqual("ustar\0".utf8) ? text(header, 345, 155) : ""
      let short = (prefix.isEmpty ? "" : prefix + "/") + text(header, 0, 100)
      entries.append(
        TarEntry(
          path: long["path"].map { String(decoding: $0, as: UTF8.self) } ?? short, kind: kind == "\0" ? "0" : kind,
          mode: String((Int(text(header, 100, 8), radix: 8) ?? 0) & 0o7777, radix: 8),
          link: long["linkpath"].map { String(decoding: $0, as: UTF8.self) } ?? text(header, 157, 100),
          owner: "\(Int(text(header, 108, 8), radix: 8) ?? -1):\(Int(text(header, 116, 8), radix: 8) ?? -1)",
          modifiedAt: Int(text(header, 136, 12), radix: 8) ?? -1, contents: contents))
      long = [:]
    }
  }
  return entries
}

private func text(_ header: [UInt8], _ start: Int, _ count: Int) -> String {
  let field = header[start..<(start + count)].prefix { $0 != 0 }
  return String(decoding: field.drop { $0 == 0x20 }.prefix { $0 != 0x20 || start == 0 || start == 157 }, as: UTF8.self)
}

private func paxRecords(_ bytes: [UInt8]) -> [String: [UInt8]] {
  var rest = bytes[...]
  var records: [String: [UInt8]] = [:]
  while let length = Int(String(decoding: rest.prefix { $0 != 0x20 }, as: UTF8.self)), length > 0 {
    let record = rest.prefix(length).drop { $0 != 0x20 }.dropFirst().dropLast()
    records[String(decoding: record.prefix { $0 != UInt8(ascii: "=") }, as: UTF8.self)] =
      Array(record.drop { $0 != UInt8(ascii: "=") }.dropFirst())
    rest = rest.dropFirst(length)
  }
  return records
}
