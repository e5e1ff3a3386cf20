/// What a word means, for terminals that have colours; no meaning is told by colour alone.
enum Ink: Sendable {
  case plain
  case strong
  case soft
  case good
  case wait
  case bad

  /// ECMA-48, 8.3.117 (SGR).
  fileprivate var parameter: Int? {
    switch self {
    case .plain: nil
    case .strong: 1
    case .soft: 2
    case .good: 32
    case .wait: 33
    case .bad: 31
    }
  }
}

/// A line of a terminal, each character of it a column wide.
struct StyledLine: Equatable, Sendable {
  struct Part: Equatable, Sendable {
    var text: String
    var ink: Ink
  }

  private(set) var parts: [Part] = []

  init(_ parts: [(String, Ink)] = []) { self.parts = parts.map { Part(text: $0.0, ink: $0.1) } }

  mutating func add(_ text: String, _ ink: Ink) { parts.append(Part(text: text, ink: ink)) }

  var width: Int { parts.reduce(0) { $0 + $1.text.count } }

  var plain: String { parts.map(\.text).joined() }

  /// At most `columns` wide; what is left out is told by a last sign.
  func cut(_ columns: Int, _ ellipsis: String) -> StyledLine {
    guard width > columns else { return self }
    var line = StyledLine()
    for part in parts {
      let room = columns - 1 - line.width
      guard room > 0 else { break }
      line.add(String(part.text.prefix(room)), part.ink)
    }
    if columns > 0 { line.add(ellipsis, .soft) }
    return line
  }

  func text(isColoured: Bool) -> String {
    guard isColoured else { return plain }
    return parts.map { part in part.ink.parameter.map { "\u{1B}[\($0)m\(part.text)\u{1B}[0m" } ?? part.text }.joined()
  }
}
