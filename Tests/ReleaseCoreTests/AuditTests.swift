import ReleaseCore
import Testing

@Suite("The audit")
struct AuditTests {
  private static let now = Moment(milliseconds: 1_800_000_000_000)

  /// A fleet of two, hardened in every point.
  private static func fleet(_ change: (inout AuditFacts) -> Void = { _ in }) -> AuditFacts {
    let machines = ["a", "b"].map { zone in
      AuditFacts.Machine(
        id: "i-\(zone)", zone: "eu-north-1\(zone)", hasProfile: true, requiresTokens: true, securityGroups: ["sg-app"],
        volumes: ["vol-\(zone)"])
    }
    var facts = AuditFacts(subject: .fleet("web"), now: now, machines: machines)
    facts.openings = .read([
      .init(group: "sg-app", ports: 4000...4000, isTCP: true, network: "10.0.0.0/16"),
      .init(group: "sg-balancer", ports: 443...443, isTCP: true, network: "0.0.0.0/0"),
    ])
    facts.reachable = .read(["i-a", "i-b"])
    facts.fixedAddresses = .read([])
    facts.snapshots = .read([:])
    facts.databases = .read([.init(id: "web", securityGroups: ["sg-db"], isPublic: false, backupDays: 7)])
    facts.caches = .read([.init(id: "web-1", securityGroups: ["sg-cache"], isPublic: false, backupDays: nil)])
    facts.dimensionValues = ["web", "app/web/1", "targetgroup/web/1"]
    facts.alarms = .read([
      alarm("web-unhealthy", "AWS/ApplicationELB", "UnHealthyHostCount", ["TargetGroup": "targetgroup/web/1"]),
      alarm("other", "AWS/SQS", "Depth", ["Queue": "q"], hasAction: false),
    ])
    facts.balancer = .read(
      .init(
        name: "web", dimension: "app/web/1", healthPaths: ["/api/health"], secure: [443],
        redirecting: [80], plain: []))
    facts.userData = .read(Array("#!/bin/sh\ndocker run --env-file /etc/wanzami.env repo/api@sha256:1\n".utf8))
    facts.launchesWithTokens = true
    change(&facts)
    return facts
  }

  /// A machine that stands alone, hardened in every point.
  private static func machine(_ change: (inout AuditFacts) -> Void = { _ in }) -> AuditFacts {
    var facts = fleet()
    facts.subject = .machine("i-a")
    facts.machines = [facts.machines[0]]
    facts.launchesWithTokens = nil
    facts.fixedAddresses = .read(["i-a"])
    facts.snapshots = .read(["vol-a": now - .seconds(3600)])
    facts.databases = .read([])
    facts.caches = .read([])
    facts.balancer = .read(nil)
    facts.dimensionValues = ["i-a"]
    facts.alarms = .read([
      alarm("web-health", "AWS/Route53", "HealthCheckStatus", ["HealthCheckId": "x"]),
      alarm("web-cpu", "AWS/EC2", "CPUUtilization", ["InstanceId": "i-a"]),
    ])
    change(&facts)
    return facts
  }

  private static func alarm(
    _ name: String, _ space: String, _ metric: String, _ dimensions: [String: String], hasAction: Bool = true
  ) -> AuditFacts.Watch {
    .init(name: name, hasAction: hasAction, namespaces: [space], metrics: [metric], dimensions: dimensions)
  }

  private func point(_ name: String, _ facts: AuditFacts) throws -> Audit.Point {
    try #require(Audit(facts).points.first { $0.name == name })
  }

  @Test("a hardened fleet and a hardened machine have no failed point, and what is not theirs is skipped")
  func hardened() {
    let fleet = Audit(Self.fleet())
    #expect(fleet.points.filter { $0.status != .ok }.map(\.name) == ["elastic-ip", "snapshots"])
    #expect(fleet.exitCode == 0)
    let machine = Audit(Self.machine())
    #expect(
      machine.points.filter { $0.status != .ok }.map(\.name) == ["backups", "health-check", "zones", "tls"])
    #expect(machine.exitCode == 0)
    #expect(machine.points.map(\.name) == fleet.points.map(\.name))
    #expect((fleet.points + machine.points).allSatisfy { $0.mend == nil })
  }

  @Test("each point is explained, and no other is")
  func explained() {
    let terms = Glossary().explanations.filter { $0.kind == .auditPoint }.map(\.term)
    #expect(Set(terms) == Set(Audit(Self.fleet()).points.map { "audit.\($0.name)" }))
    #expect(Set(terms).count == terms.count)
  }

  @Test("where no machine is in service, what machines are asked for is skipped, and the zones have failed")
  func empty() throws {
    let facts = Self.fleet { $0.machines = [] }
    #expect(try point("ssh", facts).status == .skipped)
    #expect(try point("systems-manager", facts).status == .skipped)
    #expect(try point("zones", facts).status == .failed)
  }

  struct Row: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var facts: AuditFacts
    var point: String
    var mend: String
  }

  static let rows: [Row] = [
    Row(
      testDescription: "an address that changes", facts: machine { $0.fixedAddresses = .read([]) }, point: "elastic-ip",
      mend: "associate-address"),
    Row(
      testDescription: "no profile", facts: fleet { $0.machines[1].hasProfile = false }, point: "systems-manager",
      mend: "associate-iam-instance-profile --instance-id i-b"),
    Row(
      testDescription: "a silent agent", facts: fleet { $0.reachable = .read(["i-a"]) }, point: "systems-manager",
      mend: "amazon-ssm-agent"),
    Row(
      testDescription: "SSH open over IPv6",
      facts: fleet {
        $0.openings = .read([.init(group: "sg-app", ports: 22...22, isTCP: true, network: "::/0")])
      }, point: "ssh", mend: "Ipv6Ranges=[{CidrIpv6=::/0}]"),
    Row(
      testDescription: "everything open",
      facts: fleet { $0.openings = .read([.init(group: "sg-app", ports: nil, isTCP: true, network: "0.0.0.0/0")]) },
      point: "ssh", mend: "'IpProtocol=-1,IpRanges=[{CidrIp=0.0.0.0/0}]'"),
    Row(
      testDescription: "an old snapshot",
      facts: machine { $0.snapshots = .read(["vol-a": AuditTests.now - .seconds(86_401)]) }, point: "snapshots",
      mend: "create-snapshot --volume-id vol-a"),
    Row(
      testDescription: "no snapshot", facts: machine { $0.snapshots = .read([:]) }, point: "snapshots",
      mend: "create-tags --resources vol-a"),
    Row(
      testDescription: "six days of backups",
      facts: fleet {
        $0.databases = .read([.init(id: "web", securityGroups: [], isPublic: false, backupDays: 6)])
      }, point: "backups", mend: "--backup-retention-period 7"),
    Row(
      testDescription: "a public database",
      facts: fleet { $0.databases = .read([.init(id: "web", securityGroups: [], isPublic: true, backupDays: 7)]) },
      point: "stores-closed", mend: "--no-publicly-accessible"),
    Row(
      testDescription: "a cache that everybody reaches",
      facts: fleet {
        $0.openings = .read([.init(group: "sg-cache", ports: 6379...6379, isTCP: true, network: "0.0.0.0/0")])
      }, point: "stores-closed", mend: "--group-id sg-cache"),
    Row(
      testDescription: "a database on the machine itself that everybody reaches",
      facts: machine {
        $0.openings = .read([.init(group: "sg-app", ports: 5000...6000, isTCP: true, network: "0.0.0.0/0")])
      }, point: "stores-closed", mend: "FromPort=5000,ToPort=6000"),
    Row(
      testDescription: "no page is asked for",
      facts: fleet {
        $0.balancer = .read(
          .init(name: "web", dimension: "app/web/1", healthPaths: [""], secure: [443], redirecting: [], plain: []))
      }, point: "health-check", mend: "--health-check-path /api/health"),
    Row(
      testDescription: "health watched without an action",
      facts: fleet {
        $0.alarms = .read([
          alarm("u", "AWS/ApplicationELB", "UnHealthyHostCount", ["TargetGroup": "targetgroup/web/1"], hasAction: false)
        ])
      }, point: "monitor", mend: "--set HealthUrl="),
    Row(
      testDescription: "somebody else's hosts watched",
      facts: fleet {
        $0.alarms = .read([alarm("u", "AWS/ApplicationELB", "UnHealthyHostCount", ["TargetGroup": "targetgroup/x/1"])])
      }, point: "monitor", mend: "--set HealthUrl="),
    Row(
      testDescription: "an alarm of the pipeline that tells nobody",
      facts: fleet {
        $0.namedAlarms = ["deep"]
        $0.alarms = .read([alarm("deep", "App", "Depth", [:], hasAction: false)])
      }, point: "alarms", mend: "put-metric-alarm --alarm-name deep"),
    Row(
      testDescription: "no alarm", facts: fleet { $0.alarms = .read([]) }, point: "alarms", mend: "bootstrap --apply"),
    Row(
      testDescription: "IMDSv1 in the template", facts: fleet { $0.launchesWithTokens = false }, point: "imdsv2",
      mend: "HttpTokens=required"),
    Row(
      testDescription: "IMDSv1 on a machine", facts: machine { $0.machines[0].requiresTokens = false }, point: "imdsv2",
      mend: "modify-instance-metadata-options --instance-id i-a"),
    Row(
      testDescription: "one zone", facts: fleet { $0.machines[1].zone = "eu-north-1a" }, point: "zones",
      mend: "--vpc-zone-identifier"),
    Row(
      testDescription: "no TLS",
      facts: fleet {
        $0.balancer = .read(
          .init(name: "web", dimension: "app/web/1", healthPaths: ["/"], secure: [], redirecting: [], plain: [80]))
      }, point: "tls", mend: "--set CertificateArn="),
    Row(
      testDescription: "clear text beside TLS",
      facts: fleet {
        $0.balancer = .read(
          .init(name: "web", dimension: "app/web/1", healthPaths: ["/"], secure: [443], redirecting: [], plain: [80]))
      }, point: "tls", mend: "--set CertificateArn="),
  ]

  @Test("each failure is found alone, and has the command that mends it", arguments: rows)
  func failures(row: Row) throws {
    let point = try point(row.point, row.facts)
    #expect(point.status == .failed, "\(point)")
    #expect(point.mend?.contains(row.mend) == true, "\(point)")
    #expect(Audit(row.facts).exitCode == 3)
  }

  @Test(
    "what should not stand in user data is told by its lines, and never shown",
    arguments: [
      ("docker pull repo/api:latest", "latest", true), ("docker pull repo/api", "latest", true),
      ("docker pull 127.0.0.1:5000/api", "latest", true),
      ("docker run --restart=always repo/api:latest", "latest", true),
      ("docker pull repo/api:v1", "latest", false), ("docker pull repo/api@sha256:1", "latest", false),
      ("# docker pull repo/api:latest", "latest", false), ("docker run repo/api:latest-1", "latest", false),
      ("cat > /etc/wanzami.env <<EOF", "env-file", true), ("echo A=1 >> /etc/wanzami.env", "env-file", true),
      ("printf 'A=1' | tee /etc/wanzami.env", "env-file", true), ("chmod 600 /etc/wanzami.env", "env-file", false),
      ("docker run --env-file /etc/wanzami.env x:1", "env-file", false),
      ("DB_PASSWORD=hunter22", "secrets", true), ("docker run -e API_TOKEN=abcdef x:1", "secrets", true),
      ("url=postgres://app:hunter22@db/app", "secrets", true), ("id=AKIAABCDEFGHIJKLMNOP", "secrets", true),
      ("-----BEGIN RSA PRIVATE KEY-----", "secrets", true), ("t=ghp_abcdefghijklmnop1234", "secrets", true),
      ("DB_PASSWORD=$(aws ssm get-parameter)", "secrets", false), ("PASSWORD_FILE=/run/secret", "secrets", false),
      ("DATABASE_SECRET=arn:aws:secretsmanager:eu-north-1:1:secret:x", "secrets", false),
      ("url=postgres://$USER:$PASSWORD@db/app", "secrets", false),
      ("docker login --password-stdin host", "secrets", false),
    ])
  func bootText(line: String, name: String, fails: Bool) throws {
    let facts = Self.fleet { $0.userData = .read(Array("#!/bin/sh\n\(line)\n".utf8)) }
    let point = try point(name, facts)
    #expect(point.status == (fails ? .failed : .ok), "\(point)")
    if fails { #expect(point.seen.contains("line 2")) }
    #expect(!point.seen.contains("hunter22") && !point.seen.contains("abcdef"))
  }

  @Test(
    "an alarm tells somebody by a composite alarm too that is made of it", arguments: ["ALARM(\"u\")", "NOT OK(u)"])
  func composite(rule: String) throws {
    let silent = Self.alarm(
      "u", "AWS/ApplicationELB", "UnHealthyHostCount", ["TargetGroup": "targetgroup/web/1"], hasAction: false)
    var above = Self.alarm("all", "", "", [:])
    above.rule = rule
    #expect(try point("alarms", Self.fleet { $0.alarms = .read([silent, above]) }).status == .ok)
    #expect(try point("monitor", Self.fleet { $0.alarms = .read([silent, above]) }).status == .ok)
    above.rule = "ALARM(\"ux\")"
    #expect(try point("alarms", Self.fleet { $0.alarms = .read([silent, above]) }).status == .failed)
  }

  @Test("what could not be read is skipped with its reason, and the exit code says that the audit is not whole")
  func unread() throws {
    let facts = Self.fleet { $0.alarms = .unread("CloudWatch DescribeAlarms failed") }
    let point = try point("monitor", facts)
    #expect(point.status == .skipped && point.isUnread)
    #expect(point.seen == "could not be read: CloudWatch DescribeAlarms failed")
    #expect(Audit(facts).exitCode == 1)
    #expect(
      Audit(
        Self.fleet {
          $0.alarms = .unread("x")
          $0.launchesWithTokens = false
        }
      ).exitCode == 3)
  }
}
