/// A commit that may be released: it is on the pipeline's branch.
public struct ResolvedCommit: Equatable, Sendable {
  /// 40 lower-case hexadecimal digits.
  public var id: String
  /// The committer's time, in seconds since 1970-01-01T00:00:00Z.
  public var committedAt: Int64
  /// The author's name.
  public var author: String
  /// The first line of the message.
  public var summary: String
  /// How many files of the work tree differ from HEAD or are untracked; `nil` for a bare repository. They are never
  /// built: what is built comes from the commit's tree.
  public var changedFiles: Int?
  /// The reference that served as the branch, for example `refs/remotes/origin/main`.
  public var branch: String
  /// The commit at the branch's head.
  public var branchHead: String

  public init(
    id: String, committedAt: Int64, author: String, summary: String, changedFiles: Int?, branch: String,
    branchHead: String
  ) {
    self.id = id
    self.committedAt = committedAt
    self.author = author
    self.summary = summary
    self.changedFiles = changedFiles
    self.branch = branch
    self.branchHead = branchHead
  }
}

/// Whether a commit is another's ancestor, or the same.
public enum Ancestry: Equatable, Sendable {
  case yes
  case no
  /// The repository does not hold what would tell; the reason is a sentence for people.
  case unknown(reason: String)
}
