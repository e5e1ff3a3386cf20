import AWSWire

extension EC2 {
  /// Everything that a version launches with, kept as AWS answered it, so that two versions can be compared in full
  /// whatever members AWS adds.
  public struct LaunchTemplateData: Equatable, Sendable {
    /// `launchTemplateData` with all its members.
    public var tree: XMLNode

    public init(tree: XMLNode) { self.tree = tree }

    /// `ami-…`, or `resolve:ssm:…` where the version names an alias.
    public var imageID: String? { tree.nonEmpty("imageId") }
    public var instanceType: String? { tree.nonEmpty("instanceType") }
    public var keyName: String? { tree.nonEmpty("keyName") }
    /// The profile's ARN or name.
    public var iamInstanceProfile: String? {
      tree["iamInstanceProfile"].flatMap { $0.nonEmpty("arn") ?? $0.nonEmpty("name") }
    }
    /// Attribute-based selection stands in the template instead of a type.
    public var hasInstanceRequirements: Bool { tree["instanceRequirements"] != nil }

    /// The user data's bytes, already out of base64; `nil` when there is none or when it is not base64.
    public var userData: [UInt8]? { tree.nonEmpty("userData").flatMap { base64Decoded($0) } }

    /// Every member but the user data, its text by its path, such as `metadataOptions.httpTokens`.
    public var members: [String: String] { flattened(tree).filter { $0.key != "userData" } }

    /// Paths of all members that differ, such as `networkInterfaceSet[0].subnetId`, in a stable order.
    public func differences(from other: LaunchTemplateData) -> [String] {
      let (mine, theirs) = (flattened(tree), flattened(other.tree))
      return Set(mine.keys).union(theirs.keys).filter { mine[$0] != theirs[$0] }.sorted()
    }
  }
}

/// Each leaf's text by its path below the root. Lists are counted; their order is AWS's own.
private func flattened(_ node: XMLNode, at path: String = "") -> [String: String] {
  if node.children.isEmpty { return path.isEmpty || node.text.isEmpty ? [:] : [path: node.text] }
  var leaves: [String: String] = [:]
  for (index, child) in node.children.enumerated() {
    let step = child.name == "item" ? "[\(index)]" : path.isEmpty ? child.name : ".\(child.name)"
    leaves.merge(flattened(child, at: path + step)) { first, _ in first }
  }
  return leaves
}
