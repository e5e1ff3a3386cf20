/// One pattern of a `.dockerignore` file, matched over a whole path with `/` between its parts.
///
/// Docker turns a pattern into a regular expression for Go and matches with that, or, where the pattern has nothing but
/// plain characters and `**` at one end, by comparing texts
/// (https://github.com/moby/patternmatcher/blob/v0.5.0/patternmatcher.go, `compile` and `match`). The same expression
/// is made here, so that what Docker's translation makes of odd patterns is the same too.
struct IgnorePattern: Sendable {
  private enum Way: Sendable {
    case equal
    /// The pattern ended with `**`, which is left off here.
    case startsWith([UInt8])
    /// The pattern began with `**`, which is left off here.
    case endsWith([UInt8])
    case expression(PathExpression)
  }

  /// Cleaned, and without the `!` of an exception.
  let text: [UInt8]
  private let way: Way

  /// `nil`: a pattern that Docker refuses, or an escape with a meaning in Go's expressions that no path needs.
  init?(_ text: [UInt8]) {
    if isMalformed(text) { return nil }
    self.text = text
    var translation = Translation()
    translation.take(runes(text)[...])
    switch translation.kind {
    case .plain: way = .equal
    case .openEnd: way = .startsWith(text.dropLast(2))
    case .openStart: way = .endsWith(Array(text.dropFirst(2)))
    case .expression:
      guard let expression = PathExpression(translation.expression) else { return nil }
      way = .expression(expression)
    }
  }

  /// One path and nothing else.
  init(plain path: [UInt8]) {
    text = path
    way = .equal
  }

  func matches(_ path: IgnorePath) -> Bool {
    switch way {
    case .equal: path.bytes == text
    case .startsWith(let start): path.bytes.starts(with: start)
    case .endsWith(let end):
      hasSuffix(path.bytes, end) || end.first == UInt8(ascii: "/") && path.bytes[...] == end.dropFirst()
    case .expression(let expression): expression.matches(path)
    }
  }
}

/// A path with its code points, which are the same for each pattern.
struct IgnorePath {
  let bytes: [UInt8]
  let scalars: [Unicode.Scalar]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    scalars = runes(bytes)
  }
}

func hasSuffix(_ bytes: [UInt8], _ end: [UInt8]) -> Bool {
  bytes.count >= end.count && bytes[(bytes.count - end.count)...].elementsEqual(end)
}

/// Docker's translation, rune by rune.
private struct Translation {
  enum Kind {
    case plain
    case openEnd
    case openStart
    case expression
  }

  var kind = Kind.plain
  var expression: [Unicode.Scalar] = ["^"]

  mutating func take(_ pattern: ArraySlice<Unicode.Scalar>) {
    var rest = pattern
    var isFirst = true
    while let next = rest.popFirst() {
      switch next {
      case "*" where rest.first == "*": takeStars(&rest, isFirst: isFirst)
      case "*": addExpression("[^/]*")
      case "?": addExpression("[^/]")
      // Not "|", "{" and "}", though Docker means to: its table of characters to escape has no room for them.
      case ".", "+", "(", ")", "$": add("\\", next)
      case "\\":
        if let escaped = rest.popFirst() {
          add("\\", escaped)
          kind = .expression
        } else {
          add("\\")
        }
      case "[", "]":
        add(next)
        kind = .expression
      default: add(next)
      }
      isFirst = false
    }
    add("$")
  }

  /// Two stars, with a slash after them.
  private mutating func takeStars(_ rest: inout ArraySlice<Unicode.Scalar>, isFirst: Bool) {
    rest.removeFirst()
    if rest.first == "/" { rest.removeFirst() }
    if !rest.isEmpty {
      addExpression("(.*/)?")
    } else if kind == .plain {
      kind = .openEnd
    } else {
      addExpression(".*")
    }
    if isFirst { kind = .openStart }
  }

  private mutating func addExpression(_ text: String) {
    expression += text.unicodeScalars
    kind = .expression
  }

  private mutating func add(_ scalars: Unicode.Scalar...) { expression += scalars }
}
