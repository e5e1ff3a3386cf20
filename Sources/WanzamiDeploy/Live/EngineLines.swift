import DockerEngine
import ReleaseCore
import Synchronization

/// What an Engine tells of a build or a transfer, a line at a time, as it comes.
final class EngineLines: Sendable {
  /// Whose lines they are.
  enum Work: String {
    case build
    case push
  }

  private let work: Work
  private let tell: @Sendable (Announcement) -> Void
  private let state = Mutex(State())

  fileprivate struct State {
    /// The start of a line whose end has not come yet.
    var unfinished = ""
    /// By layer: what was last said of it.
    var said: [String: String] = [:]
    var lastStatus = ""
  }

  /// A layer smaller than this is on its way too short to be told of.
  static let bytesTold = 10_000_000

  init(_ work: Work, tell: @escaping @Sendable (Announcement) -> Void) {
    self.work = work
    self.tell = tell
  }

  func take(_ progress: EngineProgress) {
    for line in state.withLock({ $0.lines(of: progress) }) { say(line) }
  }

  /// Says what stands there without its newline.
  func end() {
    let rest = state.withLock { state in
      defer { state.unfinished = "" }
      return state.unfinished
    }
    say(rest)
  }

  private func say(_ line: String) {
    guard !line.allSatisfy(\.isWhitespace) else { return }
    tell(
      Announcement(
        work == .push ? "push.output" : "build.output", .info, [.text("line", line)], "  \(work.rawValue) | \(line)"))
  }
}

extension EngineLines.State {
  mutating func lines(of progress: EngineProgress) -> [String] {
    switch progress {
    case .output(let text):
      var parts = (unfinished + text).split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      unfinished = parts.popLast().map(String.init) ?? ""
      return parts.map(String.init)
    case .status(let text):
      defer { lastStatus = text }
      return text == lastStatus ? [] : [text]
    case .layer(let id, let status, let current, let total):
      // Each state of a layer once, and of a large one that is on its way each quarter.
      var line = "\(id): \(status)"
      if let current, let total, total >= EngineLines.bytesTold {
        line += " \(min(100, current * 100 / total) / 25 * 25) % of \(total / 1_000_000) MB"
      } else if current != nil {
        return []
      }
      guard said[id] != line, !status.hasPrefix("Waiting"), !status.hasPrefix("Preparing") else { return [] }
      said[id] = line
      return [line]
    }
  }
}
