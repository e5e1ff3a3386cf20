import AWSWire

extension EC2 {
  /// A launch template by its id or its name, never by both.
  public enum LaunchTemplateKey: Hashable, Sendable, CustomStringConvertible {
    case id(String)
    case name(String)

    public var description: String {
      switch self {
      case .id(let text), .name(let text): text
      }
    }

    func add(to form: inout QueryForm) {
      switch self {
      case .id(let id): form.add("LaunchTemplateId", id)
      case .name(let name): form.add("LaunchTemplateName", name)
      }
    }
  }

  public struct LaunchTemplate: Equatable, Sendable {
    public var id: String
    public var name: String
    public var defaultVersion: Int
    public var latestVersion: Int
    public var createdBy: String?
    public var createTime: Timestamp?
  }

  public struct LaunchTemplateVersion: Equatable, Sendable {
    public var templateID: String
    public var templateName: String
    public var number: Int
    public var description: String?
    public var createdBy: String?
    public var createTime: Timestamp?
    public var isDefault: Bool
    public var data: LaunchTemplateData
  }

  /// What a created version got, and what EC2 found wrong with it although it was created.
  public struct CreatedVersion: Equatable, Sendable {
    public struct Warning: Equatable, Sendable {
      public var code: String
      public var message: String
    }

    public var version: LaunchTemplateVersion
    public var warnings: [Warning]
  }

  /// A version that was to be deleted, and is not.
  public struct UndeletedVersion: Equatable, Sendable {
    public var number: Int
    /// Such as `launchTemplateVersionDoesNotExist` or `unexpectedError`.
    public var code: String
    public var message: String
  }

  /// Templates by their keys, all of one kind; one that is missing is `notFound`.
  public func describeLaunchTemplates(_ keys: [LaunchTemplateKey]) async throws(AWSError) -> [LaunchTemplate] {
    let resource = keys.map(\.description).joined(separator: ", ")
    return try await caller.query(.ec2, "DescribeLaunchTemplates", of: resource) { form in
      for (index, key) in keys.enumerated() {
        switch key {
        case .id(let id): form.add("LaunchTemplateId.\(index + 1)", id)
        case .name(let name): form.add("LaunchTemplateName.\(index + 1)", name)
        }
      }
    } decode: { node throws(MissingMember) in
      try node.list("launchTemplates").map(LaunchTemplate.init)
    }
  }

  /// The versions named (numbers, `$Latest`, `$Default`), or those of a range, or all; newest first.
  public func describeLaunchTemplateVersions(
    _ template: LaunchTemplateKey, versions: [String] = [], from minimum: Int? = nil, to maximum: Int? = nil
  ) async throws(AWSError) -> [LaunchTemplateVersion] {
    let resource = "\(template)" + (versions.isEmpty ? "" : ":\(versions.joined(separator: ","))")
    let found = try await caller.pages(.ec2, "DescribeLaunchTemplateVersions", of: resource, by: \.number) {
      token throws(AWSError) -> (items: [LaunchTemplateVersion], next: String?) in
      try await caller.query(.ec2, "DescribeLaunchTemplateVersions", of: resource) { form in
        template.add(to: &form)
        // The API calls the member `Versions`; this is its name on the wire.
        form.add(list: "LaunchTemplateVersion", versions)
        form.add("MinVersion", minimum)
        form.add("MaxVersion", maximum)
        if versions.isEmpty { form.add("MaxResults", 200) }
        form.add("NextToken", token)
      } decode: { node throws(MissingMember) in
        let page = try node.list("launchTemplateVersionSet").map(LaunchTemplateVersion.init)
        return (page, node.nonEmpty("nextToken"))
      }
    }
    return found.sorted { $0.number > $1.number }
  }

  /// Creates a version that differs from `source` in its user data and description alone.
  ///
  /// The token makes it idempotent: at most 64 ASCII characters, the same for the same content.
  public func createLaunchTemplateVersion(
    _ template: LaunchTemplateKey, source: Int, description: String, clientToken: String, userData: [UInt8]
  ) async throws(AWSError) -> CreatedVersion {
    try await caller.query(.ec2, "CreateLaunchTemplateVersion", of: template.description, safety: .repeatable) { form in
      template.add(to: &form)
      form.add("ClientToken", clientToken)
      form.add("SourceVersion", source)
      form.add("VersionDescription", description)
      form.add("LaunchTemplateData.UserData", base64Encoded(userData))
    } decode: { node throws(MissingMember) in
      guard let version = node["launchTemplateVersion"] else { throw MissingMember(name: "launchTemplateVersion") }
      let warnings = (node["warning"]?.list("errorSet") ?? []).map {
        CreatedVersion.Warning(code: $0.string("code") ?? "", message: $0.string("message") ?? "")
      }
      return CreatedVersion(version: try LaunchTemplateVersion(version), warnings: warnings)
    }
  }

  /// Deletes versions; gives those that were not, and why: that is no error here. EC2 deletes no default version, and
  /// does not ask whether one is in use.
  ///
  /// - Parameter numbers: any number; at most 200 go into one request.
  public func deleteLaunchTemplateVersions(
    _ template: LaunchTemplateKey, numbers: [Int]
  ) async throws(AWSError) -> [UndeletedVersion] {
    var failures: [UndeletedVersion] = []
    for part in numbers.parts(of: 200) where !part.isEmpty {
      let versions = part.map { String($0) }
      failures += try await caller.query(
        .ec2, "DeleteLaunchTemplateVersions", of: "\(template):\(versions.joined(separator: ","))", safety: .repeatable
      ) { form in
        template.add(to: &form)
        form.add(list: "LaunchTemplateVersion", versions)
      } decode: { node throws(MissingMember) in
        node.list("unsuccessfullyDeletedLaunchTemplateVersionSet").map { item in
          UndeletedVersion(
            number: item.int("versionNumber") ?? 0, code: item["responseError"]?.string("code") ?? "",
            message: item["responseError"]?.string("message") ?? "")
        }
      }
    }
    return failures
  }
}

extension EC2.LaunchTemplate {
  init(_ node: XMLNode) throws(MissingMember) {
    id = try node.required("launchTemplateId")
    name = try node.required("launchTemplateName")
    defaultVersion = try node.requiredInt("defaultVersionNumber")
    latestVersion = try node.requiredInt("latestVersionNumber")
    createdBy = node.nonEmpty("createdBy")
    createTime = node.timestamp("createTime")
  }
}

extension EC2.LaunchTemplateVersion {
  init(_ node: XMLNode) throws(MissingMember) {
    templateID = try node.required("launchTemplateId")
    templateName = try node.required("launchTemplateName")
    number = try node.requiredInt("versionNumber")
    description = node.nonEmpty("versionDescription")
    createdBy = node.nonEmpty("createdBy")
    createTime = node.timestamp("createTime")
    isDefault = node.bool("defaultVersion") ?? false
    data = EC2.LaunchTemplateData(tree: node["launchTemplateData"] ?? XMLNode("launchTemplateData"))
  }
}
