import AWSClient
import ReleaseCore
import ReleaseRuntime
import Synchronization

/// Writes down in a run's journal what is seen on the way: stages, capacity, traffic and calls, each when it changes.
///
/// What cannot be written is not said: the run itself says it of its effects.
final class RunRecorder: Sendable {
  private struct State {
    var stage: Stage?
    var capacity: [Int] = []
    var requests = -1
    var trafficAt: Moment?
    var reads = 0
    var isClosed = false
  }

  /// A day of polls would fill a disk; past it, calls that only look are counted.
  static let readsMax = 10_000

  private let journal: Journal
  private let clock: RunClock
  private let state = Mutex(State())

  init(journal: Journal, clock: RunClock) {
    self.journal = journal
    self.clock = clock
  }

  func stands(_ standing: Standing) {
    let new = state.withLock { state -> [Sighting] in
      var new: [Sighting] = []
      if let stage = standing.stage, stage != state.stage {
        state.stage = stage
        new.append(.stage(stage))
      }
      guard let progress = standing.progress, let serving = progress.serving else { return new }
      let capacity = [serving, progress.floor, progress.desired]
      guard capacity != state.capacity else { return new }
      state.capacity = capacity
      return new + [.capacity(serving: serving, floor: max(0, progress.floor), desired: progress.desired)]
    }
    for sighting in new { write(sighting) }
  }

  func saw(requests: Int, failed: Int) {
    let now = clock.now()
    let isNew = state.withLock { state in
      // A second is fine enough for a drawing.
      guard requests != state.requests, state.trafficAt.map({ now - $0 >= .seconds(1) }) ?? true else { return false }
      state.requests = requests
      state.trafficAt = now
      return true
    }
    if isNew { write(.traffic(requests: requests, failed: failed)) }
  }

  func made(_ report: CallReport) {
    let isKept = state.withLock { state in
      if report.isRead { state.reads += 1 }
      return !report.isRead || state.reads <= RunRecorder.readsMax
    }
    guard isKept else { return }
    write(
      .call(
        Sighting.Call(
          service: report.service.displayName, operation: report.operation, resource: report.resource ?? "",
          isRead: report.isRead, attempt: report.attempt, status: report.status ?? 0, code: report.code ?? "",
          requestID: report.requestID ?? "", milliseconds: Int(report.milliseconds))))
  }

  /// The run is over: nothing is written any more.
  func close() {
    let leftOut = state.withLock { $0.reads - RunRecorder.readsMax }
    if leftOut > 0 { write(.callsLeftOut(leftOut)) }
    state.withLock { $0.isClosed = true }
  }

  /// Under the lock, so that nothing comes behind the end.
  private func write(_ sighting: Sighting) {
    state.withLock { state in
      if !state.isClosed { _ = journal.record(.saw(sighting), at: clock.now()) }
    }
  }
}
