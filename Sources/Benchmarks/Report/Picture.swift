import Glibc

/// The ratios as bars on a logarithmic scale, as SVG that is legible in light and dark.
struct Picture: CustomStringConvertible {
  private let rows: [(row: Row, ratio: Series)]
  private let machine: String
  /// Decades to the left of 1 and to the right of it.
  private let before: Int
  private let after: Int

  private static let label = 300.0
  private static let plot = 430.0
  private static let value = 170.0
  private static let line = 26.0
  private static let top = 58.0

  init(_ results: Results) {
    rows = results.rows.compactMap { row in row.ratio.map { (row, $0) } }
      .filter { $0.ratio.median.isFinite && $0.ratio.low > 0 }
    machine = results.machine
    var (before, after) = (0, 1)
    for (_, ratio) in rows {
      while ratio.low < Picture.power(-before) { before += 1 }
      while ratio.high.isFinite, ratio.high > Picture.power(after) { after += 1 }
    }
    self.before = before
    self.after = after
  }

  var description: String {
    let width = Picture.label + Picture.plot + Picture.value
    let height = Picture.top + Picture.line * Double(rows.count) + 34
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(point(width)) \(point(height))" role="img">
      <title>wanzami-deploy beside what people have: how many times as much the other takes</title>
      \(Picture.style)
      <rect class="ground" width="\(point(width))" height="\(point(height))" rx="6"/>
      <text class="head" x="16" y="24">How many times as much the other takes</text>
      \(scale(height))
      \(rows.enumerated().map { bar($1.row, $1.ratio, at: Picture.top + Picture.line * Double($0)) }
        .joined(separator: "\n"))
      <text class="small" x="16" y="\(point(height - 10))">Medians of pairs measured in turn; the thin line is lowest \
      to highest. \(Picture.escaped(machine)).</text>
      </svg>

      """
  }

  private static let style = """
    <style>
    text { font: 12px system-ui, sans-serif; fill: #1f2328 }
    .head { font-weight: 600; font-size: 14px } .small { font-size: 11px; fill: #59636e }
    .ground { fill: #ffffff } .grid { stroke: #d1d9e0 } .one { stroke: #59636e }
    .bar { fill: #2f81b7 } .worse { fill: #c4632f } .spread { stroke: #1f2328; stroke-width: 1.5 }
    @media (prefers-color-scheme: dark) {
      text { fill: #f0f6fc } .small { fill: #9198a1 } .ground { fill: #0d1117 } .grid { stroke: #3d444d }
      .one { stroke: #9198a1 } .bar { fill: #4493c8 } .worse { fill: #d9824f } .spread { stroke: #f0f6fc }
    }
    </style>
    """

  private func scale(_ height: Double) -> String {
    (-before...after).map { decade in
      let x = point(place(Picture.power(decade)))
      let kind = decade == 0 ? "one" : "grid"
      return """
        <line class="\(kind)" x1="\(x)" x2="\(x)" y1="\(point(Picture.top - 8))" y2="\(point(height - 28))"/>
        <text class="small" x="\(x)" y="\(point(Picture.top - 13))" text-anchor="middle">\
        \(Words.number(Picture.power(decade)))×</text>
        """
    }.joined(separator: "\n")
  }

  private func bar(_ row: Row, _ ratio: Series, at top: Double) -> String {
    let (one, end) = (place(1), place(ratio.median))
    let (left, right) = (min(one, end), max(one, end))
    let middle = top + 9
    return """
      <text x="\(point(Picture.label - 10))" y="\(point(top + 13))" text-anchor="end">\(Picture.escaped(row.what))</text>
      <rect class="\(ratio.median < 1 ? "worse" : "bar")" x="\(point(left))" y="\(point(top + 2))" \
      width="\(point(max(1, right - left)))" height="14" rx="2"/>
      <line class="spread" x1="\(point(place(ratio.low)))" x2="\(point(place(ratio.high)))" y1="\(point(middle))" \
      y2="\(point(middle))"/>
      <text x="\(point(Picture.label + Picture.plot + 12))" y="\(point(top + 13))">\(Words.number(ratio.median))× \
      <tspan class="small">(\(Words.number(ratio.low))–\(Words.number(ratio.high)))</tspan></text>
      """
  }

  private func place(_ ratio: Double) -> Double {
    let share = (log10(ratio) + Double(before)) / Double(before + after)
    return Picture.label + Picture.plot * min(1, max(0, share))
  }

  private func point(_ number: Double) -> String { Words.number((number * 10).rounded() / 10) }

  private static func power(_ decade: Int) -> Double {
    (0..<abs(decade)).reduce(1.0) { power, _ in decade < 0 ? power / 10 : power * 10 }
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }
}
