import AWSWire

extension AutoScaling {
  /// A mixed-instances policy, kept as AWS answered it, so that it goes back with the version changed and nothing else.
  ///
  /// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_MixedInstancesPolicy.html
  public struct MixedInstancesPolicy: Equatable, Sendable {
    /// `MixedInstancesPolicy` with all its members.
    public var tree: XMLNode

    public init(tree: XMLNode) { self.tree = tree }

    /// A policy of its parts; `distribution` holds the members of InstancesDistribution as AWS spells them.
    public init(
      launchTemplate: LaunchTemplateSpecification, overrides: [Override] = [], distribution: [String: String]? = nil
    ) {
      var template = [launchTemplate.node("LaunchTemplateSpecification")]
      if !overrides.isEmpty { template.append(XMLNode("Overrides", children: overrides.map(\.node))) }
      var members = [XMLNode("LaunchTemplate", children: template)]
      if let distribution {
        let sorted = distribution.sorted { $0.key < $1.key }.map { XMLNode($0.key, text: $0.value) }
        members.append(XMLNode("InstancesDistribution", children: sorted))
      }
      tree = XMLNode("MixedInstancesPolicy", children: members)
    }

    public struct Override: Equatable, Sendable {
      public var instanceType: String?
      public var weightedCapacity: Int?
      public var launchTemplate: LaunchTemplateSpecification?
      /// Attribute-based selection (`InstanceRequirements`).
      public var hasInstanceRequirements: Bool

      public init(
        instanceType: String? = nil, weightedCapacity: Int? = nil, launchTemplate: LaunchTemplateSpecification? = nil
      ) {
        self.instanceType = instanceType
        self.weightedCapacity = weightedCapacity
        self.launchTemplate = launchTemplate
        hasInstanceRequirements = false
      }
    }

    public var launchTemplate: LaunchTemplateSpecification? {
      tree.at("LaunchTemplate", "LaunchTemplateSpecification").map(LaunchTemplateSpecification.init)
    }

    public var overrides: [Override] {
      (tree["LaunchTemplate"]?.list("Overrides") ?? []).map(Override.init)
    }

    /// The members of InstancesDistribution as AWS spells them; `nil`: there is none.
    public var distribution: [String: String]? {
      tree["InstancesDistribution"].map { node in
        Dictionary(node.children.map { ($0.name, $0.text) }) { first, _ in first }
      }
    }

    /// The same policy with its template set to another version; overrides that name a template keep theirs.
    public func with(version: String) -> MixedInstancesPolicy {
      guard var template = launchTemplate else { return self }
      template.version = version
      var policy = self
      policy.tree.replaceChild("LaunchTemplate") { launchTemplate in
        launchTemplate.replaceChild("LaunchTemplateSpecification") { $0 = template.node($0.name) }
      }
      return policy
    }

    func add(to form: inout QueryForm, prefix: String) { addMembers(of: tree, to: &form, prefix: prefix) }
  }
}

extension AutoScaling.MixedInstancesPolicy.Override {
  init(_ node: XMLNode) {
    instanceType = node.nonEmpty("InstanceType")
    weightedCapacity = node.int("WeightedCapacity")
    launchTemplate = node["LaunchTemplateSpecification"].map(AutoScaling.LaunchTemplateSpecification.init)
    hasInstanceRequirements = node["InstanceRequirements"] != nil
  }

  var node: XMLNode {
    var members: [XMLNode] = []
    if let instanceType { members.append(XMLNode("InstanceType", text: instanceType)) }
    if let weightedCapacity { members.append(XMLNode("WeightedCapacity", text: String(weightedCapacity))) }
    if let launchTemplate { members.append(launchTemplate.node("LaunchTemplateSpecification")) }
    return XMLNode("member", children: members)
  }
}

/// Writes an answer's members as a request has them: names joined with points, list elements `member.N`. Empty members
/// are left out, and so is a template's name beside its id, which AWS refuses.
private func addMembers(of node: XMLNode, to form: inout QueryForm, prefix: String) {
  if node.children.isEmpty {
    form.add(prefix, node.text.isEmpty ? nil : node.text)
    return
  }
  let hasTemplateID = node.nonEmpty("LaunchTemplateId") != nil
  var elements = 0
  for child in node.children where !(hasTemplateID && child.name == "LaunchTemplateName") {
    if child.name == "member" { elements += 1 }
    let step = child.name == "member" ? "member.\(elements)" : child.name
    addMembers(of: child, to: &form, prefix: "\(prefix).\(step)")
  }
}

extension XMLNode {
  fileprivate mutating func replaceChild(_ name: String, _ change: (inout XMLNode) -> Void) {
    guard let index = children.firstIndex(where: { $0.name == name }) else { return }
    change(&children[index])
  }
}
