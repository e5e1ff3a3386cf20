extension World {
  /// One instance refresh.
  ///
  /// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_InstanceRefresh.html
  public struct InstanceRefresh: Sendable {
    public enum Status: String, Sendable {
      case pending = "Pending"
      case inProgress = "InProgress"
      case baking = "Baking"
      case successful = "Successful"
      case failed = "Failed"
      case cancelling = "Cancelling"
      case cancelled = "Cancelled"
      case rollbackInProgress = "RollbackInProgress"
      case rollbackSuccessful = "RollbackSuccessful"
      case rollbackFailed = "RollbackFailed"

      public var isActive: Bool {
        switch self {
        case .pending, .inProgress, .baking, .cancelling, .rollbackInProgress: true
        case .successful, .failed, .cancelled, .rollbackSuccessful, .rollbackFailed: false
        }
      }
    }

    /// What it was doing when a rollback began.
    public struct Rollback: Sendable {
      public var reason: String
      public var started: WorldTime
      public var percentComplete: Int
      public var instancesToUpdate: Int
    }

    public var id: String
    public var status: Status
    public var started: WorldTime
    public var ended: WorldTime?
    public var desired: LaunchSource?
    /// The effective preferences, defaults filled in.
    public var preferences: RefreshPreferences
    /// 0–100: replaced, healthy and warm.
    public var percentComplete = 0
    public var instancesToUpdate = 0
    public var reason: RefreshReason?
    public var rollback: Rollback?

    /// Instances that this phase replaces, by id, whether they still live or not.
    var replacing: Set<String> = []
    /// The weight of `replacing` at the start of the phase.
    var total = 0
    /// When the phase (forward or back) began: what is launched later is new.
    var phaseStarted: WorldTime
    var checkpoint = 0
    /// A state that holds until this time: pending, a checkpoint, the bake, cancelling.
    var holdUntil: WorldTime?
    var lastProgress: WorldTime
    var readyNew = 0
    var waitsForTransitions = true
  }

  /// Why a refresh stands where it stands; its words are made when somebody reads them.
  public enum RefreshReason: Equatable, Sendable {
    case warmingUp(String)
    case notHealthyYet(String)
    case standby(String)
    case protected(String)
    case checkpoint(Int)
    case suspended(String)
    case alarm(String, state: String)
    case stalled
    case cancelledByUser
    case launchFailing(String)

    public var text: String {
      switch self {
      case .warmingUp(let id):
        "Waiting for instances to warm up before continuing. For example: \(id) is warming up."
      case .notHealthyYet(let id):
        "Waiting for remaining instances to be available. For example: \(id) has insufficient data to evaluate its "
          + "health with Amazon EC2."
      case .standby(let id):
        "Waiting for remaining instances to be available. For example: \(id) is in Standby. Return it to service to "
          + "continue."
      case .protected(let id):
        "Waiting for remaining instances to be available. For example: \(id) is protected. Remove instance scale-in "
          + "protection to continue."
      case .checkpoint(let percent): "Checkpoint of \(percent)% reached. Waiting before continuing."
      case .suspended(let process): "The \(process) process is suspended. Resume it to continue."
      case .alarm(let name, let state): "The CloudWatch alarm \(name) is in the \(state) state."
      case .stalled: "No progress was made for one hour."
      case .cancelledByUser: "Cancelled due to user request."
      case .launchFailing(let message): "Instances cannot be launched. \(message)"
      }
    }
  }
}
