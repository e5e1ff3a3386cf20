import AWSWire
import SimulatedAWS

/// EC2 Auto Scaling. This file names the operations; their answers are rendered by topic beside it.
///
/// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_Operations.html
enum AutoScalingFace {
  static func perform(_ operation: String, _ parameters: Parameters, _ world: inout World) throws(Fault) -> [XMLNode?]?
  {
    if operation.hasPrefix("Describe") { return try describe(operation, parameters, world) }
    if operation.hasSuffix("InstanceRefresh") { return try refresh(operation, parameters, &world) }
    return try change(operation, parameters, &world)
  }

  private static func describe(
    _ operation: String, _ parameters: Parameters, _ world: World
  ) throws(Fault) -> [XMLNode?]? {
    switch operation {
    case "DescribeAutoScalingGroups": try describeGroups(parameters, world)
    case "DescribeInstanceRefreshes": try describeRefreshes(parameters, world)
    case "DescribeScalingActivities": try describeActivities(parameters, world)
    case "DescribeTags": try describeTags(parameters, world)
    case "DescribeTrafficSources": try describeTrafficSources(parameters, world)
    case "DescribeLifecycleHooks": try describeHooks(parameters, world)
    case "DescribeAutoScalingInstances": try describeInstances(parameters, world)
    case "DescribeWarmPool": try describeWarmPool(parameters, world)
    case "DescribePolicies": try describePolicies(parameters, world)
    default: nil
    }
  }

  private static func refresh(
    _ operation: String, _ parameters: Parameters, _ world: inout World
  ) throws(Fault) -> [XMLNode?]? {
    let name = try parameters.required("AutoScalingGroupName")
    switch operation {
    case "StartInstanceRefresh":
      let preferences = try parameters["Preferences"].map { sent throws(Fault) in try Self.preferences(sent) }
      return [
        element(
          "InstanceRefreshId",
          try world.startInstanceRefresh(
            of: name,
            desired: try parameters["DesiredConfiguration"].flatMap { sent throws(Fault) in try source(sent) },
            preferences: preferences ?? World.RefreshPreferences()))
      ]
    case "CancelInstanceRefresh":
      let waits = parameters.bool("WaitForTransitioningInstances") ?? true
      return [
        element(
          "InstanceRefreshId", try world.cancelInstanceRefresh(of: name, waitForTransitioningInstances: waits))
      ]
    case "RollbackInstanceRefresh":
      return [element("InstanceRefreshId", try world.rollbackInstanceRefresh(of: name))]
    default: return nil
    }
  }

  private static func change(
    _ operation: String, _ parameters: Parameters, _ world: inout World
  ) throws(Fault) -> [XMLNode?]? {
    switch operation {
    case "CreateAutoScalingGroup": try world.createGroup(try groupRequest(parameters))
    case "UpdateAutoScalingGroup":
      try world.updateGroup(try parameters.required("AutoScalingGroupName"), try groupChange(parameters))
    case "SetDesiredCapacity":
      guard let desired = try parameters.int("DesiredCapacity") else {
        throw Fault("ValidationError", "The request must contain the parameter DesiredCapacity")
      }
      try world.setDesiredCapacity(of: try parameters.required("AutoScalingGroupName"), to: desired)
    case "TerminateInstanceInAutoScalingGroup":
      let id = try parameters.required("InstanceId")
      let name = world.instance(id)?.group ?? ""
      let activity = try world.terminateInstance(
        id, decrementDesired: parameters.bool("ShouldDecrementDesiredCapacity") ?? false)
      return [element("Activity", Self.activity(activity, of: name))]
    case "CreateOrUpdateTags", "DeleteTags": try tag(operation, parameters, &world)
    case "SuspendProcesses":
      try world.suspend(
        parameters.texts("ScalingProcesses"), of: try parameters.required("AutoScalingGroupName"))
    case "ResumeProcesses":
      try world.resume(parameters.texts("ScalingProcesses"), of: try parameters.required("AutoScalingGroupName"))
    case "EnterStandby", "ExitStandby": return try standby(operation, parameters, &world)
    case "SetInstanceProtection":
      try world.setProtection(
        parameters.texts("InstanceIds"), of: try parameters.required("AutoScalingGroupName"),
        isProtected: parameters.bool("ProtectedFromScaleIn") ?? false)
    default: return nil
    }
    return []
  }

  private static func tag(_ operation: String, _ parameters: Parameters, _ world: inout World) throws(Fault) {
    for tag in parameters.list("Tags") {
      let name = try tag.required("ResourceId")
      let key = try tag.required("Key")
      if operation == "DeleteTags" {
        try world.deleteTags([key], of: name)
      } else {
        let value = World.GroupTag(
          key, tag.text("Value") ?? "", propagates: tag.bool("PropagateAtLaunch") ?? false)
        try world.setTags([value], of: name)
      }
    }
  }

  private static func standby(
    _ operation: String, _ parameters: Parameters, _ world: inout World
  ) throws(Fault) -> [XMLNode?] {
    let name = try parameters.required("AutoScalingGroupName")
    let ids = parameters.texts("InstanceIds")
    if operation == "EnterStandby" {
      try world.enterStandby(
        ids, of: name, decrementDesired: parameters.bool("ShouldDecrementDesiredCapacity") ?? false)
    } else {
      try world.exitStandby(ids, of: name)
    }
    return [list("Activities", [])]
  }

  /// No group here has a warm pool; an unknown group is an error all the same.
  private static func describeWarmPool(_ parameters: Parameters, _ world: World) throws(Fault) -> [XMLNode?] {
    _ = try group(parameters, world)
    return [list("Instances", [])]
  }

  /// No group here has a scaling policy.
  private static func describePolicies(_ parameters: Parameters, _ world: World) throws(Fault) -> [XMLNode?] {
    if parameters.has("AutoScalingGroupName") { _ = try group(parameters, world) }
    return [list("ScalingPolicies", [])]
  }

  /// The group that the request names.
  static func group(_ parameters: Parameters, _ world: World) throws(Fault) -> World.Group {
    let name = try parameters.required("AutoScalingGroupName")
    guard let group = world.group(name) else {
      throw Fault("ValidationError", "AutoScalingGroup name not found - AutoScalingGroup: \(name) not found")
    }
    return group
  }
}
