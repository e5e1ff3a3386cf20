import ReleaseCore

/// The calls as they were made.
extension RunPage {
  var calls: String {
    guard !record.calls.isEmpty else { return "" }
    let changes = record.calls.filter { !$0.isRead }
    let reads = record.calls.filter(\.isRead)
    var body =
      "<p>\(record.calls.count) calls to AWS: \(changes.count) that change something, \(reads.count) that look."
    if record.callsLeftOut > 0 { body += " \(record.callsLeftOut) more that look were not written down." }
    body += "</p>\n" + table(changes)
    if !reads.isEmpty {
      body += "\n<h3>What was looked at</h3>\n" + counts(reads)
      body += "\n<details><summary>Each of the \(reads.count) calls</summary>\n\(table(reads))\n</details>"
    }
    return section("Calls", body)
  }

  private func table(_ calls: [RunRecord.Call]) -> String {
    guard !calls.isEmpty else { return "" }
    let rows = calls.map { call -> String in
      let answer = call.status == 0 ? "no answer" : "HTTP \(call.status)"
      let again = call.attempt > 1 ? " (attempt \(call.attempt))" : ""
      let isBad = !(200..<300).contains(call.status)
      let cells = [
        "<td class=\"number\">\(elapsed(call.at))</td>",
        "<td>\(HTML.escape(call.service)) <b>\(HTML.escape(call.operation))</b>\(again)</td>",
        "<td class=\"id\">\(HTML.escape(call.resource))</td>",
        "<td>\(answer)\(call.code.isEmpty ? "" : " <b>\(HTML.escape(call.code))</b>")</td>",
        "<td class=\"number\">\(call.milliseconds) ms</td>", "<td class=\"id\">\(HTML.escape(call.requestID))</td>",
      ]
      return "<tr class=\"\(isBad ? "error" : "")\">\(cells.joined())</tr>"
    }
    let head = HTML.row(["at", "call", "of", "answer", "took", "request id"], header: true)
    return "<div class=\"scroll\"><table class=\"calls\">\(head)\n\(rows.joined(separator: "\n"))</table></div>"
  }

  private func counts(_ calls: [RunRecord.Call]) -> String {
    var tallies: [String: (count: Int, failed: Int, time: Int)] = [:]
    for call in calls {
      let name = "\(call.service) \(call.operation)"
      let isBad = !(200..<300).contains(call.status)
      let old = tallies[name] ?? (0, 0, 0)
      tallies[name] = (old.count + 1, old.failed + (isBad ? 1 : 0), old.time + call.milliseconds)
    }
    let rows = tallies.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }.map { name, tally in
      "<tr><td>\(HTML.escape(name))</td><td class=\"number\">\(tally.count)</td><td class=\"number\">\(tally.failed)</td>"
        + "<td class=\"number\">\(tally.time / max(1, tally.count)) ms</td></tr>"
    }
    let head = HTML.row(["call", "times", "failed", "took, on average"], header: true)
    return "<div class=\"scroll\"><table class=\"calls\">\(head)\n\(rows.joined(separator: "\n"))</table></div>"
  }
}
