import Foundation
import RealParts
import Testing

@Suite("audit", .serialized, .enabled(if: RealRegistry.isInstalled, "no docker-registry"))
struct AuditTests {
  /// A fleet in which nothing is left to mend, behind a balancer with TLS.
  private static let hardened = """
    instanceType: t4g.small
    userData: "#!/bin/sh\\ndocker run --env-file /etc/wanzami.env {{repositoryUri}}:initial\\n"
    around:
      profile: web
      httpTokens: required
      instanceGroups: [sg-app]
      securityGroups:
        sg-app: [tcp 4000 sg-balancer]
        sg-db: [tcp 5432 sg-app]
        sg-cache: [tcp 6379 sg-app]
      databases: [{ id: web, securityGroups: [sg-db], backupDays: 7 }]
      caches: [{ id: web-1, securityGroups: [sg-cache] }]
      listeners: [HTTPS 443, HTTP 80 redirect]
      elasticIPs: true
      snapshotAge: 3600
      alarms:
        - name: web-unhealthy
          namespace: AWS/ApplicationELB
          metric: UnHealthyHostCount
          dimensions:
            TargetGroup: targetgroup/wanzami-api/73e2d6bc24d8a067
            LoadBalancer: app/wanzami-api/50dc6c495c0c9188
          actions: ["arn:aws:sns:eu-north-1:123456789012:alerts"]
        - name: somebody-elses
          namespace: AWS/SQS
          metric: Depth
    """

  /// Nothing is as it should be; the secret must not be seen anywhere.
  private static let bare = """
    instanceType: t4g.small
    userData: |
      #!/bin/sh
      echo "DATABASE_URL=postgres://app:\(secret)@db/app" > /etc/wanzami.env
      docker pull {{repositoryUri}}:latest
      docker run --env-file /etc/wanzami.env {{repositoryUri}}:latest
    around:
      instanceGroups: [sg-app]
      securityGroups:
        sg-app: [tcp 22 0.0.0.0/0, "tcp 4000 ::/0"]
        sg-db: [tcp 5432 0.0.0.0/0]
      databases: [{ id: web, securityGroups: [sg-db], backupDays: 1 }]
      silentAgents: true
      alarms:
        - name: web-cpu
          namespace: AWS/EC2
          metric: CPUUtilization
          dimensions: { AutoScalingGroupName: wanzami-api }
    """

  private static let secret = "correct-horse-battery"

  private func asked(_ stage: Stage) throws -> [String] {
    let calls = try String(contentsOfFile: stage.folder.path + "/calls", encoding: .utf8)
    return calls.split(separator: "\n").map { String($0.split(separator: " ").last ?? "") }
  }

  @Test("of a hardened fleet, and of one of its machines as if it stood alone; AWS is asked for no change")
  func hardened() async throws {
    try await Stage.with(fleet: Self.hardened, hasEngine: false) { stage in
      let transcript = Transcript("audit/hardened", of: stage)
      try await stage.untouched {
        try await transcript.run("audit")
        try await transcript.run("audit", "--output", "json")
        let instance = try #require(try await stage.group().instances.first?.id)
        transcript.take(
          try await stage.run(["audit", "--instance", instance]), of: ["audit", "--instance", instance])
      }
      try transcript.check()
      let reads = try asked(stage).filter { $0 != "GetAuthorizationToken" }
      #expect(!reads.isEmpty && reads.allSatisfy { $0.hasPrefix("Describe") }, "\(Set(reads))")
    }
  }

  @Test("of a bare fleet: each failure has its command, and no secret is shown")
  func bare() async throws {
    try await Stage.with(fleet: Self.bare, hasEngine: false) { stage in
      let transcript = Transcript("audit/bare", of: stage)
      let instance = try #require(try await stage.group().instances.first?.id)
      for arguments in [
        ["audit", "--pipeline", stage.pipeline], ["audit", "--instance", instance],
        ["audit", "--instance", instance, "--output", "json"],
      ] {
        let finished = try await stage.run(arguments)
        #expect(finished.status == 3)
        #expect(!finished.everything.contains(Self.secret))
        transcript.take(finished, of: arguments)
      }
      try transcript.check()
    }
  }

  @Test("with half of the permissions the rest is judged; a group or a machine that is not there is exit 3")
  func denied() async throws {
    let denied = Self.hardened.replacing(
      "instanceType: t4g.small", with: "instanceType: t4g.small\ndenied: [\"rds:*\", ec2:DescribeSecurityGroups]")
    try await Stage.with(fleet: denied, hasEngine: false) { stage in
      let transcript = Transcript("audit/denied", of: stage)
      try await transcript.run("audit")
      for arguments in [
        ["audit", "--instance", "i-00000000000000000"], ["audit", "--instance", "web"], ["audit", "--region", "x"],
      ] {
        transcript.take(try await stage.run(arguments), of: arguments)
      }
      try transcript.check()
    }
  }
}
