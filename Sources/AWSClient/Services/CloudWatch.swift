import AWSWire

/// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/
public struct CloudWatch: Sendable {
  let caller: AWSCaller

  public struct Alarm: Equatable, Sendable {
    public var name: String
    public var arn: String?
    /// `OK`, `ALARM` or `INSUFFICIENT_DATA`.
    public var stateValue: String
    public var stateReason: String?
    public var stateUpdated: Timestamp?
    public var isComposite: Bool
    /// What is done when it goes off, by ARN; nothing is while actions are switched off.
    public var actions: [String]
    public var metric: Metric?
    /// Of a composite alarm, such as `ALARM("5xx") OR ALARM("latency")`.
    public var rule: String?
  }

  /// What a metric alarm watches: one metric, or all that its expression is made of.
  public struct Metric: Equatable, Sendable {
    public var namespaces: [String]
    public var names: [String]
    public var dimensions: [String: String]
  }

  /// Every alarm of the account and region.
  public func describeAlarms() async throws(AWSError) -> [Alarm] {
    try await caller.pages(.cloudWatch, "DescribeAlarms", by: \.name) { token throws(AWSError) in
      try await caller.query(.cloudWatch, "DescribeAlarms") { form in
        form.add(list: "AlarmTypes.member", ["CompositeAlarm", "MetricAlarm"])
        form.add("MaxRecords", 100)
        form.add("NextToken", token)
      } decode: { node throws(MissingMember) in
        (items: try CloudWatch.alarms(in: node), next: node.nonEmpty("NextToken"))
      }
    }
  }

  fileprivate static func alarms(in node: XMLNode) throws(MissingMember) -> [Alarm] {
    let metric = try node.list("MetricAlarms").map { alarm throws(MissingMember) in
      try Alarm(alarm, isComposite: false)
    }
    let composite = try node.list("CompositeAlarms").map { alarm throws(MissingMember) in
      try Alarm(alarm, isComposite: true)
    }
    return metric + composite
  }

  /// Metric and composite alarms of these names. A name that is not known is missing from the answer, and no error.
  public func describeAlarms(_ names: [String]) async throws(AWSError) -> [Alarm] {
    var alarms: [Alarm] = []
    for part in names.parts(of: 100) where !part.isEmpty {
      let resource = part.joined(separator: ", ")
      alarms += try await caller.pages(.cloudWatch, "DescribeAlarms", of: resource, by: \.name) {
        token throws(AWSError) in
        try await caller.query(.cloudWatch, "DescribeAlarms", of: resource) { form in
          form.add(list: "AlarmNames.member", part)
          // Without this only metric alarms are answered.
          form.add(list: "AlarmTypes.member", ["CompositeAlarm", "MetricAlarm"])
          form.add("MaxRecords", 100)
          form.add("NextToken", token)
        } decode: { node throws(MissingMember) in
          (items: try CloudWatch.alarms(in: node), next: node.nonEmpty("NextToken"))
        }
      }
    }
    return alarms
  }
}

extension CloudWatch.Alarm {
  init(_ node: XMLNode, isComposite: Bool) throws(MissingMember) {
    name = try node.required("AlarmName")
    arn = node.nonEmpty("AlarmArn")
    stateValue = try node.required("StateValue")
    stateReason = node.nonEmpty("StateReason")
    stateUpdated = node.timestamp("StateUpdatedTimestamp")
    self.isComposite = isComposite
    actions = node.bool("ActionsEnabled") == false ? [] : node.list("AlarmActions").map(\.text)
    metric = isComposite ? nil : CloudWatch.Metric(node)
    rule = node.nonEmpty("AlarmRule")
  }
}

extension CloudWatch.Metric {
  init(_ node: XMLNode) {
    let queried = node.list("Metrics").compactMap { $0.at("MetricStat", "Metric") }
    let all = node["MetricName"] == nil ? queried : [node]
    namespaces = all.compactMap { $0.nonEmpty("Namespace") }
    names = all.compactMap { $0.nonEmpty("MetricName") }
    dimensions = Dictionary(
      all.flatMap { $0.list("Dimensions") }.map { ($0.string("Name") ?? "", $0.string("Value") ?? "") }
    ) { first, _ in first }
  }
}
