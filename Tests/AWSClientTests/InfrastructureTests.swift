import FoundationEssentials
import RealParts
import Testing

/// `pipelines/infrastructure.yml`, and what others say of it: cfn-lint, moto's CloudFormation, and the files that it
/// repeats.
@Suite(
  "The stack",
  .enabled(if: MotoServer.python != nil, "no Python with moto and boto3: name one in WANZAMI_PYTHON"))
struct InfrastructureTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").path()
  private static let file = "\(root)/pipelines/infrastructure.yml"

  /// Kinds of resources that moto's CloudFormation does not know, and leaves out.
  private static let unknownToMoto: Set<String> = [
    "AWS::AutoScaling::ScalingPolicy", "AWS::CloudFront::Distribution", "AWS::CloudFront::OriginAccessControl",
    "AWS::CloudWatch::Alarm", "AWS::DLM::LifecyclePolicy", "AWS::ElastiCache::ReplicationGroup",
    "AWS::ElastiCache::SubnetGroup", "AWS::IAM::OIDCProvider", "AWS::S3::BucketPolicy", "AWS::SNS::Subscription",
    "AWS::SecretsManager::Secret", "AWS::SecretsManager::SecretTargetAttachment",
  ]

  /// Resources of known kinds that ask for an attribute of an unknown one, at which moto gives up the whole stack.
  private static let refusedByMoto: Set<String> = ["MediaUrlParameter", "RedisParameter"]

  /// The last line of what a Python program says, as JSON.
  private func ask<Answer: Decodable>(_ program: String, _ arguments: String..., as: Answer.Type) throws -> Answer {
    let folder = try TemporaryFolder("stack")
    let script = try folder.write("ask.py", reading + program)
    let said = try Command.check([try #require(MotoServer.python), script, Self.file] + arguments)
    let line = try #require(said.text.split(separator: "\n").last, "\(said.text)")
    return try JSONDecoder().decode(Answer.self, from: Data(line.utf8))
  }

  @Test("cfn-lint finds nothing, and the template fits into a request")
  func lint() throws {
    let python = try #require(MotoServer.python)
    let lint = try Command.run([python, "-c", lintProgram, "--include-checks", "I3011", "--", Self.file])
    #expect(lint.status == 0, "\(lint.text)")
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
    let bytes = try Data(contentsOf: URL(filePath: Self.file)).count
    #expect(bytes <= 51_200, "\(bytes) bytes: a template over 51,200 would have to be put into a bucket first")
  }

  @Test("a resource that holds data says what becomes of it")
  func lintBites() throws {
    let folder = try TemporaryFolder("stack")
    let text = String(decoding: try Data(contentsOf: URL(filePath: Self.file)), as: UTF8.self)
    let broken = try folder.write("broken.yml", text.replacing("    UpdateReplacePolicy: Snapshot\n", with: ""))
    let lint = try Command.run([
      try #require(MotoServer.python), "-c", lintProgram, "--include-checks", "I3011", "--", broken,
    ])
    #expect(lint.text.contains("I3011"))
    #expect(lint.status != 0)
  }

  @Test("the role of GitHub's workflow has the policy of a deploying principal, statement by statement")
  func deployPolicy() throws {
    struct Answer: Decodable {
      var stack: [String]
      var file: [String]
    }
    let answer = try ask(policyProgram, "\(Self.root)/scripts/iam-policy.json", as: Answer.self)
    #expect(answer.file.count > 8)
    #expect(answer.stack == answer.file)
  }

  @Test("the instances boot with scripts/user-data.sh, but for its comments and settings")
  func bootScript() throws {
    let stack = try ask(userDataProgram, as: [String].self)
    let file = try String(contentsOf: URL(filePath: "\(Self.root)/scripts/user-data.sh"), encoding: .utf8)
    let parts = file.components(separatedBy: "# --- the same in every version from here on\n")
    #expect(parts.count == 2)
    let code = parts[1].split(separator: "\n").filter { line in
      let start = line.drop { $0 == " " }
      return !start.isEmpty && !start.hasPrefix("#")
    }.map(String.init)
    let settings = { (lines: [String]) in
      Set(lines.prefix { $0 != code.first }.compactMap { $0.firstMatch(of: /^([A-Z_]+)=/).map { String($0.1) } })
    }
    #expect(stack.first == "#!/bin/bash")
    #expect(Array(stack.drop { $0 != code.first }) == code)
    let names = settings(parts[0].split(separator: "\n").map(String.init))
    #expect(names.contains("IMAGE") && names.contains("DATABASE_SECRET"))
    #expect(settings(stack) == names)
  }

  @Test("moto makes the whole stack, but for what it cannot")
  func moto() throws {
    struct Answer: Decodable {
      var status: String
      var missing: [String]
      var kinds: [String: String]
      var refused: [String]
      var group: [String: String]
    }
    let answer = try ask(motoProgram, Self.refusedByMoto.sorted().joined(separator: ","), as: Answer.self)
    #expect(answer.status == "CREATE_COMPLETE")
    let missing = Set(answer.missing).subtracting(Self.refusedByMoto)
    #expect(Set(missing.compactMap { answer.kinds[$0] }) == Self.unknownToMoto, "moto has learned, or forgotten, some")
    let unknown = answer.kinds.filter { Self.unknownToMoto.contains($0.value) }.keys
    #expect(missing == Set(unknown))
    #expect(Set(answer.refused) == Self.refusedByMoto, "moto can make what is left out here")
    // Without a desired capacity of its own the group begins at its minimum.
    #expect(answer.group == ["min": "2", "max": "4", "desired": "2", "version": "1", "checks": "ELB", "zones": "2"])
  }

  @Test("the group's capacity stands in no update: neither its desired capacity, nor a size that scaling changed")
  func capacity() throws {
    struct Answer: Decodable {
      var properties: [String]
      var ignoresSizes: Bool
      var version: [String: String]
    }
    let answer = try ask(groupProgram, as: Answer.self)
    #expect(!answer.properties.contains("DesiredCapacity"))
    #expect(answer.ignoresSizes)
    #expect(answer.version == ["Ref": "FleetVersion"])
  }
}

private let lintProgram = "import sys; from cfnlint.runner import main; sys.exit(main())"

private let reading = """
  import json, os, sys, warnings, logging
  warnings.simplefilter("ignore")
  logging.disable(logging.CRITICAL)
  os.environ.update(AWS_ACCESS_KEY_ID="a", AWS_SECRET_ACCESS_KEY="b", AWS_DEFAULT_REGION="eu-north-1")
  import cfnlint.decode
  template, _ = cfnlint.decode.decode(sys.argv[1])
  template = json.loads(json.dumps(template))

  """

private let policyProgram = """
  words = {"${AWS::Partition}": "PARTITION", "${AWS::Region}": "REGION", "${AWS::AccountId}": "ACCOUNT",
           "${Service}": "GROUP", "${LaunchTemplate}": "TEMPLATE", "${InstanceRole}": "INSTANCE_ROLE",
           "${Repository}": "REPOSITORY", "${Alerts.TopicName}": "TOPIC"}
  def plain(value):
      if isinstance(value, dict) and list(value) == ["Fn::Sub"]:
          text = value["Fn::Sub"]
          for variable, word in words.items():
              text = text.replace(variable, word)
          return text
      if isinstance(value, dict):
          return {key: plain(inner) for key, inner in value.items()}
      return [plain(inner) for inner in value] if isinstance(value, list) else value
  role = template["Resources"]["DeployRole"]["Properties"]
  stack = plain(role["Policies"][0]["PolicyDocument"])
  file = json.load(open(sys.argv[2]))
  assert len(role["Policies"]) == 1 and "ManagedPolicyArns" not in role and stack["Version"] == file["Version"]
  lines = lambda policy: [json.dumps(statement, sort_keys=True) for statement in policy["Statement"]]
  print(json.dumps({"stack": lines(stack), "file": lines(file)}))
  """

private let userDataProgram = """
  data = template["Resources"]["LaunchTemplate"]["Properties"]["LaunchTemplateData"]["UserData"]["Fn::Base64"]
  def text(part):
      if isinstance(part, dict) and "Fn::If" in part:
          return text(part["Fn::If"][1])
      return part["Fn::Sub"] if isinstance(part, dict) else part
  glue, parts = data["Fn::Join"]
  print(json.dumps(glue.join(map(text, parts)).rstrip("\\n").split("\\n")))
  """

private let motoProgram = """
  import boto3
  from moto import mock_aws
  left_out = sys.argv[2].split(",")
  def make(without):
      copy = json.loads(json.dumps(template))
      for name in without:
          del copy["Resources"][name]
      del copy["Outputs"]["MediaUrl"]
      with mock_aws():
          certificate = boto3.client("acm").request_certificate(DomainName="api.example")["CertificateArn"]
          given = {"WithRedis": "true", "WithMedia": "true", "GitHubRepository": "o/r", "AlertEmail": "a@b.example",
                   "CertificateArn": certificate}
          stacks = boto3.client("cloudformation")
          stacks.create_stack(
              StackName="s", TemplateBody=json.dumps(copy), Capabilities=["CAPABILITY_IAM"],
              Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()])
          status = stacks.describe_stacks(StackName="s")["Stacks"][0]["StackStatus"]
          made = stacks.describe_stack_resources(StackName="s")["StackResources"]
          group = boto3.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"][0]
          return status, {one["LogicalResourceId"] for one in made if "LogicalResourceId" in one}, group
  def refuses(name):
      try:
          make([other for other in left_out if other != name])
          return False
      except Exception:
          return True
  status, made, group = make(left_out)
  kinds = {name: resource["Type"] for name, resource in template["Resources"].items()}
  print(json.dumps({
      "status": status, "kinds": kinds, "missing": sorted(set(kinds) - made),
      "refused": [name for name in left_out if refuses(name)],
      "group": {"min": str(group["MinSize"]), "max": str(group["MaxSize"]), "desired": str(group["DesiredCapacity"]),
                "version": group["LaunchTemplate"]["Version"], "checks": group["HealthCheckType"],
                "zones": str(len(group["AvailabilityZones"]))}}))
  """

private let groupProgram = """
  group = template["Resources"]["Group"]
  print(json.dumps({
      "properties": sorted(group["Properties"]), "version": group["Properties"]["LaunchTemplate"]["Version"],
      "ignoresSizes": group["UpdatePolicy"]["AutoScalingScheduledAction"]["IgnoreUnmodifiedGroupSizeProperties"]}))
  """
