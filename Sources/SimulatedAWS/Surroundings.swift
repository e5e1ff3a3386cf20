extension World {
  /// What stands beside a fleet, and moves neither by itself nor by a release.
  public struct Surroundings: Hashable, Sendable {
    public var securityGroups: [SecurityGroup] = []
    public var databases: [Database] = []
    public var caches: [Cache] = []
    /// Empty: each load balancer serves on port 80, in clear text.
    public var listeners: [Listener] = []
    /// Manual database snapshots, in the order of their making.
    public internal(set) var databaseSnapshots: [DatabaseSnapshot] = []
    /// Whether each instance has an address of its own that stays.
    public var hasElasticIPs = false
    /// The age of each volume's newest snapshot in seconds; `nil`: there is none.
    public var snapshotAge: Int?
    /// Whether Systems Manager hears nothing of the agents.
    public var hasSilentAgents = false

    public init() {}
  }

  public struct SecurityGroup: Hashable, Sendable {
    /// What a rule lets in.
    public struct Opening: Hashable, Sendable {
      /// `tcp`, `udp`, `-1`, …
      public var protocolName: String
      /// `nil`: all ports.
      public var ports: ClosedRange<Int>?
      /// A network of IPv4 or IPv6 in CIDR form, or the id of a security group.
      public var source: String

      public init(protocolName: String = "tcp", ports: ClosedRange<Int>?, source: String) {
        self.protocolName = protocolName
        self.ports = ports
        self.source = source
      }
    }

    public var id: String
    public var openings: [Opening]

    public init(id: String, openings: [Opening] = []) {
      self.id = id
      self.openings = openings
    }
  }

  /// A database of RDS.
  public struct Database: Hashable, Sendable {
    public var id: String
    public var securityGroups: [String]
    public var isPublic: Bool
    public var backupDays: Int
    /// `available`, `stopped`, …
    public var status: String

    public init(
      id: String, securityGroups: [String] = [], isPublic: Bool = false, backupDays: Int = 7,
      status: String = "available"
    ) {
      self.id = id
      self.securityGroups = securityGroups
      self.isPublic = isPublic
      self.backupDays = backupDays
      self.status = status
    }
  }

  public struct DatabaseSnapshot: Hashable, Sendable {
    public var id: String
    public var database: String
    public var begun: WorldTime
    public var tags: [Tag]
    var ready: WorldTime
  }

  /// A cache cluster of ElastiCache.
  public struct Cache: Hashable, Sendable {
    public var id: String
    public var securityGroups: [String]

    public init(id: String, securityGroups: [String] = []) {
      self.id = id
      self.securityGroups = securityGroups
    }
  }

  public struct Listener: Hashable, Sendable {
    public var port: Int
    /// `HTTP` or `HTTPS`.
    public var protocolName: String
    /// Whether it only leads to HTTPS.
    public var redirects: Bool

    public init(port: Int, protocolName: String, redirects: Bool = false) {
      self.port = port
      self.protocolName = protocolName
      self.redirects = redirects
    }
  }

  /// How long a database snapshot is `creating`, in world seconds.
  private static let snapshotSeconds = 3

  /// CreateDBSnapshot.
  ///
  /// https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBSnapshot.html
  public mutating func createDatabaseSnapshot(
    _ id: String, of database: String, tags: [Tag]
  ) throws(Fault) -> DatabaseSnapshot {
    let source = try self.database(database)
    guard !surroundings.databaseSnapshots.contains(where: { $0.id == id }) else {
      throw Fault(
        "DBSnapshotAlreadyExists",
        "Cannot create the snapshot because a snapshot with the identifier \(id) already "
          + "exists.")
    }
    guard source.status == "available" else {
      throw Fault(
        "InvalidDBInstanceState",
        "Cannot create a snapshot because the database instance \(database) is not "
          + "currently in the available state.")
    }
    let snapshot = DatabaseSnapshot(
      id: id, database: database, begun: now, tags: tags, ready: now + milliseconds(World.snapshotSeconds))
    surroundings.databaseSnapshots.append(snapshot)
    return snapshot
  }

  /// The database of that name, or RDS's error.
  public func database(_ id: String) throws(Fault) -> Database {
    guard let found = surroundings.databases.first(where: { $0.id == id }) else {
      throw Fault("DBInstanceNotFound", "DBInstance \(id) not found.", httpStatus: 404)
    }
    return found
  }

  /// Whether a snapshot can be restored from already.
  public func isReady(_ snapshot: DatabaseSnapshot) -> Bool { now >= snapshot.ready }

  /// What an instance was launched with, as long as its version is not deleted.
  public func launchData(of instance: Instance) -> TemplateData? {
    templates.first { $0.id == instance.templateID }?[instance.version]?.data
  }
}
