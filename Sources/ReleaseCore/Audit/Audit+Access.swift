/// Who can reach the machines and what stands beside them.
extension Audit {
  static func elasticIP(_ facts: AuditFacts) -> Point {
    let point = Subject(name: "elastic-ip", title: "Elastic IP")
    if facts.isFleet { return point.skipped("the machines stand behind a balancer") }
    return point.judge(facts.fixedAddresses) { addresses in
      addresses.contains(facts.name)
        ? point.ok("\(facts.name) keeps its address")
        : point.failed(
          "the address of \(facts.name) changes when it is stopped",
          mend: "aws ec2 associate-address --instance-id \(facts.name) "
            + "--allocation-id \"$(aws ec2 allocate-address --query AllocationId --output text)\"")
    }
  }

  static func systemsManager(_ facts: AuditFacts) -> Point {
    let point = Subject(name: "systems-manager", title: "Systems Manager")
    guard !facts.machines.isEmpty else { return point.skipped("no machine is in service") }
    let bare = facts.machines.filter { !$0.hasProfile }.map(\.id)
    if let first = bare.first {
      return point.failed(
        "\(list(bare)) without an instance profile",
        mend: "aws ec2 associate-iam-instance-profile --instance-id \(first) --iam-instance-profile Name=… "
          + "# of a role with AmazonSSMManagedInstanceCore")
    }
    return point.judge(facts.reachable) { reachable in
      let silent = facts.machines.map(\.id).filter { !reachable.contains($0) }
      return silent.isEmpty
        ? point.ok("the agent answers on all \(facts.machines.count)")
        : point.failed(
          "the agent does not answer on \(list(silent))",
          mend:
            "aws iam attach-role-policy --role-name … --policy-arn arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore "
            + "# then see on the machine: systemctl status amazon-ssm-agent")
    }
  }

  static func ssh(_ facts: AuditFacts) -> Point {
    let point = Subject(name: "ssh", title: "SSH closed")
    guard !facts.machines.isEmpty else { return point.skipped("no machine is in service") }
    return point.judge(facts.openings) { openings in
      let groups = Set(facts.machines.flatMap(\.securityGroups))
      let open = openings.filter { groups.contains($0.group) && $0.lets(22) }
      if let world = open.first(where: \.isWorld) {
        return point.failed("security group \(world.group) lets everybody in on port 22", mend: revoke(world, port: 22))
      }
      guard !open.isEmpty else { return point.ok("no security group lets port 22 in") }
      return point.ok("port 22 is open to \(list(open.map(\.network))) only")
    }
  }

  /// Ports of databases and caches that may run on the machine itself.
  private static let storePorts = [5432, 3306, 6379, 27017, 11211]

  static func closedStores(_ facts: AuditFacts) -> Point {
    let point = Subject(name: "stores-closed", title: "Database and cache closed")
    return point.judge(facts.openings) { openings in
      point.judge(facts.databases) { databases in
        point.judge(facts.caches) { caches in
          if let open = databases.first(where: \.isPublic) {
            return point.failed(
              "database \(open.id) has a public address",
              mend: "aws rds modify-db-instance --db-instance-identifier \(open.id) --no-publicly-accessible "
                + "--apply-immediately")
          }
          let world = openings.filter(\.isWorld)
          for store in databases + caches {
            if let opening = world.first(where: { store.securityGroups.contains($0.group) }) {
              return point.failed(
                "security group \(opening.group) of \(store.id) lets everybody in",
                mend: revoke(opening, port: opening.ports?.lowerBound))
            }
          }
          let own = Set(facts.machines.flatMap(\.securityGroups))
          for opening in world where own.contains(opening.group) {
            if let port = storePorts.first(where: { opening.lets($0) }) {
              return point.failed(
                "security group \(opening.group) lets everybody in on port \(port)", mend: revoke(opening, port: port))
            }
          }
          let stores = (databases + caches).map(\.id)
          return point.ok(stores.isEmpty ? "none of their ports is open to everybody" : "\(list(stores)): closed")
        }
      }
    }
  }

  private static func revoke(_ opening: AuditFacts.Opening, port: Int?) -> String {
    let range = opening.ports.map { "FromPort=\($0.lowerBound),ToPort=\($0.upperBound)," } ?? ""
    let kind = opening.ports == nil ? "-1" : "tcp"
    let networks =
      opening.network.contains(":")
      ? "Ipv6Ranges=[{CidrIpv6=\(opening.network)}]" : "IpRanges=[{CidrIp=\(opening.network)}]"
    return "aws ec2 revoke-security-group-ingress --group-id \(opening.group) "
      + "--ip-permissions 'IpProtocol=\(kind),\(range)\(networks)'"
  }

  static func metadata(_ facts: AuditFacts) -> Point {
    let point = Subject(name: "imdsv2", title: "IMDSv2")
    if facts.launchesWithTokens == false {
      return point.failed(
        "the launch template lets IMDSv1 be asked",
        mend: "aws ec2 create-launch-template-version --launch-template-name … --source-version '$Latest' "
          + "--launch-template-data 'MetadataOptions={HttpTokens=required}' "
          + "# then wanzami-deploy release --template with its number")
    }
    let loose = facts.machines.filter { !$0.requiresTokens }.map(\.id)
    guard let first = loose.first else { return point.ok("required everywhere") }
    return point.failed(
      "\(list(loose)) answers IMDSv1 too",
      mend: "aws ec2 modify-instance-metadata-options --instance-id \(first) --http-tokens required")
  }

  static func zones(_ facts: AuditFacts) -> Point {
    let point = Subject(name: "zones", title: "Two zones")
    guard facts.isFleet else {
      return point.skipped("one machine is in one zone; wanzami-deploy bootstrap makes a fleet")
    }
    let zones = Set(facts.machines.map(\.zone)).sorted()
    return zones.count > 1
      ? point.ok(list(zones))
      : point.failed(
        zones.isEmpty ? "no machine is in service" : "all machines are in \(list(zones))",
        mend: "aws autoscaling update-auto-scaling-group --auto-scaling-group-name \(facts.name) "
          + "--vpc-zone-identifier subnet-…,subnet-…")
  }

  static func tls(_ facts: AuditFacts) -> Point {
    let point = Subject(name: "tls", title: "TLS on the balancer")
    guard facts.isFleet else { return point.skipped("no balancer") }
    return point.judge(facts.balancer) { balancer in
      guard let balancer else { return point.skipped("no balancer") }
      let mend = "wanzami-deploy bootstrap --apply --set CertificateArn=arn:aws:acm:…"
      if balancer.secure.isEmpty { return point.failed("\(balancer.name) serves nothing with TLS", mend: mend) }
      let ports = { (numbers: [Int]) in list(numbers.map(String.init)) }
      return balancer.plain.isEmpty
        ? point.ok("port \(ports(balancer.secure)) of \(balancer.name)")
        : point.failed("port \(ports(balancer.plain)) of \(balancer.name) serves in clear text", mend: mend)
    }
  }

  static func list(_ words: [String]) -> String { words.joined(separator: ", ") }
}
