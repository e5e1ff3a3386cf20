import AWSWire
import SimulatedAWS

/// CloudWatch alarms, in the query protocol and in JSON 1.0.
///
/// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Operations.html
enum CloudWatchFace {
  static func perform(_ operation: String, _ parameters: Parameters, _ world: inout World) throws(Fault) -> [XMLNode?]?
  {
    guard operation == "DescribeAlarms" else { return try change(operation, parameters, &world) ? [] : nil }
    let page = try alarms(parameters, world)
    return [
      list("CompositeAlarms", []), list("MetricAlarms", page.items.map(describe)), element("NextToken", page.next),
    ]
  }

  static func performJSON(_ operation: String, _ parameters: Parameters, _ world: inout World) throws(Fault) -> JSON? {
    guard operation == "DescribeAlarms" else { return try change(operation, parameters, &world) ? .object([]) : nil }
    let page = try alarms(parameters, world)
    var answer: [(String, JSON)] = [
      ("CompositeAlarms", .array([])), ("MetricAlarms", .array(page.items.map(describeJSON))),
    ]
    if let next = page.next { answer.append(("NextToken", .string(next))) }
    return .object(answer)
  }

  private static func alarms(_ parameters: Parameters, _ world: World) throws(Fault) -> Page<World.Alarm> {
    let names = parameters.texts("AlarmNames")
    let prefix = parameters.text("AlarmNamePrefix") ?? ""
    let state = parameters.text("StateValue")
    let types = parameters.texts("AlarmTypes")
    let chosen = world.alarms.filter { alarm in
      (names.isEmpty || names.contains(alarm.name)) && alarm.name.hasPrefix(prefix)
        && (state == nil || alarm.state.rawValue == state) && (types.isEmpty || types.contains("MetricAlarm"))
    }
    return try Page(
      of: chosen, token: parameters.text("NextToken"), size: try parameters.int("MaxRecords"), default: 50, max: 100)
  }

  /// Performs an operation that changes something; `false`: there is none of that name.
  private static func change(
    _ operation: String, _ parameters: Parameters, _ world: inout World
  ) throws(Fault) -> Bool {
    switch operation {
    case "PutMetricAlarm":
      world.putAlarm(try parameters.required("AlarmName"), settings: parameters.tree)
      return true
    case "SetAlarmState":
      let value = try parameters.required("StateValue")
      guard let state = World.Alarm.State(rawValue: value) else {
        throw Fault("InvalidParameterValue", "The alarm state '\(value)' is none of OK, ALARM, INSUFFICIENT_DATA")
      }
      try world.setAlarm(
        try parameters.required("AlarmName"), state, reason: parameters.text("StateReason") ?? "")
      return true
    default: return false
    }
  }

  private static let texts = ["MetricName", "Namespace", "Statistic", "ComparisonOperator", "TreatMissingData"]
  private static let numbers = ["Period", "EvaluationPeriods", "Threshold"]

  private static func describe(_ alarm: World.Alarm) -> [XMLNode?] {
    [
      element("AlarmName", alarm.name), element("AlarmArn", alarm.arn), element("ActionsEnabled", true),
      element("StateValue", alarm.state.rawValue), element("StateReason", alarm.reason),
      element("StateUpdatedTimestamp", alarm.updated),
    ] + (texts + numbers).map { element($0, alarm.settings[$0]?.text) } + [
      list("AlarmActions", texts: Parameters(tree: alarm.settings).texts("AlarmActions")),
      list("Dimensions", dimensions(alarm).map { [element("Name", $0.name), element("Value", $0.value)] }),
    ]
  }

  private static func dimensions(_ alarm: World.Alarm) -> [(name: String, value: String)] {
    Parameters(tree: alarm.settings).list("Dimensions").map { ($0.text("Name") ?? "", $0.text("Value") ?? "") }
  }

  private static func describeJSON(_ alarm: World.Alarm) -> JSON {
    var members: [(String, JSON)] = [
      ("AlarmName", .string(alarm.name)), ("AlarmArn", .string(alarm.arn)), ("ActionsEnabled", .bool(true)),
      ("StateValue", .string(alarm.state.rawValue)), ("StateReason", .string(alarm.reason)),
      ("StateUpdatedTimestamp", .number(Double(alarm.updated.milliseconds) / 1000)),
    ]
    let actions = Parameters(tree: alarm.settings).texts("AlarmActions")
    if !actions.isEmpty { members.append(("AlarmActions", .array(actions.map { .string($0) }))) }
    let named = dimensions(alarm).map { JSON.object([("Name", .string($0.name)), ("Value", .string($0.value))]) }
    if !named.isEmpty { members.append(("Dimensions", .array(named))) }
    for name in texts {
      if let text = alarm.settings[name]?.text { members.append((name, .string(text))) }
    }
    for name in numbers {
      guard let text = alarm.settings[name]?.text else { continue }
      if let whole = Int(text) {
        members.append((name, .int(whole)))
      } else if let number = Double(text) {
        members.append((name, .number(number)))
      }
    }
    return .object(members)
  }
}
