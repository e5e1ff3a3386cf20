/// What was read of a fleet, or of a machine that stands alone, to judge how it is hardened.
public struct AuditFacts: Equatable, Sendable {
  public enum Subject: Equatable, Sendable {
    /// An Auto Scaling group, by name.
    case fleet(String)
    /// A single machine, by instance id.
    case machine(String)
  }

  /// Something that was read, or why it could not be.
  public enum Reading<Value: Equatable & Sendable>: Equatable, Sendable {
    case read(Value)
    case unread(String)
  }

  public var subject: Subject
  public var now: Moment
  public var machines: [Machine]
  /// By security group: what each lets in.
  public var openings: Reading<[Opening]>
  /// Instances whose agent reports, and those that have an Elastic IP.
  public var reachable: Reading<Set<String>>
  public var fixedAddresses: Reading<Set<String>>
  /// The newest finished snapshot of each volume that has one.
  public var snapshots: Reading<[String: Moment]>
  public var databases: Reading<[Store]>
  public var caches: Reading<[Store]>
  public var alarms: Reading<[Watch]>
  public var balancer: Reading<Balancer?>
  public var userData: Reading<[UInt8]>
  /// What alarms call the subject's parts by: group, instances, balancer, target groups, databases.
  public var dimensionValues: Set<String> = []
  /// The alarms that the pipeline names.
  public var namedAlarms: Set<String> = []
  /// Whether what is launched next answers IMDSv2 only; `nil`: nothing is.
  public var launchesWithTokens: Bool?

  public init(subject: Subject, now: Moment, machines: [Machine]) {
    self.subject = subject
    self.now = now
    self.machines = machines
    let unread = "it was not asked for"
    openings = .unread(unread)
    reachable = .unread(unread)
    fixedAddresses = .unread(unread)
    snapshots = .unread(unread)
    databases = .unread(unread)
    caches = .unread(unread)
    alarms = .unread(unread)
    balancer = .unread(unread)
    userData = .unread(unread)
  }

  public struct Machine: Equatable, Sendable {
    public var id: String
    public var zone: String
    public var hasProfile: Bool
    public var requiresTokens: Bool
    public var securityGroups: [String]
    public var volumes: [String]

    public init(
      id: String, zone: String, hasProfile: Bool, requiresTokens: Bool, securityGroups: [String], volumes: [String]
    ) {
      self.id = id
      self.zone = zone
      self.hasProfile = hasProfile
      self.requiresTokens = requiresTokens
      self.securityGroups = securityGroups
      self.volumes = volumes
    }
  }

  /// One thing that a security group lets in.
  public struct Opening: Equatable, Sendable {
    public var group: String
    /// `nil`: all ports.
    public var ports: ClosedRange<Int>?
    /// Whether a connection over TCP can come in by it.
    public var isTCP: Bool
    public var network: String

    public init(group: String, ports: ClosedRange<Int>?, isTCP: Bool, network: String) {
      self.group = group
      self.ports = ports
      self.isTCP = isTCP
      self.network = network
    }

    /// Whether anybody on the internet comes in by it.
    public var isWorld: Bool { network == "0.0.0.0/0" || network == "::/0" }

    func lets(_ port: Int) -> Bool { isTCP && (ports?.contains(port) ?? true) }
  }

  /// A database or a cache beside the machines.
  public struct Store: Equatable, Sendable {
    public var id: String
    public var securityGroups: [String]
    public var isPublic: Bool
    /// Days; `nil`: the kind has no backups.
    public var backupDays: Int?

    public init(id: String, securityGroups: [String], isPublic: Bool, backupDays: Int?) {
      self.id = id
      self.securityGroups = securityGroups
      self.isPublic = isPublic
      self.backupDays = backupDays
    }
  }

  /// An alarm, and what it watches.
  public struct Watch: Equatable, Sendable {
    public var name: String
    /// Whether it tells somebody.
    public var hasAction: Bool
    public var namespaces: [String]
    public var metrics: [String]
    public var dimensions: [String: String]
    /// Of a composite alarm, such as `ALARM("5xx") OR ALARM(latency)`; else empty.
    public var rule: String

    public init(
      name: String, hasAction: Bool, namespaces: [String], metrics: [String], dimensions: [String: String],
      rule: String = ""
    ) {
      self.rule = rule
      self.name = name
      self.hasAction = hasAction
      self.namespaces = namespaces
      self.metrics = metrics
      self.dimensions = dimensions
    }
  }

  public struct Balancer: Equatable, Sendable {
    public var name: String
    /// What alarms call it: `app/web/50dc6c495c0c9188`.
    public var dimension: String
    /// The path of each target group's health check; empty: it only connects.
    public var healthPaths: [String]
    /// Ports that serve with TLS, that lead to TLS, and that serve without.
    public var secure: [Int]
    public var redirecting: [Int]
    public var plain: [Int]

    public init(
      name: String, dimension: String, healthPaths: [String], secure: [Int], redirecting: [Int], plain: [Int]
    ) {
      self.name = name
      self.dimension = dimension
      self.healthPaths = healthPaths
      self.secure = secure
      self.redirecting = redirecting
      self.plain = plain
    }
  }
}
