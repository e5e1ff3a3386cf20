/// An image that the registry holds for some content.
public struct StoredImage: Equatable, Sendable {
  public var digest: Digest
  /// The tag that it was found by.
  public var tag: String
  /// When it was built, or, where the registry tells that instead, pushed; `nil`: it does not say.
  public var built: Moment?
  /// Whether the commit's own tag names it already.
  public var isNamed: Bool

  public init(digest: Digest, tag: String, built: Moment?, isNamed: Bool) {
    self.digest = digest
    self.tag = tag
    self.built = built
    self.isNamed = isNamed
  }

  /// Whether it may stand in for a build at `now`: one whose age is not known may not.
  func mayBeUsed(at now: Moment, for limit: Duration) -> Bool {
    built.map { now - $0 <= limit && limit > .zero } ?? false
  }
}

/// An image that was built, and stands in the Engine.
public struct BuiltImage: Equatable, Sendable {
  /// `sha256:…` of its configuration.
  public var id: String
  /// `os/architecture[/variant]`, as the Engine tells of the image itself.
  public var platform: String

  public init(id: String, platform: String) {
    self.id = id
    self.platform = platform
  }
}

/// An image to look for in the registry.
public struct ImageOrder: Equatable, Sendable {
  public var commit: Commit
  /// `registry/name`.
  public var repository: String
  public var key: ContentKey

  public init(commit: Commit, repository: String, key: ContentKey) {
    self.commit = commit
    self.repository = repository
    self.key = key
  }
}

/// A name to give to an image that the registry holds.
public struct TagOrder: Equatable, Sendable {
  public var commit: Commit
  /// `registry/name`.
  public var repository: String
  public var digest: Digest
  /// Whether the commit's tag may name an earlier image of the same commit, so that this one gets the tag's next
  /// generation.
  public var isRebuild: Bool

  public init(commit: Commit, repository: String, digest: Digest, isRebuild: Bool) {
    self.commit = commit
    self.repository = repository
    self.digest = digest
    self.isRebuild = isRebuild
  }
}
