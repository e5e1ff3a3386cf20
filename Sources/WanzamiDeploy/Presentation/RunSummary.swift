import ReleaseCore

/// What a GitHub job's summary says of a run: gathered while it goes on, written when it has ended.
struct RunSummary: Sendable {
  private let started: Moment
  private var subject = Subject()
  private var stages: [(stage: Stage, began: Moment)] = []
  private var run: [String: String] = [:]
  private var failure: String?
  private var warnings: [String] = []
  private var evidence: [String] = []
  private var ending: Announcement?

  /// A summary holds 1 MiB at most; what explains a failure is in the first lines.
  /// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#step-isolation-and-limits
  static let linesMax = 200
  static let warningsMax = 20

  init(started: Moment) { self.started = started }

  mutating func stands(_ standing: Standing, at now: Moment) {
    subject = standing.subject
    if let stage = standing.stage, stages.last?.stage != stage { stages.append((stage, now)) }
  }

  mutating func said(_ announcement: Announcement, at now: Moment) {
    switch announcement.name {
    case "run.started":
      for fact in announcement.facts { if case .text(let text) = fact.value { run[fact.key] = text } }
    case "verdict.failed": failure = announcement.sentence
    case "evidence":
      let lines = announcement.sentence.split(separator: "\n").map { Printable.clean($0) }
      evidence += lines.prefix(max(0, RunSummary.linesMax - evidence.count))
    case Announcement.endedName: ending = announcement
    default:
      if announcement.level == .warning, warnings.count < RunSummary.warningsMax {
        warnings.append(announcement.sentence)
      }
    }
  }

  /// The outputs that a later step reads as `steps.<id>.outputs.<name>`.
  static func outputs(_ ended: Announcement) -> [Shown.Output] {
    ["release", "digest", "result"].compactMap { name in
      ended.facts.first { $0.key == name }.map { fact in
        let value: String =
          switch fact.value {
          case .text(let text): text
          case .number(let number): String(number)
          case .list(let list): list.joined(separator: " ")
          }
        return Shown.Output(name: name, value: value)
      }
    }
  }

  func markdown(at now: Moment) -> String {
    var lines = ["## \(symbol) \(Markdown.text(headline))", ""]
    lines += Markdown.quote(ending?.sentence ?? failure ?? "") + [""]
    lines += facts
    if !stages.isEmpty { lines += [""] + stageTable(until: now) }
    if !warnings.isEmpty { lines += ["", "**Warnings**", ""] + warnings.map { "- \(Markdown.text($0))" } }
    if !evidence.isEmpty { lines += ["", "<details open><summary>Evidence</summary>", ""] }
    if !evidence.isEmpty { lines += Markdown.code(evidence) + ["", "</details>"] }
    return lines.joined(separator: "\n")
  }

  private var result: String {
    guard let ending, let fact = ending.facts.first(where: { $0.key == "result" }), case .text(let text) = fact.value
    else { return "unfinished" }
    return text
  }

  private var symbol: String {
    switch ending?.level {
    case .info: "✅"
    case .warning: "⚠️"
    case .error, nil: "❌"
    }
  }

  private var headline: String {
    let service = run["service"] ?? "wanzami-deploy"
    return "\(service): \(subject.release.map { "release \($0) " } ?? "")\(result)"
  }

  private var facts: [String] {
    let rows: [(String, String?)] = [
      ("commit", subject.commit.map { "\($0.short) \(subject.summary)" }), ("digest", subject.digest?.text),
      ("group", run["group"]), ("by", run["by"]), ("run", run["run"]),
    ]
    let known = rows.compactMap { name, value in value.map { "| \(name) | \(Markdown.cell($0)) |" } }
    return known.isEmpty ? [] : ["| | |", "|---|---|"] + known
  }

  private func stageTable(until end: Moment) -> [String] {
    let rows = stages.enumerated().map { index, entry in
      let ended = index + 1 < stages.count ? stages[index + 1].began : end
      return "| \(entry.stage.rawValue) | \((ended - entry.began).inTenths) |"
    }
    return ["| stage | time |", "|---|--:|"] + rows + ["| in all | \((end - started).inTenths) |"]
  }
}

extension Duration {
  /// `12.3 s`, or `4 m 05 s` from a minute on.
  var inTenths: String {
    let tenths = max(0, wholeMilliseconds) / 100
    if tenths < 600 { return "\(tenths / 10).\(tenths % 10) s" }
    let seconds = tenths / 10 % 60
    return "\(tenths / 600) m \(seconds < 10 ? "0" : "")\(seconds) s"
  }
}

/// Text of others within GitHub's Markdown.
enum Markdown {
  /// On one line, and nothing in it means anything.
  static func text(_ text: String) -> String {
    var escaped = ""
    for character in Printable.clean(text.split(whereSeparator: \.isNewline).joined(separator: " ")) {
      if "\\`*_{}[]<>()#+-!|~&@".contains(character) {
        escaped += character == "<" ? "&lt;" : "\\\(character)"
      } else {
        escaped.append(character)
      }
    }
    return escaped
  }

  static func cell(_ value: String) -> String { text(value) }

  /// Each line as a line of a quotation.
  static func quote(_ text: String) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { "> \(Markdown.text(String($0)))  " }
  }

  /// A block of code whose fence is longer than any in it.
  static func code(_ lines: [String]) -> [String] {
    let longest = lines.map { line in line.split { $0 != "`" }.map(\.count).max() ?? 0 }.max() ?? 0
    let fence = String(repeating: "`", count: max(3, longest + 1))
    return [fence + "text"] + lines + [fence]
  }
}
