import ReleaseCore

/// Keeps what the live view shows, and turns it into what a terminal is sent.
struct LiveBoard: Sendable {
  private var view = LiveView()
  private var screen = LiveScreen()
  private var stages: [(stage: Stage, began: Moment)] = []
  private var isOver = false
  private let isColoured: Bool
  private let size: @Sendable () -> (columns: Int, rows: Int)

  init(_ environment: ProcessEnvironment, size: @escaping @Sendable () -> (columns: Int, rows: Int) = Terminal.size) {
    view.isUnicode = Terminal.isUnicode(environment)
    isColoured = Terminal.isColoured(environment)
    self.size = size
  }

  mutating func stands(_ standing: Standing, at now: Moment) {
    view.progress =
      standing.progress ?? (standing.stage.map { LiveBoard.watched.contains($0) } == true ? view.progress : nil)
    if let stage = standing.stage, stages.last?.stage != stage { stages.append((stage, now)) }
  }

  private static let watched: Set<Stage> = [.rollout, .bake, .rollback]

  mutating func saw(requests: Int, failed: Int) { view.traffic = (requests, failed) }

  /// The run has ended: the transcript is all that stays.
  mutating func end() { isOver = true }

  /// What comes before a text that belongs to the transcript.
  mutating func wipe() -> String { screen.wipe(columns: size().columns) }

  /// The block as it is now.
  mutating func draw(at now: Moment) -> String {
    guard !isOver else { return "" }
    view.stages = stages.enumerated().map { index, entry in
      let isLast = index + 1 == stages.count
      let end = isLast ? now : stages[index + 1].began
      return LiveView.StageTime(stage: entry.stage, elapsed: end - entry.began, isOver: !isLast)
    }
    let (columns, rows) = size()
    // The last column is left free: some terminals go to the next line when it is written.
    return screen.draw(view.lines(columns: columns - 1, rows: max(1, rows - 3)), isColoured: isColoured)
  }
}
