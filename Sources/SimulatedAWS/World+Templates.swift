extension World {
  /// CreateLaunchTemplate with its first version.
  @discardableResult
  public mutating func createLaunchTemplate(
    name: String, description: String? = nil, data: TemplateData, tags: [Tag] = []
  ) throws(Fault) -> LaunchTemplate {
    guard (3...128).contains(name.utf8.count) else {
      throw Fault("InvalidLaunchTemplateName.MalformedException", "Invalid launch template name '\(name)'")
    }
    guard !templates.contains(where: { $0.name == name }) else {
      throw Fault("InvalidLaunchTemplateName.AlreadyExistsException", "Launch template name already in use.")
    }
    try check(data, description)
    let version = TemplateVersion(number: 1, description: description, created: now, data: data)
    let template = LaunchTemplate(
      id: "lt-0" + random.hex(16), name: name, created: now, defaultVersion: 1, versions: [version], latestVersion: 1,
      tags: tags, tokens: [:])
    templates.append(template)
    return template
  }

  /// CreateLaunchTemplateVersion.
  ///
  /// With a source version the new one inherits it, and each member sent replaces the source's. The same token with the
  /// same parameters gives the first answer again; with others it is `IdempotentParameterMismatch`.
  @discardableResult
  public mutating func createTemplateVersion(
    of specification: TemplateSpecification, source: String? = nil, description: String? = nil, data: TemplateData,
    token: String? = nil
  ) throws(Fault) -> TemplateVersion {
    let index = try templateIndex(specification)
    if let token, let use = templates[index].tokens[token] {
      guard use.source == source, use.description == description, use.data == data else {
        throw Fault(
          "IdempotentParameterMismatch",
          "The client token \(token) was used before with different parameters. Use another token.")
      }
      return use.version
    }
    var merged = data
    if let source {
      guard let number = templates[index].number(of: source), let version = templates[index][number] else {
        throw versionNotFound(templates[index], source)
      }
      merged = data.inheriting(version.data)
    }
    try check(merged, description)
    guard !merged.isEmpty else {
      throw Fault("MissingParameter", "The request must contain the parameter LaunchTemplateData")
    }
    templates[index].latestVersion += 1
    let version = TemplateVersion(
      number: templates[index].latestVersion, description: description, created: now, data: merged)
    templates[index].versions.append(version)
    if let token {
      templates[index].tokens[token] = LaunchTemplate.TokenUse(
        source: source, description: description, data: data, version: version)
    }
    return version
  }

  /// ModifyLaunchTemplate: sets the default version.
  @discardableResult
  public mutating func setDefaultVersion(
    of specification: TemplateSpecification, to version: String
  ) throws(Fault) -> LaunchTemplate {
    let index = try templateIndex(specification)
    guard let number = templates[index].number(of: version) else { throw versionNotFound(templates[index], version) }
    templates[index].defaultVersion = number
    return templates[index]
  }

  /// What DeleteLaunchTemplateVersions answers for one version: `nil` for deleted, otherwise code and message.
  public mutating func deleteTemplateVersion(
    of specification: TemplateSpecification, number: Int
  ) throws(Fault) -> Fault? {
    let index = try templateIndex(specification)
    guard let place = templates[index].versions.firstIndex(where: { $0.number == number }) else {
      return Fault(
        "launchTemplateVersionDoesNotExist", "Could not find the launch template version \(number).", httpStatus: 200)
    }
    guard number != templates[index].defaultVersion else {
      return Fault(
        "unexpectedError", "Cannot delete the default version of a launch template. Set another default first.",
        httpStatus: 200)
    }
    templates[index].versions.remove(at: place)
    return nil
  }

  /// The template by id or name, or EC2's error for an unknown one.
  public func launchTemplate(_ specification: TemplateSpecification) throws(Fault) -> LaunchTemplate {
    templates[try templateIndex(specification)]
  }

  /// EC2's error for a version that a template does not have.
  public func versionNotFound(_ template: LaunchTemplate, _ version: String) -> Fault {
    Fault(
      "InvalidLaunchTemplateId.VersionNotFound",
      "Could not find launch template version '\(version)' for the specified launch template ID: '\(template.id)'.")
  }

  /// RunInstances with DryRun: the error that a launch would meet now, or `DryRunOperation`.
  public func dryRunLaunch(_ specification: TemplateSpecification) -> Fault {
    do {
      let template = try launchTemplate(specification)
      guard template.number(of: specification.version) != nil else {
        return versionNotFound(template, specification.version ?? "$Default")
      }
      _ = try plan(for: .template(specification))
      return Fault("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", httpStatus: 412)
    } catch {
      return error
    }
  }

  func template(_ specification: TemplateSpecification) -> LaunchTemplate? {
    templates.first { specification.id.isEmpty ? $0.name == specification.name : $0.id == specification.id }
  }

  private func templateIndex(_ specification: TemplateSpecification) throws(Fault) -> Int {
    guard !specification.id.isEmpty || !specification.name.isEmpty else {
      throw Fault("MissingParameter", "Either a launch template ID or a launch template name must be specified")
    }
    guard specification.id.isEmpty || specification.name.isEmpty else {
      throw Fault("InvalidParameterCombination", "Specify a launch template ID or a launch template name, not both")
    }
    if let index = templates.firstIndex(where: {
      specification.id.isEmpty ? $0.name == specification.name : $0.id == specification.id
    }) {
      return index
    }
    throw specification.id.isEmpty
      ? Fault(
        "InvalidLaunchTemplateName.NotFoundException",
        "At least one of the launch templates specified in the request does not exist.")
      : Fault(
        "InvalidLaunchTemplateId.NotFound",
        "The specified launch template, with ID \(specification.id), does not exist.")
  }

  private func check(_ data: TemplateData, _ description: String?) throws(Fault) {
    if let description, description.utf8.count > 255 {
      throw Fault("InvalidParameterValue", "The version description must have at most 255 characters")
    }
    if let userData = data.userData, Base64.decode(userData) == nil {
      throw Fault("InvalidUserData.Malformed", "Invalid BASE64 encoding of user data.")
    }
  }
}
