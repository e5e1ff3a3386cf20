internal import CGit2

extension GitRepository {
  /// The commit that `revision` names, if it is on the branch.
  ///
  /// The branch is the remote's where there is a remote (`origin`, or the only one), else the local one: what nobody
  /// else has is not released by accident.
  ///
  /// - Parameter revision: whatever git's rev-parse takes; `nil`: the head of the branch.
  /// - Throws: `GitError.noCommits`, `.noSuchBranch`, `.severalRemotes`, `.unknownRevision`, `.ambiguousRevision`,
  ///   `.notOnBranch`, `.shallow`.
  public func resolve(_ revision: String?, branch: String) throws(GitError) -> ResolvedCommit {
    let (reference, head) = try findBranch(branch)
    let id = try revision.map { text throws(GitError) in try findCommit(text) } ?? head
    if id != head {
      switch try ancestry(of: id, in: head) {
      case .yes: break
      case .no: throw .notOnBranch(commit: id, branch: reference, head: head)
      case .unknown: throw .shallow(commit: id, branch: reference)
      }
    }
    let commit = try self.commit(id)
    return ResolvedCommit(
      id: id, committedAt: git_commit_time(commit.pointer), author: author(of: commit), summary: firstLine(of: commit),
      changedFiles: try changedFiles(), branch: reference, branchHead: head)
  }

  /// Whether commit `ancestor` is an ancestor of `descendant` or the same; both are 40 hexadecimal digits.
  ///
  /// A commit that the repository does not hold gives `.unknown`, never `.no`.
  public func isAncestor(_ ancestor: String, of descendant: String) throws(GitError) -> Ancestry {
    if ancestor == descendant { return .yes }
    for id in [ancestor, descendant] {
      do {
        _ = try commit(id)
      } catch .unknownRevision {
        return .unknown(reason: "\(path) does not hold commit \(id)" + (isShallow ? ": it is a shallow clone" : ""))
      }
    }
    return try ancestry(of: ancestor, in: descendant)
  }

  private func findBranch(_ branch: String) throws(GitError) -> (reference: String, head: String) {
    let remotes = try self.remotes()
    var reference = "refs/heads/\(branch)"
    if let remote = remotes.contains("origin") ? "origin" : remotes.first {
      if remotes.count > 1, remote != "origin" { throw .severalRemotes(names: remotes, repository: path) }
      reference = "refs/remotes/\(remote)/\(branch)"
    }
    var id = git_oid()
    var code = git_reference_name_to_id(&id, handle.pointer, reference)
    if code == GIT_ENOTFOUND.rawValue, git_repository_is_bare(handle.pointer) == 1 {
      // A bare clone has the remote's branches as its own.
      reference = "refs/heads/\(branch)"
      code = git_reference_name_to_id(&id, handle.pointer, reference)
    }
    if code == 0 { return (reference, hex(id)) }
    if try hasNoReference() { throw .noCommits(repository: path) }
    if code == GIT_ENOTFOUND.rawValue || code == GIT_EINVALIDSPEC.rawValue {
      throw .noSuchBranch(branch: branch, looked: [reference], repository: path)
    }
    throw failure("Looking for the branch \(reference)", code)
  }

  private func hasNoReference() throws(GitError) -> Bool {
    var names = git_strarray()
    let code = git_reference_list(&names, handle.pointer)
    guard code == 0 else { throw failure("Listing the branches of \(path)", code) }
    defer { git_strarray_dispose(&names) }
    return names.count == 0
  }

  private func remotes() throws(GitError) -> [String] {
    var names = git_strarray()
    let code = git_remote_list(&names, handle.pointer)
    guard code == 0 else { throw failure("Listing the remotes of \(path)", code) }
    defer { git_strarray_dispose(&names) }
    return (0..<names.count).compactMap { names.strings[$0].map { String(cString: $0) } }
  }

  private func findCommit(_ revision: String) throws(GitError) -> String {
    var object: OpaquePointer?
    let code = git_revparse_single(&object, handle.pointer, revision)
    if code == GIT_EAMBIGUOUS.rawValue { throw .ambiguousRevision(revision: revision, repository: path) }
    guard code == 0, let object else {
      throw .unknownRevision(revision: revision, repository: path, isShallow: isShallow)
    }
    let named = GitHandle(object, as: .object)
    var commit: OpaquePointer?
    guard git_object_peel(&commit, named.pointer, GIT_OBJECT_COMMIT) == 0, let commit else {
      throw .unknownRevision(revision: revision, repository: path, isShallow: isShallow)
    }
    return hex(git_object_id(GitHandle(commit, as: .object).pointer).pointee)
  }
}
