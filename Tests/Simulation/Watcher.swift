import ReleaseCore
import SimulatedAWS

/// One run of the reducer, with everything it asked for and said.
final class Watcher {
  var run: Run
  var isAlive = true
  var outcome: Outcome?
  var actions: [(time: Moment, action: Action)] = []
  var announcements: [(time: Moment, announcement: Announcement)] = []
  /// Kills the run at its action of that number: before it takes effect, or after that and before its answer.
  var kill: (index: Int, isAfter: Bool)?
  /// Sends SIGTERM when the condition first holds for an action that is about to be performed.
  var interrupt: ((Action) -> Bool)?
  /// What becomes of an action instead of its answer; the number counts actions of this kind from 1.
  var trouble: ((Action, Int) -> Trouble?)?

  /// How often an action of a kind was asked for.
  var asked: [FailedAction: Int] = [:]
  /// The starts that took effect.
  var started: [RefreshOrder] = []
  /// Cancellations that took effect.
  var cancelled = 0
  /// The refresh whose rollback this run saw in progress, and the one that it asked to be rolled back.
  var seenRollback: String?
  var askedRollback: String?
  /// The refresh that it knows it has started.
  var knownStart: String?
  /// Seconds for which an accepted rollback does not show in what is read of the refreshes.
  var lateSightOfBack: Double?
  /// How far this machine's clock is off.
  var skew = Duration.zero

  /// What a mutation needs to know of what went before.
  var lastEvent: Event?
  var lastOrder: RefreshOrder?
  var lastActive: String?
  var lastGroup: Group?
  var lastTargets: [String: [Target]] = [:]

  enum Trouble {
    /// The request is answered by a failure and changes nothing.
    case refused(ActionFailure)
    /// The request takes effect, and its answer is lost.
    case answerLost(ActionFailure)
  }

  init(_ run: Run) { self.run = run }

  /// What a way back leaves.
  var leaving: Int?

  var exit: Int32? { outcome?.exitCode }

  func count(_ isCounted: (Action) -> Bool) -> Int { actions.count { isCounted($0.action) } }

  func has(_ name: FailedAction) -> Bool { actions.contains { Simulation.name(of: $0.action) == name } }

  func said(_ name: String) -> Bool { announcements.contains { $0.announcement.name == name } }

  var sentences: String { announcements.map(\.announcement.sentence).joined(separator: "\n") }
}
