import AWSWire
import SimulatedAWS

/// Launch templates as EC2 takes and tells them.
extension EC2Face {
  private static func specification(_ parameters: Parameters) -> World.TemplateSpecification {
    World.TemplateSpecification(
      id: parameters.text("LaunchTemplateId") ?? "", name: parameters.text("LaunchTemplateName") ?? "")
  }

  private static func data(_ parameters: Parameters) throws(Fault) -> TemplateData {
    guard let sent = parameters["LaunchTemplateData"] else {
      throw Fault("MissingParameter", "The request must contain the parameter LaunchTemplateData")
    }
    return TemplateData(tree: sent.tree)
  }

  static func createTemplate(_ parameters: Parameters, _ world: inout World) throws(Fault) -> [XMLNode?] {
    let tags = parameters.list("TagSpecification").flatMap { $0.list("Tag") }.compactMap { tag in
      tag.text("Key").map { World.Tag($0, tag.text("Value") ?? "") }
    }
    let template = try world.createLaunchTemplate(
      name: try parameters.required("LaunchTemplateName"), description: parameters.text("VersionDescription"),
      data: try data(parameters), tags: tags)
    return [element("launchTemplate", describe(template, world))]
  }

  static func createVersion(_ parameters: Parameters, _ world: inout World) throws(Fault) -> [XMLNode?] {
    if let token = parameters.text("ClientToken"), token.utf8.count > 128 {
      throw Fault("InvalidParameterValue", "The client token must have at most 128 characters")
    }
    let version = try world.createTemplateVersion(
      of: specification(parameters), source: parameters.text("SourceVersion"),
      description: parameters.text("VersionDescription"), data: try data(parameters),
      token: parameters.text("ClientToken"))
    let template = try world.launchTemplate(specification(parameters))
    return [element("launchTemplateVersion", describe(version, of: template, world))]
  }

  static func modifyTemplate(_ parameters: Parameters, _ world: inout World) throws(Fault) -> [XMLNode?] {
    let template = try world.setDefaultVersion(
      of: specification(parameters), to: try parameters.required("SetDefaultVersion"))
    return [element("launchTemplate", describe(template, world))]
  }

  static func deleteVersions(_ parameters: Parameters, _ world: inout World) throws(Fault) -> [XMLNode?] {
    var deleted: [[XMLNode?]] = []
    var kept: [[XMLNode?]] = []
    let template = try world.launchTemplate(specification(parameters))
    for text in parameters.texts("LaunchTemplateVersion") {
      guard let number = Int(text) else {
        throw Fault("InvalidLaunchTemplateId.VersionNotFound", "'\(text)' is not a version number")
      }
      let names = [
        element("launchTemplateId", template.id), element("launchTemplateName", template.name),
        element("versionNumber", number),
      ]
      if let fault = try world.deleteTemplateVersion(of: specification(parameters), number: number) {
        let error = element("responseError", [element("code", fault.code), element("message", fault.message)])
        kept.append(names + [error])
      } else {
        deleted.append(names)
      }
    }
    return [
      list("successfullyDeletedLaunchTemplateVersionSet", of: "item", deleted),
      list("unsuccessfullyDeletedLaunchTemplateVersionSet", of: "item", kept),
    ]
  }

  static func describeTemplates(_ parameters: Parameters, _ world: World) throws(Fault) -> [XMLNode?] {
    let ids = parameters.texts("LaunchTemplateId")
    let names = parameters.texts("LaunchTemplateName")
    for id in ids { _ = try world.launchTemplate(World.TemplateSpecification(id: id)) }
    for name in names { _ = try world.launchTemplate(World.TemplateSpecification(name: name)) }
    let chosen = world.templates.filter {
      (ids.isEmpty || ids.contains($0.id)) && (names.isEmpty || names.contains($0.name))
    }
    let page = try Page(
      of: chosen, token: parameters.text("NextToken"), size: try parameters.int("MaxResults"), default: 200, max: 200,
      invalidCode: "InvalidParameterValue")
    return [
      list("launchTemplates", of: "item", page.items.map { describe($0, world) }), element("nextToken", page.next),
    ]
  }

  static func describeVersions(_ parameters: Parameters, _ world: World) throws(Fault) -> [XMLNode?] {
    let asked = parameters.texts("LaunchTemplateVersion")
    var chosen: [(World.TemplateVersion, World.LaunchTemplate)] = []
    let specification = specification(parameters)
    if specification.id.isEmpty, specification.name.isEmpty {
      guard !asked.isEmpty, asked.allSatisfy({ $0 == "$Latest" || $0 == "$Default" }) else {
        throw Fault("MissingParameter", "Either a launch template ID or a launch template name must be specified")
      }
      for template in world.templates { chosen += try versions(asked, of: template, world) }
    } else {
      let template = try world.launchTemplate(specification)
      chosen = try versions(asked, of: template, world)
      let lower = try parameters.int("MinVersion") ?? 0
      let upper = try parameters.int("MaxVersion") ?? Int.max
      if asked.isEmpty { chosen = chosen.filter { $0.0.number >= lower && $0.0.number <= upper } }
    }
    let page = try Page(
      of: chosen, token: parameters.text("NextToken"), size: try parameters.int("MaxResults"), default: 200, max: 200,
      invalidCode: "InvalidParameterValue")
    return [
      list("launchTemplateVersionSet", of: "item", page.items.map { describe($0.0, of: $0.1, world) }),
      element("nextToken", page.next),
    ]
  }

  /// The versions asked for, or all; newest first.
  private static func versions(
    _ asked: [String], of template: World.LaunchTemplate, _ world: World
  ) throws(Fault) -> [(World.TemplateVersion, World.LaunchTemplate)] {
    guard !asked.isEmpty else { return template.versions.reversed().map { ($0, template) } }
    var found: [(World.TemplateVersion, World.LaunchTemplate)] = []
    for text in asked {
      guard let number = template.number(of: text), let version = template[number] else {
        throw world.versionNotFound(template, text)
      }
      found.append((version, template))
    }
    return found
  }

  private static func describe(_ template: World.LaunchTemplate, _ world: World) -> [XMLNode?] {
    [
      element("launchTemplateId", template.id), element("launchTemplateName", template.name),
      element("createTime", template.created), element("createdBy", "arn:aws:iam::\(world.account):user/sandbox"),
      element("defaultVersionNumber", template.defaultVersion), element("latestVersionNumber", template.latestVersion),
      template.tags.isEmpty
        ? nil
        : list("tagSet", of: "item", template.tags.map { [element("key", $0.key), element("value", $0.value)] }),
    ]
  }

  private static func describe(
    _ version: World.TemplateVersion, of template: World.LaunchTemplate, _ world: World
  ) -> [XMLNode?] {
    [
      element("launchTemplateId", template.id), element("launchTemplateName", template.name),
      element("versionNumber", version.number), element("versionDescription", version.description),
      element("createTime", version.created), element("createdBy", "arn:aws:iam::\(world.account):user/sandbox"),
      element("defaultVersion", version.number == template.defaultVersion),
      TemplateElements.element("launchTemplateData", version.data.tree),
    ]
  }
}

/// Launch-template data as answers spell it: `SecurityGroupId.1` of a request is `securityGroupIdSet/item`.
private enum TemplateElements {
  /// Lists whose name in an answer is not made by the rule, by their key in a request and the element around them.
  private static let exceptions = [
    "networkInterfaceSet/SecurityGroupId": "groupSet", "launchTemplateData/LicenseSpecification": "licenseSet",
    "secondaryInterfaceSet/PrivateIpAddress": "privateIpAddressesSet",
  ]

  static func element(_ name: String, _ tree: Tree, item: String = "item") -> XMLNode {
    switch tree {
    case .text(let text): XMLNode(name, text: text)
    case .list(let items): XMLNode(name, children: items.map { element(item, $0, parent: name) })
    case .members(let members): element(name, .members(members), parent: name)
    }
  }

  private static func element(_ name: String, _ tree: Tree, parent: String) -> XMLNode {
    guard case .members(let members) = tree else { return XMLNode(name, text: tree.text ?? "") }
    return XMLNode(
      name,
      children: members.map { member in
        let plain = member.key.prefix(1).lowercased() + member.key.dropFirst()
        guard case .list = member.value else { return element(plain, member.value) }
        let listName = exceptions["\(parent)/\(member.key)"] ?? plain + "Set"
        return element(listName, member.value, item: listName == "groupSet" ? "groupId" : "item")
      })
  }
}
