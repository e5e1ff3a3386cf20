import AWSWire
import Foundation
import SimulatedAWS
import Testing

@testable import Sandbox

@Suite("The AWS CLI against the sandbox", .enabled(if: FaceFleet.hasCLI, "the AWS CLI is not installed"))
struct FaceCommandLineTests {
  @Test("it lists the group with its instances, template and targets")
  func lists() async throws {
    try await FaceFleet.with { fleet in
      try await fleet.until("the fleet stands", fleet.stands)
      let groups = try await fleet.aws("autoscaling", "describe-auto-scaling-groups").json
      let group = try #require((groups["AutoScalingGroups"] as? [[String: Any]])?.first)
      #expect(group["AutoScalingGroupName"] as? String == "wanzami-api")
      #expect(group["HealthCheckType"] as? String == "EC2,ELB")
      #expect((group["LaunchTemplate"] as? [String: Any])?["Version"] as? String == "1")
      let instances = try #require(group["Instances"] as? [[String: Any]])
      #expect(instances.count == 2)
      #expect(instances.allSatisfy { $0["LifecycleState"] as? String == "InService" })
      let arn = try #require((group["TargetGroupARNs"] as? [String])?.first)
      let health = try await fleet.aws("elbv2", "describe-target-health", "--target-group-arn", arn).json
      let states = (health["TargetHealthDescriptions"] as? [[String: Any]])?.compactMap {
        ($0["TargetHealth"] as? [String: Any])?["State"] as? String
      }
      #expect(states == ["healthy", "healthy"])
      let identity = try await fleet.aws("sts", "get-caller-identity").json
      #expect(identity["Account"] as? String == "123456789012")
    }
  }

  @Test("it creates a version, starts a refresh and sees it succeed")
  func refresh() async throws {
    try await FaceFleet.with { fleet in
      try await fleet.until("the fleet stands", fleet.stands)
      let version = try await fleet.createVersion(userData: "docker run app@good")
      #expect(version == 2)
      _ = try await fleet.startRefresh(to: 2)
      try await fleet.until("the refresh ended") { !($0.groups[0].refreshes[0].status.isActive) }
      let refreshes = try await fleet.refreshes()
      #expect(refreshes.first?["Status"] as? String == "Successful")
      #expect(refreshes.first?["PercentageComplete"] as? Int == 100)
      let activities = try await fleet.aws(
        "autoscaling", "describe-scaling-activities", "--auto-scaling-group-name", "wanzami-api"
      ).json
      let causes = (activities["Activities"] as? [[String: Any]])?.compactMap { $0["Cause"] as? String } ?? []
      #expect(causes.contains { $0.contains("in response to an instance refresh") })
    }
  }

  @Test("a broken application is rolled back, and a second rollback is refused by AWS's code")
  func rollback() async throws {
    try await FaceFleet.with { fleet in
      try await fleet.until("the fleet stands", fleet.stands)
      #expect(try await fleet.createVersion(userData: "docker run app@broken") == 2)
      let id = try await fleet.startRefresh(to: 2)
      try await fleet.until("a target answers wrongly") { world in
        world.targetGroups[0].targets.contains { $0.state == .unhealthy(.code(500)) }
      }
      let busy = try await fleet.aws(
        "autoscaling", "start-instance-refresh", "--auto-scaling-group-name", "wanzami-api")
      #expect(busy.errors.contains("(InstanceRefreshInProgress)"), "\(busy.errors)")
      let rolled = try await fleet.aws(
        "autoscaling", "rollback-instance-refresh", "--auto-scaling-group-name", "wanzami-api"
      ).json
      #expect(rolled["InstanceRefreshId"] as? String == id)
      try await fleet.until("the rollback ended") { !($0.groups[0].refreshes[0].status.isActive) }
      #expect(try await fleet.refreshes().first?["Status"] as? String == "RollbackSuccessful")
      let again = try await fleet.aws(
        "autoscaling", "rollback-instance-refresh", "--auto-scaling-group-name", "wanzami-api")
      #expect(again.status != 0)
      #expect(again.errors.contains("(ActiveInstanceRefreshNotFound)"), "\(again.errors)")
    }
  }

  @Test("it cancels a refresh")
  func cancel() async throws {
    try await FaceFleet.with { fleet in
      try await fleet.until("the fleet stands", fleet.stands)
      _ = try await fleet.createVersion(userData: "docker run app@broken")
      _ = try await fleet.startRefresh(to: 2)
      let result = try await fleet.aws(
        "autoscaling", "cancel-instance-refresh", "--auto-scaling-group-name", "wanzami-api")
      #expect(result.status == 0, "\(result.errors)")
      try await fleet.until("the refresh ended") { !($0.groups[0].refreshes[0].status.isActive) }
      #expect(try await fleet.refreshes().first?["Status"] as? String == "Cancelled")
    }
  }

  @Test("a wrong secret is refused in each protocol")
  func wrongSecret() async throws {
    try await FaceFleet.with { fleet in
      let wrong = "wrong-secret-wrong-secret-wrong-secret-00"
      let query = try await fleet.aws("autoscaling", "describe-auto-scaling-groups", secret: wrong)
      #expect(query.errors.contains("(SignatureDoesNotMatch)"), "\(query.errors)")
      let ec2 = try await fleet.aws("ec2", "describe-instances", secret: wrong)
      #expect(ec2.errors.contains("(AuthFailure)"), "\(ec2.errors)")
      let json = try await fleet.aws("ecr", "get-authorization-token", secret: wrong)
      #expect(json.errors.contains("(InvalidSignatureException)"), "\(json.errors)")
    }
  }

  @Test("alarms, images and commands are answered in JSON")
  func jsonServices() async throws {
    var file = FleetFile()
    file.alarms = ["errors"]
    try await FaceFleet.with(file) { fleet in
      try await fleet.until("the fleet stands", fleet.stands)
      let put = try await fleet.aws(
        "ecr", "put-image", "--repository-name", "wanzami-api", "--image-tag", "v1", "--image-manifest",
        "{\"schemaVersion\":2}")
      #expect(put.status == 0, "\(put.errors)")
      let image = try await fleet.aws(
        "ecr", "batch-get-image", "--repository-name", "wanzami-api", "--image-ids", "imageTag=v1", "imageTag=v2"
      ).json
      #expect((image["images"] as? [[String: Any]])?.count == 1)
      #expect((image["failures"] as? [[String: Any]])?.first?["failureCode"] as? String == "ImageNotFound")
      let state = try await fleet.aws(
        "cloudwatch", "set-alarm-state", "--alarm-name", "errors", "--state-value", "ALARM", "--state-reason", "test")
      #expect(state.status == 0, "\(state.errors)")
      let alarms = try await fleet.aws("cloudwatch", "describe-alarms", "--state-value", "ALARM").json
      #expect((alarms["MetricAlarms"] as? [[String: Any]])?.count == 1)
      let id = await fleet.world.snapshot.groups[0].instances[0].id
      let sent = try await fleet.aws(
        "ssm", "send-command", "--instance-ids", id, "--document-name", "AWS-RunShellScript", "--parameters",
        "commands=docker ps"
      ).json
      let command = try #require((sent["Command"] as? [String: Any])?["CommandId"] as? String)
      try await fleet.until("the command ended") { $0.commands[0].invocations[0].ended != nil }
      let invocation = try await fleet.aws(
        "ssm", "get-command-invocation", "--command-id", command, "--instance-id", id
      ).json
      #expect(invocation["Status"] as? String == "Failed")
      #expect((invocation["StandardErrorContent"] as? String)?.contains("has no shell") == true)
      let late = try await fleet.aws("ssm", "cancel-command", "--command-id", command)
      #expect(late.status == 0, "one that has ended is no error: \(late.errors)")
      let unknown = try await fleet.aws("ssm", "cancel-command", "--command-id", "11111111-2222-3333-4444-555555555555")
      #expect(unknown.errors.contains("InvalidCommandId"), "\(unknown.errors)")
    }
  }

  @Test("it publishes to a topic of the account, and is refused one of another")
  func topic() async throws {
    try await FaceFleet.with { fleet in
      let topic = "arn:aws:sns:eu-north-1:123456789012:releases"
      let sent = try await fleet.aws("sns", "publish", "--topic-arn", topic, "--subject", "s", "--message", "m & <n>")
        .json
      #expect((sent["MessageId"] as? String)?.isEmpty == false)
      let other = topic.replacing("123456789012", with: "210987654321")
      let refused = try await fleet.aws("sns", "publish", "--topic-arn", other, "--message", "m")
      #expect(refused.errors.contains("NotFound"), "\(refused.errors)")
      let long = String(repeating: "x", count: 101)
      let subject = try await fleet.aws("sns", "publish", "--topic-arn", topic, "--subject", long, "--message", "m")
      #expect(subject.errors.contains("InvalidParameter"), "\(subject.errors)")
    }
  }
}

extension FaceFleet {
  func createVersion(userData: String) async throws -> Int {
    let answer = try await aws(
      "ec2", "create-launch-template-version", "--launch-template-name", "wanzami-api", "--source-version", "1",
      "--version-description", "a <b> & \"c\"", "--launch-template-data",
      "{\"UserData\":\"\(base64Encoded(Array(userData.utf8)))\",\"TagSpecifications\":[{\"ResourceType\":\"instance\","
        + "\"Tags\":[{\"Key\":\"k\",\"Value\":\"v\"}]}]}"
    ).json
    let version = try #require(answer["LaunchTemplateVersion"] as? [String: Any])
    #expect(version["VersionDescription"] as? String == "a <b> & \"c\"")
    let data = try #require(version["LaunchTemplateData"] as? [String: Any])
    #expect(data["InstanceType"] as? String == "t4g.small")
    let tags = (data["TagSpecifications"] as? [[String: Any]])?.first?["Tags"] as? [[String: String]]
    #expect(tags == [["Key": "k", "Value": "v"]])
    return try #require(version["VersionNumber"] as? Int)
  }

  func startRefresh(to version: Int) async throws -> String {
    let answer = try await aws(
      "autoscaling", "start-instance-refresh", "--auto-scaling-group-name", "wanzami-api", "--desired-configuration",
      "{\"LaunchTemplate\":{\"LaunchTemplateName\":\"wanzami-api\",\"Version\":\"\(version)\"}}", "--preferences",
      "{\"MinHealthyPercentage\":100,\"MaxHealthyPercentage\":150,\"InstanceWarmup\":5,\"AutoRollback\":true,"
        + "\"ScaleInProtectedInstances\":\"Ignore\",\"StandbyInstances\":\"Ignore\",\"CheckpointPercentages\":[50,100],"
        + "\"CheckpointDelay\":2}"
    ).json
    return try #require(answer["InstanceRefreshId"] as? String)
  }

  func refreshes() async throws -> [[String: Any]] {
    let answer = try await aws(
      "autoscaling", "describe-instance-refreshes", "--auto-scaling-group-name", "wanzami-api"
    ).json
    return try #require(answer["InstanceRefreshes"] as? [[String: Any]])
  }
}
