import ReleaseCore
import Synchronization

/// Shows a run, whatever face it has: takes in what happens, from any task, and writes it in that order.
///
/// Writing is done on a thread of its own: a terminal that is held (Ctrl-S), or a reader that has stopped reading, never
/// holds the run.
final class Presenter: Sendable {
  private struct State {
    var face: any RunFace
    var heartbeat: Heartbeat
    /// On a terminal.
    var board: LiveBoard?
  }

  private let state: Mutex<State>
  private let streams: StreamWriter
  private let reports: StepFiles?
  /// How often `tick` should be called.
  let pace: Duration

  init(format: RunFormat, environment: ProcessEnvironment, started: Moment) {
    let face: any RunFace =
      switch format {
      case .plain, .live: PlainFace(started: started)
      case .json: JSONFace()
      case .github: GitHubFace(started: started)
      }
    state = Mutex(
      State(
        face: face, heartbeat: Heartbeat(at: started), board: format == .live ? LiveBoard(environment) : nil))
    pace = format == .live ? .milliseconds(200) : .seconds(1)
    streams = StreamWriter()
    reports = format == .github ? StepFiles(environment) : nil
  }

  func show(_ announcement: Announcement, at now: Moment) {
    state.withLock { state in
      state.heartbeat.said(at: now)
      if announcement.name == Announcement.endedName { state.board?.end() }
      write(state.face.said(announcement, at: now), &state, at: now)
    }
  }

  /// Takes in where the run stands now.
  func stands(_ standing: Standing, at now: Moment) {
    state.withLock { state in
      state.heartbeat.stands(standing.stage, at: now)
      state.board?.stands(standing, at: now)
      write(state.face.stands(standing, at: now), &state, at: now)
    }
  }

  /// Time has passed: a run that has said nothing for long says that it still runs.
  func tick(at now: Moment) {
    state.withLock { state in
      // A clock that moves says that the run goes on.
      if state.board != nil { return write(.nothing, &state, at: now) }
      guard let waiting = state.heartbeat.due(at: now) else { return }
      write(state.face.said(waiting, at: now), &state, at: now)
    }
  }

  /// What the traffic of a rehearsal has seen so far.
  func saw(requests: Int, failed: Int) { state.withLock { $0.board?.saw(requests: requests, failed: failed) } }

  /// Returns when everything is written, or its reader has stopped reading.
  func finish() async {
    state.withLock { state in
      state.board?.end()
      streams.draw(state.board?.wipe() ?? "")
    }
    await streams.drain()
  }

  private func write(_ shown: Shown, _ state: inout State, at now: Moment) {
    if state.board != nil {
      guard shown != .nothing || !streams.isBehind else { return }
      streams.draw((state.board?.wipe() ?? "") + (shown.progress.map { $0 + "\n" } ?? ""))
      streams.write(Shown(result: shown.result))
      streams.draw(state.board?.draw(at: now) ?? "")
      return
    }
    streams.write(shown)
    guard let reports, shown.summary != nil || !shown.outputs.isEmpty else { return }
    for problem in reports.write(shown) { streams.write(Shown(progress: "warning: \(problem)")) }
  }
}

/// Says that a run goes on where nothing else has been said for long: a waiting that says nothing looks like a hang.
struct Heartbeat: Equatable, Sendable {
  private var lastSaid: Moment
  private var stage: Stage?
  private var stageSince: Moment

  static let interval = Duration.seconds(30)
  /// A rollout says by itself what it waits for; longer silence means that AWS does not answer.
  static let intervalOfWatch = Duration.seconds(60)

  init(at now: Moment) {
    lastSaid = now
    stageSince = now
  }

  mutating func said(at now: Moment) { lastSaid = now }

  mutating func stands(_ stage: Stage?, at now: Moment) {
    guard stage != self.stage else { return }
    self.stage = stage
    stageSince = now
  }

  /// What to say now, and once only; `nil`: nothing yet.
  mutating func due(at now: Moment) -> Announcement? {
    let isWatching = stage.map { [.rollout, .bake, .rollback].contains($0) } ?? false
    guard now - lastSaid >= (isWatching ? Heartbeat.intervalOfWatch : Heartbeat.interval) else { return nil }
    lastSaid = now
    let seconds = Int((now - stageSince).wholeMilliseconds / 1000)
    let name = stage?.rawValue ?? "the end"
    return Announcement(
      "run.waiting", .info, [.text("stage", name), .number("seconds", seconds)], "still at \(name), for \(seconds) s")
  }
}
