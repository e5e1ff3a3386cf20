/// Everything that is read of a fleet before anything is decided about it.
public struct Survey: Equatable, Sendable {
  public var group: Group
  /// The launch template that the group is set to; `nil`: it is set to none.
  public var template: LaunchTemplate?
  public var targetGroups: [TargetGroup]
  /// By target group ARN.
  public var targets: [String: [Target]]
  /// Newest first, the active one before all others; six weeks back, as AWS keeps them.
  public var refreshes: [Refresh]
  /// The alarms that the pipeline names; one that does not exist is missing.
  public var alarms: [Alarm]
  /// The image repository as `docker pull` names it, without tag: `registry/name`.
  public var repository: String
  /// What the template's instance type runs, such as `linux/arm64`; `nil`: it could not be told.
  public var platform: String?

  public init(
    group: Group, template: LaunchTemplate?, targetGroups: [TargetGroup], targets: [String: [Target]],
    refreshes: [Refresh] = [], alarms: [Alarm] = [], repository: String, platform: String? = nil
  ) {
    self.group = group
    self.template = template
    self.targetGroups = targetGroups
    self.targets = targets
    self.refreshes = refreshes
    self.alarms = alarms
    self.repository = repository
    self.platform = platform
  }

  /// The refresh that holds the group now.
  public var activeRefresh: Refresh? { refreshes.first { $0.status.isActive } }
}

/// A launch template and those of its versions that matter to a release.
public struct LaunchTemplate: Equatable, Sendable {
  public var id: String
  public var name: String
  public var defaultVersion: Int
  public var latestVersion: Int
  /// The newest versions, and each that the group, its instances or its tags name.
  public var versions: [Int: TemplateVersion]

  public init(id: String, name: String, defaultVersion: Int, latestVersion: Int, versions: [Int: TemplateVersion]) {
    self.id = id
    self.name = name
    self.defaultVersion = defaultVersion
    self.latestVersion = latestVersion
    self.versions = versions
  }
}

/// One version of a launch template: a release, if its description says so.
public struct TemplateVersion: Equatable, Sendable {
  public var number: Int
  public var description: String
  /// The AMI, or an alias such as `resolve:ssm:…`.
  public var imageID: String?
  public var instanceType: String?
  /// As the instance gets it, decoded.
  public var userData: [UInt8]
  /// Equal for two versions that differ in nothing but user data, number and description.
  public var fingerprint: String
  /// The members that ``fingerprint`` is made of, by their paths, such as `metadataOptions.httpTokens`.
  public var members: [String: String]
  public var created: Moment?
  public var createdBy: String?

  public init(
    number: Int, description: String = "", imageID: String? = nil, instanceType: String? = nil, userData: [UInt8] = [],
    fingerprint: String = "", members: [String: String] = [:], created: Moment? = nil,
    createdBy: String? = nil
  ) {
    self.members = members
    self.number = number
    self.description = description
    self.imageID = imageID
    self.instanceType = instanceType
    self.userData = userData
    self.fingerprint = fingerprint
    self.created = created
    self.createdBy = createdBy
  }
}
