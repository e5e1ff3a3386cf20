import ReleaseCore

/// A run as one self-contained page: no script, no file beside it, nothing that is fetched.
public struct RunPage {
  let record: RunRecord
  let scale: TimeScale

  public init(_ record: RunRecord) {
    self.record = record
    let begin = record.began ?? Moment(milliseconds: 0)
    scale = TimeScale(begin: begin, end: record.last ?? begin)
  }

  /// HTML in UTF-8.
  public var html: String {
    let title = HTML.escape("\(record.service): \(headline)")
    return """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <title>\(title)</title>
      <style>
      \(PageStyle.text)
      </style>
      </head>
      <body>
      \(sections.joined(separator: "\n"))
      </body>
      </html>

      """
  }

  private var sections: [String] {
    [header, stages, instances, capacity, traffic, evidence, log, calls, footer].filter { !$0.isEmpty }
  }

  private var headline: String {
    let release = record.release.map { "release \($0) " } ?? ""
    return release + (record.ending?.result ?? "unfinished")
  }

  private var tone: String {
    switch record.ending?.exit {
    case 0: "good"
    case 5, 7, nil: "warn"
    default: "bad"
    }
  }

  private var header: String {
    let lasted = TimeScale.words(seconds: (scale.end.milliseconds - scale.begin.milliseconds) / 1000)
    let unfinished =
      "This journal has no end: the run was killed, or it goes on. What is open lasts until the last entry here."
    let known: [(String, String?)] = [
      ("command", record.command), ("exit", record.ending.map { String($0.exit) }),
      ("release", record.release.map { String($0) }), ("commit", record.commit), ("digest", record.digest),
      ("group", record.group), ("by", record.by), ("began", record.began.map { RunPage.civil($0) }),
      ("lasted", lasted), ("run", record.run), ("program", "wanzami-deploy \(record.program)"),
    ]
    let facts = known.compactMap { name, value in
      value.flatMap { $0.isEmpty ? nil : "<div><dt>\(name)</dt><dd>\(HTML.escape($0))</dd></div>" }
    }
    return """
      <header>
      <p class="badge \(tone)">\(HTML.escape(record.ending?.result ?? "unfinished"))</p>
      <h1>\(HTML.escape(record.service)): \(HTML.escape(headline))</h1>
      <p class="sentence">\(RunPage.lines(record.ending?.sentence ?? unfinished))</p>
      <dl class="facts">\(facts.joined())</dl>
      </header>
      """
  }

  private var stages: String {
    guard !record.stages.isEmpty else { return "" }
    let rows = record.stages.map { stage in
      let time = RunPage.seconds(stage.begin, stage.end ?? scale.end)
      return """
        <tr><td>\(HTML.escape(stage.name))</td><td class="number">\(time)</td><td class="wide"><svg class="bar" \
        role="img" aria-label="\(HTML.escape(stage.name)) took \(time)"><rect class="stage" \
        x="\(scale.place(stage.begin))" width="\(scale.width(stage.begin, stage.end ?? scale.end))" height="12" y="2" \
        style="min-width:1px"/></svg></td></tr>
        """
    }
    return section("Stages", "<table class=\"stages\">\(rows.joined())</table>")
  }

  private var evidence: String {
    guard !record.evidence.isEmpty else { return "" }
    return section(
      "Evidence", record.evidence.map { "<pre>\(HTML.escape($0.sentence))</pre>" }.joined(separator: "\n"))
  }

  private var log: String {
    guard !record.said.isEmpty else { return "" }
    let rows = record.said.map { said in
      "<tr class=\"\(said.level == "info" ? "" : HTML.escape(said.level))\"><td class=\"number\">\(elapsed(said.at))"
        + "</td><td>\(said.level == "info" ? "" : "<b>\(HTML.escape(said.level)):</b> ")\(RunPage.lines(said.sentence))"
        + "</td></tr>"
    }
    return section("What was said", "<table class=\"log\">\(rows.joined(separator: "\n"))</table>")
  }

  private var footer: String {
    var notes = [
      "Made by wanzami-deploy report from the journal of run \(record.run). Times are since its first entry."
    ]
    if record.brokenLines > 0 { notes.append("\(record.brokenLines) lines of the journal could not be read.") }
    return "<footer>\(notes.map { "<p>\(HTML.escape($0))</p>" }.joined())</footer>"
  }

  // MARK: Parts

  func section(_ title: String, _ body: String) -> String { "<section>\n<h2>\(title)</h2>\n\(body)\n</section>" }

  /// Seconds since the first entry: `12.3 s`.
  func elapsed(_ moment: Moment) -> String { RunPage.seconds(scale.begin, moment) }

  static func seconds(_ from: Moment, _ to: Moment) -> String {
    let tenths = max(0, to.milliseconds - from.milliseconds) / 100
    return tenths < 600 ? "\(tenths / 10).\(tenths % 10) s" : TimeScale.words(seconds: tenths / 10)
  }

  /// `2026-11-23 17:42:07 UTC`
  static func civil(_ moment: Moment) -> String {
    moment.timestamp.prefix(19).map { $0 == "T" ? " " : String($0) }.joined() + " UTC"
  }

  static func lines(_ text: String) -> String { HTML.escape(text).split(separator: "\n").joined(separator: "<br>") }
}
