import AWSWire

extension CloudFormation {
  /// What CreateChangeSet takes.
  public struct ChangeSetRequest: Equatable, Sendable {
    public var stack: String
    /// Letters, digits and hyphens, at most 128.
    public var name: String
    /// Whether the stack is yet to be made.
    public var isNew: Bool
    /// The template's text, at most 51,200 bytes; `nil`: the one that the stack has.
    public var template: String?
    public var parameters: [Parameter]
    public var capabilities: [String]

    public init(
      stack: String, name: String, isNew: Bool, template: String?, parameters: [Parameter], capabilities: [String]
    ) {
      self.stack = stack
      self.name = name
      self.isNew = isNew
      self.template = template
      self.parameters = parameters
      self.capabilities = capabilities
    }
  }

  /// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeChangeSet.html
  public struct ChangeSet: Equatable, Sendable {
    public var stackID: String
    /// `CREATE_PENDING`, `CREATE_IN_PROGRESS`, `CREATE_COMPLETE`, `FAILED`, …
    public var status: String
    public var statusReason: String?
    /// `AVAILABLE` when it can be executed.
    public var executionStatus: String?
    public var changes: [Change]
  }

  /// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html
  public struct Change: Equatable, Sendable {
    /// `Add`, `Modify`, `Remove`, `Import` or `Dynamic`.
    public var action: String
    public var logicalID: String
    public var physicalID: String?
    public var type: String
    /// `True`, `False` or `Conditional`, of a modification.
    public var replacement: String?
    /// The properties that change.
    public var properties: [String]
  }

  /// Begins to make a change set, and returns its id.
  public func createChangeSet(
    _ request: ChangeSetRequest, clientToken: String
  ) async throws(AWSError) -> String {
    try await caller.query(.cloudFormation, "CreateChangeSet", of: request.stack, safety: .repeatable) { form in
      form.add("StackName", request.stack)
      form.add("ChangeSetName", request.name)
      form.add("ChangeSetType", request.isNew ? "CREATE" : "UPDATE")
      form.add("ClientToken", clientToken)
      form.add("TemplateBody", request.template)
      if request.template == nil { form.add("UsePreviousTemplate", true) }
      form.add(list: "Capabilities.member", request.capabilities)
      for (index, parameter) in request.parameters.enumerated() {
        form.add("Parameters.member.\(index + 1).ParameterKey", parameter.key)
        form.add("Parameters.member.\(index + 1).ParameterValue", parameter.value)
        if parameter.value == nil { form.add("Parameters.member.\(index + 1).UsePreviousValue", true) }
      }
    } decode: { node throws(MissingMember) in
      try node.required("Id")
    }
  }

  /// The change set with all its changes.
  ///
  /// - Parameter id: its ARN.
  public func describeChangeSet(_ id: String) async throws(AWSError) -> ChangeSet {
    var found: ChangeSet?
    let changes = try await caller.pages(.cloudFormation, "DescribeChangeSet", of: id, by: \.logicalID) {
      token throws(AWSError) -> (items: [Change], next: String?) in
      let page = try await caller.query(.cloudFormation, "DescribeChangeSet", of: id) { form in
        form.add("ChangeSetName", id)
        form.add("NextToken", token)
      } decode: { node throws(MissingMember) in
        (
          ChangeSet(
            stackID: node.string("StackId") ?? "", status: try node.required("Status"),
            statusReason: node.nonEmpty("StatusReason"), executionStatus: node.nonEmpty("ExecutionStatus"),
            changes: node.list("Changes").compactMap { $0["ResourceChange"] }.map(Change.init)),
          node.nonEmpty("NextToken")
        )
      }
      found = found ?? page.0
      return (page.0.changes, page.1)
    }
    guard var changeSet = found else {
      throw AWSError(
        kind: .malformedAnswer, service: .cloudFormation, operation: "DescribeChangeSet", resource: id,
        message: "no page came")
    }
    changeSet.changes = changes
    return changeSet
  }

  /// Begins to carry a change set out; its stack's status tells how it goes on.
  ///
  /// - Parameter keepsFailures: what was changed stays when a later change fails (`DisableRollback`).
  public func executeChangeSet(
    _ id: String, clientToken: String, keepsFailures: Bool = false
  ) async throws(AWSError) {
    try await caller.query(.cloudFormation, "ExecuteChangeSet", of: id, safety: .repeatable) { form in
      form.add("ChangeSetName", id)
      form.add("ClientRequestToken", clientToken)
      if keepsFailures { form.add("DisableRollback", true) }
    } decode: { _ in
    }
  }

  /// Forgets a change set. One that is not there is no error.
  public func deleteChangeSet(_ id: String) async throws(AWSError) {
    try await caller.query(.cloudFormation, "DeleteChangeSet", of: id, safety: .repeatable) { form in
      form.add("ChangeSetName", id)
    } decode: { _ in
    }
  }
}

extension CloudFormation.Change {
  init(_ node: XMLNode) {
    action = node.string("Action") ?? ""
    logicalID = node.string("LogicalResourceId") ?? ""
    physicalID = node.nonEmpty("PhysicalResourceId")
    type = node.string("ResourceType") ?? ""
    replacement = node.nonEmpty("Replacement")
    var seen = Set<String>()
    properties = node.list("Details").compactMap { detail in
      detail["Target"].flatMap { $0.nonEmpty("Name") ?? $0.nonEmpty("Attribute") }
    }.filter { seen.insert($0).inserted }
  }
}
