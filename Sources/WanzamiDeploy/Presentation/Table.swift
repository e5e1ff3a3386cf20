/// Columns of text, each as wide as its widest cell; the last one is not padded.
struct Table {
  var header: [String]
  var rows: [[String]] = []

  /// The table's lines, each after `indent` spaces.
  func lines(indent: Int = 0) -> [String] {
    let all = [header] + rows
    let widths = header.indices.map { column in all.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
    return all.map { row in
      let cells = row.enumerated().map { column, cell in
        column == row.count - 1 ? cell : cell + String(repeating: " ", count: max(0, widths[column] - cell.count))
      }
      return String(repeating: " ", count: indent) + cells.joined(separator: "  ")
    }
  }
}
