/// An image that was named by its digest, and is to be looked at before anything is decided.
public struct ImageCheckOrder: Equatable, Sendable {
  /// `registry/name`.
  public var repository: String
  public var digest: Digest
  /// What the instances run; `nil`: it could not be told, and any image will do.
  public var platform: String?

  public init(repository: String, digest: Digest, platform: String?) {
    self.repository = repository
    self.digest = digest
    self.platform = platform
  }
}

/// What the registry tells of an image: empty problems mean that the instances can run it.
public struct ImageCheck: Equatable, Sendable {
  public var digest: Digest
  public var problems: [String]
  /// The commit that it was built from, by its label or its tag; `nil`: it does not say.
  public var commit: Commit?

  public init(digest: Digest, problems: [String], commit: Commit?) {
    self.digest = digest
    self.problems = problems
    self.commit = commit
  }
}
