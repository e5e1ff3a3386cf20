extension World {
  /// One EC2 instance, with what its group knows of it.
  public struct Instance: Sendable {
    public var id: String
    public var privateAddress: String
    public var imageID: String
    public var instanceType: String
    public var zone: String
    /// The template and the number that it was launched from.
    public var templateID: String
    public var templateName: String
    public var version: Int
    public var userData: [UInt8]
    public var launched: WorldTime
    public var state: State
    public var lifecycle: Lifecycle
    /// The group's own opinion: `Healthy` or `Unhealthy`.
    public var isHealthy: Bool
    public var isProtected: Bool
    public var weight: Int
    public var tags: [Tag]
    public var group: String
    /// When it came into service; `nil`: not yet.
    public var inServiceSince: WorldTime?
    public var terminated: WorldTime?
    var hookUntil: WorldTime?
    /// What took it from outside.
    var lost: Activity.Loss?
    var drainUntil: WorldTime?

    /// Whether it counts towards the group's capacity.
    var isLive: Bool { lifecycle.isLive }

    /// EC2's own state.
    public enum State: String, Sendable {
      case pending
      case running
      case shuttingDown = "shutting-down"
      case terminated

      /// The code on the wire (low byte).
      public var code: Int {
        switch self {
        case .pending: 0
        case .running: 16
        case .shuttingDown: 32
        case .terminated: 48
        }
      }
    }

    /// Auto Scaling's lifecycle states that this world goes through.
    public enum Lifecycle: String, Sendable {
      case pending = "Pending"
      case pendingWait = "Pending:Wait"
      case inService = "InService"
      case standby = "Standby"
      case terminating = "Terminating"
      /// Drained, and held by a termination hook.
      case terminatingWait = "Terminating:Wait"
      case terminated = "Terminated"

      var isLive: Bool { self == .inService || self == .pending || self == .pendingWait }
      /// On its way out and not gone.
      public var isLeaving: Bool { self == .terminating || self == .terminatingWait }
    }
  }
}
