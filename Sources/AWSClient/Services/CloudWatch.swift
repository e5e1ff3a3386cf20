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
          let metric = try node.list("MetricAlarms").map { alarm throws(MissingMember) in
            try Alarm(alarm, isComposite: false)
          }
          let composite = try node.list("CompositeAlarms").map { alarm throws(MissingMember) in
            try Alarm(alarm, isComposite: true)
          }
          return (items: metric + composite, next: node.nonEmpty("NextToken"))
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
  }
}
