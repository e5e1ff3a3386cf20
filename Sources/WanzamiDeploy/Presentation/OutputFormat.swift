import ArgumentParser

/// How a command is asked to speak.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
  case auto
  case plain
  case json
  case github
}

/// How a run is shown, once it is known where.
enum RunFormat: Equatable, Sendable {
  case plain
  /// Plain lines, and below them what goes on, drawn anew.
  case live
  case json
  /// A GitHub Actions step: groups, annotations, a job summary, outputs.
  case github
}

extension OutputFormat {
  /// What `auto` means here: GitHub's own form in a GitHub Actions step, a live view on a terminal, else plain lines.
  ///
  /// https://docs.github.com/en/actions/reference/workflows-and-actions/variables
  func resolved(_ environment: ProcessEnvironment) -> RunFormat {
    switch self {
    case .plain: .plain
    case .json: .json
    case .github: .github
    case .auto: environment["GITHUB_ACTIONS"] == "true" ? .github : Terminal.isLive(environment) ? .live : .plain
    }
  }
}
