import Glibc

/// A block at the bottom of a terminal that is drawn anew in its place, while the transcript grows above it.
///
/// Nothing is remembered of a terminal but how wide the lines of the block are, so that a terminal which has become
/// narrower, and has broken them, is still wiped whole.
struct LiveScreen: Equatable, Sendable {
  /// How wide each drawn line is.
  private var drawn: [Int] = []

  /// Takes the block away; the cursor is then where the transcript goes on. ECMA-48: CUU and ED.
  mutating func wipe(columns: Int) -> String {
    guard !drawn.isEmpty else { return "" }
    let rows = drawn.reduce(0) { $0 + max(1, ($1 + columns - 1) / max(1, columns)) }
    drawn = []
    return "\r\u{1B}[\(rows)A\u{1B}[J"
  }

  /// Draws the block where the cursor is, at the beginning of a line.
  mutating func draw(_ lines: [StyledLine], isColoured: Bool) -> String {
    drawn = lines.map(\.width)
    return lines.map { $0.text(isColoured: isColoured) + "\n" }.joined()
  }
}

/// The terminal that standard error is.
enum Terminal {
  /// Whether standard error is a terminal on which a cursor can be moved, and a person looks at it: not in CI.
  static func isLive(_ environment: ProcessEnvironment, isTerminal: Bool = isatty(STDERR_FILENO) == 1) -> Bool {
    guard isTerminal, let kind = environment["TERM"], kind != "dumb" else { return false }
    return environment["CI"] == nil || environment["CI"] == "false"
  }

  /// Columns and rows as they are now; 80 by 24 where the terminal does not tell.
  static func size() -> (columns: Int, rows: Int) {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return (80, 24) }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  /// By the locale's name (POSIX.1-2024, 8.2).
  static func isUnicode(_ environment: ProcessEnvironment) -> Bool {
    let locale = (environment["LC_ALL"] ?? environment["LC_CTYPE"] ?? environment["LANG"] ?? "").lowercased()
    return locale.contains("utf-8") || locale.contains("utf8")
  }

  static func isColoured(_ environment: ProcessEnvironment) -> Bool { environment["NO_COLOR"] == nil }
}
