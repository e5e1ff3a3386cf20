/// The rows as a table of text, the notes below it.
struct Table: CustomStringConvertible {
  var rows: [Row]

  var description: String {
    let head = ["", "ours", "beside it", "theirs", "ratio", "aim", ""]
    let lines = [head] + rows.map(line)
    let widths = head.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    let text = lines.map { cells in
      zip(cells, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: "  ").trimmedEnd
    }
    let notes = rows.compactMap { row in row.note.map { "\(row.what): \($0)" } }
    return (text + (notes.isEmpty ? [] : [""] + notes)).joined(separator: "\n")
  }

  private func line(_ row: Row) -> [String] {
    [
      row.what, Words.series(row.ours) { Words.quantity($0, row.unit) }, row.beside ?? "",
      row.theirs.map { Words.series($0) { Words.quantity($0, row.unit) } } ?? "",
      row.ratio.map { Words.series($0) { Words.number($0) + " x" } } ?? "", Words.aim(row.aim, row.unit),
      row.isReached.map { $0 ? "reached" : "MISSED" } ?? "",
    ]
  }
}

extension String {
  fileprivate var trimmedEnd: String {
    var copy = self
    while copy.last == " " { copy.removeLast() }
    return copy
  }
}
