import AWSClient
import AWSWire
import ReleaseCore

// AWS's answers as the core's values. Nothing is decided here.

extension Moment {
  init(_ timestamp: Timestamp) { self.init(milliseconds: timestamp.milliseconds) }
}

extension ReleaseCore.Group {
  init(_ group: AutoScaling.Group) {
    self.init(
      name: group.name, arn: group.arn, desired: group.desiredCapacity, min: group.minSize, max: group.maxSize,
      configuration: SavedConfiguration(group), instances: group.instances.map(ReleaseCore.Instance.init),
      targetGroups: group.targetGroupARNs, suspendedProcesses: Set(group.suspendedProcesses.keys),
      healthCheckTypes: Set(group.healthCheckTypes), healthCheckGrace: .seconds(group.healthCheckGracePeriod),
      defaultWarmup: group.defaultInstanceWarmup.map { .seconds($0) },
      maintenance: group.maintenancePolicy.map {
        HealthyPercent(min: $0.minHealthyPercentage, max: $0.maxHealthyPercentage)
      },
      tags: Dictionary(group.tags.map { ($0.key, $0.value) }) { first, _ in first }, hasWarmPool: group.hasWarmPool,
      isActive: group.status == nil)
  }
}

extension SavedConfiguration {
  init(_ group: AutoScaling.Group) {
    if let policy = group.mixedInstancesPolicy {
      self.init(AutoScaling.DesiredConfiguration.mixedInstances(policy))
    } else if let specification = group.launchTemplate {
      self = .template(TemplateReference(specification))
    } else if let name = group.launchConfigurationName {
      self = .launchConfiguration(name)
    } else {
      self = .none
    }
  }

  init(_ desired: AutoScaling.DesiredConfiguration) {
    switch desired {
    case .launchTemplate(let specification):
      self = .template(TemplateReference(specification))
    case .mixedInstances(let policy):
      guard let template = policy.launchTemplate else {
        self = .none
        return
      }
      self = .mixedInstances(
        MixedInstances(
          template: TemplateReference(template), overrides: policy.overrides.map(MixedInstances.Override.init),
          distribution: policy.distribution))
    }
  }
}

extension MixedInstances.Override {
  init(_ override: AutoScaling.MixedInstancesPolicy.Override) {
    self.init(
      instanceType: override.instanceType, weight: override.weightedCapacity,
      template: override.launchTemplate.map(TemplateReference.init), hasRequirements: override.hasInstanceRequirements)
  }
}

extension TemplateReference {
  init(_ specification: AutoScaling.LaunchTemplateSpecification) {
    self.init(
      id: specification.id ?? "", name: specification.name ?? "", version: SavedVersion(specification.version))
  }
}

extension ReleaseCore.Instance {
  init(_ instance: AutoScaling.Instance) {
    self.init(
      id: instance.id, lifecycle: Lifecycle(awsName: instance.lifecycleState),
      isHealthy: instance.healthStatus.lowercased() == "healthy",
      version: instance.launchTemplate?.version.flatMap { Int($0) }, templateID: instance.launchTemplate?.id,
      instanceType: instance.instanceType ?? "", zone: instance.availabilityZone,
      isProtected: instance.isProtectedFromScaleIn, weight: instance.weightedCapacity ?? 1)
  }
}

extension Refresh {
  init(_ refresh: AutoScaling.InstanceRefresh) {
    self.init(
      id: refresh.id, status: RefreshStatus(awsName: refresh.status),
      desired: refresh.desiredConfiguration?.launchTemplate.map(TemplateReference.init),
      percentComplete: refresh.percentageComplete ?? 0, instancesToUpdate: refresh.instancesToUpdate ?? 0,
      warmPoolToUpdate: refresh.rollback?.warmPoolToUpdateOnRollback ?? refresh.warmPoolToUpdate,
      statusReason: refresh.statusReason, rollbackReason: refresh.rollback?.reason,
      started: refresh.startTime.map(Moment.init), ended: refresh.endTime.map(Moment.init),
      autoRollback: refresh.preferences?.autoRollback ?? false)
  }
}

extension ReleaseCore.Activity {
  /// `nil`: an activity without a start, which nothing can be made of.
  init?(_ activity: AutoScaling.Activity) {
    guard let started = activity.startTime else { return nil }
    self.init(
      id: activity.id, description: activity.description, cause: activity.cause, status: activity.statusCode,
      message: activity.statusMessage, started: Moment(started), ended: activity.endTime.map(Moment.init))
  }
}

extension ReleaseCore.Alarm {
  init(_ alarm: CloudWatch.Alarm) {
    self.init(
      name: alarm.name, state: State(rawValue: alarm.stateValue) ?? .insufficientData, reason: alarm.stateReason)
  }
}

extension ReleaseCore.TargetGroup {
  init(_ group: ELBv2.TargetGroup, attributes: [String: String]) {
    let check = group.healthCheck
    self.init(
      arn: group.arn, name: group.name, port: group.port ?? 80, path: check.path ?? "/",
      interval: .seconds(check.interval), timeout: .seconds(check.timeout), healthyThreshold: check.healthyThreshold,
      unhealthyThreshold: check.unhealthyThreshold, matcher: check.matcher ?? "200",
      deregistrationDelay: .seconds(attributes["deregistration_delay.timeout_seconds"].flatMap { Int($0) } ?? 300),
      isAttached: !group.loadBalancerARNs.isEmpty)
  }
}

extension Target {
  init(_ target: ELBv2.TargetHealth) {
    self.init(
      id: target.id, state: TargetState(awsName: target.state), reason: target.reason, detail: target.description)
  }
}

extension TemplateVersion {
  init(_ version: EC2.LaunchTemplateVersion) {
    var rest = version.data.tree
    rest.children.removeAll { $0.name == "userData" }
    self.init(
      number: version.number, description: version.description ?? "", imageID: version.data.imageID,
      instanceType: version.data.instanceType, userData: version.data.userData ?? [],
      fingerprint: rest.sortedByName.serialized, members: version.data.members,
      created: version.createTime.map(Moment.init),
      createdBy: version.createdBy)
  }
}

extension XMLNode {
  /// The same members in the order of their names, lists as they are.
  fileprivate var sortedByName: XMLNode {
    var node = self
    node.children = children.map(\.sortedByName)
    if !node.children.contains(where: { $0.name == "item" }) { node.children.sort { $0.name < $1.name } }
    return node
  }
}
