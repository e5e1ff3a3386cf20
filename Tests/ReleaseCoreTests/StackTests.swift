import ReleaseCore
import Testing

@Suite("A stack's change")
struct StackTests {
  private func event(_ id: String, _ type: String, _ status: String, _ reason: String? = nil) -> StackEvent {
    StackEvent(id: id, logicalID: id, type: type, status: status, reason: reason)
  }

  @Test("the cause of a failure is the resource that failed by itself, not what was cancelled for it")
  func cause() {
    let failure = StackFailure([
      event("Vpc", "AWS::EC2::VPC", "CREATE_COMPLETE"),
      event("Balancer", "AWS::ElasticLoadBalancingV2::LoadBalancer", "CREATE_FAILED", "Resource creation cancelled"),
      event("GitHubProvider", "AWS::IAM::OIDCProvider", "CREATE_FAILED", "Provider already exists (409)"),
      event("Database", "AWS::RDS::DBInstance", "CREATE_FAILED", "Resource creation cancelled"),
      event("web", "AWS::CloudFormation::Stack", "ROLLBACK_IN_PROGRESS", "The following resource(s) failed to create"),
    ])
    #expect(failure?.cause.logicalID == "GitHubProvider")
    #expect(failure?.advice.contains("--set GitHubOIDCProvider=") == true)
    #expect(StackFailure([event("Vpc", "AWS::EC2::VPC", "CREATE_COMPLETE")]) == nil)
  }

  @Test(
    "each frequent reason has its way out",
    arguments: [
      ("AWS::ECR::Repository", "The repository already exists", "another --service"),
      ("AWS::EC2::EIP", "The maximum number of addresses has been reached", "Service Quotas"),
      ("AWS::IAM::Role", "User: x is not authorized to perform: iam:CreateRole", "iam-policy-bootstrap.json"),
      ("AWS::RDS::DBInstance", "Cannot find version 17 for postgres", "--set DatabaseVersion="),
      ("AWS::ElasticLoadBalancingV2::Listener", "Certificate ARN is not valid", "aws acm list-certificates"),
      ("AWS::AutoScaling::AutoScalingGroup", "InsufficientInstanceCapacity", "--set InstanceType="),
      ("AWS::EC2::VPC", "Rate exceeded", "run it again"),
      ("AWS::EC2::VPC", "something new", "Mend what the reason says"),
    ])
  func advice(type: String, reason: String, words: String) {
    #expect(StackFailure([event("X", type, "CREATE_FAILED", reason)])?.advice.contains(words) == true)
  }

  @Test(
    "what a status allows",
    arguments: [
      (nil, StackStanding.absent), ("REVIEW_IN_PROGRESS", .absent), ("CREATE_COMPLETE", .settled),
      ("UPDATE_COMPLETE", .settled), ("UPDATE_ROLLBACK_COMPLETE", .settled), ("UPDATE_FAILED", .settled),
      ("UPDATE_IN_PROGRESS", .busy), ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", .busy), ("ROLLBACK_COMPLETE", .unmade),
      ("CREATE_FAILED", .unmade), ("UPDATE_ROLLBACK_FAILED", .stuck), ("DELETE_FAILED", .deleting),
      ("DELETE_IN_PROGRESS", .busy), ("DELETE_COMPLETE", .absent),
    ] as [(String?, StackStanding)])
  func standing(status: String?, expected: StackStanding) {
    #expect(StackStanding(status: status) == expected)
  }

  @Test("an operation has ended only in a status that stays")
  func ends() {
    #expect(StackEnd(status: "UPDATE_COMPLETE") == .done)
    #expect(StackEnd(status: "UPDATE_ROLLBACK_COMPLETE") == .takenBack)
    for status in ["ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED", "UPDATE_FAILED", "DELETE_FAILED", "CREATE_FAILED"] {
      #expect(StackEnd(status: status) == .broken)
    }
    for status in ["CREATE_IN_PROGRESS", "REVIEW_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS"] {
      #expect(StackEnd(status: status) == nil)
    }
  }

  @Test("parameters: what is set, else what the stack has, else the default; the version is the group's own")
  func parameters() throws {
    let template: [String: String?] = ["FleetVersion": "1", "MaxSize": "4", "New": "x", "Class": "small"]
    let values = try StackParameters.values(
      template: template, stack: ["FleetVersion": "1", "MaxSize": "6", "Class": "large", "Gone": "y"],
      set: ["Class": "huge"], version: 42)
    #expect(
      values.map { "\($0.key)=\($0.value ?? "previous")" } == ["Class=huge", "FleetVersion=42", "MaxSize=previous"])
    let first = try StackParameters.values(template: template, stack: [:], set: [:], version: nil)
    #expect(first.isEmpty)
    #expect(throws: StackParameterRefusal.reserved("FleetVersion")) {
      try StackParameters.values(template: template, stack: [:], set: ["FleetVersion": "1"], version: 42)
    }
    #expect(throws: StackParameterRefusal.unknown("Clas", allowed: ["Class", "FleetVersion", "MaxSize", "New"])) {
      try StackParameters.values(template: template, stack: [:], set: ["Clas": "1"], version: 42)
    }
    #expect(throws: StackParameterRefusal.missing("Must")) {
      try StackParameters.values(template: ["Must": nil], stack: [:], set: [:], version: nil)
    }
  }

  @Test("what would lose data or interrupt the service is destructive")
  func destructive() {
    func change(_ action: String, _ type: String, _ replacement: String? = nil) -> Bool {
      StackChange(action: action, logicalID: "X", type: type, replacement: replacement).isDestructive
    }
    #expect(change("Remove", "AWS::RDS::DBInstance"))
    #expect(change("Modify", "AWS::RDS::DBInstance", "True"))
    #expect(change("Modify", "AWS::AutoScaling::AutoScalingGroup", "Conditional"))
    #expect(!change("Modify", "AWS::RDS::DBInstance", "False"))
    #expect(!change("Add", "AWS::RDS::DBInstance"))
    #expect(!change("Remove", "AWS::CloudWatch::Alarm"))
  }
}
