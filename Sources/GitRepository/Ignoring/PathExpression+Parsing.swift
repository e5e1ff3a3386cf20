/// The syntax of https://github.com/google/re2/wiki/Syntax, as far as Docker's translation can reach it.
extension PathExpression {
  /// The rows of `^…$`; `nil`: not an expression of Go, or one with a part that is not known here.
  ///
  /// A row that does not begin with `^` or end with `$` may match in the midst of the path.
  static func parse(_ text: [Unicode.Scalar]) -> [[Piece]]? {
    guard text.first == "^", text.last == "$" else { return nil }
    var rest = text.dropFirst().dropLast()
    var rows: [[Piece]] = [[]]
    while !rest.isEmpty {
      if rest.first == "|" {
        rest.removeFirst()
        rows[rows.count - 1].append(.many(.anything))
        rows.append([.many(.anything)])
      } else {
        guard let piece = parsePiece(&rest) else { return nil }
        rows[rows.count - 1].append(piece)
      }
    }
    return rows
  }

  private static func parsePiece(_ rest: inout ArraySlice<Unicode.Scalar>) -> Piece? {
    if rest.starts(with: "(.*/)?".unicodeScalars) {
      rest.removeFirst(6)
      return .folders
    }
    if isRepetition(rest) { return nil }
    guard let next = rest.popFirst() else { return nil }
    switch next {
    case "^": return .start
    case ".":
      // Every other full stop is escaped.
      rest = rest.dropFirst()
      return .many(.notNewline)
    case "[":
      guard let set = parseClass(&rest) else { return nil }
      guard rest.first == "*" else { return .one(set) }
      rest.removeFirst()
      return .many(set)
    case "\\": return parseEscape(&rest).map { .one($0) }
    default: return .one(.only(next))
    }
  }

  /// `{2}`, `{2,}` or `{2,3}`, which repeat what stands before them; any other brace is a character.
  private static func isRepetition(_ rest: ArraySlice<Unicode.Scalar>) -> Bool {
    guard rest.first == "{", let end = rest.firstIndex(of: "}") else { return false }
    let digits: ClosedRange<Unicode.Scalar> = "0"..."9"
    let numbers = rest[..<end].dropFirst().split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
    return numbers.first?.isEmpty == false && numbers.allSatisfy { $0.allSatisfy(digits.contains) }
  }

  /// A class after its `[`. Its first character may be `]`.
  private static func parseClass(_ rest: inout ArraySlice<Unicode.Scalar>) -> CharacterSet? {
    let negated = rest.first == "^"
    if negated { rest.removeFirst() }
    var ranges: [Range] = []
    var isFirst = true
    while isFirst || rest.first != "]" {
      isFirst = false
      guard let part = isNamedClass(rest) ? parseNamedClass(&rest) : parseRange(&rest) else { return nil }
      ranges += part
    }
    rest.removeFirst()
    return .ranges(ranges, negated: negated)
  }

  private typealias Range = ClosedRange<UInt32>

  private static func isNamedClass(_ rest: ArraySlice<Unicode.Scalar>) -> Bool {
    rest.starts(with: "[:".unicodeScalars)
      && zip(rest.dropFirst(2), rest.dropFirst(3)).contains { $0 == ":" && $1 == "]" }
  }

  /// `[:alpha:]` and its like, inside a class.
  private static func parseNamedClass(_ rest: inout ArraySlice<Unicode.Scalar>) -> [Range]? {
    var name = rest.dropFirst(2).prefix { $0 != ":" }
    rest = rest.dropFirst(4 + name.count)
    let negated = name.first == "^"
    if negated { name.removeFirst() }
    guard let ranges = namedClasses[String(String.UnicodeScalarView(name))] else { return nil }
    return negated ? complement(of: ranges) : ranges
  }

  /// A character or a range of them, or an escape for a class, inside a class.
  private static func parseRange(_ rest: inout ArraySlice<Unicode.Scalar>) -> [Range]? {
    guard let low = parseClassCharacter(&rest) else { return nil }
    guard case .only(let first) = low else { return low.allRanges }
    guard rest.first == "-", let after = rest.dropFirst().first, after != "]" else {
      return [first.value...first.value]
    }
    rest.removeFirst()
    guard case .only(let last)? = parseClassCharacter(&rest), first.value <= last.value else { return nil }
    return [first.value...last.value]
  }

  private static func parseClassCharacter(_ rest: inout ArraySlice<Unicode.Scalar>) -> CharacterSet? {
    guard let next = rest.popFirst() else { return nil }
    return next == "\\" ? parseEscape(&rest) : .only(next)
  }

  /// What stands behind a backslash. Letters and digits are refused but for those that mean a character or a class.
  private static func parseEscape(_ rest: inout ArraySlice<Unicode.Scalar>) -> CharacterSet? {
    guard let next = rest.popFirst(), next.isASCII else { return nil }
    if let control = controls[next] { return .only(control) }
    if let ranges = perlClasses[next] { return .ranges(ranges, negated: false) }
    let isWord = next.properties.isAlphabetic || next.properties.numericType != nil
    return isWord ? nil : .only(next)
  }

  private static let controls: [Unicode.Scalar: Unicode.Scalar] = [
    "a": "\u{7}", "f": "\u{C}", "n": "\n", "r": "\r", "t": "\t", "v": "\u{B}",
  ]

  private static let perlClasses: [Unicode.Scalar: [Range]] = [
    "d": [0x30...0x39], "D": complement(of: [0x30...0x39]),
    "s": whiteSpace, "S": complement(of: whiteSpace),
    "w": word, "W": complement(of: word),
  ]

  private static let letters: [Range] = [0x41...0x5A, 0x61...0x7A]
  private static let alphanumeric: [Range] = [0x30...0x39] + letters
  private static let word: [Range] = alphanumeric + [0x5F...0x5F]
  private static let whiteSpace: [Range] = [0x09...0x0A, 0x0C...0x0D, 0x20...0x20]

  private static let namedClasses: [String: [Range]] = [
    "alnum": alphanumeric, "alpha": letters, "ascii": [0x00...0x7F], "blank": [0x09...0x09, 0x20...0x20],
    "cntrl": [0x00...0x1F, 0x7F...0x7F], "digit": [0x30...0x39], "graph": [0x21...0x7E], "lower": [0x61...0x7A],
    "print": [0x20...0x7E], "punct": [0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E],
    "space": [0x09...0x0D, 0x20...0x20], "upper": [0x41...0x5A], "word": word,
    "xdigit": [0x30...0x39, 0x41...0x46, 0x61...0x66],
  ]

  private static func complement(of ranges: [Range]) -> [Range] {
    var next: UInt32 = 0
    var rest: [Range] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if range.lowerBound > next { rest.append(next...(range.lowerBound - 1)) }
      next = range.upperBound + 1
    }
    return rest + [next...0x10_FFFF]
  }
}

extension PathExpression.CharacterSet {
  /// The ranges of a set that is no single character.
  fileprivate var allRanges: [ClosedRange<UInt32>]? {
    if case .ranges(let ranges, negated: false) = self { ranges } else { nil }
  }
}
