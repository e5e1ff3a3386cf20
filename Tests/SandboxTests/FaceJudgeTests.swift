import Foundation
import RealParts
import Testing

@testable import Sandbox

/// The AWS CLI and boto3 against each operation that the sandbox serves. Neither was written here: what they lose of an
/// answer, an error that they do not understand, or a code or status that AWS's models do not know, is a finding.
@Suite(
  "Every operation by the AWS CLI and boto3",
  .enabled(if: FaceFleet.hasCLI && FaceFleet.hasBotocore, "the AWS CLI or botocore is not installed"))
struct FaceJudgeTests {
  enum Judge: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case boto3
    case commandLine = "aws"

    var testDescription: String { rawValue }
  }

  private struct Verdict: Decodable {
    /// `autoscaling StartInstanceRefresh`, by what was seen of it.
    var answered: Set<String>
    var refused: Set<String>
    var unsigned: Set<String>
    var findings: [String]
  }

  @Test("each answer is parsed whole, and each error is AWS's by code and status", arguments: Judge.allCases)
  func judged(by judge: Judge) async throws {
    var file = FleetFile()
    file.alarms = ["errors"]
    file.launchHookSeconds = 1
    var around = FleetSurroundings()
    around.profile = "web"
    around.httpTokens = "required"
    around.instanceGroups = ["sg-00000001"]
    around.securityGroups = ["sg-00000001": ["tcp 4000 0.0.0.0/0", "udp 1-9 ::/0", "all sg-00000001"]]
    around.databases = [.init(id: "web", securityGroups: ["sg-00000001"]), .init(id: "asleep", status: "stopped")]
    around.caches = [.init(id: "web", securityGroups: ["sg-00000001"])]
    around.listeners = ["HTTPS 443", "HTTP 80 redirect"]
    around.elasticIPs = true
    around.snapshotAge = 60
    file.around = around
    var scan = FleetFile.Scan()
    scan.counts = ["CRITICAL": 1, "LOW": 2]
    file.scan = scan
    try await FaceFleet.with(file) { fleet in
      try await fleet.until("the fleet stands", fleet.stands)
      let result = try await fleet.python(judgeScript, judge.rawValue)
      let line = try #require(result.output.split(separator: "\n").last { $0.hasPrefix("{") }, "\(result.errors)")
      let verdict = try JSONDecoder().decode(Verdict.self, from: Data(line.utf8))
      #expect(verdict.findings == [])
      let served = Set(ServedOperations.all.flatMap { service, names in names.map { "\(service) \($0)" } })
      // An operation that the sandbox serves and nobody else has tried proves only what we think of it.
      #expect(
        served.subtracting(verdict.answered) == ServedOperations.withoutAnswer,
        "add a step to the judge's script: no good answer judged")
      #expect(served.subtracting(verdict.unsigned) == [], "a wrong secret was not tried")
      #expect(served.subtracting(verdict.refused) == ServedOperations.withoutRefusal, "no refusal judged")
      #expect(verdict.answered.subtracting(served) == [], "judged, and not served")
    }
  }
}

extension ServedOperations {
  /// RunInstances is a dry run here, which EC2 answers with an error whatever comes of it.
  fileprivate static let withoutAnswer: Set<String> = ["ec2 RunInstances"]
  /// What has no refusal but those of a wrong signature, a lack of permission and a wrong type.
  fileprivate static let withoutRefusal: Set<String> = [
    "sts GetCallerIdentity", "ecr GetAuthorizationToken", "monitoring PutMetricAlarm",
  ]
}
