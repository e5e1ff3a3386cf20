import AWSWire
import FoundationEssentials
import Testing

@testable import AWSClient

/// What goes out, judged by the models that AWS publishes and botocore carries.
@Suite(
  "Requests by botocore's models",
  .enabled(if: MotoServer.python != nil, "no Python with moto and boto3: name one in WANZAMI_PYTHON"))
struct RequestModelTests {
  /// Makes the call against a server that answers each request with a page that promises another.
  private func sent(_ row: EveryOperation) async throws -> [BotocoreJudge.Request] {
    let endpoint = try ScriptedEndpoint([row.page])
    _ = try? await row.call(endpoint.client())
    return endpoint.requests.map {
      BotocoreJudge.Request(
        service: BotocoreJudge.name(of: row.service), operation: row.operation, target: $0.header("x-amz-target"),
        contentType: $0.header("content-type") ?? "", body: String(decoding: $0.body, as: UTF8.self))
    }
  }

  @Test("every operation, with all that it can send, is what botocore would have sent")
  func everyOperation() async throws {
    var requests: [BotocoreJudge.Request] = []
    for row in EveryOperation.all {
      let sent = try await sent(row)
      #expect(!sent.isEmpty, "\(row.operation) sent nothing")
      requests += sent
    }
    #expect(requests.count > EveryOperation.all.count, "no second page was asked for")
    let findings = try BotocoreJudge.findings(requests)
    #expect(findings == [])
  }

  @Test("the table has every operation that the client's sources name")
  func complete() throws {
    let table = Set(EveryOperation.all.map { "\($0.service.rawValue) \($0.operation)" })
    let named = try ClientSources.operations()
    #expect(named.count > 20)
    #expect(table == named)
  }

  /// The judge is only worth something when it finds what is wrong.
  @Test(
    "the judge finds an unknown member, a wrong type, a value that is none of the model's, and a missing member",
    arguments: [
      (AWSService.autoScaling, "CancelInstanceRefresh", "AutoScalingGroupName=a&Wait=true", "no such member"),
      (.autoScaling, "DescribeAutoScalingGroups", "AutoScalingGroupNames.1=a", "under member"),
      (.autoScaling, "DescribeAutoScalingGroups", "AutoScalingGroupNames.member.2=a", "not 1 to 1"),
      (.autoScaling, "DescribeAutoScalingGroups", "MaxRecords=many", "no integer"),
      (.autoScaling, "StartInstanceRefresh", "AutoScalingGroupName=a&Strategy=Blue", "none of"),
      (.autoScaling, "StartInstanceRefresh", "Strategy=Rolling", "AutoScalingGroupName"),
      (.ec2, "DescribeLaunchTemplateVersions", "Versions.1=3", "no such member"),
      (.ec2, "GetConsoleOutput", "InstanceId=i-1&Latest=yes", "no boolean"),
      (.ecr, "DescribeImages", #"{"repositoryName":"a","imageIDs":[]}"#, "imageIDs"),
      (.ssm, "SendCommand", #"{"DocumentName":"d","TimeoutSeconds":"30"}"#, "TimeoutSeconds"),
    ])
  func bites(service: AWSService, operation: String, members: String, words: String) throws {
    let isJSON = service.jsonTarget != nil
    let request = BotocoreJudge.Request(
      service: BotocoreJudge.name(of: service), operation: operation,
      target: service.jsonTarget.map { "\($0).\(operation)" },
      contentType: isJSON ? "application/x-amz-json-1.1" : QueryForm.contentType,
      body: isJSON ? members : "Action=\(operation)&Version=\(service.apiVersion)&\(members)")
    let findings = try BotocoreJudge.findings([request])
    #expect(findings.count == 1)
    #expect(findings.first?.contains(words) == true, "\(findings)")
  }
}
