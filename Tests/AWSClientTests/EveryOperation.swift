import AWSWire

@testable import AWSClient

/// Each operation of the client with everything set that can be set, so that every member it may send is sent.
struct EveryOperation: Sendable {
  var service: AWSService
  var operation: String
  var call: @Sendable (AWSClient) async throws -> Void

  private init(
    _ service: AWSService, _ operation: String, _ call: @escaping @Sendable (AWSClient) async throws -> Void
  ) {
    self.service = service
    self.operation = operation
    self.call = call
  }

  /// An answer with a token of the next page in it, under each name that services give it.
  var page: ScriptedEndpoint.Answer {
    service.jsonTarget == nil
      ? .xml(
        "<\(operation)Response><\(operation)Result><NextToken>t 1/=</NextToken><nextToken>t 1/=</nextToken>"
          + "<NextMarker>t 1/=</NextMarker><Marker>t 1/=</Marker><Status>X</Status></\(operation)Result></\(operation)Response>"
      )
      : .json(#"{"repositories":[],"imageDetails":[],"nextToken":"t 1/="}"#)
  }

  static let all: [EveryOperation] =
    security + images + templates + groups + refreshes + balancers + commands + stacks + protection

  private static let security = [
    EveryOperation(.sts, "GetCallerIdentity") { _ = try await $0.sts.getCallerIdentity() },
    EveryOperation(.sts, "AssumeRole") {
      _ = try await $0.sts.assumeRole(
        RoleCalls.Request(role: role, session: "ci", externalID: "a:b/c+d", durationSeconds: 3600))
    },
    EveryOperation(.sts, "AssumeRoleWithWebIdentity") {
      _ = try await $0.sts.assumeRoleWithWebIdentity(role, session: "ci", token: Secret("eyJ.eyJ.c2ln"))
    },
  ]

  private static let images = [
    EveryOperation(.ecr, "GetAuthorizationToken") { _ = try await $0.ecr.getAuthorizationToken() },
    EveryOperation(.ecr, "DescribeRepositories") { _ = try await $0.ecr.describeRepositories() },
    EveryOperation(.ecr, "DescribeRepositories") {
      _ = try await $0.ecr.describeRepositories(names: ["web", "b/c"], registryID: account)
    },
    EveryOperation(.ecr, "BatchGetImage") {
      _ = try await $0.ecr.batchGetImage(
        repository: "web", registryID: account, images: [image, ECR.ImageIdentifier(tag: "v1")])
    },
    EveryOperation(.ecr, "DescribeImages") { _ = try await $0.ecr.describeImages(repository: "web") },
    EveryOperation(.ecr, "DescribeImages") {
      _ = try await $0.ecr.describeImages(repository: "web", registryID: account, images: [image])
    },
    EveryOperation(.ecr, "DescribeImageScanFindings") {
      _ = try await $0.ecr.describeImageScanFindings(repository: "web", registryID: account, digest: digest)
    },
    EveryOperation(.ecr, "BatchDeleteImage") {
      _ = try await $0.ecr.batchDeleteImage(repository: "web", registryID: account, digests: [digest])
    },
    EveryOperation(.ecr, "PutImage") {
      _ = try await $0.ecr.putImage(
        repository: "web", registryID: account, manifest: #"{"schemaVersion":2}"#, mediaType: ECR.manifestMediaTypes[0],
        tag: "v1",
        digest: digest)
    },
    EveryOperation(.ec2, "DescribeImages") { _ = try await $0.ec2.describeImages(ids: ["ami-1", "ami-2"]) },
  ]

  private static let templates = [
    EveryOperation(.ec2, "DescribeLaunchTemplates") {
      _ = try await $0.ec2.describeLaunchTemplates([.id("lt-1"), .id("lt-2")])
    },
    EveryOperation(.ec2, "DescribeLaunchTemplates") { _ = try await $0.ec2.describeLaunchTemplates([.name("web")]) },
    EveryOperation(.ec2, "DescribeLaunchTemplateVersions") {
      _ = try await $0.ec2.describeLaunchTemplateVersions(.id("lt-1"), versions: ["3", "$Latest"])
    },
    EveryOperation(.ec2, "DescribeLaunchTemplateVersions") {
      _ = try await $0.ec2.describeLaunchTemplateVersions(.name("web"), from: 3, to: 40)
    },
    EveryOperation(.ec2, "CreateLaunchTemplateVersion") {
      _ = try await $0.ec2.createLaunchTemplateVersion(
        .id("lt-1"), source: 3, description: "a b=c & ü", clientToken: "token-1", userData: Array("#!/bin/sh\n".utf8))
    },
    EveryOperation(.ec2, "DeleteLaunchTemplateVersions") {
      _ = try await $0.ec2.deleteLaunchTemplateVersions(.id("lt-1"), numbers: [3, 4])
    },
    EveryOperation(.ec2, "DescribeInstances") { _ = try await $0.ec2.describeInstances(ids: ["i-1", "i-2"]) },
    EveryOperation(.ec2, "DescribeInstanceTypes") {
      _ = try await $0.ec2.describeInstanceTypes(["t3.small", "m7g.large"])
    },
    EveryOperation(.ec2, "GetConsoleOutput") {
      _ = try await $0.ec2.getConsoleOutput(instance: "i-1", latest: true)
    },
  ]

  private static let groups = [
    EveryOperation(.autoScaling, "DescribeAutoScalingGroups") {
      _ = try await $0.autoScaling.describeAutoScalingGroups(["web", "a b"])
    },
    EveryOperation(.autoScaling, "DescribeAutoScalingGroups") {
      _ = try await $0.autoScaling.listAutoScalingGroupNames()
    },
    EveryOperation(.autoScaling, "UpdateAutoScalingGroup") {
      try await $0.autoScaling.updateAutoScalingGroup("web", to: .launchTemplate(template))
    },
    EveryOperation(.autoScaling, "UpdateAutoScalingGroup") {
      try await $0.autoScaling.updateAutoScalingGroup("web", to: .mixedInstances(policy()))
    },
    EveryOperation(.autoScaling, "CreateOrUpdateTags") {
      try await $0.autoScaling.createOrUpdateTags(
        [AutoScaling.Tag(key: "a:b", value: "1 2", propagatesAtLaunch: true), .init(key: "c", value: "")], on: "web")
    },
    EveryOperation(.autoScaling, "DeleteTags") { try await $0.autoScaling.deleteTags(["a:b", "c"], on: "web") },
    EveryOperation(.autoScaling, "DescribeScalingActivities") {
      _ = try await $0.autoScaling.describeScalingActivities(of: "web")
    },
    EveryOperation(.autoScaling, "DescribeWarmPool") { _ = try await $0.autoScaling.describeWarmPool(of: "web") },
  ]

  private static let refreshes = [
    EveryOperation(.autoScaling, "StartInstanceRefresh") {
      _ = try await $0.autoScaling.startInstanceRefresh(
        of: "web", to: .launchTemplate(template), preferences: preferences)
    },
    EveryOperation(.autoScaling, "StartInstanceRefresh") {
      _ = try await $0.autoScaling.startInstanceRefresh(
        of: "web", to: .mixedInstances(policy()), preferences: preferences)
    },
    EveryOperation(.autoScaling, "CancelInstanceRefresh") {
      _ = try await $0.autoScaling.cancelInstanceRefresh(of: "web")
    },
    EveryOperation(.autoScaling, "RollbackInstanceRefresh") {
      _ = try await $0.autoScaling.rollbackInstanceRefresh(of: "web")
    },
    EveryOperation(.autoScaling, "DescribeInstanceRefreshes") {
      _ = try await $0.autoScaling.describeInstanceRefreshes(of: "web", ids: ["r-1", "r-2"], limit: 7)
    },
  ]

  private static let balancers = [
    EveryOperation(.elbv2, "DescribeTargetGroups") { _ = try await $0.elbv2.describeTargetGroups(arns: [group]) },
    EveryOperation(.elbv2, "DescribeTargetGroups") { _ = try await $0.elbv2.describeTargetGroups(names: ["a", "b"]) },
    EveryOperation(.elbv2, "DescribeTargetHealth") { _ = try await $0.elbv2.describeTargetHealth(targetGroup: group) },
    EveryOperation(.elbv2, "DescribeTargetGroupAttributes") {
      _ = try await $0.elbv2.describeTargetGroupAttributes(targetGroup: group)
    },
    EveryOperation(.elbv2, "DescribeLoadBalancers") { _ = try await $0.elbv2.describeLoadBalancers(arns: [group]) },
    EveryOperation(.cloudWatch, "DescribeAlarms") { _ = try await $0.cloudWatch.describeAlarms(["5xx", "p 99"]) },
  ]

  private static let stacks = [
    EveryOperation(.cloudFormation, "DescribeStacks") { _ = try await $0.cloudFormation.describeStacks(named: "a b") },
    EveryOperation(.cloudFormation, "GetTemplateSummary") {
      _ = try await $0.cloudFormation.getTemplateSummary("Resources:\n  ü: {}\n")
    },
    EveryOperation(.cloudFormation, "DescribeStackEvents") {
      _ = try await $0.cloudFormation.describeStackEvents(of: "web")
    },
    EveryOperation(.cloudFormation, "DeleteStack") {
      try await $0.cloudFormation.deleteStack("web", clientToken: "token-1")
    },
    EveryOperation(.cloudFormation, "UpdateTerminationProtection") {
      try await $0.cloudFormation.updateTerminationProtection(of: "web", to: true)
    },
    EveryOperation(.cloudFormation, "CreateChangeSet") {
      _ = try await $0.cloudFormation.createChangeSet(changeSet("{}"), clientToken: "token-1")
    },
    EveryOperation(.cloudFormation, "CreateChangeSet") {
      _ = try await $0.cloudFormation.createChangeSet(changeSet(nil), clientToken: "token-1")
    },
    EveryOperation(.cloudFormation, "DescribeChangeSet") { _ = try await $0.cloudFormation.describeChangeSet("arn:c") },
    EveryOperation(.cloudFormation, "ExecuteChangeSet") {
      try await $0.cloudFormation.executeChangeSet("arn:c", clientToken: "token-1", keepsFailures: true)
    },
    EveryOperation(.cloudFormation, "DeleteChangeSet") { try await $0.cloudFormation.deleteChangeSet("arn:c") },
  ]

  private static func changeSet(_ template: String?) -> CloudFormation.ChangeSetRequest {
    CloudFormation.ChangeSetRequest(
      stack: "web", name: "wanzami-1", isNew: template != nil, template: template,
      parameters: [.init("FleetVersion", "42"), .init("MaxSize", nil)],
      capabilities: ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"])
  }

  private static let protection = [
    EveryOperation(.ec2, "DescribeInstances") { _ = try await $0.ec2.describeInstances(footingOf: ["i-1", "i-2"]) },
    EveryOperation(.ec2, "DescribeSecurityGroups") { _ = try await $0.ec2.describeSecurityGroups(["sg-1", "sg-2"]) },
    EveryOperation(.ec2, "DescribeAddresses") { _ = try await $0.ec2.describeAddresses(ofInstances: ["i-1"]) },
    EveryOperation(.ec2, "DescribeSnapshots") { _ = try await $0.ec2.describeSnapshots(ofVolumes: ["vol-1"]) },
    EveryOperation(.ec2, "DescribeInstanceAttribute") {
      _ = try await $0.ec2.describeInstanceAttribute(userDataOf: "i-1")
    },
    EveryOperation(.rds, "DescribeDBInstances") { _ = try await $0.rds.describeDBInstances() },
    EveryOperation(.rds, "CreateDBSnapshot") {
      _ = try await $0.rds.createDBSnapshot(of: "web", named: "web-1", tags: [("by", "ada ü"), ("b", "")])
    },
    EveryOperation(.rds, "DescribeDBSnapshots") { _ = try await $0.rds.describeDBSnapshots(named: "web-1") },
    EveryOperation(.elastiCache, "DescribeCacheClusters") { _ = try await $0.elastiCache.describeCacheClusters() },
    EveryOperation(.elastiCache, "DescribeCacheSubnetGroups") {
      _ = try await $0.elastiCache.describeCacheSubnetGroups()
    },
    EveryOperation(.elbv2, "DescribeListeners") { _ = try await $0.elbv2.describeListeners(of: group) },
    EveryOperation(.cloudWatch, "DescribeAlarms") { _ = try await $0.cloudWatch.describeAlarms() },
    EveryOperation(.ssm, "DescribeInstanceInformation") {
      _ = try await $0.ssm.describeInstanceInformation(["i-0123456789abcdef0"])
    },
    EveryOperation(.autoScaling, "UpdateAutoScalingGroup") {
      try await $0.autoScaling.updateAutoScalingGroup("web", desired: 3, min: 2, max: 6)
    },
    EveryOperation(.autoScaling, "TerminateInstanceInAutoScalingGroup") {
      try await $0.autoScaling.terminateInstanceInAutoScalingGroup("i-1", decrementsDesired: true)
    },
  ]

  private static let commands = [
    EveryOperation(.ssm, "SendCommand") {
      _ = try await $0.ssm.sendCommand(["docker ps", "echo \"ü\""], to: ["i-1", "i-2"], comment: "why")
    },
    EveryOperation(.ssm, "SendCommand") {
      _ = try await $0.ssm.sendCommand(["true"], to: ["i-1"], deliveryTimeout: 60, executionTimeout: 600)
    },
    EveryOperation(.ssm, "CancelCommand") {
      try await $0.ssm.cancelCommand("11111111-2222-3333-4444-555555555555", on: "i-0123456789abcdef0")
    },
    EveryOperation(.sns, "Publish") {
      _ = try await $0.sns.publish(
        "release 3: 100 % & \"ü\"\nsecond line", subject: "wanzami-api: release 3",
        to: "arn:aws:sns:eu-north-1:123456789012:releases")
    },
    EveryOperation(.ssm, "GetCommandInvocation") {
      _ = try await $0.ssm.getCommandInvocation(
        command: "11111111-2222-3333-4444-555555555555", instance: "i-0123456789abcdef0")
    },
  ]
}

private let role = "arn:aws:iam::123456789012:role/deploy"
private let digest = "sha256:" + String(repeating: "a", count: 64)
private let account = "123456789012"
private let image = ECR.ImageIdentifier(digest: digest, tag: "v1")
private let group = "arn:aws:elasticloadbalancing:eu-north-1:123456789012:targetgroup/web/0123456789abcdef"
private let template = AutoScaling.LaunchTemplateSpecification(id: "lt-1", name: "web", version: "42")

private let preferences = AutoScaling.RefreshPreferences(
  minHealthyPercentage: 100, maxHealthyPercentage: 150, instanceWarmup: 30, checkpointPercentages: [50, 100],
  checkpointDelay: 60, skipMatching: false, autoRollback: true, scaleInProtectedInstances: "Ignore",
  standbyInstances: "Ignore", alarms: ["5xx", "p 99"], bakeTime: 120)

/// A policy as AWS answers it, with attribute-based selection in it, and the version set to ours.
private func policy() throws -> AutoScaling.MixedInstancesPolicy {
  let tree = try XMLNode(
    parsing: Array(
      """
      <MixedInstancesPolicy><LaunchTemplate>
      <LaunchTemplateSpecification><LaunchTemplateId>lt-1</LaunchTemplateId>
      <LaunchTemplateName>web</LaunchTemplateName><Version>41</Version></LaunchTemplateSpecification>
      <Overrides>
      <member><InstanceType>t3.small</InstanceType><WeightedCapacity>2</WeightedCapacity>
      <LaunchTemplateSpecification><LaunchTemplateId>lt-2</LaunchTemplateId><Version>$Latest</Version>
      </LaunchTemplateSpecification></member>
      <member><InstanceRequirements><VCpuCount><Min>2</Min><Max>4</Max></VCpuCount>
      <MemoryMiB><Min>2048</Min></MemoryMiB>
      <CpuManufacturers><member>intel</member><member>amd</member></CpuManufacturers>
      <MemoryGiBPerVCpu><Min>1.5</Min><Max>8.0</Max></MemoryGiBPerVCpu>
      <ExcludedInstanceTypes><member>m5*</member></ExcludedInstanceTypes>
      <InstanceGenerations><member>current</member></InstanceGenerations>
      <SpotMaxPricePercentageOverLowestPrice>20</SpotMaxPricePercentageOverLowestPrice>
      <BareMetal>excluded</BareMetal><BurstablePerformance>included</BurstablePerformance>
      <RequireHibernateSupport>false</RequireHibernateSupport>
      <NetworkInterfaceCount><Min>1</Min></NetworkInterfaceCount><LocalStorageTypes><member>ssd</member>
      </LocalStorageTypes><AllowedInstanceTypes/></InstanceRequirements></member>
      </Overrides></LaunchTemplate>
      <InstancesDistribution><OnDemandAllocationStrategy>prioritized</OnDemandAllocationStrategy>
      <OnDemandBaseCapacity>1</OnDemandBaseCapacity>
      <OnDemandPercentageAboveBaseCapacity>50</OnDemandPercentageAboveBaseCapacity>
      <SpotAllocationStrategy>lowest-price</SpotAllocationStrategy><SpotInstancePools>2</SpotInstancePools>
      <SpotMaxPrice>0.05</SpotMaxPrice></InstancesDistribution></MixedInstancesPolicy>
      """.utf8))
  return AutoScaling.MixedInstancesPolicy(tree: tree).with(version: "42")
}
