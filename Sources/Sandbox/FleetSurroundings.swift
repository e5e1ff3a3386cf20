import AWSWire
import SimulatedAWS

/// What stands around a fleet, as a fleet file has it: the key `around`. Each key is optional; without any there is
/// nothing, and nothing is protected.
public struct FleetSurroundings: Codable, Equatable, Sendable {
  /// A database or a cache.
  public struct Store: Codable, Equatable, Sendable {
    public var id: String
    public var securityGroups: [String]?
    public var isPublic: Bool?
    /// Default 7; databases only.
    public var backupDays: Int?
    /// Default `available`; databases only.
    public var status: String?
  }

  /// A metric alarm that is OK.
  public struct Watch: Codable, Equatable, Sendable {
    public var name: String
    public var namespace: String
    public var metric: String
    public var dimensions: [String: String]?
    /// ARNs.
    public var actions: [String]?
  }

  /// Of the instances' launch template.
  public var profile: String?
  /// `required` or `optional`.
  public var httpTokens: String?
  public var instanceGroups: [String]?
  /// What each security group lets in: `tcp 22 0.0.0.0/0`, `tcp 5000-6000 ::/0`, `all sg-1`.
  public var securityGroups: [String: [String]]?
  public var databases: [Store]?
  public var caches: [Store]?
  /// `HTTPS 443`, `HTTP 80`, `HTTP 80 redirect`.
  public var listeners: [String]?
  public var alarms: [Watch]?
  public var elasticIPs: Bool?
  /// Of each volume's newest snapshot, in seconds; default: there is none.
  public var snapshotAge: Int?
  public var silentAgents: Bool?

  public init() {}

  static let keys: Set<String> = [
    "profile", "httpTokens", "instanceGroups", "securityGroups", "databases", "caches", "listeners", "alarms",
    "elasticIPs", "snapshotAge", "silentAgents",
  ]
  static let storeKeys: Set<String> = ["id", "securityGroups", "isPublic", "backupDays", "status"]
  static let watchKeys: Set<String> = ["name", "namespace", "metric", "dimensions", "actions"]

  /// What the launch template has of it, on top of what it has anyway.
  func adding(to data: TemplateData) -> TemplateData {
    var data = data
    if let profile { data.tree.set(["IamInstanceProfile", "Name"], to: profile) }
    if let httpTokens { data.tree.set(["MetadataOptions", "HttpTokens"], to: httpTokens) }
    for (index, group) in (instanceGroups ?? []).enumerated() {
      data.tree.set(["SecurityGroupId", "\(index + 1)"], to: group)
    }
    return data
  }

  func fill(_ world: inout World) throws(SandboxError) {
    var all = World.Surroundings()
    for (id, openings) in (securityGroups ?? [:]).sorted(by: { $0.key < $1.key }) {
      var group = World.SecurityGroup(id: id)
      for opening in openings { group.openings.append(try FleetSurroundings.opening(opening)) }
      all.securityGroups.append(group)
    }
    all.databases = (databases ?? []).map {
      World.Database(
        id: $0.id, securityGroups: $0.securityGroups ?? [], isPublic: $0.isPublic ?? false,
        backupDays: $0.backupDays ?? 7, status: $0.status ?? "available")
    }
    all.caches = (caches ?? []).map { World.Cache(id: $0.id, securityGroups: $0.securityGroups ?? []) }
    for listener in listeners ?? [] { all.listeners.append(try FleetSurroundings.listener(listener)) }
    all.hasElasticIPs = elasticIPs ?? false
    all.snapshotAge = snapshotAge
    all.hasSilentAgents = silentAgents ?? false
    world.surroundings = all
    for alarm in alarms ?? [] { world.putAlarm(alarm.name, settings: alarm.settings, state: .ok) }
  }

  private static func opening(_ text: String) throws(SandboxError) -> World.SecurityGroup.Opening {
    let words = text.split(separator: " ").map(String.init)
    if words.count == 2, words[0] == "all" {
      return World.SecurityGroup.Opening(protocolName: "-1", ports: nil, source: words[1])
    }
    let ports = words.count == 3 ? words[1].split(separator: "-").compactMap { Int($0) } : []
    guard let low = ports.first, let high = ports.last, low <= high else {
      throw SandboxError(
        "The fleet file's around.securityGroups: '\(text)' is not like 'tcp 22 0.0.0.0/0' or 'all sg-1'")
    }
    return World.SecurityGroup.Opening(protocolName: words[0], ports: low...high, source: words[2])
  }

  private static func listener(_ text: String) throws(SandboxError) -> World.Listener {
    let words = text.split(separator: " ").map(String.init)
    guard (2...3).contains(words.count), let port = Int(words[1]) else {
      throw SandboxError("The fleet file's around.listeners: '\(text)' is not like 'HTTPS 443' or 'HTTP 80 redirect'")
    }
    return World.Listener(port: port, protocolName: words[0], redirects: words.last == "redirect")
  }
}

extension FleetSurroundings.Watch {
  fileprivate var settings: Tree {
    var tree = Tree.members([
      Tree.Member("Namespace", .text(namespace)), Tree.Member("MetricName", .text(metric)),
    ])
    for (index, dimension) in (dimensions ?? [:]).sorted(by: { $0.key < $1.key }).enumerated() {
      tree.set(["Dimensions", "\(index + 1)", "Name"], to: dimension.key)
      tree.set(["Dimensions", "\(index + 1)", "Value"], to: dimension.value)
    }
    for (index, action) in (actions ?? []).enumerated() { tree.set(["AlarmActions", "\(index + 1)"], to: action) }
    return tree
  }
}
