/// The difference of two texts, line by line, as `diff -u` shows it.
public struct LineDiff: Equatable, Sendable {
  public enum Side: String, Sendable {
    case both = " "
    case old = "-"
    case new = "+"
  }

  public struct Line: Equatable, Sendable {
    public var side: Side
    public var text: String
  }

  /// Changed lines that lie close together, with the lines around them.
  public struct Hunk: Equatable, Sendable {
    /// Counted from 1; 0 where the side has no line of the hunk.
    public var oldStart: Int
    public var oldCount: Int
    public var newStart: Int
    public var newCount: Int
    public var lines: [Line]

    /// `@@ -1,3 +1,4 @@`
    public var heading: String { "@@ -\(oldStart),\(oldCount) +\(newStart),\(newCount) @@" }
  }

  public let hunks: [Hunk]

  public var isEmpty: Bool { hunks.isEmpty }

  /// - Parameter context: how many equal lines are shown around a change.
  public init(old: [String], new: [String], context: Int = 3) {
    hunks = LineDiff.hunks(of: LineDiff.script(old, new), context: context)
  }

  /// All lines of both in one order: what is common in its place, what is old before what is new.
  ///
  /// What begins and ends alike is set aside; the rest is aligned by its longest common subsequence.
  private static func script(_ old: [String], _ new: [String]) -> [Line] {
    let start = zip(old, new).prefix { $0 == $1 }.count
    let end = zip(old.dropFirst(start).reversed(), new.dropFirst(start).reversed()).prefix { $0 == $1 }.count
    let middle = aligned(Array(old[start..<old.count - end]), Array(new[start..<new.count - end]))
    return old.prefix(start).map { Line(side: .both, text: $0) } + middle
      + old.suffix(end).map { Line(side: .both, text: $0) }
  }

  private static func aligned(_ old: [String], _ new: [String]) -> [Line] {
    var lengths = Array(repeating: Array(repeating: 0, count: new.count + 1), count: old.count + 1)
    for row in old.indices.reversed() {
      for column in new.indices.reversed() {
        lengths[row][column] =
          old[row] == new[column]
          ? lengths[row + 1][column + 1] + 1 : max(lengths[row + 1][column], lengths[row][column + 1])
      }
    }
    var lines: [Line] = []
    var (row, column) = (0, 0)
    while row < old.count || column < new.count {
      if row < old.count, column < new.count, old[row] == new[column] {
        lines.append(Line(side: .both, text: old[row]))
        (row, column) = (row + 1, column + 1)
      } else if column == new.count || row < old.count && lengths[row + 1][column] >= lengths[row][column + 1] {
        lines.append(Line(side: .old, text: old[row]))
        row += 1
      } else {
        lines.append(Line(side: .new, text: new[column]))
        column += 1
      }
    }
    return lines
  }

  private static func hunks(of script: [Line], context: Int) -> [Hunk] {
    let changed = script.indices.filter { script[$0].side != .both }
    guard let first = changed.first else { return [] }
    var ranges = [max(0, first - context)..<min(script.count, first + context + 1)]
    for index in changed.dropFirst() {
      let range = max(0, index - context)..<min(script.count, index + context + 1)
      if range.lowerBound <= ranges[ranges.count - 1].upperBound {
        ranges[ranges.count - 1] = ranges[ranges.count - 1].lowerBound..<range.upperBound
      } else {
        ranges.append(range)
      }
    }
    return ranges.map { range in
      let before = script[..<range.lowerBound]
      let lines = Array(script[range])
      let (oldCount, newCount) = (lines.count { $0.side != .new }, lines.count { $0.side != .old })
      let (oldBefore, newBefore) = (before.count { $0.side != .new }, before.count { $0.side != .old })
      return Hunk(
        oldStart: oldCount == 0 ? oldBefore : oldBefore + 1, oldCount: oldCount,
        newStart: newCount == 0 ? newBefore : newBefore + 1, newCount: newCount, lines: lines)
    }
  }
}
