public import AWSWire

/// One attempt of one call, as it went: for those who keep account of what was asked.
public struct CallReport: Sendable {
  public var service: AWSService
  public var operation: String
  /// What it was about, for people.
  public var resource: String?
  /// Whether it only looks.
  public var isRead: Bool
  /// 1 at first.
  public var attempt: Int
  /// `nil`: no whole answer came.
  public var status: Int?
  /// AWS's error code, or in a word why no answer came.
  public var code: String?
  public var requestID: String?
  public var began: Timestamp
  public var milliseconds: Int64
}

extension AWSClient {
  /// The same client, which tells of each attempt when it is over; quota, credentials and connections stay shared.
  ///
  /// - Parameter tell: called from any task.
  public func telling(_ tell: @escaping @Sendable (CallReport) -> Void) -> AWSClient {
    var client = self
    client.caller.tell = tell
    return client
  }
}

extension CallReport {
  init(_ call: Call, attempt: Int, began: Timestamp, ended: Timestamp, status: Int?, code: String?, requestID: String?)
  {
    self.init(
      service: call.service, operation: call.operation, resource: call.resource, isRead: call.safety == .read,
      attempt: attempt, status: status, code: code, requestID: requestID, began: began,
      milliseconds: max(0, ended.milliseconds - began.milliseconds))
  }
}
