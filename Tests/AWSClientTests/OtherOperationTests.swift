import AWSWire
import FoundationEssentials
import Testing

@testable import AWSClient

@Suite("EC2's forms and documents")
struct EC2OperationTests {
  @Test("a version is created from a numbered source, with user data in base64, and its warnings are kept")
  func create() async throws {
    let endpoint = try ScriptedEndpoint([
      .xml(
        "<CreateLaunchTemplateVersionResponse><launchTemplateVersion>\(Documents.launchTemplateVersion)"
          + "</launchTemplateVersion><warning><errorSet><item><code>InvalidX</code><message>odd</message></item>"
          + "</errorSet></warning></CreateLaunchTemplateVersionResponse>")
    ])
    let created = try await endpoint.client().ec2.createLaunchTemplateVersion(
      .id("lt-1"), source: 41, description: "wanzami/1 commit=x", clientToken: "token",
      userData: Array("#!/bin/sh".utf8))
    #expect(
      endpoint.requests.first?.form.pairs.map { "\($0.name)=\($0.value)" } == [
        "Action=CreateLaunchTemplateVersion", "Version=2016-11-15", "LaunchTemplateId=lt-1", "ClientToken=token",
        "SourceVersion=41", "VersionDescription=wanzami/1 commit=x", "LaunchTemplateData.UserData=IyEvYmluL3No",
      ])
    #expect(created.version.number == 42)
    #expect(created.warnings == [.init(code: "InvalidX", message: "odd")])
  }

  @Test("versions come newest first, with the whole of their data")
  func versions() async throws {
    let older = Documents.launchTemplateVersion.replacing("<versionNumber>42", with: "<versionNumber>9")
    let endpoint = try ScriptedEndpoint([
      .xml(
        "<DescribeLaunchTemplateVersionsResponse><launchTemplateVersionSet><item>\(older)</item></launchTemplateVersionSet>"
          + "<nextToken>n</nextToken></DescribeLaunchTemplateVersionsResponse>"),
      .xml(
        "<DescribeLaunchTemplateVersionsResponse><launchTemplateVersionSet><item>\(Documents.launchTemplateVersion)</item>"
          + "</launchTemplateVersionSet></DescribeLaunchTemplateVersionsResponse>"),
    ])
    let found = try await endpoint.client().ec2.describeLaunchTemplateVersions(.name("web"))
    #expect(found.map(\.number) == [42, 9])
    #expect(endpoint.requests.map { $0.form["NextToken"] } == [nil, "n"])
    let data = try #require(found.first?.data)
    #expect(data.imageID == "ami-1")
    #expect(data.instanceType == "t4g.small")
    #expect(data.userData == Array("#!/bin/sh".utf8))
    #expect(data.iamInstanceProfile == "arn:aws:iam::1:instance-profile/web")
    #expect(found.first?.createdBy == "arn:aws:iam::1:user/ci")
    #expect(data.differences(from: found[1].data).isEmpty)
    var changed = data
    changed.tree.children.removeLast()
    changed.tree.children[0].text = "ami-2"
    #expect(data.differences(from: changed) == ["imageId", "securityGroupIdSet[0]", "securityGroupIdSet[1]"])
  }

  @Test("instances, types, images and console are read")
  func others() async throws {
    let instances = try ScriptedEndpoint([
      .xml(
        "<DescribeInstancesResponse><reservationSet><item><instancesSet><item><instanceId>i-1</instanceId>"
          + "<instanceState><code>16</code><name>running</name></instanceState><instanceType>t4g.small</instanceType>"
          + "<launchTime>2026-01-02T03:04:05.000Z</launchTime><architecture>arm64</architecture>"
          + "<placement><availabilityZone>eu-north-1a</availabilityZone></placement>"
          + "<tagSet><item><key>Name</key><value>web</value></item></tagSet></item></instancesSet></item>"
          + "</reservationSet></DescribeInstancesResponse>")
    ])
    let instance = try await instances.client().ec2.describeInstances(ids: ["i-1"]).first
    #expect(instance?.state == "running")
    #expect(instance?.zone == "eu-north-1a")
    #expect(instance?.tags == ["Name": "web"])
    #expect(instances.requests.first?.form["Filter.1.Value.1"] == "i-1")

    let types = try ScriptedEndpoint([
      .xml(
        "<DescribeInstanceTypesResponse><instanceTypeSet><item><instanceType>t4g.small</instanceType><processorInfo>"
          + "<supportedArchitectures><item>arm64</item></supportedArchitectures></processorInfo></item>"
          + "</instanceTypeSet></DescribeInstanceTypesResponse>")
    ])
    #expect(try await types.client().ec2.describeInstanceTypes(["t4g.small"]).first?.architectures == ["arm64"])

    let images = try ScriptedEndpoint([
      .xml(
        "<DescribeImagesResponse><imagesSet><item><imageId>ami-1</imageId><imageState>available</imageState>"
          + "<architecture>arm64</architecture></item></imagesSet></DescribeImagesResponse>")
    ])
    #expect(try await images.client().ec2.describeImages(ids: ["ami-1"]).first?.state == "available")

    let console = try ScriptedEndpoint([
      .xml(
        "<GetConsoleOutputResponse><instanceId>i-1</instanceId><timestamp>2026-01-02T03:04:05.000Z</timestamp>"
          + "<output>aGVs\nbG8=\n</output></GetConsoleOutputResponse>")
    ])
    #expect(
      try await console.client().ec2.getConsoleOutput(instance: "i-1", latest: true).output == Array("hello".utf8))
  }
}

@Suite("ECR's and SSM's JSON")
struct JSONOperationTests {
  @Test("the token is taken apart, its target and content type are right, and its password is never shown")
  func token() async throws {
    let endpoint = try ScriptedEndpoint([
      .json(
        #"{"authorizationData":[{"authorizationToken":"QVdTOmh1c2g6aHVzaA==","expiresAt":1767323045.5,"#
          + #""proxyEndpoint":"https://1.dkr.ecr.eu-north-1.amazonaws.com"}]}"#)
    ])
    let token = try await endpoint.client().ecr.getAuthorizationToken()
    #expect(token.username == "AWS")
    #expect(token.password.revealed == "hush:hush")
    #expect(!"\(token)".contains("hush"))
    #expect(token.expiresAt?.milliseconds == 1_767_323_045_500)
    let request = try #require(endpoint.requests.first)
    #expect(request.header("x-amz-target") == "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken")
    #expect(request.header("content-type") == "application/x-amz-json-1.1")
    #expect(request.body == Array("{}".utf8))
  }

  @Test("an image that is missing is a failure inside the answer, and no error")
  func batchGetImage() async throws {
    let endpoint = try ScriptedEndpoint([
      .json(
        #"{"images":[{"imageId":{"imageDigest":"sha256:a","imageTag":"t"},"imageManifest":"{}"}],"failures":["#
          + #"{"imageId":{"imageTag":"gone"},"failureCode":"ImageNotFound","failureReason":"none"}]}"#)
    ])
    let answer = try await endpoint.client().ecr.batchGetImage(
      repository: "web", images: [.init(tag: "t"), .init(tag: "gone")], acceptedMediaTypes: [])
    #expect(answer.images.first?.identifier == .init(digest: "sha256:a", tag: "t"))
    #expect(answer.failures == [.init(identifier: .init(tag: "gone"), code: "ImageNotFound", reason: "none")])
    let body = String(decoding: endpoint.requests.first?.body ?? [], as: UTF8.self)
    #expect(body == #"{"imageIds":[{"imageTag":"t"},{"imageTag":"gone"}],"repositoryName":"web"}"#)
  }

  @Test("a scan's basic and enhanced findings are read alike; an image without a scan has none")
  func scans() async throws {
    let digest = "sha256:a"
    let endpoint = try ScriptedEndpoint([
      .json(
        #"{"imageScanStatus":{"status":"ACTIVE","description":"continuous"},"imageScanFindings":{"#
          + #""findingSeverityCounts":{"CRITICAL":1,"HIGH":2},"findings":[{"name":"CVE-1","severity":"HIGH"}],"#
          + #""enhancedFindings":[{"title":"t","severity":"CRITICAL","packageVulnerabilityDetails":{"#
          + #""vulnerabilityId":"CVE-2"}},{"title":"only a title","severity":"HIGH"}]}}"#),
      .json(#"{"imageScanStatus":{"status":"PENDING"}}"#),
      .json(#"{"__type":"ScanNotFoundException","message":"no"}"#, status: 400),
      .json(#"{"__type":"ImageNotFoundException","message":"no"}"#, status: 400),
    ])
    let ecr = try endpoint.client().ecr
    let scan = try #require(try await ecr.describeImageScanFindings(repository: "web", digest: digest))
    #expect(scan.counts == ["CRITICAL": 1, "HIGH": 2])
    #expect(scan.findings.map(\.name) == ["CVE-1", "CVE-2", "only a title"])
    #expect(scan.detail == "continuous")
    #expect(try await ecr.describeImageScanFindings(repository: "web", digest: digest)?.status == "PENDING")
    #expect(try await ecr.describeImageScanFindings(repository: "web", digest: digest) == nil)
    let error = await #expect(throws: AWSError.self) {
      try await ecr.describeImageScanFindings(repository: "web", digest: digest)
    }
    #expect(error?.kind == .notFound)
  }

  @Test("what could not be deleted is told one by one, of images and of template versions")
  func deletions() async throws {
    let endpoint = try ScriptedEndpoint([
      .json(
        #"{"imageIds":[],"failures":[{"imageId":{"imageDigest":"sha256:a"},"#
          + #""failureCode":"ImageReferencedByManifestList","failureReason":"index"}]}"#),
      .xml(
        "<DeleteLaunchTemplateVersionsResponse><successfullyDeletedLaunchTemplateVersionSet/>"
          + "<unsuccessfullyDeletedLaunchTemplateVersionSet><item><launchTemplateId>lt-1</launchTemplateId>"
          + "<versionNumber>3</versionNumber><responseError><code>unexpectedError</code><message>why</message>"
          + "</responseError></item></unsuccessfullyDeletedLaunchTemplateVersionSet>"
          + "</DeleteLaunchTemplateVersionsResponse>"),
    ])
    let client = try endpoint.client()
    let images = try await client.ecr.batchDeleteImage(repository: "web", digests: ["sha256:a"])
    #expect(
      images == [.init(identifier: .init(digest: "sha256:a"), code: "ImageReferencedByManifestList", reason: "index")])
    let versions = try await client.ec2.deleteLaunchTemplateVersions(.id("lt-1"), numbers: [3])
    #expect(versions == [.init(number: 3, code: "unexpectedError", message: "why")])
  }

  @Test("a missing repository is not found")
  func noRepository() async throws {
    let endpoint = try ScriptedEndpoint([
      .json(#"{"__type":"RepositoryNotFoundException","message":"no"}"#, status: 400)
    ])
    let client = try endpoint.client()
    let error = await #expect(throws: AWSError.self) { try await client.ecr.describeRepositories(names: ["web"]) }
    #expect(error?.kind == .notFound)
    #expect(error?.resource == "web")
  }

  @Test("SSM's members are written with capitals, and the script's lines stay as they are")
  func ssm() async throws {
    let endpoint = try ScriptedEndpoint([
      .json(#"{"Command":{"CommandId":"c-1"}}"#),
      .json(
        #"{"CommandId":"c-1","Status":"Failed","StatusDetails":"Undeliverable","ResponseCode":-1,"StandardOutputContent":""}"#
      ),
    ])
    let client = try endpoint.client()
    #expect(try await client.ssm.sendCommand(["docker ps"], to: ["i-1"]) == "c-1")
    #expect(
      String(decoding: endpoint.requests[0].body, as: UTF8.self)
        == #"{"DocumentName":"AWS-RunShellScript","InstanceIds":["i-1"],"Parameters":{"commands":["docker ps"]},"#
        + #""TimeoutSeconds":30}"#)
    let invocation = try await client.ssm.getCommandInvocation(command: "c-1", instance: "i-1")
    #expect(invocation.statusDetails == "Undeliverable")
    #expect(invocation.isFinished)
    #expect(endpoint.requests[1].header("x-amz-target") == "AmazonSSM.GetCommandInvocation")
  }
}

@Suite("Elastic Load Balancing's and CloudWatch's documents")
struct WatchingOperationTests {
  @Test("target health is read with AWS's reason and words")
  func targetHealth() async throws {
    let endpoint = try ScriptedEndpoint([
      .xml(
        "<DescribeTargetHealthResponse><DescribeTargetHealthResult><TargetHealthDescriptions><member>"
          + "<HealthCheckPort>4000</HealthCheckPort><TargetHealth><State>unhealthy</State>"
          + "<Reason>Target.ResponseCodeMismatch</Reason>"
          + "<Description>Health checks failed with these codes: [500]</Description></TargetHealth>"
          + "<Target><Port>4000</Port><Id>i-1</Id></Target></member></TargetHealthDescriptions>"
          + "</DescribeTargetHealthResult></DescribeTargetHealthResponse>")
    ])
    let found = try await endpoint.client().elbv2.describeTargetHealth(targetGroup: "arn:tg")
    #expect(
      found == [
        .init(
          id: "i-1", port: 4000, zone: nil, state: "unhealthy", reason: "Target.ResponseCodeMismatch",
          description: "Health checks failed with these codes: [500]")
      ])
  }

  @Test("metric and composite alarms are both asked for and told apart")
  func alarms() async throws {
    let endpoint = try ScriptedEndpoint([
      .xml(
        "<DescribeAlarmsResponse><DescribeAlarmsResult><MetricAlarms><member><AlarmName>5xx</AlarmName>"
          + "<StateValue>OK</StateValue></member></MetricAlarms><CompositeAlarms><member><AlarmName>all</AlarmName>"
          + "<StateValue>ALARM</StateValue><StateReason>red</StateReason></member></CompositeAlarms>"
          + "</DescribeAlarmsResult></DescribeAlarmsResponse>")
    ])
    let found = try await endpoint.client().cloudWatch.describeAlarms(["5xx", "all", "missing"])
    #expect(found.map(\.name) == ["5xx", "all"])
    #expect(found.map(\.isComposite) == [false, true])
    #expect(found.map(\.stateValue) == ["OK", "ALARM"])
    #expect(endpoint.requests.first?.form["AlarmTypes.member.1"] == "CompositeAlarm")
  }
}
