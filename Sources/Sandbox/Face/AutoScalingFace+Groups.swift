import AWSWire
import SimulatedAWS

/// Groups, their instances and their tags as Auto Scaling tells them.
extension AutoScalingFace {
  static func describeGroups(_ parameters: Parameters, _ world: World) throws(Fault) -> [XMLNode?] {
    let names = parameters.texts("AutoScalingGroupNames")
    let filters = parameters.list("Filters")
    let showsInstances = parameters.bool("IncludeInstances") ?? true
    let chosen = world.groups.filter { group in
      (names.isEmpty || names.contains(group.name)) && filters.allSatisfy { matches(group, $0) }
    }
    let page = try Page(
      of: chosen, token: parameters.text("NextToken"), size: try parameters.int("MaxRecords"), default: 50, max: 100)
    return [
      list("AutoScalingGroups", page.items.map { describe($0, showsInstances: showsInstances) }),
      element("NextToken", page.next),
    ]
  }

  private static func matches(_ group: World.Group, _ filter: Parameters) -> Bool {
    let values = filter.texts("Values")
    switch filter.text("Name") ?? "" {
    case "tag-key": return group.tags.contains { values.contains($0.key) }
    case "tag-value": return group.tags.contains { values.contains($0.value) }
    case let name where name.hasPrefix("tag:"):
      return group.tags.contains { $0.key == name.dropFirst(4) && values.contains($0.value) }
    default: return false
    }
  }

  private static func describe(_ group: World.Group, showsInstances: Bool) -> [XMLNode?] {
    [
      element("AutoScalingGroupName", group.name), element("AutoScalingGroupARN", group.arn),
      element("MinSize", group.min), element("MaxSize", group.max), element("DesiredCapacity", group.desired),
      element("DefaultCooldown", group.defaultCooldown), list("AvailabilityZones", texts: group.zones),
      list("LoadBalancerNames", texts: []), list("TargetGroupARNs", texts: group.targetGroups),
      element("HealthCheckType", group.healthCheckTypes.joined(separator: ",")),
      element("HealthCheckGracePeriod", group.healthCheckGrace),
      showsInstances ? list("Instances", group.instances.map(describe)) : nil,
      element("CreatedTime", group.created),
      list(
        "SuspendedProcesses",
        group.suspended.map { process in
          [element("ProcessName", process), element("SuspensionReason", "User suspended")]
        }),
      element("VPCZoneIdentifier", group.subnets), list("EnabledMetrics", []),
      list("Tags", group.tags.map { describe($0, of: group.name) }),
      list("TerminationPolicies", texts: ["Default"]),
      element("NewInstancesProtectedFromScaleIn", group.protectsNewInstances),
      element("ServiceLinkedRoleARN", group.serviceLinkedRole),
      element("DefaultInstanceWarmup", group.defaultWarmup),
      list(
        "TrafficSources",
        group.targetGroups.map { [element("Identifier", $0), element("Type", "elbv2")] }),
      group.maintenance.map { limits in
        element(
          "InstanceMaintenancePolicy",
          [element("MinHealthyPercentage", limits.min), element("MaxHealthyPercentage", limits.max)])
      },
    ] + describe(group.source)
  }

  static func describe(_ source: World.LaunchSource) -> [XMLNode?] {
    switch source {
    case .template(let specification): [describe(specification, named: "LaunchTemplate")]
    case .mixed(let policy): [describe(policy)]
    case .launchConfiguration(let name): [element("LaunchConfigurationName", name)]
    }
  }

  private static func describe(_ specification: World.TemplateSpecification, named name: String) -> XMLNode {
    element(
      name,
      [
        element("LaunchTemplateId", specification.id), element("LaunchTemplateName", specification.name),
        element("Version", specification.version),
      ])
  }

  private static func describe(_ policy: World.MixedPolicy) -> XMLNode {
    let overrides = policy.overrides.map { override in
      [
        element("InstanceType", override.instanceType), element("WeightedCapacity", override.weight.map { String($0) }),
        override.template.map { describe($0, named: "LaunchTemplateSpecification") },
        override.requirements.map { element("InstanceRequirements", tree: $0) },
      ]
    }
    return element(
      "MixedInstancesPolicy",
      [
        element(
          "LaunchTemplate",
          [
            describe(policy.template, named: "LaunchTemplateSpecification"),
            overrides.isEmpty ? nil : list("Overrides", overrides),
          ]),
        policy.distribution.isEmpty
          ? nil : element("InstancesDistribution", policy.distribution.map { element($0.key, $0.value) }),
      ])
  }

  private static func describe(_ instance: World.Instance) -> [XMLNode?] {
    [
      element("InstanceId", instance.id), element("InstanceType", instance.instanceType),
      element("AvailabilityZone", instance.zone), element("LifecycleState", instance.lifecycle.rawValue),
      element("HealthStatus", instance.isHealthy ? "Healthy" : "Unhealthy"),
      describe(
        World.TemplateSpecification(
          id: instance.templateID, name: instance.templateName, version: String(instance.version)),
        named: "LaunchTemplate"),
      element("ProtectedFromScaleIn", instance.isProtected),
      instance.weight == 1 ? nil : element("WeightedCapacity", String(instance.weight)),
    ]
  }

  private static func describe(_ tag: World.GroupTag, of name: String) -> [XMLNode?] {
    [
      element("ResourceId", name), element("ResourceType", "auto-scaling-group"), element("Key", tag.key),
      element("Value", tag.value), element("PropagateAtLaunch", tag.propagates),
    ]
  }

  static func describeInstances(_ parameters: Parameters, _ world: World) throws(Fault) -> [XMLNode?] {
    let ids = parameters.texts("InstanceIds")
    let chosen = world.groups.flatMap { $0.instances }.filter { ids.isEmpty || ids.contains($0.id) }
    let page = try Page(
      of: chosen, token: parameters.text("NextToken"), size: try parameters.int("MaxRecords"), default: 50, max: 50)
    return [
      list(
        "AutoScalingInstances", page.items.map { [element("AutoScalingGroupName", $0.group)] + describe($0) }),
      element("NextToken", page.next),
    ]
  }

  static func describeTags(_ parameters: Parameters, _ world: World) throws(Fault) -> [XMLNode?] {
    let filters = parameters.list("Filters")
    var tags: [[XMLNode?]] = []
    for group in world.groups {
      for tag in group.tags where filters.allSatisfy({ matches(tag, of: group.name, $0) }) {
        tags.append(describe(tag, of: group.name))
      }
    }
    let page = try Page(
      of: tags, token: parameters.text("NextToken"), size: try parameters.int("MaxRecords"), default: 50, max: 100)
    return [list("Tags", Array(page.items)), element("NextToken", page.next)]
  }

  private static func matches(_ tag: World.GroupTag, of name: String, _ filter: Parameters) -> Bool {
    let values = filter.texts("Values")
    return switch filter.text("Name") {
    case "auto-scaling-group": values.contains(name)
    case "key": values.contains(tag.key)
    case "value": values.contains(tag.value)
    case "propagate-at-launch": values.contains(tag.propagates ? "true" : "false")
    default: false
    }
  }

  static func describeTrafficSources(_ parameters: Parameters, _ world: World) throws(Fault) -> [XMLNode?] {
    let group = try group(parameters, world)
    let sources = group.targetGroups.map { arn -> [XMLNode?] in
      let isInService = world.targetGroups.first { $0.arn == arn }?.wasEverHealthy ?? false
      return [
        element("TrafficSource", arn), element("Identifier", arn), element("Type", "elbv2"),
        element("State", isInService ? "InService" : "Added"),
      ]
    }
    return [list("TrafficSources", sources)]
  }

  static func describeHooks(_ parameters: Parameters, _ world: World) throws(Fault) -> [XMLNode?] {
    let group = try group(parameters, world)
    return [
      list(
        "LifecycleHooks",
        (group.launchHooks.map { ($0, "LAUNCHING") } + group.terminationHooks.map { ($0, "TERMINATING") }).map {
          (hook, transition) in
          [
            element("LifecycleHookName", hook.name), element("AutoScalingGroupName", group.name),
            element("LifecycleTransition", "autoscaling:EC2_INSTANCE_\(transition)"),
            element("HeartbeatTimeout", hook.heartbeatSeconds),
            element("GlobalTimeout", min(172_800, 100 * hook.heartbeatSeconds)), element("DefaultResult", "ABANDON"),
          ]
        })
    ]
  }
}
