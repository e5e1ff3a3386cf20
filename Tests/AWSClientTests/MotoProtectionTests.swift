import FoundationEssentials
import RealParts
import Testing

@testable import AWSClient

/// What an audit reads and what the runbook's commands ask, as moto answers it.
@Suite(
  "How a fleet is protected, by moto", .serialized,
  .enabled(if: MotoServer.python != nil, "no Python with moto and boto3: name one in WANZAMI_PYTHON"), MotoTrait())
struct MotoProtectionTests {
  private struct Made: Decodable {
    var instance: String
    var group: String
    var volume: String
    var vpc: String
  }

  /// A lone machine with all that stands around it, made by boto3.
  private func made() throws -> Made {
    let moto = try #require(MotoServer.current)
    let output = try Command.check([
      try #require(MotoServer.python), "-c", script, moto.url, moto.fleet.keyId, moto.fleet.secret,
    ])
    return try JSONDecoder().decode(Made.self, from: Data(try #require(output.text.split(separator: "\n").last).utf8))
  }

  @Test("a machine's footing, what its security group lets in, its address, its snapshots and its user data")
  func machine() async throws {
    let made = try made()
    let client = try #require(MotoServer.current).client()
    let footing = try #require(try await client.ec2.describeInstances(footingOf: [made.instance, "i-none"]).first)
    #expect(footing.requiresTokens)
    #expect(footing.profile?.hasSuffix("instance-profile/alone") == true)
    #expect(footing.securityGroups == [made.group])
    #expect(footing.volumes == [made.volume])
    #expect(footing.vpc == made.vpc)
    let group = try #require(try await client.ec2.describeSecurityGroups([made.group]).first)
    #expect(
      group.ingress.map(\.networks).sorted { $0.count < $1.count } == [["10.0.0.0/8"], ["0.0.0.0/0", "::/0"]])
    #expect(Set(group.ingress.map(\.ports)) == [22...22, nil])
    let address = try #require(try await client.ec2.describeAddresses(ofInstances: [made.instance]).first)
    #expect(address.instance == made.instance)
    let snapshots = try await client.ec2.describeSnapshots(ofVolumes: [made.volume, "vol-00000000"])
    #expect(snapshots.map(\.volume) == [made.volume])
    #expect(snapshots.map(\.state) == ["completed"])
    #expect(snapshots.allSatisfy { $0.started != nil })
    let userData = try await client.ec2.describeInstanceAttribute(userDataOf: made.instance)
    #expect(userData == Array("#!/bin/sh\necho alone\n".utf8))

    let database = try #require(try await client.rds.describeDBInstances().first { $0.id == "web" })
    #expect(database.backupRetention == 5)
    #expect(database.isPubliclyAccessible)
    #expect(database.status == "available")
    #expect(database.securityGroups == [made.group])
    let caches = try await client.elastiCache.describeCacheClusters()
    #expect(caches.map(\.id) == ["cache"])
    let listeners = try await client.elbv2.describeListeners(of: try #require(MotoServer.current).fleet.loadBalancer)
    #expect(listeners.map(\.port) == [80])
    #expect(listeners.map(\.protocolName) == ["HTTP"])
    let alarm = try #require(try await client.cloudWatch.describeAlarms().first { $0.name == "deep" })
    #expect(alarm.actions == ["arn:aws:sns:eu-north-1:123456789012:topic"])
    #expect(alarm.metric?.namespaces == ["AWS/EC2"])
    #expect(alarm.metric?.dimensions == ["InstanceId": made.instance])
  }

  @Test("a manual database snapshot is made once; its name is then taken, and one that is not there is not found")
  func snapshot() async throws {
    _ = try made()
    let client = try #require(MotoServer.current).client()
    let name = "web-\(UInt32.random(in: 0 ... .max))"
    let snapshot = try await client.rds.createDBSnapshot(of: "web", named: name, tags: [("by", "a <b> & c")])
    #expect(snapshot.database == "web")
    #expect(try await client.rds.describeDBSnapshots(named: name)?.status == "available")
    let taken = await #expect(throws: AWSError.self) { try await client.rds.createDBSnapshot(of: "web", named: name) }
    #expect(taken?.kind == .alreadyExists)
    let missing = await #expect(throws: AWSError.self) { try await client.rds.describeDBSnapshots(named: "none") }
    #expect(missing?.kind == .notFound)
  }
}

/// Makes what is not there yet, for each test of the suite.
private let script = """
  import json, sys
  import boto3
  url, key, secret = sys.argv[1:]
  def client(name):
      return boto3.client(name, endpoint_url=url, region_name="eu-north-1", aws_access_key_id=key,
                          aws_secret_access_key=secret)
  ec2, iam, rds, cache, cw = map(client, ["ec2", "iam", "rds", "elasticache", "cloudwatch"])
  vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
  found = ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": ["alone"]}])["SecurityGroups"]
  if not found:
      group = ec2.create_security_group(GroupName="alone", Description="d", VpcId=vpc)["GroupId"]
      ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[
          {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
           "Ipv6Ranges": [{"CidrIpv6": "::/0"}]},
          {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}])
      iam.create_instance_profile(InstanceProfileName="alone")
      rds.create_db_instance(DBInstanceIdentifier="web", Engine="postgres", DBInstanceClass="db.t4g.micro",
                             AllocatedStorage=20, MasterUsername="app", MasterUserPassword="not-a-secret",
                             BackupRetentionPeriod=5, PubliclyAccessible=True, VpcSecurityGroupIds=[group])
      cache.create_cache_cluster(CacheClusterId="cache", Engine="redis", CacheNodeType="cache.t4g.micro",
                                 NumCacheNodes=1)
  else:
      group = found[0]["GroupId"]
  image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
  made = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, InstanceType="t3.small", SecurityGroupIds=[group],
                           IamInstanceProfile={"Name": "alone"}, MetadataOptions={"HttpTokens": "required"},
                           UserData="#!/bin/sh\\necho alone\\n")["Instances"][0]
  instance = made["InstanceId"]
  described = ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]
  volume = described["BlockDeviceMappings"][0]["Ebs"]["VolumeId"]
  ec2.create_snapshot(VolumeId=volume)
  ec2.associate_address(InstanceId=instance, AllocationId=ec2.allocate_address(Domain="vpc")["AllocationId"])
  cw.put_metric_alarm(AlarmName="deep", Namespace="AWS/EC2", MetricName="CPUUtilization", Period=60,
                      EvaluationPeriods=1, Threshold=1.0, ComparisonOperator="GreaterThanThreshold", Statistic="Sum",
                      Dimensions=[{"Name": "InstanceId", "Value": instance}],
                      AlarmActions=["arn:aws:sns:eu-north-1:123456789012:topic"])
  print(json.dumps({"instance": instance, "group": group, "volume": volume, "vpc": vpc}))
  """
