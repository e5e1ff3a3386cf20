import SimulatedAWS

/// Systems Manager's Run Command.
///
/// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendCommand.html
enum SSMFace {
  static func perform(_ operation: String, _ parameters: Parameters, _ world: inout World) throws(Fault) -> JSON? {
    switch operation {
    case "SendCommand": try sendCommand(parameters, &world)
    case "CancelCommand": try cancel(parameters, &world)
    case "GetCommandInvocation": try getInvocation(parameters, world)
    case "DescribeInstanceInformation": try describeInstances(parameters, world)
    default: nil
    }
  }

  private static func sendCommand(_ parameters: Parameters, _ world: inout World) throws(Fault) -> JSON {
    let command = try world.sendCommand(
      to: parameters.texts("InstanceIds"), document: try parameters.required("DocumentName"),
      commands: parameters.texts("Parameters.commands"), comment: parameters.text("Comment") ?? "")
    return .object([
      (
        "Command",
        .object([
          ("CommandId", .string(command.id)), ("DocumentName", .string(command.document)),
          ("Comment", .string(command.comment)), ("Status", .string("Pending")), ("StatusDetails", .string("Pending")),
          ("RequestedDateTime", seconds(command.requested)),
          ("InstanceIds", .array(command.invocations.map { .string($0.instance) })),
          ("Parameters", .object([("commands", .array(command.commands.map { .string($0) }))])),
          ("TargetCount", .int(command.invocations.count)), ("CompletedCount", .int(0)), ("ErrorCount", .int(0)),
        ])
      )
    ])
  }

  private static func cancel(_ parameters: Parameters, _ world: inout World) throws(Fault) -> JSON {
    try world.cancelCommand(try parameters.required("CommandId"), on: parameters.texts("InstanceIds"))
    return .object([])
  }

  private static func getInvocation(_ parameters: Parameters, _ world: World) throws(Fault) -> JSON {
    let (command, invocation) = try world.invocation(
      of: try parameters.required("CommandId"), on: try parameters.required("InstanceId"))
    return .object([
      ("CommandId", .string(command.id)), ("InstanceId", .string(invocation.instance)),
      ("Comment", .string(command.comment)), ("DocumentName", .string(command.document)),
      ("PluginName", .string("aws:runShellScript")), ("ResponseCode", .int(invocation.responseCode)),
      ("ExecutionStartDateTime", .string(invocation.started?.iso8601 ?? "")),
      ("ExecutionEndDateTime", .string(invocation.ended?.iso8601 ?? "")), ("Status", .string(invocation.status)),
      ("StatusDetails", .string(invocation.status)),
      ("StandardOutputContent", .string(text(invocation.stdout, max: 24_000))),
      ("StandardErrorContent", .string(text(invocation.stderr, max: 8000))),
    ])
  }

  private static func describeInstances(_ parameters: Parameters, _ world: World) throws(Fault) -> JSON {
    let filters = parameters.list("Filters").filter { $0.text("Key") == "InstanceIds" }.map { $0.texts("Values") }
    let running = world.groups.flatMap(\.instances).filter { instance in
      instance.state == .running && !world.surroundings.hasSilentAgents
        && filters.allSatisfy { $0.contains(instance.id) }
    }
    let page = try Page(
      of: running, token: parameters.text("NextToken"), size: try parameters.int("MaxResults"), default: 50, max: 50)
    let described = page.items.map { instance in
      JSON.object([
        ("InstanceId", .string(instance.id)), ("PingStatus", .string("Online")), ("PlatformType", .string("Linux")),
        ("ResourceType", .string("EC2Instance")), ("IPAddress", .string(instance.privateAddress)),
        ("LastPingDateTime", seconds(world.now)),
      ])
    }
    var answer: [(String, JSON)] = [("InstanceInformationList", .array(described))]
    if let next = page.next { answer.append(("NextToken", .string(next))) }
    return .object(answer)
  }

  private static func seconds(_ time: WorldTime) -> JSON { .number(Double(time.milliseconds) / 1000) }

  private static func text(_ bytes: [UInt8], max: Int) -> String {
    String(decoding: bytes.prefix(max), as: UTF8.self)
  }
}
