/// One thing that happened to a stack or to one of its resources.
public struct StackEvent: Equatable, Sendable {
  public var id: String
  public var logicalID: String
  /// Such as `AWS::EC2::VPC`; `AWS::CloudFormation::Stack` is the stack itself, or a nested one.
  public var type: String
  public var status: String
  public var reason: String?

  public init(id: String, logicalID: String, type: String, status: String, reason: String? = nil) {
    self.id = id
    self.logicalID = logicalID
    self.type = type
    self.status = status
    self.reason = reason
  }

  public var isFailure: Bool { status.hasSuffix("_FAILED") }

  /// Whether it tells of the stack `name` as a whole.
  public func isOf(stack name: String) -> Bool { type == "AWS::CloudFormation::Stack" && logicalID == name }

  /// A line for people.
  public var line: String {
    let kind = type.hasPrefix("AWS::") ? String(type.dropFirst(5)) : type
    return "\(status) \(logicalID) (\(kind))\(reason.map { ": \($0)" } ?? "")"
  }
}

/// Why a stack failed: the first resource that failed by itself, and what to do about it.
public struct StackFailure: Equatable, Sendable {
  public var cause: StackEvent
  public var advice: String

  /// The cause among events in the order in which they came; `nil`: none failed.
  ///
  /// CloudFormation cancels whatever is under way when one resource fails, and calls that a failure too.
  public init?(_ events: [StackEvent]) {
    let failures = events.filter { $0.isFailure && $0.type != "AWS::CloudFormation::Stack" }
    let own = failures.filter { !($0.reason ?? "").lowercased().contains("cancelled") }
    guard let cause = own.first ?? failures.first ?? events.first(where: \.isFailure) else { return nil }
    self.cause = cause
    advice = StackFailure.advice(type: cause.type, reason: cause.reason ?? "")
  }

  private static func advice(type: String, reason: String) -> String {
    let words = reason.lowercased()
    func says(_ parts: String...) -> Bool { parts.contains { words.contains($0) } }
    switch type {
    case "AWS::IAM::OIDCProvider" where says("already exist"):
      return "The account has this provider already: --set GitHubOIDCProvider=<its ARN> "
        + "(aws iam list-open-id-connect-providers)."
    case "AWS::ElasticLoadBalancingV2::Listener" where says("certificate"):
      return "CertificateArn must name an issued certificate of ACM in this region (aws acm list-certificates)."
    case "AWS::RDS::DBInstance" where says("engine version", "cannot find version"):
      return "Choose a version of this region: --set DatabaseVersion=… "
        + "(aws rds describe-db-engine-versions --engine postgres)."
    default: break
    }
    if says("already exist") {
      return "Something of that name is there already, and not in this stack: remove or rename it, or choose another "
        + "--service."
    }
    if says("not authorized", "accessdenied", "access denied", "unauthorizedoperation") {
      return "The principal lacks a permission: scripts/iam-policy-bootstrap.json has all that are needed."
    }
    if says("limit", "quota", "maximum number") {
      return "A quota of the account is used up: ask for more in Service Quotas, or remove what is not needed."
    }
    if says(
      "insufficient capacity", "insufficientinstancecapacity", "not supported in your requested availability zone")
    {
      return "AWS has none of this class in a zone just now: choose another (--set InstanceType=… or DatabaseClass=…)."
    }
    if says("throttl", "rate exceeded") { return "AWS was asked too often: run it again." }
    return "Mend what the reason says, then run it again."
  }
}
