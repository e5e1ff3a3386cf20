/// What is kept, watched and written down.
extension Audit {
  private static let day = Duration.seconds(86_400)

  static func snapshots(_ facts: AuditFacts) -> Point {
    let point = Subject(name: "snapshots", title: "Snapshots")
    if facts.isFleet { return point.skipped("the machines of a fleet hold no data; see backups") }
    return point.judge(facts.snapshots) { newest in
      let volumes = facts.machines.flatMap(\.volumes)
      let old = volumes.filter { volume in newest[volume].map { facts.now - $0 > day } ?? true }
      guard let first = old.first else {
        return volumes.isEmpty ? point.skipped("no volume") : point.ok("\(list(volumes)): younger than a day")
      }
      let words = newest[first] == nil ? "has none" : "has none younger than a day"
      return point.failed(
        "volume \(first) \(words)",
        mend: "aws ec2 create-snapshot --volume-id \(first) && aws ec2 create-tags --resources \(first) "
          + "--tags Key=…:snapshot,Value=daily # the key's first part is the service of the stack, which then makes one a day"
      )
    }
  }

  static func backups(_ facts: AuditFacts) -> Point {
    let point = Subject(name: "backups", title: "Database backups")
    return point.judge(facts.databases) { databases in
      guard !databases.isEmpty else { return point.skipped("no database of RDS stands beside the machines") }
      if let short = databases.first(where: { ($0.backupDays ?? 0) < 7 }) {
        return point.failed(
          "database \(short.id) keeps backups for \(days(short))",
          mend: "aws rds modify-db-instance --db-instance-identifier \(short.id) --backup-retention-period 7 "
            + "--apply-immediately")
      }
      return point.ok(list(databases.map { "\($0.id) keeps them for \(days($0))" }))
    }
  }

  private static func days(_ database: AuditFacts.Store) -> String {
    let days = database.backupDays ?? 0
    return days == 1 ? "1 day" : "\(days) days"
  }

  static func healthCheck(_ facts: AuditFacts) -> Point {
    let point = Subject(name: "health-check", title: "Health check")
    guard facts.isFleet else { return point.skipped("no balancer checks a machine that stands alone; see monitor") }
    return point.judge(facts.balancer) { balancer in
      let mend =
        "aws elbv2 modify-target-group --target-group-arn … --health-check-protocol HTTP "
        + "--health-check-path /api/health"
      guard let balancer else {
        return point.failed("no balancer checks the machines", mend: "wanzami-deploy bootstrap --apply")
      }
      return balancer.healthPaths.isEmpty || balancer.healthPaths.contains("")
        ? point.failed("a target group only connects, and asks for no page", mend: mend)
        : point.ok("the balancer asks for \(list(balancer.healthPaths))")
    }
  }

  static func monitored(_ facts: AuditFacts) -> Point {
    let point = Subject(name: "monitor", title: "Health monitored")
    return point.judge(facts.alarms) { alarms in
      let watching = alarms.filter { tells($0, among: alarms) && watchesHealth($0, of: facts) }.map(\.name)
      return watching.isEmpty
        ? point.failed(
          "no alarm of this region that has an action watches the health check",
          mend: "wanzami-deploy bootstrap --apply --set HealthUrl=… # a monitor that asks each minute")
        : point.ok(list(watching))
    }
  }

  /// Whether somebody is told when it goes off: by itself, or by a composite alarm that is made of it.
  private static func tells(_ alarm: AuditFacts.Watch, among all: [AuditFacts.Watch]) -> Bool {
    alarm.hasAction
      || all.contains { composite in
        composite.hasAction
          && ["\"\(alarm.name)\"", "(\(alarm.name))"].contains { composite.rule.contains($0) }
      }
  }

  private static func isOn(_ facts: AuditFacts, _ alarm: AuditFacts.Watch) -> Bool {
    !facts.dimensionValues.isDisjoint(with: alarm.dimensions.values)
  }

  /// The balancer's own counts of hosts; else somebody who asks from outside: Route 53, a canary, a Lambda function that
  /// is called after health.
  private static func watchesHealth(_ alarm: AuditFacts.Watch, of facts: AuditFacts) -> Bool {
    let metrics = Set(alarm.metrics)
    let spaces = Set(alarm.namespaces)
    if spaces.contains("AWS/Route53") { return metrics.contains("HealthCheckStatus") }
    if spaces.contains("CloudWatchSynthetics") { return true }
    if spaces.contains("AWS/Lambda"), metrics.contains("Errors") {
      return alarm.dimensions["FunctionName"]?.lowercased().contains("health") == true
    }
    return isOn(facts, alarm) && !metrics.isDisjoint(with: ["UnHealthyHostCount", "HealthyHostCount"])
  }

  static func alarmActions(_ facts: AuditFacts) -> Point {
    let point = Subject(name: "alarms", title: "Alarms with an action")
    return point.judge(facts.alarms) { alarms in
      let ours = alarms.filter { facts.namedAlarms.contains($0.name) || isOn(facts, $0) }
      guard !ours.isEmpty else {
        return point.failed("no alarm watches \(facts.name)", mend: "wanzami-deploy bootstrap --apply")
      }
      let silent = ours.filter { !tells($0, among: alarms) }.map(\.name)
      return silent.isEmpty
        ? point.ok(list(ours.map(\.name)))
        : point.failed(
          "\(list(silent)) tells nobody",
          mend: "aws cloudwatch put-metric-alarm --alarm-name \(silent[0]) … --alarm-actions arn:aws:sns:…")
    }
  }

  static func noLatest(_ facts: AuditFacts) -> Point {
    let point = Subject(name: "latest", title: "No :latest")
    return point.judge(facts.userData) { bytes in
      let lines = BootText(bytes).linesWithLatest
      return lines.isEmpty
        ? point.ok(bytes.isEmpty ? "no user data" : "no image of the user data is called latest")
        : point.failed(
          "line \(list(lines.map(String.init))) of the user data runs an image by :latest, or by no tag at all",
          mend: "wanzami-deploy release # pins it by its digest")
    }
  }

  static func environmentFile(_ facts: AuditFacts) -> Point {
    let point = Subject(name: "env-file", title: "Environment not in user data")
    return point.judge(facts.userData) { bytes in
      let lines = BootText(bytes).linesThatWriteEnvironment
      return lines.isEmpty
        ? point.ok("user data writes no environment of its own")
        : point.failed(
          "line \(list(lines.map(String.init))) of the user data writes an environment file",
          mend: "aws ssm put-parameter --type SecureString --name /…/NAME --value … "
            + "# scripts/user-data.sh fetches what is below ENV_PARAMETERS")
    }
  }

  static func noSecret(_ facts: AuditFacts) -> Point {
    let point = Subject(name: "secrets", title: "No secret in user data")
    return point.judge(facts.userData) { bytes in
      let lines = BootText(bytes).linesWithSecrets
      return lines.isEmpty
        ? point.ok("nothing looks like one")
        : point.failed(
          "line \(list(lines.map(String.init))) of the user data looks like a secret",
          mend: "aws ssm put-parameter --type SecureString --name /…/NAME --value … "
            + "# a new secret: the old one can be read by many"
        )
    }
  }
}
