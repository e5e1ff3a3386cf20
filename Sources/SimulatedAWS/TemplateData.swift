/// A value as the wire's keys spell it: text, members in the order sent, or a numbered list.
public indirect enum Tree: Hashable, Sendable {
  case text(String)
  case members([Member])
  case list([Tree])

  /// One named value.
  public struct Member: Hashable, Sendable {
    public var key: String
    public var value: Tree

    public init(_ key: String, _ value: Tree) {
      self.key = key
      self.value = value
    }
  }

  public var text: String? {
    if case .text(let text) = self { text } else { nil }
  }

  /// The value at a dotted path such as `MetadataOptions.HttpTokens`.
  public subscript(path: String) -> Tree? {
    var tree = self
    for key in path.split(separator: ".") {
      guard case .members(let members) = tree, let member = members.first(where: { $0.key == key }) else { return nil }
      tree = member.value
    }
    return tree
  }

  /// Puts a value at the path of a request's key, such as `["BlockDeviceMapping", "1", "Ebs", "VolumeSize"]`; a
  /// numeric part is a place in a list (from 1, in ascending order as clients send it).
  public mutating func set(_ path: ArraySlice<Substring>, to text: String) {
    guard let head = path.first else {
      self = .text(text)
      return
    }
    let rest = path.dropFirst()
    if let place = Int(head), place > 0 {
      var items: [Tree] = []
      if case .list(let existing) = self { items = existing }
      while items.count < min(place, 1000) { items.append(.members([])) }
      guard place <= items.count else { return }
      items[place - 1].set(rest, to: text)
      self = .list(items)
      return
    }
    var members: [Member] = []
    if case .members(let existing) = self { members = existing }
    let index = members.firstIndex { $0.key == head } ?? members.count
    if index == members.count { members.append(Member(String(head), .members([]))) }
    members[index].value.set(rest, to: text)
    self = .members(members)
  }
}

/// LaunchTemplateData as it was sent: nothing is interpreted until an instance is launched from it.
///
/// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RequestLaunchTemplateData.html
public struct TemplateData: Hashable, Sendable {
  /// The top-level members, with the keys of a request (`SecurityGroupId`, not `SecurityGroupIds`).
  public var tree: Tree

  public init(tree: Tree = .members([])) { self.tree = tree }

  /// The usual few members.
  public init(imageID: String, instanceType: String, userData: String? = nil) {
    var members = [
      Tree.Member("ImageId", .text(imageID)), Tree.Member("InstanceType", .text(instanceType)),
    ]
    if let userData { members.append(Tree.Member("UserData", .text(userData))) }
    tree = .members(members)
  }

  public var imageID: String? { tree["ImageId"]?.text }
  public var instanceType: String? { tree["InstanceType"]?.text }
  /// Base64, as sent.
  public var userData: String? { tree["UserData"]?.text }

  /// Whether nothing was sent.
  public var isEmpty: Bool {
    if case .members(let members) = tree { members.isEmpty } else { true }
  }

  /// This data on top of a source version's: a member sent replaces the source's as a whole, and the source's snapshots
  /// are not inherited.
  func inheriting(_ source: TemplateData) -> TemplateData {
    guard case .members(let own) = tree, case .members(var merged) = source.tree else { return self }
    for (index, member) in merged.enumerated() where member.key == "BlockDeviceMapping" {
      merged[index].value = member.value.withoutSnapshots
    }
    for member in own {
      if let index = merged.firstIndex(where: { $0.key == member.key }) {
        merged[index] = member
      } else {
        merged.append(member)
      }
    }
    return TemplateData(tree: .members(merged))
  }
}

extension Tree {
  fileprivate var withoutSnapshots: Tree {
    switch self {
    case .text: self
    case .list(let items): .list(items.map(\.withoutSnapshots))
    case .members(let members):
      .members(members.filter { $0.key != "SnapshotId" }.map { Member($0.key, $0.value.withoutSnapshots) })
    }
  }
}
