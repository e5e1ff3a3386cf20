import ArgumentParser
import ReleaseCore

/// How a command speaks.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
  case auto
  case plain
  case json
}

/// Shows what a run says: one line a change, with the seconds since its start.
struct Presenter: Sendable {
  let format: OutputFormat
  let started: Moment

  func show(_ announcement: Announcement, at now: Moment) {
    switch format {
    case .json:
      Console.result(
        JSONLine.encode(
          [
            .text("time", now.timestamp), .text("event", announcement.name),
            .text("level", announcement.level.rawValue),
          ] + announcement.facts + [.text("sentence", announcement.sentence)]))
    case .auto, .plain:
      let text = Presenter.lines(announcement, elapsed: now - started)
      if announcement.name == Announcement.endedName {
        Console.result(text)
      } else {
        Console.error(text)
      }
    }
  }

  /// `   12.3s  sentence`, the following lines indented alike; warnings and errors carry their word.
  static func lines(_ announcement: Announcement, elapsed: Duration) -> String {
    let tenths = max(0, elapsed.wholeMilliseconds) / 100
    let clock = "\(tenths / 10).\(tenths % 10)s"
    let margin = String(repeating: " ", count: max(0, 8 - clock.count)) + clock + "  "
    let word: String =
      switch announcement.level {
      case .info: ""
      case .warning: "warning: "
      case .error: "error: "
      }
    let lines = announcement.sentence.split(separator: "\n", omittingEmptySubsequences: false)
    let indent = String(repeating: " ", count: margin.count)
    return lines.enumerated().map { index, line in
      index == 0 ? margin + word + Printable.clean(line) : indent + Printable.clean(line)
    }.joined(separator: "\n")
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
