import AWSClient
import AWSWire
import FoundationEssentials
import HTTPTransport
import RealParts
import Testing

/// moto, an emulated AWS that others wrote, with a small fleet set up by boto3. From then on it checks every signature.
final class MotoServer: Sendable {
  /// What the setup made.
  struct Fleet: Decodable {
    var keyId: String
    var secret: String
    var template: String
    var targetGroup: String
    var loadBalancer: String
    var image: String
  }

  @TaskLocal static var current: MotoServer?

  let url: String
  let fleet: Fleet
  private let server: ServerProcess
  private let folder: TemporaryFolder

  /// The Python that has moto and boto3: `WANZAMI_PYTHON`, else `python3`. `nil`: there is none.
  static let python: String? = {
    let candidate = currentEnvironment()["WANZAMI_PYTHON"] ?? "python3"
    let probe = try? Command.run([candidate, "-c", "import moto.server, boto3"])
    return probe?.status == 0 ? candidate : nil
  }()

  init() throws {
    let python = try #require(MotoServer.python)
    folder = try TemporaryFolder("wanzami-moto")
    server = try ServerProcess(
      [python, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"], log: folder.path + "/log")
    url = try server.wait("moto's address") { [server] in
      let words = server.output.split(whereSeparator: \.isWhitespace)
      return words.first { $0.hasPrefix("http://127.0.0.1:") }.map { String($0) }
    }
    let script = try folder.write("setup.py", setupScript)
    let made = try Command.check([python, script, url])
    let line = made.text.split(separator: "\n").last { $0.hasPrefix("{") }
    fleet = try JSONDecoder().decode(Fleet.self, from: Data(try #require(line).utf8))
  }

  func stop() { server.stop() }

  /// Has an image of the repository `web` scanned, which the client never asks for.
  func scan(_ digest: String) throws {
    let script = try folder.write("scan.py", scanScript)
    try Command.check([try #require(MotoServer.python), script, url, fleet.keyId, fleet.secret, digest])
  }

  /// A client with the keys of the one who may do everything, or with others.
  func client(keyID: String? = nil, secret: String? = nil) throws -> AWSClient {
    let world = TestEnvironment(
      [
        "AWS_ENDPOINT_URL": url, "AWS_REGION": "eu-north-1", "AWS_ACCESS_KEY_ID": keyID ?? fleet.keyId,
        "AWS_SECRET_ACCESS_KEY": secret ?? fleet.secret,
      ])
    return AWSClient(
      settings: try AWSSettings(environment: world.environment), environment: world.environment,
      transport: HTTPTransport())
  }
}

/// Runs a suite with one moto, ended afterwards.
struct MotoTrait: SuiteTrait, TestScoping {
  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
  ) async throws {
    let server = try MotoServer()
    defer { server.stop() }
    try await MotoServer.$current.withValue(server) { try await function() }
  }
}

private let scanScript = """
  import sys, boto3
  url, key, secret, digest = sys.argv[1:]
  ecr = boto3.client("ecr", endpoint_url=url, region_name="eu-north-1", aws_access_key_id=key,
                     aws_secret_access_key=secret)
  ecr.start_image_scan(repositoryName="web", imageId={"imageDigest": digest})
  """

private let setupScript = """
  import base64, json, sys, urllib.request
  import boto3
  url = sys.argv[1]
  def client(name):
      return boto3.client(name, endpoint_url=url, region_name="eu-north-1",
                          aws_access_key_id="setup", aws_secret_access_key="setup")
  ec2, asg, elb, ecr, cw, iam = map(client, ["ec2", "autoscaling", "elbv2", "ecr", "cloudwatch", "iam"])
  policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
  iam.create_user(UserName="ci")
  iam.put_user_policy(UserName="ci", PolicyName="all", PolicyDocument=json.dumps(policy))
  key = iam.create_access_key(UserName="ci")["AccessKey"]
  for role in ("deployer", "second"):
      iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(policy))
      iam.put_role_policy(RoleName=role, PolicyName="all", PolicyDocument=json.dumps(policy))
  client("s3").create_bucket(Bucket="locks", CreateBucketConfiguration={"LocationConstraint": "eu-north-1"})
  vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
  subnets = [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"]]
  image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
  data = {"ImageId": image, "InstanceType": "t3.small",
          "UserData": base64.b64encode(b"#!/bin/sh\\necho one\\n").decode()}
  template = ec2.create_launch_template(LaunchTemplateName="web", LaunchTemplateData=data)
  template = template["LaunchTemplate"]["LaunchTemplateId"]
  group = elb.create_target_group(Name="web", Protocol="HTTP", Port=4000, VpcId=vpc,
                                  HealthCheckPath="/api/health", Matcher={"HttpCode": "200-299"})
  group = group["TargetGroups"][0]["TargetGroupArn"]
  balancer = elb.create_load_balancer(Name="web", Subnets=subnets[:2])["LoadBalancers"][0]["LoadBalancerArn"]
  elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80,
                      DefaultActions=[{"Type": "forward", "TargetGroupArn": group}])
  asg.create_auto_scaling_group(
      AutoScalingGroupName="web", MinSize=2, MaxSize=4, DesiredCapacity=2,
      LaunchTemplate={"LaunchTemplateId": template, "Version": "1"}, VPCZoneIdentifier=subnets[0],
      TargetGroupARNs=[group], HealthCheckType="ELB", HealthCheckGracePeriod=60,
      Tags=[{"Key": "team", "Value": "a b", "PropagateAtLaunch": True,
             "ResourceId": "web", "ResourceType": "auto-scaling-group"}])
  ecr.create_repository(repositoryName="web")
  cw.put_metric_alarm(AlarmName="5xx", Namespace="N", MetricName="M", Period=60, EvaluationPeriods=1,
                      Threshold=1.0, ComparisonOperator="GreaterThanThreshold", Statistic="Sum")
  cw.set_alarm_state(AlarmName="5xx", StateValue="ALARM", StateReason="red")
  print(json.dumps({"keyId": key["AccessKeyId"], "secret": key["SecretAccessKey"], "template": template,
                    "targetGroup": group, "loadBalancer": balancer, "image": image}))
  # From now on each request is checked: its key, its signature, its permission.
  request = urllib.request.Request(url + "/moto-api/reset-auth", data=b"0", headers={"Content-Type": "text/plain"})
  urllib.request.urlopen(request)
  """
