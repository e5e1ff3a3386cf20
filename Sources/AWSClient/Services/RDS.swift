import AWSWire

/// https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/
public struct RDS: Sendable {
  let caller: AWSCaller

  /// https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBInstance.html
  public struct Database: Equatable, Sendable {
    public var id: String
    /// `available`, `backing-up`, …
    public var status: String
    public var engine: String
    /// Days; 0: no automated backup.
    public var backupRetention: Int
    public var isPubliclyAccessible: Bool
    public var isMultiZone: Bool
    public var isEncrypted: Bool
    public var vpc: String?
    public var securityGroups: [String]
    /// How far back, or forth, it can be restored to.
    public var latestRestorable: Timestamp?
  }

  public struct Snapshot: Equatable, Sendable {
    public var id: String
    public var database: String
    /// `creating`, `available` or `failed`.
    public var status: String
    public var percentProgress: Int?
    public var created: Timestamp?
  }

  /// Every database instance of the account and region.
  public func describeDBInstances() async throws(AWSError) -> [Database] {
    try await caller.pages(.rds, "DescribeDBInstances", by: \.id) { token throws(AWSError) in
      try await caller.query(.rds, "DescribeDBInstances") { form in
        form.add("MaxRecords", 100)
        form.add("Marker", token)
      } decode: { node throws(MissingMember) in
        let found = try node.children(of: "DBInstances", named: "DBInstance").map(Database.init)
        return (items: found, next: node.nonEmpty("Marker"))
      }
    }
  }

  /// Begins a manual snapshot; a name that is taken is `alreadyExists`, which settles a lost answer.
  public func createDBSnapshot(
    of database: String, named snapshot: String, tags: [(key: String, value: String)] = []
  ) async throws(AWSError) -> Snapshot {
    try await caller.query(.rds, "CreateDBSnapshot", of: database, safety: .once) { form in
      form.add("DBInstanceIdentifier", database)
      form.add("DBSnapshotIdentifier", snapshot)
      for (index, tag) in tags.enumerated() {
        form.add("Tags.Tag.\(index + 1).Key", tag.key)
        form.add("Tags.Tag.\(index + 1).Value", tag.value)
      }
    } decode: { node throws(MissingMember) in
      guard let snapshot = node["DBSnapshot"] else { throw MissingMember(name: "DBSnapshot") }
      return try Snapshot(snapshot)
    }
  }

  /// One snapshot; one that is not there is `notFound`.
  public func describeDBSnapshots(named snapshot: String) async throws(AWSError) -> Snapshot? {
    try await caller.query(.rds, "DescribeDBSnapshots", of: snapshot) { form in
      form.add("DBSnapshotIdentifier", snapshot)
    } decode: { node throws(MissingMember) in
      try node.children(of: "DBSnapshots", named: "DBSnapshot").first.map { node throws(MissingMember) in
        try Snapshot(node)
      }
    }
  }
}

extension RDS.Database {
  init(_ node: XMLNode) throws(MissingMember) {
    id = try node.required("DBInstanceIdentifier")
    status = node.string("DBInstanceStatus") ?? ""
    engine = node.string("Engine") ?? ""
    backupRetention = node.int("BackupRetentionPeriod") ?? 0
    isPubliclyAccessible = node.bool("PubliclyAccessible") ?? false
    isMultiZone = node.bool("MultiAZ") ?? false
    isEncrypted = node.bool("StorageEncrypted") ?? false
    vpc = node["DBSubnetGroup"]?.nonEmpty("VpcId")
    securityGroups = node.children(of: "VpcSecurityGroups", named: "VpcSecurityGroupMembership")
      .compactMap { $0.nonEmpty("VpcSecurityGroupId") }
    latestRestorable = node.timestamp("LatestRestorableTime")
  }
}

extension RDS.Snapshot {
  init(_ node: XMLNode) throws(MissingMember) {
    id = try node.required("DBSnapshotIdentifier")
    database = node.string("DBInstanceIdentifier") ?? ""
    status = node.string("Status") ?? ""
    percentProgress = node.int("PercentProgress")
    created = node.timestamp("SnapshotCreateTime")
  }
}

extension XMLNode {
  /// The elements of a list whose element has a name of its own, as RDS and ElastiCache write them.
  func children(of list: String, named name: String) -> [XMLNode] {
    (self[list]?.children ?? []).filter { $0.name == name || $0.name == "member" }
  }
}
