import AWSClient
import Testing

@Suite(
  "Against moto, which checks every signature", .serialized,
  .enabled(if: MotoServer.python != nil, "no Python with moto and boto3: name one in WANZAMI_PYTHON"), MotoTrait())
struct MotoTests {
  private let moto: MotoServer
  private let client: AWSClient

  init() throws {
    moto = try #require(MotoServer.current)
    client = try moto.client()
  }

  @Test("STS says who we are")
  func identity() async throws {
    let identity = try await client.sts.getCallerIdentity()
    #expect(identity.account == "123456789012")
    #expect(identity.arn == "arn:aws:iam::123456789012:user/ci")
  }

  @Test("a wrong secret is refused, and the error says what to check")
  func wrongSecret() async throws {
    let client = try moto.client(secret: "wrong")
    let error = await #expect(throws: AWSError.self) { try await client.ec2.describeLaunchTemplates([.name("web")]) }
    #expect(error?.kind == .unauthenticated)
    #expect(error?.description.contains("clock") == true)
  }

  @Test("launch templates and their versions are described and created")
  func launchTemplates() async throws {
    let template = try #require(try await client.ec2.describeLaunchTemplates([.name("web")]).first)
    #expect(template.id == moto.fleet.template)
    let first = try #require(
      try await client.ec2.describeLaunchTemplateVersions(.id(template.id), versions: ["1"]).first)
    #expect(first.data.imageID == moto.fleet.image)
    #expect(first.data.userData == Array("#!/bin/sh\necho one\n".utf8))
    // Bytes whose base64 has all of `+`, `/` and `=`, and a description with spaces and colons.
    let userData: [UInt8] = Array("#!/bin/sh\n".utf8) + [0xFB, 0xFF, 0xBF, 0xFE]
    let created = try await client.ec2.createLaunchTemplateVersion(
      .id(template.id), source: 1, description: "wanzami/1 commit=a digest=sha256:b & ü", clientToken: "token-1",
      userData: userData)
    #expect(created.version.number == template.latestVersion + 1)
    #expect(created.warnings.isEmpty)
    let all = try await client.ec2.describeLaunchTemplateVersions(.id(template.id))
    #expect(all.first?.number == created.version.number)
    #expect(all.first?.description == "wanzami/1 commit=a digest=sha256:b & ü")
    #expect(all.first?.data.userData == userData)
  }

  @Test("the group is described with its instances, and its tags change")
  func group() async throws {
    let groups = try await client.autoScaling.describeAutoScalingGroups(["web", "no such group"])
    #expect(groups.count == 1)
    let group = try #require(groups.first)
    #expect([group.minSize, group.desiredCapacity, group.maxSize] == [2, 2, 4])
    #expect(group.launchTemplate?.id == moto.fleet.template)
    #expect(group.launchTemplate?.version == "1")
    #expect(group.targetGroupARNs == [moto.fleet.targetGroup])
    #expect(group.instances.map(\.lifecycleState) == ["InService", "InService"])
    #expect(group.tags.contains(.init(key: "team", value: "a b", propagatesAtLaunch: true)))

    try await client.autoScaling.createOrUpdateTags([.init(key: "wanzami-deploy:passed", value: "2 1")], on: "web")
    let tagged = try await client.autoScaling.describeAutoScalingGroups(["web"]).first
    #expect(tagged?.tags.contains(.init(key: "wanzami-deploy:passed", value: "2 1")) == true)
    try await client.autoScaling.deleteTags(["wanzami-deploy:passed"], on: "web")
    let cleaned = try await client.autoScaling.describeAutoScalingGroups(["web"]).first
    #expect(cleaned?.tags.map(\.key) == ["team"])
    #expect(try await client.autoScaling.listAutoScalingGroupNames() == ["web"])
    #expect(try await client.autoScaling.describeScalingActivities(of: "web").isEmpty)
  }

  @Test("the instances behind the group are described by EC2, with what their type runs")
  func instances() async throws {
    let group = try #require(try await client.autoScaling.describeAutoScalingGroups(["web"]).first)
    let instances = try await client.ec2.describeInstances(ids: group.instances.map(\.id))
    #expect(instances.map(\.state) == ["running", "running"])
    let types = try await client.ec2.describeInstanceTypes(["t3.small", "t4g.small"])
    #expect(types.first { $0.name == "t4g.small" }?.architectures == ["arm64"])
    let image = try await client.ec2.describeImages(ids: [moto.fleet.image]).first
    #expect(image?.state == "available")
  }

  @Test("target groups, health, attributes and balancers are described")
  func loadBalancing() async throws {
    let group = try #require(try await client.elbv2.describeTargetGroups(arns: [moto.fleet.targetGroup]).first)
    #expect(group.port == 4000)
    #expect(group.healthCheck.path == "/api/health")
    #expect(group.healthCheck.matcher == "200-299")
    #expect(group.loadBalancerARNs == [moto.fleet.loadBalancer])
    #expect(try await client.elbv2.describeTargetGroups(names: ["web"]) == [group])
    let health = try await client.elbv2.describeTargetHealth(targetGroup: group.arn)
    #expect(health.map(\.state) == ["healthy", "healthy"])
    let attributes = try await client.elbv2.describeTargetGroupAttributes(targetGroup: group.arn)
    #expect(attributes["deregistration_delay.timeout_seconds"] == "300")
    #expect(try await client.elbv2.describeLoadBalancers(arns: [moto.fleet.loadBalancer]).first?.name == "web")
    let error = await #expect(throws: AWSError.self) { try await client.elbv2.describeTargetGroups(names: ["none"]) }
    #expect(error?.kind == .notFound)
    #expect(error?.code == "TargetGroupNotFound")
  }

  @Test("ECR gives a token and its repositories, and images go in and out by manifest")
  func registry() async throws {
    let token = try await client.ecr.getAuthorizationToken()
    #expect(token.username == "AWS")
    #expect(token.proxyEndpoint == "https://123456789012.dkr.ecr.eu-north-1.amazonaws.com")
    let repository = try #require(try await client.ecr.describeRepositories(names: ["web"]).first)
    #expect(repository.uri == "123456789012.dkr.ecr.eu-north-1.amazonaws.com/web")
    #expect(repository.tagMutability == "MUTABLE")
    #expect(try await client.ecr.describeRepositories() == [repository])
    let manifest = """
      {"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json",\
      "config":{"mediaType":"application/vnd.docker.container.image.v1+json","size":2,"digest":"sha256:44"},"layers":[]}
      """
    let stored = try await client.ecr.putImage(repository: "web", manifest: manifest, tag: "one")
    #expect(stored.imageTag == "one")
    let answer = try await client.ecr.batchGetImage(repository: "web", images: [.init(tag: "one"), .init(tag: "gone")])
    #expect(answer.images.map(\.manifest) == [manifest])
    #expect(answer.failures.map(\.code) == ["ImageNotFound"])
    #expect(try await client.ecr.describeImages(repository: "web").map(\.tags) == [["one"]])
    let error = await #expect(throws: AWSError.self) { try await client.ecr.describeImages(repository: "no-such") }
    #expect(error?.kind == .notFound)
    let digest = try #require(stored.imageDigest)
    #expect(try await client.ecr.describeImageScanFindings(repository: "web", digest: digest) == nil)
    try moto.scan(digest)
    let scan = try #require(try await client.ecr.describeImageScanFindings(repository: "web", digest: digest))
    #expect(scan.status == "COMPLETE")
    #expect(scan.counts["HIGH"] == 1)
    #expect(scan.findings.map(\.severity).contains("HIGH"))
    let nobody = "sha256:" + String(repeating: "0", count: 64)
    let failures = try await client.ecr.batchDeleteImage(repository: "web", digests: [digest, nobody])
    #expect(failures.map(\.code) == ["ImageNotFound"])
    #expect(failures.map(\.identifier.imageDigest) == [nobody])
    #expect(try await client.ecr.describeImages(repository: "web").isEmpty)
  }

  @Test("an alarm's state is read, and a name that is not known is absent")
  func alarms() async throws {
    let alarms = try await client.cloudWatch.describeAlarms(["5xx", "no such alarm"])
    #expect(alarms.map(\.name) == ["5xx"])
    #expect(alarms.first?.stateValue == "ALARM")
    #expect(alarms.first?.stateReason == "red")
  }

  @Test("an action that is answered with a page of HTML is an error like any other")
  func html() async throws {
    let error = await #expect(throws: AWSError.self) {
      try await client.autoScaling.rollbackInstanceRefresh(of: "web")
    }
    #expect(error?.httpStatus == 500)
    #expect(error?.kind == .ambiguous)
  }
}
