import ReleaseCore

/// One way of showing a run: a value that turns what happens into text, and writes nothing itself.
protocol RunFace: Sendable {
  mutating func said(_ announcement: Announcement, at now: Moment) -> Shown
  /// Where the run stands has changed, or may have.
  mutating func stands(_ standing: Standing, at now: Moment) -> Shown
}

/// What is to be written, and where; each text is whole lines without the last line's end.
struct Shown: Equatable, Sendable {
  /// For standard output: what the command was run for.
  var result: String?
  /// For standard error: everything else.
  var progress: String?
  /// For a GitHub job's summary, in Markdown.
  var summary: String?
  /// For later steps of a GitHub job, in their order.
  var outputs: [Output] = []

  struct Output: Equatable, Sendable {
    var name: String
    var value: String
  }

  static let nothing = Shown()
}

/// One line a change, with the seconds since the start.
struct PlainFace: RunFace {
  let started: Moment

  func said(_ announcement: Announcement, at now: Moment) -> Shown {
    let text = PlainFace.lines(announcement, elapsed: now - started)
    return announcement.name == Announcement.endedName ? Shown(result: text) : Shown(progress: text)
  }

  func stands(_ standing: Standing, at now: Moment) -> Shown { .nothing }

  /// `   12.3s  sentence`, the following lines indented alike; warnings and errors carry their word.
  static func lines(_ announcement: Announcement, elapsed: Duration) -> String {
    let margin = margin(elapsed)
    let word: String =
      switch announcement.level {
      case .info: ""
      case .warning: "warning: "
      case .error: "error: "
      }
    let lines = announcement.sentence.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    let indent = String(repeating: " ", count: margin.count)
    return lines.enumerated().map { index, line in
      index == 0 ? margin + word + Printable.clean(line) : indent + Printable.clean(line)
    }.joined(separator: "\n")
  }

  private static func margin(_ elapsed: Duration) -> String {
    let tenths = max(0, elapsed.wholeMilliseconds) / 100
    let clock = "\(tenths / 10).\(tenths % 10)s"
    return String(repeating: " ", count: max(0, 8 - clock.count)) + clock + "  "
  }
}

/// One event a line, as `docs/events.schema.json` has it; all of it is the result.
struct JSONFace: RunFace {
  private var stage: Stage?

  init() {}

  func said(_ announcement: Announcement, at now: Moment) -> Shown {
    Shown(result: JSONFace.line(announcement, at: now))
  }

  mutating func stands(_ standing: Standing, at now: Moment) -> Shown {
    guard let stage = standing.stage, stage != self.stage else { return .nothing }
    self.stage = stage
    let begun = Announcement(
      "stage.started", .info, [.text("stage", stage.rawValue)], "stage \(stage.rawValue)")
    return Shown(result: JSONFace.line(begun, at: now))
  }

  static func line(_ announcement: Announcement, at now: Moment) -> String {
    JSONLine.encode(
      [
        .text("time", now.timestamp), .text("event", announcement.name), .text("level", announcement.level.rawValue),
      ] + announcement.facts + [.text("sentence", announcement.sentence)])
  }
}

/// Text that others wrote (a container, a commit's author) must not steer the terminal.
enum Printable {
  /// Control characters, the escape character among them, become `?`; a tab stays.
  static func clean(_ text: some StringProtocol) -> String {
    var clean = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      let isControl = (scalar.value < 0x20 && scalar != "\t") || (0x7F...0x9F).contains(scalar.value)
      clean.append(isControl ? "?" : scalar)
    }
    return String(clean)
  }
}
