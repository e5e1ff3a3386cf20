import AWSClient
import DockerEngine
import ReleaseCore

extension LiveFleet {
  /// Reads what `verify` looks at, each part for itself: one that cannot be read leaves the others.
  ///
  /// - Parameters:
  ///   - source: tells of the commit that a release would take.
  ///   - engine: tells of the Engine.
  func facts(source: Known<String>, engine: Known<String>) async -> FleetFacts {
    let found = await known { try await client.autoScaling.describeAutoScalingGroups([name]).first }
    let group = found.map { $0.map(ReleaseCore.Group.init) }
    let arns = found.value??.targetGroupARNs ?? []
    let refreshes = await known {
      try await client.autoScaling.describeInstanceRefreshes(of: name, limit: 100).map { Refresh($0) }
    }
    async let targetGroups = known { try await self.targetGroups(arns) }
    async let targets = known { try await targetHealth(arns) }
    async let balancers = known { try await self.balancers(arns) }
    async let alarms = known {
      try await client.cloudWatch.describeAlarms(pipeline.rollout.alarms).map { ReleaseCore.Alarm($0) }
    }
    async let principal = known { try await client.sts.getCallerIdentity().arn }
    let template: Known<LaunchTemplate?> = await known {
      guard let live = found.value ?? nil else { return nil }
      return try await self.template(of: live, refreshes: refreshes.value ?? [])
    }
    let configuration = (found.value ?? nil).map { SavedConfiguration($0) } ?? .none
    let repository = await known { try await self.repository(template: template.value ?? nil, saved: configuration) }
    let saved = savedVersion(group.value ?? nil, template.value ?? nil)
    async let architectures = known { try await self.architectures(saved, configuration) }
    async let image = known { try await machineImage(saved) }
    async let target = known {
      try await rollbackTarget(
        group.value ?? nil, template.value ?? nil, refreshes.value ?? [], repository.value ?? "")
    }
    return FleetFacts(
      group: group, template: template, targetGroups: await targetGroups, targets: await targets,
      refreshes: refreshes, alarms: await alarms, repository: repository, architectures: await architectures,
      machineImage: await image, balancers: await balancers, rollbackTarget: await target, source: source,
      engine: engine, principal: await principal)
  }

  private func known<Value>(_ read: () async throws -> Value) async -> Known<Value> {
    do {
      return .known(try await read())
    } catch let error as AWSError {
      return .unknown(error.description)
    } catch let error as ActionFailure {
      return .unknown(error.sentence)
    } catch {
      return .unknown("\(error)")
    }
  }

  private func savedVersion(_ group: ReleaseCore.Group?, _ template: LaunchTemplate?) -> TemplateVersion? {
    guard let group, let template, let reference = group.configuration.template else { return nil }
    let running = group.instances.compactMap(\.version).max()
    return (reference.version.number ?? running).flatMap { template.versions[$0] }
  }

  private func balancers(_ arns: [String]) async throws -> [(name: String, state: String)] {
    let used = try await client.elbv2.describeTargetGroups(arns: arns).flatMap(\.loadBalancerARNs)
    return try await client.elbv2.describeLoadBalancers(arns: Array(Set(used)).sorted()).map { ($0.name, $0.state) }
  }

  private func architectures(_ saved: TemplateVersion?, _ configuration: SavedConfiguration) async throws -> [String] {
    var type = saved?.instanceType
    if case .mixedInstances(let policy) = configuration, let first = policy.overrides.first?.instanceType {
      type = first
    }
    guard let type else { throw ActionFailure(.other, "the template names no instance type") }
    return try await client.ec2.describeInstanceTypes([type]).first?.architectures ?? []
  }

  private func machineImage(_ saved: TemplateVersion?) async throws -> (state: String, architecture: String?)? {
    guard let id = saved?.imageID, id.hasPrefix("ami-") else {
      throw ActionFailure(.other, "the template's AMI is not known")
    }
    do throws(AWSError) {
      return try await client.ec2.describeImages(ids: [id]).first.map { ($0.state, $0.architecture) }
    } catch {
      guard error.kind == .notFound else { throw error }
      return nil
    }
  }

  /// The release that a rollback would go to, checked; `nil`: none has passed.
  private func rollbackTarget(
    _ group: ReleaseCore.Group?, _ template: LaunchTemplate?, _ refreshes: [Refresh], _ repository: String
  ) async throws -> RollbackTargetCheck? {
    guard let group, let template else { throw ActionFailure(.other, "the group or its template is not known") }
    let survey = Survey(
      group: group, template: template, targetGroups: [], targets: [:], refreshes: refreshes, repository: repository)
    let saved = savedVersion(group, template)?.number
    guard let aim = PassedHistory(survey: survey).last ?? saved else { return nil }
    guard let version = template.versions[aim] else {
      return RollbackTargetCheck(release: aim, problems: ["launch template \(template.name) has no version \(aim)"])
    }
    return try await checkRollbackTarget(version, repository: repository)
  }
}

extension Known {
  fileprivate func map<Other>(_ change: (Value) -> Other) -> Known<Other> {
    switch self {
    case .known(let value): .known(change(value))
    case .unknown(let why): .unknown(why)
    }
  }
}
