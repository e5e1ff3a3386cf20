import AWSWire
import Testing

@testable import AWSClient

/// Documents in the form that AWS sends them, and the forms that the operations send.
@Suite("Auto Scaling's forms and documents")
struct AutoScalingOperationTests {
  private func pairs(_ endpoint: ScriptedEndpoint) -> [String: String] {
    Dictionary((endpoint.requests.last?.form.pairs ?? []).map { ($0.name, $0.value) }) { first, _ in first }
  }

  @Test("a group is read with all that a release looks at")
  func group() async throws {
    let endpoint = try ScriptedEndpoint([.xml(Documents.group)])
    let groups = try await endpoint.client().autoScaling.describeAutoScalingGroups(["wanzami-api"])
    #expect(pairs(endpoint)["AutoScalingGroupNames.member.1"] == "wanzami-api")
    let group = try #require(groups.first)
    #expect(group.name == "wanzami-api")
    #expect([group.minSize, group.desiredCapacity, group.maxSize] == [2, 2, 4])
    #expect(group.launchTemplate == .init(id: "lt-1", name: "wanzami-api", version: "41"))
    #expect(group.targetGroupARNs == ["arn:tg/a", "arn:tg/b"])
    #expect(group.suspendedProcesses == ["AZRebalance": "User suspended at 2026-01-01T00:00:00Z"])
    #expect(group.healthCheckTypes == ["EC2", "ELB"])
    #expect(group.healthCheckGracePeriod == 60)
    #expect(group.defaultInstanceWarmup == 30)
    #expect(group.maintenancePolicy == .init(minHealthyPercentage: 100, maxHealthyPercentage: 150))
    #expect(group.tags == [.init(key: "wanzami-deploy:passed", value: "41 40")])
    #expect(!group.hasWarmPool)
    #expect(group.status == nil)
    let instance = try #require(group.instances.first)
    #expect(instance.lifecycleState == "InService")
    #expect(instance.launchTemplate?.version == "41")
    #expect(instance.isProtectedFromScaleIn)
    #expect(instance.weightedCapacity == 2)
  }

  @Test("groups come page after page; a group that comes twice is told once, and a token that comes twice is no end")
  func paging() async throws {
    func page(_ name: String, next: String) -> ScriptedEndpoint.Answer {
      .xml(
        """
        <DescribeAutoScalingGroupsResponse><DescribeAutoScalingGroupsResult><AutoScalingGroups><member>\
        <AutoScalingGroupName>\(name)</AutoScalingGroupName><MinSize>1</MinSize><MaxSize>1</MaxSize>\
        <DesiredCapacity>1</DesiredCapacity></member></AutoScalingGroups>\
        <NextToken>\(next)</NextToken></DescribeAutoScalingGroupsResult></DescribeAutoScalingGroupsResponse>
        """)
    }
    let endpoint = try ScriptedEndpoint([page("a", next: "t1"), page("b", next: "")])
    let names = try await endpoint.client().autoScaling.listAutoScalingGroupNames()
    #expect(names == ["a", "b"])
    #expect(endpoint.requests.map { $0.form["NextToken"] } == [nil, "t1"])
    let doubled = try ScriptedEndpoint([page("a", next: "t1"), page("a", next: "t2"), page("b", next: "")])
    #expect(try await doubled.client().autoScaling.listAutoScalingGroupNames() == ["a", "b"])
    for pages in [["t1"], ["t1", "t2", "t1"]] {
      let endless = try ScriptedEndpoint(pages.map { page("a", next: $0) })
      let client = try endless.client()
      let error = await #expect(throws: AWSError.self) { try await client.autoScaling.listAutoScalingGroupNames() }
      #expect(error?.kind == .malformedAnswer)
      #expect(endless.requests.count == max(2, pages.count))
    }
  }

  @Test("a refresh is started with every preference in its place")
  func start() async throws {
    let endpoint = try ScriptedEndpoint([
      .xml(
        "<StartInstanceRefreshResponse><StartInstanceRefreshResult><InstanceRefreshId>r-1</InstanceRefreshId>"
          + "</StartInstanceRefreshResult></StartInstanceRefreshResponse>")
    ])
    let id = try await endpoint.client().autoScaling.startInstanceRefresh(
      of: "web", to: .launchTemplate(.init(id: "lt-1", name: "web", version: "42")),
      preferences: .init(
        minHealthyPercentage: 100, maxHealthyPercentage: 150, instanceWarmup: 30, checkpointPercentages: [50, 100],
        checkpointDelay: 60, skipMatching: false, autoRollback: true, scaleInProtectedInstances: "Ignore",
        standbyInstances: "Ignore", alarms: ["5xx", "latency"], bakeTime: 120))
    #expect(id == "r-1")
    #expect(
      pairs(endpoint) == [
        "Action": "StartInstanceRefresh", "Version": "2011-01-01", "AutoScalingGroupName": "web",
        "Strategy": "Rolling", "DesiredConfiguration.LaunchTemplate.LaunchTemplateId": "lt-1",
        "DesiredConfiguration.LaunchTemplate.Version": "42", "Preferences.MinHealthyPercentage": "100",
        "Preferences.MaxHealthyPercentage": "150", "Preferences.InstanceWarmup": "30",
        "Preferences.CheckpointPercentages.member.1": "50", "Preferences.CheckpointPercentages.member.2": "100",
        "Preferences.CheckpointDelay": "60", "Preferences.SkipMatching": "false", "Preferences.AutoRollback": "true",
        "Preferences.ScaleInProtectedInstances": "Ignore", "Preferences.StandbyInstances": "Ignore",
        "Preferences.AlarmSpecification.Alarms.member.1": "5xx",
        "Preferences.AlarmSpecification.Alarms.member.2": "latency", "Preferences.BakeTime": "120",
      ])
  }

  @Test("a mixed-instances policy goes back as it came, with the version changed and no name beside the id")
  func mixedInstances() async throws {
    let described = try ScriptedEndpoint([.xml(Documents.mixedGroup)])
    let group = try #require(try await described.client().autoScaling.describeAutoScalingGroups(["web"]).first)
    let policy = try #require(group.mixedInstancesPolicy)
    #expect(policy.launchTemplate == .init(id: "lt-1", name: "web", version: "41"))
    #expect(policy.overrides.map(\.instanceType) == ["t4g.small", nil])
    #expect(policy.overrides.map(\.weightedCapacity) == [1, 2])
    #expect(policy.overrides.map(\.hasInstanceRequirements) == [false, true])
    #expect(policy.distribution?["OnDemandBaseCapacity"] == "1")

    let endpoint = try ScriptedEndpoint([.xml("<UpdateAutoScalingGroupResponse/>")])
    try await endpoint.client().autoScaling.updateAutoScalingGroup(
      "web", to: .mixedInstances(policy.with(version: "42")))
    let prefix = "MixedInstancesPolicy.LaunchTemplate"
    #expect(
      pairs(endpoint) == [
        "Action": "UpdateAutoScalingGroup", "Version": "2011-01-01", "AutoScalingGroupName": "web",
        "\(prefix).LaunchTemplateSpecification.LaunchTemplateId": "lt-1",
        "\(prefix).LaunchTemplateSpecification.Version": "42",
        "\(prefix).Overrides.member.1.InstanceType": "t4g.small",
        "\(prefix).Overrides.member.1.WeightedCapacity": "1",
        "\(prefix).Overrides.member.2.WeightedCapacity": "2",
        "\(prefix).Overrides.member.2.InstanceRequirements.VCpuCount.Min": "2",
        "\(prefix).Overrides.member.2.InstanceRequirements.CpuManufacturers.member.1": "intel",
        "MixedInstancesPolicy.InstancesDistribution.OnDemandBaseCapacity": "1",
        "MixedInstancesPolicy.InstancesDistribution.SpotAllocationStrategy": "price-capacity-optimized",
      ])
  }

  @Test("a policy built of its parts is sent like one that AWS gave")
  func builtPolicy() throws {
    let policy = AutoScaling.MixedInstancesPolicy(
      launchTemplate: .init(id: "lt-1", version: "7"),
      overrides: [.init(instanceType: "t4g.small", weightedCapacity: 1)], distribution: ["OnDemandBaseCapacity": "1"])
    #expect(policy.launchTemplate == .init(id: "lt-1", version: "7"))
    #expect(policy.overrides == [.init(instanceType: "t4g.small", weightedCapacity: 1)])
    #expect(policy.distribution == ["OnDemandBaseCapacity": "1"])
    #expect(policy.with(version: "8").launchTemplate?.version == "8")
  }

  @Test("refreshes are read with preferences, desired configuration and rollback")
  func refreshes() async throws {
    let endpoint = try ScriptedEndpoint([.xml(Documents.refreshes)])
    let found = try await endpoint.client().autoScaling.describeInstanceRefreshes(of: "web", limit: 1)
    #expect(pairs(endpoint)["MaxRecords"] == "1")
    #expect(found.count == 1)
    let refresh = try #require(found.first)
    #expect(refresh.status == "RollbackInProgress")
    #expect(refresh.percentageComplete == 40)
    #expect(refresh.instancesToUpdate == 1)
    #expect(refresh.startTime == Timestamp(iso8601: "2026-01-02T03:04:05Z"))
    #expect(refresh.endTime == nil)
    #expect(refresh.desiredConfiguration?.launchTemplate?.version == "42")
    #expect(refresh.preferences?.autoRollback == true)
    #expect(refresh.preferences?.checkpointPercentages == [50, 100])
    #expect(refresh.preferences?.alarms == ["5xx"])
    #expect(refresh.preferences?.bakeTime == 60)
    #expect(refresh.rollback?.reason == "Alarm 5xx")
    #expect(refresh.rollback?.percentageCompleteOnRollback == 50)
    #expect(refresh.warmPoolToUpdate == 3)
    #expect(refresh.rollback?.warmPoolToUpdateOnRollback == 2)
  }

  @Test("activities are asked for only until enough are there")
  func activities() async throws {
    func page(_ id: String, next: String) -> ScriptedEndpoint.Answer {
      .xml(
        """
        <DescribeScalingActivitiesResponse><DescribeScalingActivitiesResult><Activities><member>\
        <ActivityId>\(id)</ActivityId><Description>Launching a new EC2 instance: i-1</Description>\
        <Cause>because</Cause><StartTime>2026-01-02T03:04:05.123Z</StartTime><StatusCode>Failed</StatusCode>\
        <StatusMessage>no capacity</StatusMessage><Progress>100</Progress></member></Activities>\
        <NextToken>\(next)</NextToken></DescribeScalingActivitiesResult></DescribeScalingActivitiesResponse>
        """)
    }
    let endpoint = try ScriptedEndpoint([page("a", next: "1"), page("b", next: "2"), page("c", next: "3")])
    let found = try await endpoint.client().autoScaling.describeScalingActivities(of: "web") { $0.count >= 2 }
    #expect(found.map(\.id) == ["a", "b"])
    #expect(found.first?.statusMessage == "no capacity")
    #expect(found.first?.startTime?.milliseconds == 1_767_323_045_123)
  }

  @Test("tags are set on the group, not passed on, and removed by key")
  func tags() async throws {
    let endpoint = try ScriptedEndpoint([.xml("<CreateOrUpdateTagsResponse/>"), .xml("<DeleteTagsResponse/>")])
    let client = try endpoint.client()
    try await client.autoScaling.createOrUpdateTags([.init(key: "k", value: "41 40")], on: "web")
    #expect(
      pairs(endpoint) == [
        "Action": "CreateOrUpdateTags", "Version": "2011-01-01", "Tags.member.1.ResourceId": "web",
        "Tags.member.1.ResourceType": "auto-scaling-group", "Tags.member.1.Key": "k", "Tags.member.1.Value": "41 40",
        "Tags.member.1.PropagateAtLaunch": "false",
      ])
    try await client.autoScaling.deleteTags(["k"], on: "web")
    #expect(pairs(endpoint)["Tags.member.1.Key"] == "k")
  }

  @Test("a group without a warm pool has none")
  func warmPool() async throws {
    let none =
      "<DescribeWarmPoolResponse><DescribeWarmPoolResult><Instances/></DescribeWarmPoolResult></DescribeWarmPoolResponse>"
    #expect(try await ScriptedEndpoint([.xml(none)]).client().autoScaling.describeWarmPool(of: "web") == nil)
    let some = none.replacing(
      "<Instances/>",
      with: "<WarmPoolConfiguration><MinSize>1</MinSize><PoolState>Stopped</PoolState></WarmPoolConfiguration>")
    let pool = try await ScriptedEndpoint([.xml(some)]).client().autoScaling.describeWarmPool(of: "web")
    #expect(pool == .init(minSize: 1, poolState: "Stopped", status: nil, instances: []))
  }
}
