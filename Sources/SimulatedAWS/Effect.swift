extension World {
  /// What the world wants done outside of it, in the order decided.
  public enum Effect: Sendable {
    case launch(Launch)
    case terminate(instance: String)
    /// The targets that traffic goes to, or their draining, changed; by target group ARN.
    case routingChanged(targetGroup: String)
    case runShellScript(command: String, instance: String, commands: [String])
    case cancelShellScript(command: String, instance: String)
  }

  /// An instance to boot; answered by `instanceRunning` or `launchFailed`.
  public struct Launch: Equatable, Sendable {
    public var instance: String
    public var privateAddress: String
    /// Decoded.
    public var userData: [UInt8]
    public var instanceType: String
    public var imageID: String
    public var version: Int
  }

  /// A health check to perform; answered by `report`.
  public struct Probe: Hashable, Sendable {
    /// ARN.
    public var targetGroup: String
    public var instance: String
    public var privateAddress: String
    public var port: Int
    public var path: String
    /// Milliseconds of real time: an application answers as fast as it can, at any rate.
    public var timeoutMilliseconds: Int64
  }

  /// What a health check saw.
  public enum ProbeResult: Hashable, Sendable {
    case status(Int)
    case timeout
    case refused
  }

  /// What makes the next launches fail.
  public enum LaunchFault: Hashable, Sendable {
    case insufficientCapacity
    case imageGone
    case quota
    /// Any other message, as the activity shows it.
    case message(String)
  }

  /// A target that gets traffic, or still finishes some.
  public struct Route: Hashable, Sendable {
    public var instance: String
    public var privateAddress: String
    public var port: Int
    public var isDraining: Bool
  }
}
