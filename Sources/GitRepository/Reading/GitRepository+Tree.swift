internal import CGit2

extension GitRepository {
  /// The commit's root tree.
  func rootTree(of commit: String) throws(GitError) -> GitHandle {
    let object = try self.commit(commit)
    return try GitHandle.make("Reading the tree of commit \(commit)", as: .tree) {
      git_commit_tree(&$0, object.pointer)
    }
  }

  /// The tree of `folder` in a commit.
  func tree(of folder: String, commit: String) throws(GitError) -> GitHandle {
    let root = try rootTree(of: commit)
    guard let path = normalized(folder) else { throw .missingFolder(folder: folder, commit: commit) }
    if path.isEmpty { return root }
    guard let entry = try entry(at: path, in: root), git_tree_entry_type(entry.pointer) == GIT_OBJECT_TREE else {
      throw .missingFolder(folder: folder, commit: commit)
    }
    return try subtree(git_tree_entry_id(entry.pointer).pointee, path: folder)
  }

  /// The tree object `id`, found at `path`.
  func subtree(_ id: git_oid, path: String) throws(GitError) -> GitHandle {
    var id = id
    return try GitHandle.make("Reading the folder \(path)", as: .tree) {
      git_tree_lookup(&$0, handle.pointer, &id)
    }
  }

  /// The entry at a path below `tree`; `nil` where there is none.
  func entry(at path: String, in tree: GitHandle) throws(GitError) -> GitHandle? {
    var found: OpaquePointer?
    let code = git_tree_entry_bypath(&found, tree.pointer, path)
    if code == GIT_ENOTFOUND.rawValue || path.isEmpty { return nil }
    guard code == 0, let found else { throw failure("Looking for \(path)", code) }
    return GitHandle(found, as: .treeEntry)
  }

  /// The commit object of 40 hexadecimal digits.
  func commit(_ hex: String) throws(GitError) -> GitHandle {
    guard var id = objectName(hex) else {
      throw .unknownRevision(revision: hex, repository: path, isShallow: isShallow)
    }
    var found: OpaquePointer?
    let code = git_commit_lookup(&found, handle.pointer, &id)
    if code == GIT_ENOTFOUND.rawValue { throw .unknownRevision(revision: hex, repository: path, isShallow: isShallow) }
    guard code == 0, let found else { throw failure("Reading commit \(hex)", code) }
    return GitHandle(found, as: .commit)
  }

  var isShallow: Bool { git_repository_is_shallow(handle.pointer) == 1 }
}

/// A path inside a tree without `.`, doubled or outer slashes; empty is the root, `nil` leads out of the tree.
func normalized(_ path: String) -> String? {
  let parts = path.split(separator: "/").filter { $0 != "." }
  return parts.contains("..") ? nil : parts.joined(separator: "/")
}
