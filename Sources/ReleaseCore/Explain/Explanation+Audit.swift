extension Explanation {
  /// What `audit` looks at; each term is `audit.` and the point's name.
  static let auditPoints: [Explanation] = [
    point(
      "elastic-ip", "A lone machine's address is given back when it is stopped, and names that lead to it break.",
      "Associate an Elastic IP."),
    point(
      "systems-manager",
      "Evidence, logs and shells come through Systems Manager: each machine needs an instance profile that allows it, and "
        + "an agent that reports.", "Give the instance's role AmazonSSMManagedInstanceCore."),
    point(
      "ssh", "Port 22 open to everybody is tried all day; Session Manager needs no open port.",
      "Take the rule out of the security group, and use wanzami-deploy shell."),
    point(
      "snapshots", "What a lone machine's volume holds is lost with it: a snapshot should be younger than a day.",
      "Let Data Lifecycle Manager make one each day."),
    point(
      "backups",
      "RDS can restore to any second of the last days that it keeps; fewer than 7 may not reach back far enough.",
      "Raise the backup retention period."),
    point(
      "stores-closed", "A database or a cache is reached by the instances only; nobody on the internet needs to.",
      "Take its public address and the rule of its security group away."),
    point(
      "health-check", "The balancer asks each target for a page, not only whether its port is open.",
      "Give the target group a path."),
    point(
      "monitor", "Somebody is told when the health check fails: an alarm on unhealthy hosts, or a monitor from outside."
    ),
    point("alarms", "An alarm without an action goes red, and tells nobody.", "Give it an SNS topic."),
    point(
      "latest", "A tag that moves runs another image on the next machine than on this one.", "Pin images by digest."),
    point(
      "imdsv2",
      "IMDSv1 hands the instance's credentials to whoever can make the application fetch a URL; IMDSv2 asks for a token.",
      "Require tokens, in the launch template and on each machine."),
    point(
      "env-file", "User data can be read by everybody who may describe instances, and by each process on them.",
      "Keep the environment in SSM Parameter Store."),
    point(
      "secrets", "A line of user data looks like a key or a password.",
      "Change the secret, and keep the new one in SSM Parameter Store."),
    point("zones", "Machines in one zone fail together.", "Give the group subnets in two zones."),
    point(
      "tls", "Without TLS everybody on the way reads and changes what is sent.",
      "Give the balancer a certificate, and let port 80 lead to 443."),
  ]

  private static func point(_ name: String, _ meaning: String, _ advice: String? = nil) -> Explanation {
    Explanation(.auditPoint, "audit.\(name)", meaning, advice)
  }
}
