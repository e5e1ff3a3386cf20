import SimulatedAWS

/// What requests of Auto Scaling bring, as the world's values.
extension AutoScalingFace {
  static func preferences(_ sent: Parameters) throws(Fault) -> World.RefreshPreferences {
    var checkpoints: [Int] = []
    for text in sent.texts("CheckpointPercentages") {
      guard let percentage = Int(text) else {
        throw Fault("ValidationError", "Value '\(text)' at 'CheckpointPercentages' must be an integer")
      }
      checkpoints.append(percentage)
    }
    return World.RefreshPreferences(
      minHealthyPercent: try sent.int("MinHealthyPercentage"), maxHealthyPercent: try sent.int("MaxHealthyPercentage"),
      warmup: try sent.int("InstanceWarmup"), checkpoints: checkpoints,
      checkpointDelay: try sent.int("CheckpointDelay"), skipMatching: sent.bool("SkipMatching"),
      autoRollback: sent.bool("AutoRollback"), scaleInProtected: sent.text("ScaleInProtectedInstances"),
      standby: sent.text("StandbyInstances"), alarms: sent.texts("AlarmSpecification.Alarms"),
      bake: try sent.int("BakeTime"))
  }

  /// The launch template, mixed-instances policy or launch configuration of a request; `nil`: it names none.
  static func source(_ sent: Parameters) throws(Fault) -> World.LaunchSource? {
    if let template = sent["LaunchTemplate"] { return .template(specification(template)) }
    if let policy = sent["MixedInstancesPolicy"] { return .mixed(try mixed(policy)) }
    return sent.text("LaunchConfigurationName").map { .launchConfiguration($0) }
  }

  private static func specification(_ sent: Parameters) -> World.TemplateSpecification {
    World.TemplateSpecification(
      id: sent.text("LaunchTemplateId") ?? "", name: sent.text("LaunchTemplateName") ?? "",
      version: sent.text("Version"))
  }

  private static func mixed(_ sent: Parameters) throws(Fault) -> World.MixedPolicy {
    guard let template = sent["LaunchTemplate.LaunchTemplateSpecification"] else {
      throw Fault("ValidationError", "The mixed instances policy must name a launch template")
    }
    var overrides: [World.MixedPolicy.Override] = []
    for override in sent.list("LaunchTemplate.Overrides") {
      overrides.append(
        World.MixedPolicy.Override(
          instanceType: override.text("InstanceType"), weight: try override.int("WeightedCapacity"),
          template: override["LaunchTemplateSpecification"].map(specification),
          requirements: override["InstanceRequirements"]?.tree))
    }
    var distribution: [World.Tag] = []
    if case .members(let members) = sent["InstancesDistribution"]?.tree {
      distribution = members.compactMap { member in member.value.text.map { World.Tag(member.key, $0) } }
    }
    return World.MixedPolicy(
      template: specification(template), overrides: overrides, distribution: distribution)
  }

  static func groupRequest(_ sent: Parameters) throws(Fault) -> World.GroupRequest {
    guard let source = try source(sent) else {
      throw Fault("ValidationError", "Valid requests must contain either LaunchTemplate or MixedInstancesPolicy")
    }
    guard let min = try sent.int("MinSize"), let max = try sent.int("MaxSize") else {
      throw Fault("ValidationError", "The request must contain the parameters MinSize and MaxSize")
    }
    var request = World.GroupRequest(
      name: try sent.required("AutoScalingGroupName"), source: source, min: min, max: max,
      desired: try sent.int("DesiredCapacity"))
    request.zones = sent.texts("AvailabilityZones")
    request.subnets = sent.text("VPCZoneIdentifier") ?? ""
    request.targetGroups =
      sent.texts("TargetGroupARNs") + sent.list("TrafficSources").compactMap { $0.text("Identifier") }
    request.healthCheckTypes = healthCheckTypes(sent) ?? ["EC2"]
    request.healthCheckGrace = try sent.int("HealthCheckGracePeriod") ?? 0
    request.defaultWarmup = try sent.int("DefaultInstanceWarmup")
    request.maintenance = try maintenance(sent)
    request.protectsNewInstances = sent.bool("NewInstancesProtectedFromScaleIn") ?? false
    request.tags = sent.list("Tags").compactMap { tag in
      tag.text("Key").map {
        World.GroupTag($0, tag.text("Value") ?? "", propagates: tag.bool("PropagateAtLaunch") ?? false)
      }
    }
    return request
  }

  static func groupChange(_ sent: Parameters) throws(Fault) -> World.GroupChange {
    var change = World.GroupChange()
    change.source = try source(sent)
    change.min = try sent.int("MinSize")
    change.max = try sent.int("MaxSize")
    change.desired = try sent.int("DesiredCapacity")
    change.healthCheckTypes = healthCheckTypes(sent)
    change.healthCheckGrace = try sent.int("HealthCheckGracePeriod")
    change.defaultWarmup = try sent.int("DefaultInstanceWarmup")
    change.maintenance = try maintenance(sent)
    change.protectsNewInstances = sent.bool("NewInstancesProtectedFromScaleIn")
    return change
  }

  /// `EC2,ELB` or `ELB`; EC2's own checks are always on.
  private static func healthCheckTypes(_ sent: Parameters) -> [String]? {
    guard let text = sent.text("HealthCheckType") else { return nil }
    return text.split(separator: ",").map { String($0.drop { $0 == " " }) }
  }

  private static func maintenance(_ sent: Parameters) throws(Fault) -> (min: Int, max: Int)? {
    guard let min = try sent.int("InstanceMaintenancePolicy.MinHealthyPercentage"),
      let max = try sent.int("InstanceMaintenancePolicy.MaxHealthyPercentage")
    else { return nil }
    return (min, max)
  }
}
