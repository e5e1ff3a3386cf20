internal import CGit2

/// Where a commit comes from, and when.
public struct CommitOrigin: Equatable, Sendable {
  /// The committer's time, in seconds since 1970-01-01T00:00:00Z.
  public var committedAt: Int64
  /// The address of the remote `origin`, as the repository's configuration has it: it may hold a password. `nil`: there
  /// is no such remote.
  public var remote: String?
}

extension GitRepository {
  /// - Parameter commit: 40 hexadecimal digits.
  /// - Throws: `GitError.unknownRevision`.
  public func origin(of commit: String) throws(GitError) -> CommitOrigin {
    let object = try self.commit(commit)
    var remote: OpaquePointer?
    guard git_remote_lookup(&remote, handle.pointer, "origin") == 0, let remote else {
      return CommitOrigin(committedAt: git_commit_time(object.pointer), remote: nil)
    }
    defer { git_remote_free(remote) }
    return CommitOrigin(
      committedAt: git_commit_time(object.pointer), remote: git_remote_url(remote).map { String(cString: $0) })
  }
}
