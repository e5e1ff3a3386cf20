extension World {
  /// One SSM command on its instances.
  public struct Command: Sendable {
    public struct Invocation: Sendable {
      public var instance: String
      /// `Pending`, `InProgress`, `Success`, `Failed`, `Cancelled`.
      public var status: String
      /// The exit status; -1: not started.
      public var responseCode: Int
      public var stdout: [UInt8]
      public var stderr: [UInt8]
      public var started: WorldTime?
      public var ended: WorldTime?
    }

    public var id: String
    public var document: String
    public var comment: String
    public var commands: [String]
    public var requested: WorldTime
    public var invocations: [Invocation]
  }
}
