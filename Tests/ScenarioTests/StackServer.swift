import AWSWire
import RealParts
import Synchronization

/// A CloudFormation of one stack, as far as change sets go: what it answers is scripted, what it is asked is kept.
///
/// moto judges the requests and makes real resources elsewhere; here are the ends that moto has not: failures, ways
/// back, a stack that is busy, and events that come one by one.
final class StackServer: Sendable {
  /// What carrying out a change set, or deleting the stack, does.
  struct Operation: Sendable {
    /// Resource, kind, status and reason of each event, oldest first; the stack's own come by themselves.
    var events: [(String, String, String, String?)] = []
    var begin = "UPDATE_IN_PROGRESS"
    /// `nil`: it goes on for ever.
    var end: String? = "UPDATE_COMPLETE"
  }

  struct State: Sendable {
    /// `nil`: there is no stack.
    var status: String?
    var parameters: [String: String] = [:]
    var outputs: [String: String] = [:]
    var isProtected = true
    /// What the next operations do; the last one serves again and again.
    var operations: [Operation] = [Operation()]
    /// What each change set tells; none: it would change nothing.
    var changes = ["Modify Monitor AWS::Lambda::Function False"]
    fileprivate var events: [XMLNode] = []
    /// One comes with each look at the events.
    fileprivate var coming: [(node: XMLNode, status: String?)] = []
    fileprivate var changeSets: [String: [String: String]] = [:]
    fileprivate var asked: [QueryForm] = []
    fileprivate var number = 0

    init(status: String?) { self.status = status }
  }

  /// What carrying a change set out does to the fleet: parameters before and after.
  typealias CarryOut = @Sendable (_ before: [String: String], _ after: [String: String]) -> Void

  private final class Log: Sendable {
    let state: Mutex<State>
    let carryOut: CarryOut

    init(_ state: State, _ carryOut: @escaping CarryOut) {
      self.state = Mutex(state)
      self.carryOut = carryOut
    }
  }

  private static let stackID = "arn:aws:cloudformation:eu-north-1:123456789012:stack/wanzami-api/1"
  private static let known = ["FleetVersion": "1", "Service": "wanzami-api", "HealthUrl": ""]

  private let log: Log
  private let server: LoopbackServer

  var url: String { server.url }
  var status: String? { log.state.withLock { $0.status } }

  /// The requests of an operation, in order.
  func asked(_ action: String) -> [QueryForm] { log.state.withLock { $0.asked.filter { $0["Action"] == action } } }

  init(_ state: State, carryOut: @escaping CarryOut = { _, _ in }) throws {
    let log = Log(state, carryOut)
    self.log = log
    server = try LoopbackServer { connection in
      while let (_, body) = connection.request() {
        let form = QueryForm(decoding: body)
        let (members, status) = StackServer.answer(form, log)
        let action = form["Action"] ?? ""
        let root =
          status == "200 OK"
          ? XMLNode("\(action)Response", children: [XMLNode("\(action)Result", children: members)])
          : XMLNode("ErrorResponse", children: [XMLNode("Error", children: members)])
        connection.answer(root.serialized, status: status)
      }
    }
  }

  private static func answer(_ form: QueryForm, _ log: Log) -> ([XMLNode], String) {
    var change: (before: [String: String], after: [String: String])?
    let answer = log.state.withLock { state in
      state.asked.append(form)
      switch form["Action"] {
      case "ExecuteChangeSet", "DeleteStack":
        change = begin(form, &state)
        return ([XMLNode](), "200 OK")
      case "UpdateTerminationProtection":
        state.isProtected = form["EnableTerminationProtection"] == "true"
        return ([], "200 OK")
      case "CreateChangeSet": return (createChangeSet(form, &state), "200 OK")
      case "DescribeStackEvents": return (nextEvents(&state), "200 OK")
      default: return describe(form, state)
      }
    }
    if let change { log.carryOut(change.before, change.after) }
    return answer
  }

  private static func createChangeSet(_ form: QueryForm, _ state: inout State) -> [XMLNode] {
    state.number += 1
    let id = "arn:aws:cloudformation:eu-north-1:123456789012:changeSet/c/\(state.number)"
    var parameters = state.parameters.isEmpty ? known : state.parameters
    var index = 1
    while let key = form["Parameters.member.\(index).ParameterKey"] {
      if let value = form["Parameters.member.\(index).ParameterValue"] { parameters[key] = value }
      index += 1
    }
    state.changeSets[id] = parameters
    if state.status == nil { state.status = "REVIEW_IN_PROGRESS" }
    return [XMLNode("Id", text: id), XMLNode("StackId", text: stackID)]
  }

  private static func describe(_ form: QueryForm, _ state: State) -> ([XMLNode], String) {
    switch form["Action"] {
    case "DescribeStacks":
      guard let status = state.status else {
        return (
          [
            XMLNode("Code", text: "ValidationError"),
            XMLNode("Message", text: "Stack with id \(form["StackName"] ?? "") does not exist"),
          ], "400 Bad Request"
        )
      }
      let members = [
        XMLNode("StackId", text: stackID), XMLNode("StackName", text: "wanzami-api"),
        XMLNode("StackStatus", text: status),
        XMLNode("EnableTerminationProtection", text: state.isProtected ? "true" : "false"),
        list("Parameters", state.parameters, "Parameter"), list("Outputs", state.outputs, "Output"),
      ]
      return ([XMLNode("Stacks", children: [XMLNode("member", children: members)])], "200 OK")
    case "GetTemplateSummary":
      let parameters = known.keys.sorted().map { key in
        XMLNode(
          "member",
          children: [XMLNode("ParameterKey", text: key), XMLNode("DefaultValue", text: known[key] ?? "")])
      }
      let capabilities = XMLNode("Capabilities", children: [XMLNode("member", text: "CAPABILITY_IAM")])
      return ([XMLNode("Parameters", children: parameters), capabilities], "200 OK")
    case "DescribeChangeSet": return (changeSet(form, state), "200 OK")
    default: return ([], "200 OK")
    }
  }

  private static func changeSet(_ form: QueryForm, _ state: State) -> [XMLNode] {
    guard !state.changes.isEmpty else {
      let reason =
        "The submitted information didn't contain changes. Submit different information to create a change set."
      return [XMLNode("Status", text: "FAILED"), XMLNode("StatusReason", text: reason)]
    }
    let changes = state.changes.map { text in
      let words = text.split(separator: " ").map(String.init)
      let members = [("Action", 0), ("LogicalResourceId", 1), ("ResourceType", 2), ("Replacement", 3)]
        .filter { $0.1 < words.count }.map { XMLNode($0.0, text: words[$0.1]) }
      return XMLNode("member", children: [XMLNode("ResourceChange", children: members)])
    }
    return [
      XMLNode("Status", text: "CREATE_COMPLETE"), XMLNode("StackId", text: stackID),
      XMLNode("Changes", children: changes),
    ]
  }

  /// Begins an operation; gives the parameters before and after it.
  private static func begin(
    _ form: QueryForm, _ state: inout State
  ) -> (before: [String: String], after: [String: String]) {
    let operation = state.operations.count > 1 ? state.operations.removeFirst() : state.operations[0]
    let before = state.parameters
    state.status = operation.begin
    let own = ("wanzami-api", "AWS::CloudFormation::Stack")
    for (resource, kind, status, reason) in [(own.0, own.1, operation.begin, nil)] + operation.events {
      state.coming.append((event(resource, kind, status, reason, &state), nil))
    }
    if let end = operation.end { state.coming.append((event(own.0, own.1, end, nil, &state), end)) }
    if let set = form["ChangeSetName"], let parameters = state.changeSets[set] { state.parameters = parameters }
    return (before, state.parameters)
  }

  private static func event(
    _ resource: String, _ kind: String, _ status: String, _ reason: String?, _ state: inout State
  ) -> XMLNode {
    state.number += 1
    let members = [
      ("EventId", "e-\(state.number)"), ("LogicalResourceId", resource), ("ResourceType", kind),
      ("ResourceStatus", status), ("ResourceStatusReason", reason ?? ""),
    ]
    return XMLNode("member", children: members.map { XMLNode($0.0, text: $0.1) })
  }

  private static func nextEvents(_ state: inout State) -> [XMLNode] {
    if !state.coming.isEmpty {
      let next = state.coming.removeFirst()
      state.events.insert(next.node, at: 0)
      state.status = next.status ?? state.status
    }
    return [XMLNode("StackEvents", children: state.events)]
  }

  private static func list(_ name: String, _ pairs: [String: String], _ kind: String) -> XMLNode {
    let members = pairs.sorted { $0.key < $1.key }.map { key, value in
      XMLNode("member", children: [XMLNode("\(kind)Key", text: key), XMLNode("\(kind)Value", text: value)])
    }
    return XMLNode(name, children: members)
  }
}
