public import ReleaseCore

/// What was seen of a run beside its effects, for the account that is given of it later. No run depends on it.
public enum Sighting: Sendable {
  case stage(Stage)
  case capacity(serving: Int, floor: Int, desired: Int)
  /// Of a rehearsal, since its traffic began.
  case traffic(requests: Int, failed: Int)
  case call(Call)
  /// So many calls that only look are not written down.
  case callsLeftOut(Int)

  /// One attempt of one call.
  public struct Call: Sendable {
    public var service: String
    public var operation: String
    public var resource: String
    public var isRead: Bool
    public var attempt: Int
    /// HTTP's; 0: no answer came.
    public var status: Int
    /// The error's; empty: it went well.
    public var code: String
    public var requestID: String
    public var milliseconds: Int

    public init(
      service: String, operation: String, resource: String, isRead: Bool, attempt: Int, status: Int, code: String,
      requestID: String, milliseconds: Int
    ) {
      self.service = service
      self.operation = operation
      self.resource = resource
      self.isRead = isRead
      self.attempt = attempt
      self.status = status
      self.code = code
      self.requestID = requestID
      self.milliseconds = milliseconds
    }
  }

  var facts: [Announcement.Fact] {
    switch self {
    case .stage(let stage): [.text("what", "stage"), .text("stage", stage.rawValue)]
    case .capacity(let serving, let floor, let desired):
      [.text("what", "capacity"), .number("serving", serving), .number("floor", floor), .number("desired", desired)]
    case .traffic(let requests, let failed):
      [.text("what", "traffic"), .number("requests", requests), .number("failed", failed)]
    case .call(let call):
      [
        .text("what", "call"), .text("service", call.service), .text("operation", call.operation),
        .text("resource", call.resource), .text("kind", call.isRead ? "read" : "change"),
        .number("attempt", call.attempt), .number("status", call.status), .text("code", call.code),
        .text("requestID", call.requestID), .number("milliseconds", call.milliseconds),
      ]
    case .callsLeftOut(let count): [.text("what", "callsLeftOut"), .number("count", count)]
    }
  }
}
