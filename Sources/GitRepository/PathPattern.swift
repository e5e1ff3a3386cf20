/// One pattern over a path with `/` between its parts.
///
/// `?` is one character and `*` any number of them, but no slash; `**` is any number of folders, none too; `[a-z]` and
/// `[^a-z]` are classes; a backslash takes the next character as it is.
struct PathPattern: Sendable {
  private enum Piece: Sendable {
    case one(Unicode.Scalar)
    case anyOne
    case anyRun
    /// Nothing, or anything that ends with a slash.
    case folders
    case everything
    case oneOf([ClosedRange<UInt32>], negated: Bool)
  }

  private let pieces: [Piece]

  /// `nil`: a class or an escape without its end.
  init?(_ text: String) {
    var rest = Array(text.unicodeScalars)[...]
    var pieces: [Piece] = []
    while let next = rest.popFirst() {
      switch next {
      case "*" where rest.first == "*":
        rest.removeFirst()
        if rest.first == "/" { rest.removeFirst() }
        pieces.append(rest.isEmpty ? .everything : .folders)
      case "*": pieces.append(.anyRun)
      case "?": pieces.append(.anyOne)
      case "[":
        guard let oneOf = PathPattern.characterClass(&rest) else { return nil }
        pieces.append(oneOf)
      case "\\":
        guard let escaped = rest.popFirst() else { return nil }
        pieces.append(.one(escaped))
      default: pieces.append(.one(next))
      }
    }
    self.pieces = pieces
  }

  /// Whether the pattern matches the whole path.
  ///
  /// Keeps the set of positions in the pattern that are possible after each character, so no pattern is slow.
  func matches(_ path: String) -> Bool {
    var open = closure(of: [0])
    for scalar in path.unicodeScalars {
      var next: Set<Int> = []
      for index in open where index < pieces.count { next.formUnion(step(index, scalar)) }
      if next.isEmpty { return false }
      open = next
    }
    return open.contains(pieces.count)
  }

  /// The positions after the piece at `index` took one character.
  private func step(_ index: Int, _ scalar: Unicode.Scalar) -> Set<Int> {
    switch pieces[index] {
    case .one(let wanted): wanted == scalar ? closure(of: [index + 1]) : []
    case .anyOne: scalar == "/" ? [] : closure(of: [index + 1])
    case .anyRun: scalar == "/" ? [] : closure(of: [index])
    case .everything: closure(of: [index])
    case .folders:
      // Inside the folders' names; only behind a slash may the next piece begin.
      scalar == "/" ? closure(of: [index + 1]).union([index]) : [index]
    case .oneOf(let ranges, let negated):
      ranges.contains { $0.contains(scalar.value) } != negated ? closure(of: [index + 1]) : []
    }
  }

  /// With the positions that are reached by taking nothing.
  private func closure(of start: Set<Int>) -> Set<Int> {
    var all = start
    var waiting = Array(start)
    while let index = waiting.popLast(), index <= pieces.count {
      guard index < pieces.count else { continue }
      switch pieces[index] {
      case .anyRun, .everything, .folders:
        if all.insert(index + 1).inserted { waiting.append(index + 1) }
      case .one, .anyOne, .oneOf: break
      }
    }
    return all
  }

  private static func characterClass(_ rest: inout ArraySlice<Unicode.Scalar>) -> Piece? {
    let negated = rest.first == "^"
    if negated { rest.removeFirst() }
    var ranges: [ClosedRange<UInt32>] = []
    while let low = rest.popFirst() {
      if low == "]" && !ranges.isEmpty { return .oneOf(ranges, negated: negated) }
      guard let first = low == "\\" ? rest.popFirst() : low else { return nil }
      var last = first
      if rest.first == "-", rest.dropFirst().first != "]" {
        rest.removeFirst()
        guard let high = rest.popFirst(), let end = high == "\\" ? rest.popFirst() : high else { return nil }
        last = end
      }
      guard first.value <= last.value else { return nil }
      ranges.append(first.value...last.value)
    }
    return nil
  }
}
