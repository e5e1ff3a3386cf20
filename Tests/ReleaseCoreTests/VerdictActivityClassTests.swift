import Testing

@testable import ReleaseCore

@Suite("What a scaling activity tells")
struct VerdictActivityClassTests {
  static let refusals: [(String, ActivityClass.Refusal)] = [
    ("We currently do not have sufficient t4g.small capacity in the Availability Zone you requested.", .capacity),
    ("InsufficientInstanceCapacity", .capacity),
    ("There is no Spot capacity available that matches your request.", .spot),
    ("Your Spot request price of 0.01 is lower than the minimum required Spot request fulfillment price.", .spot),
    ("You have requested more vCPU capacity than your current vCPU limit of 8 allows for the bucket", .quota),
    ("5 instance(s) are already running. Launching EC2 instance failed.", .quota),
    ("InstanceLimitExceeded", .quota), ("VcpuLimitExceeded", .quota),
    ("The AMI ID 'ami-1' does not exist. Launching EC2 instance failed.", .image),
    ("The image id '[ami-1]' does not exist. Launching EC2 instance failed.", .image),
    ("AMI ami-1 is pending, and cannot be run. Launching EC2 instance failed.", .image),
    ("InvalidAMIID.NotFound", .image), ("InvalidAMIID.Unavailable", .image),
    ("The architecture 'arm64' of the specified instance type does not match the architecture 'x86_64'", .image),
    ("The security group 'sg-1' does not exist. Launching EC2 instance failed.", .template),
    ("The key pair 'deploy' does not exist. Launching EC2 instance failed.", .template),
    ("The subnet ID 'subnet-1' does not exist", .template),
    ("The requested configuration is currently not supported. Please check the documentation", .template),
    (
      "Your requested instance type (t4g.small) is not supported in your requested Availability Zone (eu-north-1c).",
      .zoneLacksType
    ),
    ("You must use a valid fully-formed launch template. The parameter is missing", .template),
    ("You are not authorized to use launch template: lt-1", .permission),
    ("User is not authorized to perform: iam:PassRole on resource", .permission),
    ("UnauthorizedOperation", .permission), ("Client.InternalError: Client error on launch", .permission),
    ("Invalid IAM Instance Profile name. Launching EC2 instance failed.", .profile),
    ("One or more target groups not found. Validating load balancer configuration failed.", .wiring),
    ("Lifecycle Action with token 1 was abandoned: Heartbeat Timeout", .hook),
    ("something nobody has heard of", .unknown),
  ]

  @Test("a failed launch is classed by its words", arguments: refusals)
  func refusal(message: String, expected: ActivityClass.Refusal) {
    let activity = Activity(
      id: "1", description: "Launching a new EC2 instance", cause: "At 2026 an instance was started", status: "Failed",
      message: message, started: VerdictScene.start)
    #expect(ActivityClass(activity) == .refusal(expected))
  }

  static let removals: [(String, ActivityClass.Removal)] = [
    ("an instance was taken out of service in response to an ELB system health check failure.", .elbHealth),
    (
      "an instance was taken out of service in response to an EC2 health check that indicated it had been terminated or stopped.",
      .stopped
    ),
    ("an instance was taken out of service in response to an EC2 instance status check failure.", .statusCheck),
    ("an instance was taken out of service in response to an EC2 Spot Instance interruption notice.", .spot),
    ("an instance was taken out of service in response to an EC2 instance rebalance recommendation.", .rebalance),
    ("instances were launched to balance instances in zones that were out of balance with other zones", .rebalance),
    (
      "a user request update of AutoScalingGroup constraints changing the desired capacity from 2 to 1. "
        + "an instance was taken out of service in response to a difference between desired and actual capacity, "
        + "shrinking the capacity from 2 to 1.", .scaleIn
    ),
    ("an instance was taken out of service in response to a user request.", .user),
    ("an instance was taken out of service in response to a user health-check.", .user),
    ("an instance was taken out of service in response to an instance refresh.", .refresh),
    ("", .unknown),
  ]

  @Test("a termination is classed by its cause", arguments: removals)
  func removal(cause: String, expected: ActivityClass.Removal) {
    let activity = Activity(
      id: "1", description: "Terminating EC2 instance: i-1", cause: cause, status: "InProgress",
      started: VerdictScene.start)
    #expect(ActivityClass(activity) == .removal(expected))
  }

  @Test("a launch that works, or is under way, is ordinary", arguments: ["Successful", "InProgress", "PreInService"])
  func ordinary(status: String) {
    let activity = Activity(
      id: "1", description: "Launching a new EC2 instance: i-1", cause: "", status: status, started: VerdictScene.start)
    #expect(ActivityClass(activity) == .ordinary)
  }

  @Test("a cancelled launch refuses only where a hook abandoned it")
  func cancelled() {
    var activity = Activity(
      id: "1", description: "Launching a new EC2 instance: i-1", cause: "", status: "Cancelled",
      message: "Instance launch was cancelled", started: VerdictScene.start)
    #expect(ActivityClass(activity) == .ordinary)
    activity.message = "Lifecycle Action with token 1 was abandoned"
    #expect(ActivityClass(activity) == .refusal(.hook))
  }

  @Test("the zone of a refusal is the first that its words name")
  func zone() {
    let words = "not supported in your requested Availability Zone (us-east-1e). Please choose us-east-1a, us-east-1b."
    let activity = Activity(
      id: "1", description: "Launching a new EC2 instance", cause: "", status: "Failed", message: words,
      started: VerdictScene.start)
    #expect(activity.zone == "us-east-1e")
  }

  @Test(
    "the codes of a detail",
    arguments: [("Health checks failed with these codes: [500]", [500]), ("[502, 503]", [502, 503]), ("none", [])])
  func codes(detail: String, expected: [Int]) {
    let target = Target(id: "i-1", state: .unhealthy, reason: "Target.ResponseCodeMismatch", detail: detail)
    #expect(target.codes == expected)
  }

  @Test(
    "durations as people write them",
    arguments: [(0, "0s"), (500, "500ms"), (45_000, "45s"), (125_000, "2m 5s"), (60_000, "1m"), (4_200_000, "1h 10m")])
  func durations(milliseconds: Int, words: String) {
    #expect(Duration.milliseconds(milliseconds).inWords == words)
  }
}
