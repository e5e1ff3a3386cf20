/// A regular expression of Go, as far as Docker's translation of a pattern can make one: rows of characters and classes,
/// each once or any number of times, and optional folders, with `|` between the rows.
struct PathExpression: Sendable {
  enum Piece: Equatable, Sendable {
    case one(CharacterSet)
    case many(CharacterSet)
    /// `(.*/)?`: nothing, or anything that ends with a slash.
    case folders
    /// `^`: only before the first character.
    case start
  }

  enum CharacterSet: Equatable, Sendable {
    case only(Unicode.Scalar)
    case ranges([ClosedRange<UInt32>], negated: Bool)

    func contains(_ scalar: Unicode.Scalar) -> Bool {
      switch self {
      case .only(let wanted): scalar == wanted
      case .ranges(let ranges, let negated): ranges.contains { $0.contains(scalar.value) } != negated
      }
    }

    /// Go's `.`: anything but the end of a line.
    static let notNewline = CharacterSet.ranges([0x0A...0x0A], negated: true)
    static let anything = CharacterSet.ranges([], negated: true)
  }

  private let rows: [Row]

  /// `nil`: not an expression of Go, or one with a part that is not known here.
  init?(_ text: [Unicode.Scalar]) {
    guard let rows = PathExpression.parse(text) else { return nil }
    self.rows = rows.map(Row.init)
  }

  func matches(_ path: IgnorePath) -> Bool { rows.contains { $0.matches(path) } }

  /// Pieces that match a whole path, one after the other.
  private struct Row: Sendable {
    let pieces: [Piece]
    /// What every match ends with.
    private let ending: [UInt8]
    /// For each position in the pieces, those that are reached from it by taking nothing: at the start of the path, and
    /// later.
    private let closureAtStart: Positions
    private let closures: [Positions]

    init(pieces: [Piece]) {
      self.pieces = pieces
      let literals: [Unicode.Scalar] = pieces.reversed().prefix { $0.literal != nil }.compactMap(\.literal).reversed()
      ending = literals.flatMap { Array(String($0).utf8) }
      closureAtStart = Row.closure(0, in: pieces, atStart: true)
      closures = (0...pieces.count).map { Row.closure($0, in: pieces, atStart: false) }
    }

    /// Keeps the set of positions that are possible after each character, so no pattern is slow.
    func matches(_ path: IgnorePath) -> Bool {
      guard hasSuffix(path.bytes, ending) else { return false }
      var open = closureAtStart
      for scalar in path.scalars {
        var next = Positions(count: pieces.count + 1)
        open.visit { step($0, scalar, &next) }
        if next.isEmpty { return false }
        open = next
      }
      return open.contains(pieces.count)
    }

    /// Adds the positions after the piece at `index` took one character.
    private func step(_ index: Int, _ scalar: Unicode.Scalar, _ next: inout Positions) {
      guard index < pieces.count else { return }
      switch pieces[index] {
      case .one(let set): if set.contains(scalar) { next.formUnion(closures[index + 1]) }
      case .many(let set): if set.contains(scalar) { next.formUnion(closures[index]) }
      case .folders where scalar == "\n": break
      case .folders:
        // Inside the folders' names; only behind a slash may the next piece begin.
        next.insert(index)
        if scalar == "/" { next.formUnion(closures[index + 1]) }
      case .start: break
      }
    }

    private static func closure(_ first: Int, in pieces: [Piece], atStart: Bool) -> Positions {
      var reached = Positions(count: pieces.count + 1)
      var index = first
      reached.insert(index)
      while index < pieces.count, pieces[index].canBeNothing(atStart: atStart) {
        index += 1
        reached.insert(index)
      }
      return reached
    }
  }
}

extension PathExpression.Piece {
  /// The character that the piece stands for; `nil`: another kind of piece, or U+FFFD, which is many bytes.
  fileprivate var literal: Unicode.Scalar? {
    if case .one(.only(let scalar)) = self, scalar != "\u{FFFD}" { scalar } else { nil }
  }

  fileprivate func canBeNothing(atStart: Bool) -> Bool {
    switch self {
    case .one: false
    case .many, .folders: true
    case .start: atStart
    }
  }
}

/// A set of positions as bits: one word is enough for nearly every pattern.
struct Positions: Sendable {
  private var first: UInt64 = 0
  private var rest: [UInt64]

  /// An empty set for the positions below `count`.
  init(count: Int) { rest = count <= 64 ? [] : [UInt64](repeating: 0, count: (count - 1) / 64) }

  var isEmpty: Bool { first == 0 && rest.allSatisfy { $0 == 0 } }

  func contains(_ position: Int) -> Bool {
    let word = position < 64 ? first : rest[position / 64 - 1]
    return word & (1 << UInt64(position % 64)) != 0
  }

  mutating func insert(_ position: Int) {
    let bit: UInt64 = 1 << UInt64(position % 64)
    if position < 64 { first |= bit } else { rest[position / 64 - 1] |= bit }
  }

  mutating func formUnion(_ other: Positions) {
    first |= other.first
    for index in rest.indices { rest[index] |= other.rest[index] }
  }

  func visit(_ body: (Int) -> Void) {
    Positions.visit(in: first, from: 0, body)
    for index in rest.indices { Positions.visit(in: rest[index], from: 64 * (index + 1), body) }
  }

  private static func visit(in word: UInt64, from start: Int, _ body: (Int) -> Void) {
    var left = word
    while left != 0 {
      body(start + left.trailingZeroBitCount)
      left &= left - 1
    }
  }
}
