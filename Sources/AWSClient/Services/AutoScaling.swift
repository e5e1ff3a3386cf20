import AWSWire

/// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/
///
/// No operation of it carries a client token: a refresh call whose answer is lost is `ambiguous`, and settled by
/// describing.
public struct AutoScaling: Sendable {
  let caller: AWSCaller

  /// The groups of these names. A name that is not known is missing from the answer, and no error.
  public func describeAutoScalingGroups(_ names: [String]) async throws(AWSError) -> [Group] {
    var groups: [Group] = []
    for part in names.parts(of: 50) where !part.isEmpty {
      let resource = part.joined(separator: ", ")
      groups += try await caller.pages(.autoScaling, "DescribeAutoScalingGroups", of: resource, by: \.name) {
        token throws(AWSError) -> (items: [Group], next: String?) in
        try await caller.query(.autoScaling, "DescribeAutoScalingGroups", of: resource) { form in
          form.add(list: "AutoScalingGroupNames.member", part)
          form.add("MaxRecords", 100)
          form.add("NextToken", token)
        } decode: { node throws(MissingMember) in
          (try node.list("AutoScalingGroups").map(Group.init), node.nonEmpty("NextToken"))
        }
      }
    }
    return groups
  }

  /// The names of all groups of the account and region.
  public func listAutoScalingGroupNames() async throws(AWSError) -> [String] {
    try await caller.pages(.autoScaling, "DescribeAutoScalingGroups", by: \.self) { token throws(AWSError) in
      try await caller.query(.autoScaling, "DescribeAutoScalingGroups") { form in
        form.add("MaxRecords", 100)
        form.add("IncludeInstances", false)
        form.add("NextToken", token)
      } decode: { node throws(MissingMember) in
        let names = try node.list("AutoScalingGroups").map { group throws(MissingMember) in
          try group.required("AutoScalingGroupName")
        }
        return (names, node.nonEmpty("NextToken"))
      }
    }
  }

  /// Sets what the group launches from now on. Refused as `validation` while a refresh with a desired configuration
  /// runs.
  public func updateAutoScalingGroup(_ name: String, to configuration: DesiredConfiguration) async throws(AWSError) {
    try await change("UpdateAutoScalingGroup", name) { form in
      form.add("AutoScalingGroupName", name)
      configuration.add(to: &form, prefix: "")
    }
  }

  /// Sets how many instances there are, and may be; `nil` leaves a number as it is.
  public func updateAutoScalingGroup(
    _ name: String, desired: Int? = nil, min: Int? = nil, max: Int? = nil
  ) async throws(AWSError) {
    try await change("UpdateAutoScalingGroup", name) { form in
      form.add("AutoScalingGroupName", name)
      form.add("DesiredCapacity", desired)
      form.add("MinSize", min)
      form.add("MaxSize", max)
    }
  }

  /// Takes one instance out of its group for good: it is deregistered, drained and terminated.
  ///
  /// - Parameter decrementsDesired: whether the group is to be one smaller; else it launches another.
  public func terminateInstanceInAutoScalingGroup(
    _ instance: String, decrementsDesired: Bool
  ) async throws(AWSError) {
    try await caller.query(.autoScaling, "TerminateInstanceInAutoScalingGroup", of: instance, safety: .once) { form in
      form.add("InstanceId", instance)
      form.add("ShouldDecrementDesiredCapacity", decrementsDesired)
    } decode: { _ in
    }
  }

  /// A value of a tag on a group; a tag that exists is overwritten without a word.
  public struct Tag: Hashable, Sendable {
    public var key: String
    public var value: String
    public var propagatesAtLaunch: Bool

    public init(key: String, value: String, propagatesAtLaunch: Bool = false) {
      self.key = key
      self.value = value
      self.propagatesAtLaunch = propagatesAtLaunch
    }
  }

  public func createOrUpdateTags(_ tags: [Tag], on group: String) async throws(AWSError) {
    try await change("CreateOrUpdateTags", group) { form in
      for (index, tag) in tags.enumerated() {
        addTag(tag.key, of: group, at: index + 1, to: &form)
        form.add("Tags.member.\(index + 1).Value", tag.value)
        form.add("Tags.member.\(index + 1).PropagateAtLaunch", tag.propagatesAtLaunch)
      }
    }
  }

  /// Removes tags; one that is not there is no error.
  public func deleteTags(_ keys: [String], on group: String) async throws(AWSError) {
    try await change("DeleteTags", group) { form in
      for (index, key) in keys.enumerated() { addTag(key, of: group, at: index + 1, to: &form) }
    }
  }

  private func addTag(_ key: String, of group: String, at number: Int, to form: inout QueryForm) {
    form.add("Tags.member.\(number).ResourceId", group)
    form.add("Tags.member.\(number).ResourceType", "auto-scaling-group")
    form.add("Tags.member.\(number).Key", key)
  }

  /// Each of these sets what it sets: sent twice it changes nothing more.
  private func change(
    _ operation: String, _ group: String, _ fill: (inout QueryForm) -> Void
  ) async throws(AWSError) {
    try await caller.query(.autoScaling, operation, of: group, safety: .repeatable, fill) { _ in }
  }
}
