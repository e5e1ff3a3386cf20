import Foundation

/// A text in which what differs from run to run is numbered by its first appearance, in the same width.
struct PlainText {
  private var folders: [(path: String, name: String)]
  private var known: [String: String] = [:]
  private var counts: [Kind: Int] = [:]

  init(folders: [(String, String)]) {
    self.folders = folders.map { (path: $0.0, name: $0.1) }
  }

  private enum Kind: CaseIterable {
    case digest, commit, uuid, shortCommit, run, instance, moment, elapsed, took, port

    /// What such a thing looks like. In this order, so that a digest is not taken for a commit.
    var pattern: Regex<Substring> {
      switch self {
      case .digest: /\b[0-9a-f]{64}\b/
      case .commit: /\b[0-9a-f]{40}\b/
      case .shortCommit: /\b[0-9a-f]{12}\b/
      case .uuid: /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/
      case .run: /\b01[0-9A-HJKMNP-TV-Z]{24}\b/
      case .instance: /\bi-[0-9a-f]{17}\b/
      case .moment: /\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z|\b20\d\d-\d\d-\d\d \d\d:\d\d\b/
      case .elapsed: #/(?:^|\n) *\d+\.\ds  /#
      case .took: /took (?:\d+h )?(?:\d+m )?\d+(?:ms|s|m|h)\b/
      case .port: /127\.0\.0\.1:\d+/
      }
    }

    func name(_ number: Int, for found: Substring) -> String {
      switch self {
      case .digest: filled(number, 64, "d")
      case .commit: filled(number, 40, "c")
      case .shortCommit: filled(number, 12, "c")
      case .uuid: "uuuuuuuu-uuuu-uuuu-uuuu-" + filled(number, 12, "u")
      case .run: "01" + filled(number, 24, "R")
      case .instance: "i-" + filled(number, 17, "0")
      case .moment:
        found.contains("T") ? String("2026-01-02T03:04:05.000".prefix(found.count - 1)) + "Z" : "2026-01-02 03:04"
      case .elapsed: (found.hasPrefix("\n") ? "\n" : "") + "    0.0s  "
      case .took: "took 5s"
      case .port: "127.0.0.1:PORT"
      }
    }

    private func filled(_ number: Int, _ width: Int, _ filler: Character) -> String {
      let digits = String(number)
      return String(repeating: filler, count: width - digits.count) + digits
    }
  }

  /// The text with its names in the place of what they stand for.
  mutating func of(_ text: String) -> String {
    var text = text
    for folder in folders { text = text.replacing(folder.path, with: folder.name) }
    for kind in Kind.allCases { text = replaced(kind, in: text) }
    return text
  }

  private mutating func replaced(_ kind: Kind, in text: String) -> String {
    var result = ""
    var position = text.startIndex
    for match in text.matches(of: kind.pattern.wordBoundaryKind(.simple)) {
      result += text[position..<match.range.lowerBound]
      result += name(of: match.output, kind)
      position = match.range.upperBound
    }
    return result + text[position...]
  }

  private mutating func name(of found: Substring, _ kind: Kind) -> String {
    // A name that was given already is met again by a later pattern.
    if known.values.contains(String(found)) { return String(found) }
    if let name = known[String(found)] { return name }
    if kind == .shortCommit {
      // An account's number is no commit; the first digits of a commit or a digest stand for the whole.
      if found == "123456789012" { return String(found) }
      if let whole = known.keys.first(where: { $0.count >= 40 && $0.hasPrefix(found) }) {
        return String((known[whole] ?? "").suffix(12))
      }
    }
    counts[kind, default: 0] += 1
    let name = kind.name(counts[kind, default: 1], for: found)
    if kind != .elapsed, kind != .moment, kind != .took, kind != .port { known[String(found)] = name }
    return name
  }
}
