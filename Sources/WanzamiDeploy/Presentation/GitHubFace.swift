import ReleaseCore

/// A step of a GitHub Actions job: a group for each stage, annotations for warnings and errors, and at the end a job
/// summary and outputs.
///
/// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
struct GitHubFace: RunFace {
  private let started: Moment
  private var summary: RunSummary
  private var stage: Stage?
  private var isGroupOpen = false

  init(started: Moment) {
    self.started = started
    summary = RunSummary(started: started)
  }

  mutating func stands(_ standing: Standing, at now: Moment) -> Shown {
    summary.stands(standing, at: now)
    guard let stage = standing.stage, stage != self.stage else { return .nothing }
    self.stage = stage
    return Shown(progress: lines(closingGroup() + ["::group::\(stage.title)"], opensGroup: true))
  }

  mutating func said(_ announcement: Announcement, at now: Moment) -> Shown {
    summary.said(announcement, at: now)
    let text = PlainFace.lines(announcement, elapsed: now - started).split(
      separator: "\n", omittingEmptySubsequences: false
    ).map { WorkflowCommand.inert($0) }
    if announcement.name == Announcement.endedName {
      var shown = Shown(result: text.joined(separator: "\n"))
      shown.progress = lines(closingGroup() + [annotation(announcement)].compactMap { $0 })
      shown.summary = summary.markdown(at: now)
      shown.outputs = RunSummary.outputs(announcement)
      return shown
    }
    // A collapsed group must not hide what failed.
    let closing = announcement.level == .error ? closingGroup() : []
    return Shown(progress: lines(closing + (annotation(announcement).map { [$0] } ?? text)))
  }

  /// A warning or an error as an annotation; `nil`: it is none.
  private func annotation(_ announcement: Announcement) -> String? {
    switch announcement.level {
    case .info: nil
    case .warning: WorkflowCommand("warning", announcement.title, announcement.sentence).description
    case .error: WorkflowCommand("error", announcement.title, announcement.sentence).description
    }
  }

  private mutating func closingGroup() -> [String] {
    defer { isGroupOpen = false }
    return isGroupOpen ? ["::endgroup::"] : []
  }

  private mutating func lines(_ lines: [String], opensGroup: Bool = false) -> String? {
    if opensGroup { isGroupOpen = true }
    return lines.isEmpty ? nil : lines.joined(separator: "\n")
  }
}

/// A line by which a step tells the runner something.
struct WorkflowCommand: CustomStringConvertible {
  private let name: String
  private let title: String
  private let message: String

  init(_ name: String, _ title: String, _ message: String) {
    self.name = name
    self.title = title
    self.message = message
  }

  /// The runner takes these escapes back, `%25` last
  /// (https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts).
  var description: String {
    let property = WorkflowCommand.escaped(title).replacing(":", with: "%3A").replacing(",", with: "%2C")
    return "::\(name) title=\(property)::\(WorkflowCommand.escaped(message))"
  }

  /// By scalars, for `\r\n` is one character.
  private static func escaped(_ text: String) -> String {
    var escaped = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "%": escaped += "%25".unicodeScalars
      case "\r": escaped += "%0D".unicodeScalars
      case "\n": escaped += "%0A".unicodeScalars
      default: escaped.append(scalar)
      }
    }
    return String(escaped)
  }

  /// A line that the runner takes for no command, whoever wrote it: it looks for `::` at the line's beginning behind
  /// white space, and for `##[` anywhere.
  static func inert(_ line: some StringProtocol) -> String {
    let text = String(line).replacing("##[", with: "# #[")
    return text.drop { $0.isWhitespace }.hasPrefix("::") ? "| \(text)" : text
  }
}

extension Stage {
  /// The stage as a heading.
  var title: String {
    switch self {
    case .resolve: "Resolve the commit and the fleet"
    case .build: "Build the image"
    case .push: "Push the image"
    case .hooks: "Hooks before the rollout"
    case .template: "Write the launch-template version"
    case .rollout: "Roll out"
    case .bake: "Bake"
    case .rollback: "Go back"
    }
  }
}

extension Announcement {
  /// A few words for an annotation's title.
  fileprivate var title: String {
    switch name {
    case "verdict.failed": "Release failed"
    case "rollback.started": "Rolling back"
    case "observation.missing": "No answer"
    case Announcement.endedName: "wanzami-deploy"
    default: level == .error ? "Error" : "Warning"
    }
  }
}
