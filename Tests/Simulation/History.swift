import ReleaseCore
import SimulatedAWS

/// A whole history of a fleet as it is drawn from a seed: a plain value, so that it can be cut down and played again.
struct History: Sendable {
  var seed: UInt64
  var shape: Shape
  var acts: [Act]
}

/// What the fleet and its pipeline are like.
struct Shape: Sendable {
  var desired = 2
  var targetGroups = 1
  var isMixed = false
  var isLatest = false
  /// Whether Auto Scaling heeds the load balancer.
  var heedsBalancer = true
  var percent: HealthyPercent?
  var checkpoints: [Int] = []
  /// Seconds, as are the others.
  var bake = 30
  var poll = 3
  var interval = 5.0
  var grace = 120
  var hasAlarm = false
}

/// What an operator or a CI job does, and what happens meanwhile.
struct Act: Sendable {
  enum Command: Sendable {
    case release
    /// The commit that was released last, once more.
    case again
    case rollback
  }

  var command: Command
  /// What the new image does.
  var app: AppBehaviour
  var disturbances: [Disturbance]
}

/// Something that happens to the fleet or the run.
struct Disturbance: Sendable, CustomStringConvertible {
  var kind: Kind
  var occasion: Occasion

  enum Occasion: String, CaseIterable, Sendable {
    case begin
    case rollout
    case baking
    case over
    case back
  }

  /// Seconds after the occasion.
  var delay: Double

  enum Kind: Sendable {
    case throttled(calls: Int)
    case silent(seconds: Double, isOfTargetsOnly: Bool)
    case stale(seconds: Double, Set<ObservationPart>)
    /// For so long after AWS was asked to roll back, what is read of its refreshes is as it was before.
    case lateSightOfBack(seconds: Double)
    case lostAnswer(FailedAction, tookEffect: Bool)
    case irreversible
    case kill(action: Int, isAfter: Bool)
    case interrupt(action: Int)
    case clockOff(seconds: Double)
    case refusedLaunches(Int, isFatal: Bool)
    case lostInstance(Int, World.Activity.Loss)
    case terminated(Int)
    case desired(Int)
    case suspended(String, seconds: Double)
    case cancelledByOthers
    case rolledBackByOthers
    case marksDeleted
    case versionAdded
    case alarm
    case secondRelease(isSame: Bool, waits: Bool)
    case operatorsRollback
    case newImageDies
    case oldImageSickens
  }

  var description: String { "\(kind) \(Int(delay)) s after \(occasion.rawValue)" }
}

extension Disturbance.Kind {
  /// The case's name: what is counted.
  var name: String { String("\(self)".prefix { $0 != "(" }) }

  /// Answers of reads that are late, older or missing.
  var isOfReading: Bool {
    switch self {
    case .throttled, .silent, .stale, .lateSightOfBack, .clockOff: true
    default: false
    }
  }

  /// What must never change how a release ends once it was taken up again.
  var isHarmless: Bool {
    switch self {
    case .throttled, .silent, .stale, .lateSightOfBack, .lostAnswer, .kill, .interrupt, .clockOff, .versionAdded,
      .lostInstance, .terminated:
      true
    default: false
    }
  }

  /// What takes capacity away by itself.
  var takesCapacity: Bool {
    switch self {
    case .lostInstance, .terminated, .desired, .suspended, .newImageDies, .oldImageSickens, .refusedLaunches: true
    default: false
    }
  }
}

extension AppBehaviour {
  /// Healthy in time, and for good.
  var isGood: Bool { if case .healthy = self { true } else { false } }

  /// Never healthy.
  var isBad: Bool {
    switch self {
    case .answering, .refusing: true
    case .healthy, .flapping, .crashing: false
    }
  }
}
