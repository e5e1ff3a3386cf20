import AWSWire
import SimulatedAWS

/// RDS: the databases beside the fleet, and their manual snapshots.
///
/// https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_Operations.html
enum DatabaseFace {
  static func perform(_ operation: String, _ parameters: Parameters, _ world: inout World) throws(Fault) -> [XMLNode?]?
  {
    switch operation {
    case "DescribeDBInstances": try describeDatabases(parameters, world)
    case "DescribeDBSnapshots": try describeSnapshots(parameters, world)
    case "CreateDBSnapshot": try createSnapshot(parameters, &world)
    default: nil
    }
  }

  private static func describeDatabases(_ parameters: Parameters, _ world: World) throws(Fault) -> [XMLNode?] {
    var chosen = world.surroundings.databases
    if let id = parameters.text("DBInstanceIdentifier") { chosen = [try world.database(id)] }
    let page = try Page(
      of: chosen, token: parameters.text("Marker"), size: try parameters.int("MaxRecords"), default: 100, max: 100,
      invalidCode: "InvalidParameterValue")
    return [
      list("DBInstances", of: "DBInstance", page.items.map(describe)), element("Marker", page.next),
    ]
  }

  private static func describe(_ database: World.Database) -> [XMLNode?] {
    [
      element("DBInstanceIdentifier", database.id), element("DBInstanceClass", "db.t4g.micro"),
      element("Engine", "postgres"), element("DBInstanceStatus", database.status),
      element("BackupRetentionPeriod", database.backupDays), element("PubliclyAccessible", database.isPublic),
      element("MultiAZ", false), element("StorageEncrypted", true),
      element(
        "DBSubnetGroup",
        [element("DBSubnetGroupName", database.id), element("VpcId", "vpc-0a1b2c3d4e5f60718")]),
      list(
        "VpcSecurityGroups", of: "VpcSecurityGroupMembership",
        database.securityGroups.map { [element("VpcSecurityGroupId", $0), element("Status", "active")] }),
    ]
  }

  private static func describeSnapshots(_ parameters: Parameters, _ world: World) throws(Fault) -> [XMLNode?] {
    let id = parameters.text("DBSnapshotIdentifier")
    let database = parameters.text("DBInstanceIdentifier")
    let chosen = world.surroundings.databaseSnapshots.filter {
      (id == nil || $0.id == id) && (database == nil || $0.database == database)
    }
    if let id, chosen.isEmpty {
      throw Fault("DBSnapshotNotFound", "DBSnapshot \(id) not found.", httpStatus: 404)
    }
    let page = try Page(
      of: chosen, token: parameters.text("Marker"), size: try parameters.int("MaxRecords"), default: 100, max: 100,
      invalidCode: "InvalidParameterValue")
    return [
      list("DBSnapshots", of: "DBSnapshot", page.items.map { describe($0, world) }), element("Marker", page.next),
    ]
  }

  private static func createSnapshot(_ parameters: Parameters, _ world: inout World) throws(Fault) -> [XMLNode?] {
    let tags = parameters.list("Tags.Tag").map { World.Tag($0.text("Key") ?? "", $0.text("Value") ?? "") }
    let snapshot = try world.createDatabaseSnapshot(
      try parameters.required("DBSnapshotIdentifier"), of: try parameters.required("DBInstanceIdentifier"), tags: tags)
    return [element("DBSnapshot", describe(snapshot, world))]
  }

  private static func describe(_ snapshot: World.DatabaseSnapshot, _ world: World) -> [XMLNode?] {
    let isReady = world.isReady(snapshot)
    return [
      element("DBSnapshotIdentifier", snapshot.id), element("DBInstanceIdentifier", snapshot.database),
      element("SnapshotType", "manual"), element("Engine", "postgres"),
      element("Status", isReady ? "available" : "creating"), element("PercentProgress", isReady ? 100 : 0),
      isReady ? element("SnapshotCreateTime", snapshot.begun) : nil,
      snapshot.tags.isEmpty
        ? nil : list("TagList", of: "Tag", snapshot.tags.map { [element("Key", $0.key), element("Value", $0.value)] }),
    ]
  }
}
