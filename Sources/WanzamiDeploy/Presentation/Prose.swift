/// Sentences in lines of at most eighty columns.
enum Prose {
  static let columns = 80

  /// Breaks at spaces; a word that is longer than a line stays whole. The lines after the first begin with `hanging`.
  static func wrap(_ text: String, first: String = "", hanging: String = "", columns: Int = columns) -> [String] {
    var lines: [String] = []
    var line = first
    var isEmpty = true
    for word in text.split(separator: " ") {
      if !isEmpty, line.count + 1 + word.count > columns {
        lines.append(line)
        line = hanging
        isEmpty = true
      }
      line += (isEmpty ? "" : " ") + word
      isEmpty = false
    }
    return lines + [line]
  }

  /// `- sentence.`, and below it the command that mends it, which is never broken.
  static func item(_ sentence: String, command: String? = nil, indent: String = "") -> [String] {
    let clean = Printable.clean(sentence)
    let ended = clean.last.map { ".!?".contains($0) } == true ? clean : clean + "."
    return wrap(ended, first: indent + "- ", hanging: indent + "  ")
      + (command.map { [indent + "  $ " + Printable.clean($0)] } ?? [])
  }
}
