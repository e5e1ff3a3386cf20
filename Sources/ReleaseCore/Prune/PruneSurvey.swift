/// Everything that is read before old releases and images are deleted.
public struct PruneSurvey: Equatable, Sendable {
  /// The fleet itself.
  public var fleet: Survey
  /// Every version of its launch template, old ones too, in any order.
  public var versions: [TemplateVersion]
  /// Every image of the repository; empty where it is not in ECR.
  public var images: [RepositoryImage]
  /// Whether images can be deleted: only ECR's are.
  public var isInECR: Bool
  /// Other Auto Scaling groups of the region that use the launch template or the repository.
  public var neighbours: [Neighbour]

  public init(
    fleet: Survey, versions: [TemplateVersion], images: [RepositoryImage], isInECR: Bool, neighbours: [Neighbour] = []
  ) {
    self.fleet = fleet
    self.versions = versions
    self.images = images
    self.isInECR = isInECR
    self.neighbours = neighbours
  }

  /// What another group uses.
  public struct Neighbour: Equatable, Sendable {
    public var group: String
    /// Numbers of the fleet's own template: what the group is set to, what its instances run, and what a refresh is
    /// under way to.
    public var versions: Set<Int>
    /// User data of other templates that it uses.
    public var scripts: [[UInt8]]

    public init(group: String, versions: Set<Int> = [], scripts: [[UInt8]] = []) {
      self.group = group
      self.versions = versions
      self.scripts = scripts
    }
  }
}

/// An image as its repository lists it.
public struct RepositoryImage: Equatable, Sendable {
  public var digest: Digest
  public var tags: [String]
  /// `nil`: it does not say.
  public var pushed: Moment?
  public var bytes: Int

  public init(digest: Digest, tags: [String], pushed: Moment?, bytes: Int = 0) {
    self.digest = digest
    self.tags = tags
    self.pushed = pushed
    self.bytes = bytes
  }

  /// Whether each of its tags is one that a release gives, and there is one: an image that somebody else named, or that
  /// has no name, being a part of an index perhaps, is not ours to delete.
  var isOurs: Bool { !tags.isEmpty && tags.allSatisfy(RepositoryImage.isReleaseTag) }

  /// A commit or a content key, of any generation.
  private static func isReleaseTag(_ tag: String) -> Bool {
    let name = tag.hasPrefix("content-") ? tag.dropFirst("content-".count) : tag[...]
    let digits = String(name.prefix(40))
    guard Commit(digits) != nil else { return false }
    return TagGeneration.number(of: String(name), name: digits) != nil
  }
}
