extension World {
  /// One scaling activity. Its words are made when somebody reads them.
  public struct Activity: Sendable {
    public enum Kind: Sendable {
      /// The instance is `nil` when none came of it.
      case launch(instance: String?)
      case terminate(instance: String)
    }

    /// Why Auto Scaling acted.
    public enum Reason: Sendable {
      case refresh
      /// The desired capacity was above or below the actual one.
      case capacity(from: Int, to: Int)
      case loadBalancerCheck
      case loss(Loss)
      case userRequest
    }

    /// What ends an instance from outside of Auto Scaling, in the words of its cause.
    public enum Loss: String, CaseIterable, Sendable {
      case stopped = "an EC2 health check that indicated it had been terminated or stopped"
      case statusCheck = "an EC2 instance status checks failure"
      case spotInterruption = "an EC2 Spot instance interruption notice"
      case rebalance = "an EC2 instance rebalance recommendation"
    }

    public var id: String
    public var kind: Kind
    public var reason: Reason
    public var started: WorldTime
    public var ended: WorldTime?
    /// AWS's `StatusCode`.
    public var status: String
    public var message: String?
    public var zone: String

    public var progress: Int { ended == nil ? (status == "InProgress" ? 50 : 30) : 100 }

    public var description: String {
      switch kind {
      case .launch(let instance?): "Launching a new EC2 instance: \(instance)"
      case .launch(nil): "Launching a new EC2 instance.  Status Reason: \(message ?? "")"
      case .terminate(let instance): "Terminating EC2 instance: \(instance)"
      }
    }

    public var cause: String {
      let at = "At \(started.seconds)"
      switch (reason, kind) {
      case (.refresh, .launch): return "\(at) an instance was launched in response to an instance refresh."
      case (.refresh, .terminate):
        return "\(at) an instance was taken out of service in response to an instance refresh."
      case (.capacity(let from, let to), .launch):
        return "\(at) an instance was started in response to a difference between desired and actual capacity, "
          + "increasing the capacity from \(from) to \(to)."
      case (.capacity(let from, let to), .terminate(let instance)):
        return "\(at) an instance was taken out of service in response to a difference between desired and actual "
          + "capacity, shrinking the capacity from \(from) to \(to).  \(at) instance \(instance) was selected for "
          + "termination."
      case (.loadBalancerCheck, _):
        return "\(at) an instance was taken out of service in response to an ELB system health check failure."
      case (.loss(let loss), _):
        return "\(at) an instance was taken out of service in response to \(loss.rawValue)."
      case (.userRequest, .terminate(let instance)):
        return "\(at) instance \(instance) was taken out of service in response to a user request."
      case (.userRequest, .launch):
        return "\(at) an instance was started in response to a user request."
      }
    }
  }
}
