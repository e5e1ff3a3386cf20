internal import CGit2

extension GitRepository {
  /// Whether `commit` is among the ancestors of `head`; both are in the repository and differ.
  func ancestry(of commit: String, in head: String) throws(GitError) -> Ancestry {
    guard var descendant = objectName(head), var ancestor = objectName(commit) else {
      throw .unknownRevision(revision: commit, repository: path, isShallow: isShallow)
    }
    if isShallow { return try ancestryWithinDepth(of: ancestor, in: descendant) }
    // A commit is not its own descendant for libgit2: equality was asked before.
    switch git_graph_descendant_of(handle.pointer, &descendant, &ancestor) {
    case 1: return .yes
    case 0: return .no
    case let code: throw failure("Looking for commit \(commit) in the history of \(head)", code)
    }
  }

  /// The same in a shallow clone, where libgit2 1.5 fails at the boundary even if the answer lies before it: follows
  /// the parents that are there.
  private func ancestryWithinDepth(of ancestor: git_oid, in descendant: git_oid) throws(GitError) -> Ancestry {
    let wanted = hex(ancestor)
    var seen: Set<String> = [hex(descendant)]
    var waiting = [descendant]
    var isCut = false
    while var next = waiting.popLast() {
      var found: OpaquePointer?
      guard git_commit_lookup(&found, handle.pointer, &next) == 0, let found else {
        isCut = true
        continue
      }
      let commit = GitHandle(found, as: .commit)
      for parent in parents(of: commit) {
        let name = hex(parent)
        if name == wanted { return .yes }
        if seen.insert(name).inserted { waiting.append(parent) }
      }
    }
    return isCut ? .unknown(reason: "\(path) is a shallow clone: the history before its depth is not there") : .no
  }
}
