import AWSWire
import SimulatedAWS

extension FleetFile {
  /// The world that this fleet file describes, with its instances about to boot.
  ///
  /// - Parameter network: the second number of the instances' loopback addresses; real containers take the one that is
  ///   theirs alone (`Machinery.network`).
  /// - Throws: a `SandboxError` that names what AWS would refuse, such as a minimum above the maximum.
  public func world(at start: WorldTime = WallClock.now, network: UInt8 = 0) throws(SandboxError) -> World {
    guard (rate ?? 1) > 0 else { throw SandboxError("The fleet file's rate must be above 0") }
    var world = World(
      seed: seed ?? 1, at: start, account: accountID, region: regionName, rate: rate ?? 1, network: network)
    do throws(Fault) {
      try fill(&world)
    } catch {
      throw SandboxError("The fleet file describes what AWS would refuse: \(error)")
    }
    try around?.fill(&world)
    return world
  }

  private func fill(_ world: inout World) throws(Fault) {
    let type = instanceType ?? Self.hostInstanceType
    let image = image ?? "ami-0a1b2c3d4e5f60718"
    world.add(
      World.MachineImage(
        id: image, name: "al2023-ami-minimal",
        architecture: World.instanceType(type)?.architectures.last ?? Self.hostArchitecture))
    let repository = try world.createRepository(
      repositoryName, registry: registry, mutability: tagMutability ?? "MUTABLE",
      scan: scan.map {
        World.Repository.Scan(status: $0.status ?? "COMPLETE", seconds: $0.seconds ?? 0, counts: $0.counts ?? [:])
      })
    let data = TemplateData(
      imageID: image, instanceType: type, userData: base64Encoded(Array(script(repository.uri).utf8)))
    let template = try world.createLaunchTemplate(
      name: self.template ?? groupName, description: description ?? "initial", data: around?.adding(to: data) ?? data)
    let targetGroup = addBalancer(to: &world)
    for name in alarms ?? [] { world.putAlarm(name, state: .ok) }
    try world.createGroup(request(template, targetGroup))
  }

  private func script(_ repositoryURI: String) -> String {
    let script =
      userData ?? """
        #!/bin/bash
        docker run -d --name \(groupName) --restart always -p \(port ?? 4000):\(port ?? 4000) \
        --env-file /etc/wanzami.env {{repositoryUri}}:initial
        """
    return script.split(separator: "{{repositoryUri}}", omittingEmptySubsequences: false)
      .joined(separator: repositoryURI)
  }

  private func addBalancer(to world: inout World) -> String {
    let prefix = "arn:aws:elasticloadbalancing:\(regionName):\(accountID)"
    let balancer = World.LoadBalancer(
      arn: "\(prefix):loadbalancer/app/\(targetGroupName)/50dc6c495c0c9188", name: targetGroupName,
      dnsName: "\(targetGroupName)-1234567890.\(regionName).elb.amazonaws.com", created: world.now)
    world.add(balancer)
    let arn = "\(prefix):targetgroup/\(targetGroupName)/73e2d6bc24d8a067"
    world.add(
      World.TargetGroup(
        arn: arn, name: targetGroupName, port: port ?? 4000, path: healthCheck?.path ?? "/api/health",
        interval: healthCheck?.interval ?? 10, timeout: healthCheck?.timeout ?? 5,
        healthyThreshold: healthCheck?.healthyThreshold ?? 2,
        unhealthyThreshold: healthCheck?.unhealthyThreshold ?? 2, matcher: healthCheck?.matcher ?? "200",
        deregistrationDelay: deregistrationDelay ?? 30, loadBalancers: [balancer.arn]))
    return arn
  }

  private func request(_ template: World.LaunchTemplate, _ targetGroup: String) -> World.GroupRequest {
    let specification = World.TemplateSpecification(
      id: template.id, name: template.name, version: templateVersion ?? "1")
    let source: World.LaunchSource =
      mixedInstances.map { types in
        .mixed(
          World.MixedPolicy(
            template: specification, overrides: types.map { World.MixedPolicy.Override(instanceType: $0) },
            distribution: [World.Tag("OnDemandAllocationStrategy", "prioritized")]))
      } ?? .template(specification)
    let desired = desired ?? 2
    var request = World.GroupRequest(
      name: groupName, source: source, min: min ?? desired, max: max ?? desired * 2, desired: desired)
    request.targetGroups = [targetGroup]
    request.healthCheckTypes = healthCheck?.types ?? ["EC2", "ELB"]
    request.healthCheckGrace = grace ?? 30
    request.defaultWarmup = warmup
    request.subnets = "subnet-0a1b2c3d,subnet-4e5f6071"
    request.tags = (tags ?? ["Name": groupName]).sorted { $0.key < $1.key }
      .map { World.GroupTag($0.key, $0.value, propagates: $0.key == "Name") }
    if let launchHookSeconds {
      request.launchHooks = [World.LifecycleHook(name: "launching", completesAfterSeconds: launchHookSeconds)]
    }
    if let terminationHookSeconds {
      request.terminationHooks = [
        World.LifecycleHook(name: "terminating", completesAfterSeconds: terminationHookSeconds)
      ]
    }
    return request
  }

  #if arch(arm64)
    private static let hostArchitecture = "arm64"
    private static let hostInstanceType = "t4g.small"
  #else
    private static let hostArchitecture = "x86_64"
    private static let hostInstanceType = "t3.small"
  #endif
}
