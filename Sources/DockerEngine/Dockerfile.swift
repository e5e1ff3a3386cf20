/// The instructions of a Dockerfile, as far as it must be understood before it is sent
/// (https://docs.docker.com/reference/dockerfile/).
struct Dockerfile {
  struct Instruction: Equatable {
    /// Of its first line, counted from 1.
    var line: Int
    /// Continued lines are one.
    var text: String
    /// Upper case.
    var keyword: String
    /// The words that begin with `--`, right behind the keyword.
    var options: [Substring]
    var arguments: [Substring]

    /// `--platform`'s value, for example.
    func option(_ name: String) -> Substring? {
      options.first { $0.hasPrefix("--\(name)=") }?.dropFirst(name.count + 3)
    }
  }

  let instructions: [Instruction]

  init(_ text: String) {
    let escape = Dockerfile.escape(text)
    var found: [Instruction] = []
    var open: (line: Int, text: String)?
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: { $0.isNewline })
    for (index, line) in lines.enumerated() {
      let text = line.trimmingBlanks
      if text.isEmpty || text.hasPrefix("#") { continue }
      let isContinued = text.last == escape
      let part = isContinued ? text.dropLast().trimmingBlanks : text
      let joined = (line: open?.line ?? index + 1, text: open.map { "\($0.text) \(part)" } ?? String(part))
      if isContinued {
        open = joined
      } else {
        found.append(Instruction(line: joined.line, text: joined.text))
        open = nil
      }
    }
    if let open { found.append(Instruction(line: open.line, text: open.text)) }
    instructions = found
  }

  /// The character that continues a line: a directive in the comments at the very top may choose the backtick.
  private static func escape(_ text: String) -> Character {
    for line in text.split(omittingEmptySubsequences: false, whereSeparator: { $0.isNewline }) {
      let text = line.trimmingBlanks
      guard text.hasPrefix("#"), let equals = text.firstIndex(of: "=") else { break }
      let name = text[..<equals].dropFirst().trimmingBlanks.lowercased()
      if name == "escape" { return text[equals...].dropFirst().trimmingBlanks.first ?? "\\" }
    }
    return "\\"
  }
}

extension Dockerfile.Instruction {
  init(line: Int, text: String) {
    let words = text.split(whereSeparator: { $0.isWhitespace })
    let options = words.dropFirst().prefix { $0.hasPrefix("--") }
    self.init(
      line: line, text: text, keyword: words.first?.uppercased() ?? "", options: Array(options),
      arguments: Array(words.dropFirst(1 + options.count)))
  }
}

extension Substring {
  var trimmingBlanks: Substring {
    var rest = drop { $0.isWhitespace }
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return rest
  }
}
