import AWSWire

/// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/
public struct CloudFormation: Sendable {
  let caller: AWSCaller

  /// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Stack.html
  public struct Stack: Equatable, Sendable {
    /// Its ARN: the only name by which a deleted stack can be described.
    public var id: String
    public var name: String
    /// `CREATE_COMPLETE`, `UPDATE_ROLLBACK_IN_PROGRESS`, …
    public var status: String
    public var statusReason: String?
    public var parameters: [String: String]
    public var outputs: [String: String]
    public var isProtected: Bool
  }

  /// A parameter of a template, or of a stack.
  public struct Parameter: Equatable, Sendable {
    public var key: String
    /// `nil`: what the stack has already.
    public var value: String?

    public init(_ key: String, _ value: String?) {
      self.key = key
      self.value = value
    }
  }

  public struct TemplateSummary: Equatable, Sendable {
    /// Names, each with its default; `nil`: it has none.
    public var parameters: [String: String?]
    /// Such as `CAPABILITY_IAM`: what the caller must say that the template may do.
    public var capabilities: [String]
  }

  /// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackEvent.html
  public struct Event: Equatable, Sendable {
    public var id: String
    public var logicalID: String
    public var physicalID: String?
    /// `AWS::EC2::VPC`; the stack itself is `AWS::CloudFormation::Stack`.
    public var type: String
    /// `CREATE_IN_PROGRESS`, `UPDATE_FAILED`, …
    public var status: String
    public var reason: String?
    public var time: Timestamp?
  }

  /// The stack of a name or an id; `nil`: there is none.
  public func describeStacks(named name: String) async throws(AWSError) -> Stack? {
    do throws(AWSError) {
      return try await caller.query(.cloudFormation, "DescribeStacks", of: name) { form in
        form.add("StackName", name)
      } decode: { node throws(MissingMember) in
        try node.list("Stacks").first.map { stack throws(MissingMember) in try Stack(stack) }
      }
    } catch {
      // "Stack with id … does not exist", as a ValidationError.
      guard error.kind == .validation || error.kind == .notFound, error.message.contains("does not exist") else {
        throw error
      }
      return nil
    }
  }

  /// What a template asks for. Its text is at most 51,200 bytes.
  public func getTemplateSummary(_ template: String) async throws(AWSError) -> TemplateSummary {
    try await caller.query(.cloudFormation, "GetTemplateSummary") { form in
      form.add("TemplateBody", template)
    } decode: { node throws(MissingMember) in
      var parameters: [String: String?] = [:]
      for parameter in node.list("Parameters") {
        parameters[try parameter.required("ParameterKey")] = .some(parameter.string("DefaultValue"))
      }
      return TemplateSummary(parameters: parameters, capabilities: node.list("Capabilities").map(\.text))
    }
  }

  /// The stack's events, newest first, page after page until `isEnough` says so of all that came so far.
  ///
  /// - Parameter stack: a name, or the id of a stack that may be deleted.
  public func describeStackEvents(
    of stack: String, isEnough: ([Event]) -> Bool = { _ in false }
  ) async throws(AWSError) -> [Event] {
    try await caller.pages(
      .cloudFormation, "DescribeStackEvents", of: stack, by: \.id, isEnough: isEnough,
      page: { token throws(AWSError) in
        try await caller.query(.cloudFormation, "DescribeStackEvents", of: stack) { form in
          form.add("StackName", stack)
          form.add("NextToken", token)
        } decode: { node throws(MissingMember) in
          (items: try node.list("StackEvents").map(Event.init), next: node.nonEmpty("NextToken"))
        }
      })
  }

  /// Begins to delete the stack. A stack that is not there is no error.
  ///
  /// - Parameter clientToken: a repetition with the same one changes nothing.
  public func deleteStack(_ stack: String, clientToken: String) async throws(AWSError) {
    try await caller.query(.cloudFormation, "DeleteStack", of: stack, safety: .repeatable) { form in
      form.add("StackName", stack)
      form.add("ClientRequestToken", clientToken)
    } decode: { _ in
    }
  }

  /// Whether a stack can be deleted. Setting what is set changes nothing.
  public func updateTerminationProtection(of stack: String, to isProtected: Bool) async throws(AWSError) {
    try await caller.query(.cloudFormation, "UpdateTerminationProtection", of: stack, safety: .repeatable) { form in
      form.add("EnableTerminationProtection", isProtected)
      form.add("StackName", stack)
    } decode: { _ in
    }
  }
}

extension CloudFormation.Stack {
  init(_ node: XMLNode) throws(MissingMember) {
    id = try node.required("StackId")
    name = try node.required("StackName")
    status = try node.required("StackStatus")
    statusReason = node.nonEmpty("StackStatusReason")
    isProtected = node.bool("EnableTerminationProtection") ?? false
    parameters = Dictionary(
      node.list("Parameters").map { ($0.string("ParameterKey") ?? "", $0.string("ParameterValue") ?? "") }
    ) { first, _ in first }
    outputs = Dictionary(
      node.list("Outputs").map { ($0.string("OutputKey") ?? "", $0.string("OutputValue") ?? "") }
    ) { first, _ in first }
  }
}

extension CloudFormation.Event {
  init(_ node: XMLNode) throws(MissingMember) {
    id = try node.required("EventId")
    logicalID = node.string("LogicalResourceId") ?? ""
    physicalID = node.nonEmpty("PhysicalResourceId")
    type = node.string("ResourceType") ?? ""
    status = node.string("ResourceStatus") ?? ""
    reason = node.nonEmpty("ResourceStatusReason")
    time = node.timestamp("Timestamp")
  }
}
