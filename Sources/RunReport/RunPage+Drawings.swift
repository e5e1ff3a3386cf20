import ReleaseCore

/// The drawings: places and widths are shares of the page's width, heights and letters are fixed, so that they stay
/// legible on a phone.
extension RunPage {
  /// More lanes than this are drawn thin and without their names.
  static let namedLanesMax = 40
  /// More than this are not drawn: those that were never anything but healthy go first.
  static let lanesMax = 300

  var instances: String {
    guard !record.lanes.isEmpty else { return "" }
    var lanes = record.lanes
    var note = ""
    if lanes.count > RunPage.lanesMax {
      let troubled = lanes.filter { lane in lane.spans.contains { $0.name == LaneLook.unhealthy.rawValue } }
      let others = lanes.filter { lane in !lane.spans.contains { $0.name == LaneLook.unhealthy.rawValue } }
      lanes = Array((troubled + others).prefix(RunPage.lanesMax))
      note =
        "<p>\(record.lanes.count - lanes.count) of \(record.lanes.count) instances are not drawn: those that were "
        + "unhealthy come first.</p>"
    }
    let isNamed = lanes.count <= RunPage.namedLanesMax
    let (pitch, height) = isNamed ? (34, 12) : (5, 4)
    let top = 22
    let bottom = top + lanes.count * pitch
    let drawn = lanes.enumerated().map { index, lane in
      draw(lane, y: top + index * pitch, height: height, isNamed: isNamed)
    }
    let seen = Set(lanes.flatMap { $0.spans.map(\.name) })
    let legend = LaneLook.allCases.filter { seen.contains($0.rawValue) }.map {
      "<li><svg width=\"14\" height=\"12\" aria-hidden=\"true\"><rect class=\"\($0.rawValue)\" width=\"14\" height=\"12\"/>"
        + "</svg> \($0.words)</li>"
    }
    let svg = """
      <svg class="drawing" height="\(bottom + 4)" role="img" aria-label="Instances and their targets over time">
      <defs><pattern id="stripes" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">\
      <rect class="stripe-ground" width="6" height="6"/><rect class="stripe" width="2.5" height="6"/></pattern></defs>
      \(axis(bottom: bottom))
      \(drawn.joined(separator: "\n"))
      </svg>
      """
    return section("Instances and targets", "<ul class=\"legend\">\(legend.joined())</ul>\n\(svg)\n\(note)")
  }

  private func draw(_ lane: RunRecord.Lane, y: Int, height: Int, isNamed: Bool) -> String {
    let release = lane.release == 0 ? "no release" : "release \(lane.release)"
    let top = isNamed ? y + 16 : y
    let bars = lane.spans.map { span in
      let end = span.end ?? scale.end
      let words = "\(lane.instance), \(release): \(span.words), \(elapsed(span.begin)) to \(elapsed(end))"
      return "<rect class=\"\(HTML.escape(span.name))\" x=\"\(scale.place(span.begin))\" y=\"\(top)\" "
        + "width=\"\(scale.width(span.begin, end))\" height=\"\(height)\"><title>\(HTML.escape(words))</title></rect>"
    }
    let name =
      isNamed
      ? "<text x=\"0\" y=\"\(y + 12)\"><tspan class=\"id\">\(HTML.escape(lane.instance))</tspan> "
        + "<tspan class=\"soft\">\(release)</tspan></text>" : ""
    return name + bars.joined()
  }

  private func axis(bottom: Int) -> String {
    scale.marks.map { mark in
      let place = scale.place(mark.at)
      return "<line class=\"grid\" x1=\"\(place)\" x2=\"\(place)\" y1=\"14\" y2=\"\(bottom)\"/>"
        + "<text class=\"mark\" x=\"\(place)\" dx=\"3\" y=\"11\">\(mark.words)</text>"
    }.joined()
  }

  // MARK: Capacity

  var capacity: String {
    guard let first = record.capacity.first else { return "" }
    let top = record.capacity.map { max($0.serving, $0.desired, $0.floor) }.max() ?? 1
    let (head, high) = (22, 110)
    func y(_ count: Int) -> Int { head + high - high * count / max(1, top) }
    let steps = record.capacity.enumerated().map { index, now -> String in
      let end = index + 1 < record.capacity.count ? record.capacity[index + 1].at : scale.end
      let (place, width) = (scale.place(now.at), scale.width(now.at, end))
      let isBelow = now.serving < now.floor
      let words =
        "\(elapsed(now.at)) to \(elapsed(end)): \(now.serving) serving, floor \(now.floor), desired \(now.desired)"
      let until = scale.place(end)
      return """
        <rect class="\(isBelow ? "below" : "serving")" x="\(place)" width="\(width)" y="\(y(now.serving))" \
        height="\(head + high - y(now.serving))"><title>\(words)</title></rect>\
        <line class="floor" x1="\(place)" x2="\(until)" y1="\(y(now.floor))" y2="\(y(now.floor))"/>\
        <line class="desired" x1="\(place)" x2="\(until)" y1="\(y(now.desired))" y2="\(y(now.desired))"/>
        """
    }
    let below = zip(record.capacity, record.capacity.dropFirst().map(\.at) + [scale.end])
      .filter { now, _ in now.serving < now.floor }.map { now, end in end.milliseconds - now.at.milliseconds }
      .reduce(0, +)
    let lowest = record.capacity.map(\.serving).min() ?? first.serving
    let verdict =
      below == 0
      ? "At least \(lowest) served at each look, never less than the floor."
      : "Less than the floor served for \(below / 1000).\(below % 1000 / 100) s; at the least \(lowest)."
    let svg = """
      <svg class="drawing" height="\(head + high + 4)" role="img" aria-label="\(verdict)">
      \(axis(bottom: head + high))
      \(steps.joined(separator: "\n"))
      <text class="mark" x="0" y="\(y(top) + 11)" dx="3">\(top)</text>
      </svg>
      """
    let legend = [("serving", "healthy targets"), ("floor", "the floor"), ("desired", "desired")].map { name, words in
      "<li><svg width=\"14\" height=\"12\" aria-hidden=\"true\"><rect class=\"key-\(name)\" width=\"14\" height=\"12\"/></svg> "
        + "\(words)</li>"
    }
    return section(
      "Capacity against the floor",
      "<p>\(verdict)</p><ul class=\"legend\">\(legend.joined())</ul>\n\(svg)")
  }

  // MARK: Requests

  /// Of a rehearsal.
  var traffic: String {
    guard let first = record.traffic.first, let last = record.traffic.last else { return "" }
    let pairs = zip(record.traffic, record.traffic.dropFirst()).map { before, after in
      (before.at, after.at, after.requests - before.requests, after.failed - before.failed)
    }
    let top = max(1, pairs.map(\.2).max() ?? 1)
    let (head, high) = (22, 70)
    let bars = pairs.map { from, to, served, failed -> String in
      let (place, width) = (scale.place(from), scale.width(from, to))
      let tall = high * max(0, served) / top
      // One failed request among thousands must be seen.
      let bad = failed > 0 ? max(4, high * failed / top) : 0
      return """
        <rect class="serving" x="\(place)" width="\(width)" y="\(head + high - tall)" height="\(tall)"><title>\
        \(elapsed(from)) to \(elapsed(to)): \(served) requests, \(failed) failed</title></rect>\
        <rect class="unhealthy" x="\(place)" width="\(width)" y="\(head + high - bad)" height="\(bad)"/>
        """
    }
    let words = "\(last.requests - first.requests) requests, \(last.failed - first.failed) failed."
    return section(
      "Requests",
      """
      <p>\(words)</p>
      <svg class="drawing" height="\(head + high + 4)" role="img" aria-label="\(words)">
      \(axis(bottom: head + high))
      \(bars.joined(separator: "\n"))
      </svg>
      """)
  }
}

extension LaneLook {
  fileprivate var words: String {
    switch self {
    case .pending: "pending"
    case .initial: "in service, target not healthy yet"
    case .healthy: "target healthy"
    case .unhealthy: "target unhealthy"
    case .draining: "draining"
    case .leaving: "terminating"
    case .aside: "standby or warm"
    }
  }
}
