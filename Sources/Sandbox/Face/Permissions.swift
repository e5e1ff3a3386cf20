import AWSWire
import SimulatedAWS

/// What the one principal of a sandbox may not do; everything else it may.
public struct Permissions: Sendable {
  static let denialCode = "AccessDenied"

  /// Actions in IAM's words, such as `autoscaling:DescribeScalingActivities`; `iam:*` is all of a service.
  public var denied: Set<String>

  public init(denied: some Sequence<String> = []) { self.denied = Set(denied) }

  func isDenied(_ action: String) -> Bool {
    let service = action.prefix { $0 != ":" }
    return denied.contains(action) || denied.contains("\(service):*")
  }

  /// Refuses a call in the words of IAM.
  func check(_ call: RecordedCall, account: String) throws(Fault) {
    guard isDenied(call.action) else { return }
    throw Fault(
      Permissions.denialCode,
      "User: arn:aws:iam::\(account):user/sandbox is not authorized to perform: \(call.action) because no "
        + "identity-based policy allows the \(call.action) action", httpStatus: 403)
  }
}

/// One call that a client made, as a trail of the account has it.
public struct RecordedCall: Equatable, Sendable, CustomStringConvertible {
  /// The signature's service, such as `monitoring`.
  public var service: String
  public var operation: String
  /// A request that asked only whether it would be allowed.
  public var isDryRun: Bool
  /// The HTTP status of the answer.
  public var status = 0
  /// Of the answer's body.
  public var bytes = 0

  init(service: String, request: WireRequest, form: QueryForm) {
    self.service = service
    let target = request.header("x-amz-target")?.split(separator: ".").last.map(String.init)
    operation = target ?? form["Action"] ?? ""
    isDryRun = form["DryRun"] == "true"
  }

  /// The action that IAM asks a permission for.
  var action: String { "\(service == "monitoring" ? "cloudwatch" : service):\(operation)" }

  /// `200 autoscaling DescribeAutoScalingGroups`
  public var description: String { "\(status) \(service) \(operation)\(isDryRun ? " (dry run)" : "")" }
}
