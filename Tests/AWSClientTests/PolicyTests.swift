import FoundationEssentials
import RealParts
import Testing

@testable import AWSClient

/// A policy below `scripts/`, the whole of it.
struct Policy: Codable {
  struct Statement: Codable {
    var sid: String
    var effect: String
    var action: OneOrMany
    var resource: OneOrMany
    var condition: [String: [String: String]]?

    enum CodingKeys: String, CodingKey {
      case sid = "Sid"
      case effect = "Effect"
      case action = "Action"
      case resource = "Resource"
      case condition = "Condition"
    }
  }

  struct OneOrMany: Codable {
    var values: [String]

    init(_ values: [String]) { self.values = values }

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      values = try (try? [container.decode(String.self)]) ?? container.decode([String].self)
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      try container.encode(values)
    }
  }

  var version: String
  var statement: [Statement]

  enum CodingKeys: String, CodingKey {
    case version = "Version"
    case statement = "Statement"
  }

  static func read(_ name: String = "iam-policy") throws -> Policy {
    let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../scripts/\(name).json")
    return try JSONDecoder().decode(Policy.self, from: Data(contentsOf: path))
  }

  var actions: Set<String> { Set(statement.flatMap(\.action.values)) }
}

/// What is granted although the product sends no such request, each with who does and why.
private let onOurBehalf: [String: String] = [
  "ec2:RunInstances": "Auto Scaling launches from the template with the caller's permission to do so",
  "ec2:CreateTags": "Auto Scaling tags what it launches as the template says, by the caller's permission",
  "iam:PassRole": "the template names an instance profile, and the caller hands its role on",
  "ssm:GetParameters": "a template may name its image by an SSM alias, resolved by the caller's permission",
  "ecr:BatchCheckLayerAvailability": "the Engine asks which layers are there before it pushes",
  "ecr:InitiateLayerUpload": "the Engine pushes layers",
  "ecr:UploadLayerPart": "the Engine pushes layers",
  "ecr:CompleteLayerUpload": "the Engine pushes layers",
]

/// Actions of IAM that allow no narrower resource (https://docs.aws.amazon.com/service-authorization/latest/reference/).
private let unscopable: Set<String> = [
  "autoscaling:DescribeAutoScalingGroups", "autoscaling:DescribeInstanceRefreshes",
  "autoscaling:DescribeScalingActivities", "cloudwatch:DescribeAlarms", "ec2:DescribeImages",
  "ec2:DescribeInstanceTypes", "ec2:DescribeLaunchTemplateVersions", "ec2:DescribeLaunchTemplates",
  "ecr:GetAuthorizationToken", "elasticloadbalancing:DescribeLoadBalancers",
  "elasticloadbalancing:DescribeTargetGroupAttributes",
  "elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:DescribeTargetHealth",
  "ssm:CancelCommand", "ssm:GetCommandInvocation",
]

@Suite("The policy of a deploying principal")
struct PolicyTests {
  @Test("it grants the operations that the program calls, what others need on our behalf, and nothing else")
  func exact() throws {
    let called = try ClientSources.actionsOfTheProgram()
    #expect(called.count > 20)
    let explained = Set(GrantedAction.all.map(\.action))
    #expect(explained.count == GrantedAction.all.count, "an action has two rows")
    #expect(GrantedAction.all.allSatisfy { !$0.commands.isEmpty && !$0.why.isEmpty })
    #expect(
      called.subtracting(explained) == [],
      """
      Sources/WanzamiDeploy calls it, and no row explains it. Add a row to PolicyTable.swift: the action, the commands \
      that need it, why. Then grant it in scripts/iam-policy.json, in a statement of its resource, or, where IAM knows \
      none for it, in ReadWhatCannotBeScoped and in `unscopable` here.
      """)
    #expect(explained.subtracting(called) == [], "nobody calls it any more: take its row out of PolicyTable.swift")
    let granted = try Policy.read().actions
    #expect(
      granted.subtracting(onOurBehalf.keys).subtracting(explained) == [],
      "scripts/iam-policy.json grants it, and neither PolicyTable.swift nor `onOurBehalf` explains it")
    #expect(
      explained.union(onOurBehalf.keys).subtracting(granted) == [],
      "explained, and not granted: scripts/iam-policy.json")
    #expect(explained.intersection(onOurBehalf.keys) == [], "called by us: take it out of `onOurBehalf`")
  }

  @Test("each statement names its resources, but for what IAM cannot scope, and allows")
  func scoped() throws {
    let policy = try Policy.read()
    #expect(Set(policy.statement.map(\.sid)).count == policy.statement.count)
    for statement in policy.statement {
      #expect(statement.effect == "Allow")
      for action in statement.action.values { #expect(!action.contains("*"), "\(action)") }
      guard statement.resource.values == ["*"] else {
        for resource in statement.resource.values {
          #expect(resource.hasPrefix("arn:PARTITION:"), "\(statement.sid)")
          #expect(resource.contains("REGION") || resource.contains("ACCOUNT"), "\(statement.sid)")
        }
        for action in statement.action.values { #expect(!unscopable.contains(action), "\(action)") }
        continue
      }
      #expect(statement.condition?.isEmpty == false, "\(statement.sid)")
      let launches = statement.action.values == ["ec2:RunInstances"]
      #expect(launches || Set(statement.action.values).isSubset(of: unscopable), "\(statement.sid)")
    }
  }
}

@Suite(
  "The policy under moto, which enforces it", .serialized,
  .enabled(if: MotoServer.python != nil, "no Python with moto and boto3: name one in WANZAMI_PYTHON"), MotoTrait())
struct PolicyEnforcementTests {
  /// A client of a user who has the policy and no other. moto asks for every action with no resource and no condition
  /// values, and knows CloudWatch under its signing name: so resources and conditions are taken out here, and held by
  /// `PolicyTests`.
  private func deployer(_ moto: MotoServer, without removed: String? = nil) throws -> AWSClient {
    var policy = try Policy.read()
    for index in policy.statement.indices {
      policy.statement[index].resource = .init(["*"])
      policy.statement[index].condition = nil
      policy.statement[index].action.values.removeAll { $0 == removed }
      let monitoring = policy.statement[index].action.values.filter { $0.hasPrefix("cloudwatch:") }
      policy.statement[index].action.values += monitoring.map { "monitoring:\($0.dropFirst("cloudwatch:".count))" }
    }
    policy.statement.removeAll { $0.action.values.isEmpty }
    let folder = try TemporaryFolder("wanzami-policy")
    let script = try folder.write("user.py", userScript)
    let document = String(decoding: try JSONEncoder().encode(policy), as: UTF8.self)
    let name = "deployer-\(UInt32.random(in: 0...UInt32.max))"
    let output = try Command.check([
      try #require(MotoServer.python), script, moto.url, moto.fleet.keyId, moto.fleet.secret, name, document,
    ])
    let words = try #require(output.text.split(separator: "\n").last).split(separator: " ").map(String.init)
    return try moto.client(keyID: words[0], secret: words[1])
  }

  @Test("what a release asks and changes, as far as moto knows it, runs under the policy")
  func permitted() async throws {
    let moto = try #require(MotoServer.current)
    let client = try deployer(moto)
    let fleet = moto.fleet
    _ = try await client.autoScaling.describeAutoScalingGroups(["web"])
    _ = try await client.autoScaling.describeScalingActivities(of: "web")
    let template = try #require(try await client.ec2.describeLaunchTemplates([.id(fleet.template)]).first)
    _ = try await client.ec2.describeLaunchTemplateVersions(.id(fleet.template), versions: ["1"])
    _ = try await client.ec2.describeImages(ids: [fleet.image])
    _ = try await client.ec2.describeInstanceTypes(["t3.small"])
    let created = try await client.ec2.createLaunchTemplateVersion(
      .id(fleet.template), source: 1, description: "d", clientToken: "t", userData: Array("#!/bin/sh\n".utf8))
    #expect(created.version.number == template.latestVersion + 1)
    try await client.autoScaling.updateAutoScalingGroup(
      "web", to: .launchTemplate(.init(id: fleet.template, version: "1")))
    try await client.autoScaling.createOrUpdateTags([.init(key: "wanzami-deploy:passed", value: "1")], on: "web")
    try await client.autoScaling.deleteTags(["wanzami-deploy:passed"], on: "web")
    _ = try await client.ecr.getAuthorizationToken()
    _ = try await client.ecr.describeRepositories(names: ["web"])
    let image = try await client.ecr.putImage(
      repository: "web", manifest: #"{"schemaVersion":2,"by":"policy"}"#, mediaType: ECR.manifestMediaTypes[0], tag: "p"
    )
    _ = try await client.ecr.batchGetImage(repository: "web", images: [.init(tag: "p")])
    _ = try await client.ecr.describeImages(repository: "web", images: [.init(tag: "p")])
    let digest = try #require(image.imageDigest)
    #expect(try await client.ecr.describeImageScanFindings(repository: "web", digest: digest) == nil)
    _ = try await client.elbv2.describeTargetGroups(arns: [fleet.targetGroup])
    _ = try await client.elbv2.describeLoadBalancers(arns: [fleet.loadBalancer])
    _ = try await client.elbv2.describeTargetHealth(targetGroup: fleet.targetGroup)
    _ = try await client.elbv2.describeTargetGroupAttributes(targetGroup: fleet.targetGroup)
    _ = try await client.cloudWatch.describeAlarms(["5xx"])
    let instance = try #require(try await client.autoScaling.describeAutoScalingGroups(["web"]).first?.instances.first)
    _ = try await client.ec2.getConsoleOutput(instance: instance.id, latest: false)
    let command = try await client.ssm.sendCommand(["true"], to: [instance.id])
    _ = try await client.ssm.getCommandInvocation(command: command, instance: instance.id)
  }

  @Test("a call outside of the policy is denied, and the error names the action that is missing")
  func denied() async throws {
    let moto = try #require(MotoServer.current)
    let client = try deployer(moto)
    let outside: [(String, () async throws(AWSError) -> Void)] = [
      ("ec2:DescribeInstances", { () throws(AWSError) in _ = try await client.ec2.describeInstances(ids: ["i-1"]) }),
      (
        "autoscaling:DescribeWarmPool",
        { () throws(AWSError) in _ = try await client.autoScaling.describeWarmPool(of: "web") }
      ),
    ]
    for (action, call) in outside {
      let error = await #expect(throws: AWSError.self) { try await call() }
      #expect(error?.kind == .denied, "\(action)")
      #expect(error?.description.contains("Allow the principal the action \(action).") == true)
    }
  }

  @Test("one action less, and its call is denied")
  func oneLess() async throws {
    let client = try deployer(try #require(MotoServer.current), without: "autoscaling:DescribeAutoScalingGroups")
    let error = await #expect(throws: AWSError.self) {
      try await client.autoScaling.describeAutoScalingGroups(["web"])
    }
    #expect(error?.kind == .denied)
  }
}

private let userScript = """
  import sys, boto3
  url, key, secret, name, policy = sys.argv[1:]
  iam = boto3.client("iam", endpoint_url=url, region_name="eu-north-1", aws_access_key_id=key,
                     aws_secret_access_key=secret)
  iam.create_user(UserName=name)
  iam.put_user_policy(UserName=name, PolicyName="deploy", PolicyDocument=policy)
  made = iam.create_access_key(UserName=name)["AccessKey"]
  print(made["AccessKeyId"], made["SecretAccessKey"])
  """
