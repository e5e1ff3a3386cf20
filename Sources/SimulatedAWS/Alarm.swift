extension World {
  /// A CloudWatch metric alarm; its state is set, never computed.
  public struct Alarm: Hashable, Sendable {
    public enum State: String, Sendable {
      case ok = "OK"
      case alarm = "ALARM"
      case insufficientData = "INSUFFICIENT_DATA"
    }

    public var name: String
    public var arn: String
    public var state: State
    public var reason: String
    public var updated: WorldTime
    /// The rest of what was put (Namespace, MetricName, Threshold, …), kept as sent.
    public var settings: Tree
  }
}
