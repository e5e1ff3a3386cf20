import FoundationEssentials
import RealParts
import Testing

@testable import AWSClient

/// The policies beside the deploying principal's: each for the commands of some folders of the program.
@Suite("The other policies")
struct OtherPolicyTests {
  private static let scripts = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../scripts")

  @Test("bootstrap may do what it calls, and CloudFormation in its name what the template's kinds of resources need")
  func bootstrap() throws {
    let policy = try Policy.read("iam-policy-bootstrap")
    let onBehalf = try #require(policy.statement.last)
    #expect(onBehalf.condition == ["ForAnyValue:StringEquals": ["aws:CalledVia": "cloudformation.amazonaws.com"]])
    let own = policy.statement.dropLast()
    #expect(Set(own.flatMap(\.action.values)) == (try ClientSources.actions(of: "Stack")))
    for statement in own {
      #expect(statement.action.values.allSatisfy { !$0.contains("*") })
      #expect(statement.resource.values != ["*"] || statement.condition?.isEmpty == false)
    }
    let template = try String(
      contentsOf: Self.scripts.appending(path: "../pipelines/infrastructure.yml"), encoding: .utf8)
    let kinds = Set(template.matches(of: /Type: AWS::(\w+)::\w+\n/).map { String($0.1).lowercased() })
    let services = [
      "elasticloadbalancingv2": "elasticloadbalancing"
    ]
    #expect(Set(onBehalf.action.values) == Set(kinds.map { "\(services[$0] ?? $0):*" }))
  }

  @Test("audit may read what it reads, in its region, and change nothing")
  func audit() throws {
    let policy = try Policy.read("iam-policy-audit")
    #expect(policy.actions == (try ClientSources.actions(of: "Audit")))
    #expect(policy.actions.allSatisfy { $0.contains(":Describe") })
    for statement in policy.statement {
      #expect(statement.effect == "Allow")
      #expect(statement.condition == ["StringEquals": ["aws:RequestedRegion": "REGION"]])
    }
  }

  @Test("prune may read what groups use, and delete versions of one template and images of one repository")
  func prune() throws {
    let policy = try Policy.read("iam-policy-prune")
    #expect(policy.actions == (try ClientSources.actions(of: "Prune")))
    for statement in policy.statement {
      #expect(statement.effect == "Allow")
      if statement.resource.values == ["*"] {
        #expect(statement.action.values.allSatisfy { $0.contains(":Describe") })
        #expect(statement.condition == ["StringEquals": ["aws:RequestedRegion": "REGION"]])
      } else {
        #expect(statement.resource.values.allSatisfy { $0.contains(":ACCOUNT:") })
      }
    }
  }

  @Test("the runbook's commands may do what they call, to their fleet and its database only")
  func operators() throws {
    let policy = try Policy.read("iam-policy-operator")
    // What the program prints for a person, and what RDS asks for where a snapshot gets tags.
    let beside: Set = ["ssm:StartSession", "ssm:TerminateSession", "rds:AddTagsToResource"]
    let called = try ClientSources.actions(of: "Runbook").union(
      ClientSources.actions(ofFile: "Live/ContainerLog.swift"))
    #expect(policy.actions == called.union(beside))
    for statement in policy.statement {
      #expect(statement.action.values.allSatisfy { !$0.contains("*") })
      let isRead = statement.action.values.allSatisfy { $0.contains(":Describe") || $0.contains(":Get") }
      if isRead {
        #expect(statement.condition == ["StringEquals": ["aws:RequestedRegion": "REGION"]])
      } else {
        #expect(statement.resource.values != ["*"], "\(statement.sid) may be narrower")
      }
    }
  }
}
