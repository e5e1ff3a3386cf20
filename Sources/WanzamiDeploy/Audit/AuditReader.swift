import AWSClient
import AWSWire
import ReleaseCore

/// Reads what an audit judges. Nothing is changed; what cannot be read is told as such, and the rest goes on.
struct AuditReader: Sendable {
  let client: AWSClient
  let now: Moment

  /// A fleet with what its next instances are launched from.
  ///
  /// - Throws: a ``GroundProblem`` where there is no such group, an `AWSError` where it cannot be read.
  func fleet(_ name: String, alarms: [String]) async throws -> AuditFacts {
    guard let group = try await client.autoScaling.describeAutoScalingGroups([name]).first else {
      throw GroundProblem(
        exitCode: 3,
        description: "there is no Auto Scaling group \(name) in \(client.region). Check fleet.group and region in the "
          + "pipeline file, and which account the credentials are for.")
    }
    let footings = try await client.ec2.describeInstances(footingOf: group.instances.map(\.id))
    var facts = AuditFacts(subject: .fleet(name), now: now, machines: footings.map(AuditFacts.Machine.init))
    let version = try await launchVersion(of: SavedConfiguration(group))
    facts.launchesWithTokens = version.map { $0.data.members["metadataOptions.httpTokens"] == "required" }
    facts.userData =
      version.map { AuditReader.readable($0.data.userData ?? []) } ?? .unread("the group has no launch template")
    facts.namedAlarms = Set(alarms)
    facts.dimensionValues = Set([name] + footings.map(\.id) + group.targetGroupARNs.compactMap(AuditReader.dimension))
    async let balancer = reading { () throws(AWSError) in try await self.balancer(of: group.targetGroupARNs) }
    await surround(&facts, footings)
    facts.balancer = await balancer
    if case .read(let balancer?) = facts.balancer { facts.dimensionValues.insert(balancer.dimension) }
    return facts
  }

  /// A machine that stands alone.
  ///
  /// - Throws: a ``GroundProblem`` where there is no such instance, an `AWSError` where it cannot be read.
  func machine(_ id: String) async throws -> AuditFacts {
    let footings = try await client.ec2.describeInstances(footingOf: [id])
    guard !footings.isEmpty else {
      throw GroundProblem(
        exitCode: 3,
        description: "there is no instance \(id) in \(client.region). Check its id, the region, and which account the "
          + "credentials are for.")
    }
    var facts = AuditFacts(subject: .machine(id), now: now, machines: footings.map(AuditFacts.Machine.init))
    facts.dimensionValues = [id]
    facts.balancer = .read(nil)
    async let userData = reading { () throws(AWSError) in
      try await client.ec2.describeInstanceAttribute(userDataOf: id) ?? []
    }
    async let addresses = reading { () throws(AWSError) in
      Set(try await client.ec2.describeAddresses(ofInstances: [id]).compactMap(\.instance))
    }
    async let snapshots = reading { () throws(AWSError) in
      try await newestSnapshots(of: footings.flatMap(\.volumes))
    }
    await surround(&facts, footings)
    facts.fixedAddresses = await addresses
    facts.snapshots = await snapshots
    switch await userData {
    case .read(let bytes): facts.userData = AuditReader.readable(bytes)
    case .unread(let why): facts.userData = .unread(why)
    }
    return facts
  }

  /// What stands beside the machines: agents, databases, caches, alarms, and what all of them let in.
  private func surround(_ facts: inout AuditFacts, _ footings: [EC2.Footing]) async {
    let networks = Set(footings.compactMap(\.vpc))
    async let agents = reading { () throws(AWSError) in
      Set(
        try await client.ssm.describeInstanceInformation(footings.map(\.id))
          .filter { $0.pingStatus == "Online" }.map(\.instanceId))
    }
    async let alarms = reading { () throws(AWSError) in
      try await client.cloudWatch.describeAlarms().map(AuditFacts.Watch.init)
    }
    async let databases = reading { () throws(AWSError) in
      try await client.rds.describeDBInstances().filter { networks.contains($0.vpc ?? "") }.map(AuditFacts.Store.init)
    }
    async let caches = reading { () throws(AWSError) in try await self.caches(in: networks) }
    (facts.reachable, facts.alarms) = await (agents, alarms)
    (facts.databases, facts.caches) = await (databases, caches)
    var groups = Set(footings.flatMap(\.securityGroups))
    for case .read(let stores) in [facts.databases, facts.caches] {
      groups.formUnion(stores.flatMap(\.securityGroups))
      facts.dimensionValues.formUnion(stores.map(\.id))
    }
    let asked = groups.sorted()
    facts.openings = await reading { () throws(AWSError) in
      try await client.ec2.describeSecurityGroups(asked).flatMap(AuditFacts.Opening.all)
    }
  }

  private func launchVersion(
    of configuration: SavedConfiguration
  ) async throws(AWSError) -> EC2.LaunchTemplateVersion? {
    guard let template = configuration.template else { return nil }
    let key: EC2.LaunchTemplateKey = template.id.isEmpty ? .name(template.name) : .id(template.id)
    return try await client.ec2.describeLaunchTemplateVersions(key, versions: [template.version.description]).first
  }

  private func caches(in networks: Set<String>) async throws(AWSError) -> [AuditFacts.Store] {
    let clusters = try await client.elastiCache.describeCacheClusters()
    guard !clusters.isEmpty else { return [] }
    let subnets = try await client.elastiCache.describeCacheSubnetGroups().filter { networks.contains($0.vpc ?? "") }
    let names = Set(subnets.map(\.name))
    return clusters.filter { names.contains($0.subnetGroup ?? "") }.map(AuditFacts.Store.init)
  }

  /// The newest snapshot of each volume that is finished or under way.
  private func newestSnapshots(of volumes: [String]) async throws(AWSError) -> [String: Moment] {
    var newest: [String: Moment] = [:]
    for snapshot in try await client.ec2.describeSnapshots(ofVolumes: volumes) where snapshot.state != "error" {
      guard let started = snapshot.started.map(Moment.init) else { continue }
      newest[snapshot.volume] = max(newest[snapshot.volume] ?? started, started)
    }
    return newest
  }

  /// The first load balancer that the target groups stand behind; `nil`: there is none.
  private func balancer(of arns: [String]) async throws(AWSError) -> AuditFacts.Balancer? {
    let targetGroups = try await client.elbv2.describeTargetGroups(arns: arns)
    guard let arn = targetGroups.flatMap(\.loadBalancerARNs).first,
      let balancer = try await client.elbv2.describeLoadBalancers(arns: [arn]).first
    else { return nil }
    let listeners = try await client.elbv2.describeListeners(of: arn)
    let ports = { (isMeant: (ELBv2.Listener) -> Bool) in listeners.filter(isMeant).compactMap(\.port).sorted() }
    let isSecure = { (listener: ELBv2.Listener) in ["HTTPS", "TLS"].contains(listener.protocolName) }
    let redirects = { (listener: ELBv2.Listener) in !isSecure(listener) && listener.redirectProtocol == "HTTPS" }
    return AuditFacts.Balancer(
      name: balancer.name, dimension: AuditReader.dimension(arn) ?? "",
      healthPaths: targetGroups.map { $0.healthCheck.isEnabled ? $0.healthCheck.path ?? "" : "" },
      secure: ports(isSecure), redirecting: ports(redirects), plain: ports { !isSecure($0) && !redirects($0) })
  }

  /// What CloudWatch calls a load balancer or a target group: `app/web/50dc6c495c0c9188`, `targetgroup/web/73e2d6bc24d8`.
  ///
  /// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
  private static func dimension(_ arn: String) -> String? {
    arn.split(separator: ":").last.map { $0.hasPrefix("loadbalancer/") ? String($0.dropFirst(13)) : String($0) }
  }

  /// Compressed user data cannot be looked through here.
  private static func readable(_ bytes: [UInt8]) -> AuditFacts.Reading<[UInt8]> {
    bytes.starts(with: [0x1f, 0x8b]) ? .unread("the user data is compressed with gzip") : .read(bytes)
  }

  private func reading<Value>(
    _ read: () async throws(AWSError) -> Value
  ) async -> AuditFacts.Reading<Value> {
    do throws(AWSError) { return .read(try await read()) } catch { return .unread(error.description) }
  }
}

extension AuditFacts.Machine {
  init(_ footing: EC2.Footing) {
    self.init(
      id: footing.id, zone: footing.zone ?? "", hasProfile: footing.profile != nil,
      requiresTokens: footing.requiresTokens, securityGroups: footing.securityGroups, volumes: footing.volumes)
  }
}

extension AuditFacts.Opening {
  /// Each network that each rule of a security group lets in.
  static func all(_ group: EC2.SecurityGroup) -> [AuditFacts.Opening] {
    group.ingress.flatMap { rule in
      rule.networks.map { network in
        AuditFacts.Opening(
          group: group.id, ports: rule.ports, isTCP: ["tcp", "6", "-1"].contains(rule.protocolName), network: network)
      }
    }
  }
}

extension AuditFacts.Store {
  init(_ database: RDS.Database) {
    self.init(
      id: database.id, securityGroups: database.securityGroups, isPublic: database.isPubliclyAccessible,
      backupDays: database.backupRetention)
  }

  init(_ cluster: ElastiCache.Cluster) {
    self.init(id: cluster.id, securityGroups: cluster.securityGroups, isPublic: false, backupDays: nil)
  }
}

extension AuditFacts.Watch {
  init(_ alarm: CloudWatch.Alarm) {
    self.init(
      name: alarm.name, hasAction: !alarm.actions.isEmpty, namespaces: alarm.metric?.namespaces ?? [],
      metrics: alarm.metric?.names ?? [], dimensions: alarm.metric?.dimensions ?? [:],
      rule: alarm.rule ?? "")
  }
}
