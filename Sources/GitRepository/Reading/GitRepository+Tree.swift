internal import CGit2

extension GitRepository {
  /// The commit's root tree.
  func rootTree(of commit: String) throws(GitError) -> GitHandle {
    let object = try self.commit(commit)
    guard let id = git_commit_tree_id(object.pointer)?.pointee else { throw failure("Reading commit \(commit)", -1) }
    return try subtree(id, "Reading the tree of commit \(commit)")
  }

  /// The tree of `folder` in a commit.
  func tree(of folder: String, commit: String) throws(GitError) -> GitHandle {
    let root = try rootTree(of: commit)
    guard let path = normalized(folder) else { throw .missingFolder(folder: folder, commit: commit) }
    if path.isEmpty { return root }
    guard let entry = try entry(at: path, in: root), git_tree_entry_type(entry.pointer) == GIT_OBJECT_TREE else {
      throw .missingFolder(folder: folder, commit: commit)
    }
    return try subtree(git_tree_entry_id(entry.pointer).pointee, "Reading the folder \(folder)")
  }

  /// The tree object `id`. It is checked against its name, as are a commit and a file: so all of an image's context is
  /// what the commit's name stands for.
  func subtree(_ id: git_oid, _ doing: @autoclosure () -> String) throws(GitError) -> GitHandle {
    _ = try object(id, doing())
    var id = id
    return try GitHandle.make(doing(), as: .tree) { git_tree_lookup(&$0, handle.pointer, &id) }
  }

  /// The entry at a path below `tree`, without `.`, doubled or outer slashes; `nil` where there is none.
  func entry(at path: String, in tree: GitHandle) throws(GitError) -> GitHandle? {
    let names = path.split(separator: "/")
    var folder = tree
    for name in names.dropLast() {
      guard let found = git_tree_entry_byname(folder.pointer, String(name)),
        git_tree_entry_type(found) == GIT_OBJECT_TREE, let id = git_tree_entry_id(found)?.pointee
      else { return nil }
      folder = try subtree(id, "Looking for \(path)")
    }
    guard let last = names.last, let found = git_tree_entry_byname(folder.pointer, String(last)) else { return nil }
    return try GitHandle.make("Looking for \(path)", as: .treeEntry) { git_tree_entry_dup(&$0, found) }
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
    let commit = GitHandle(found, as: .commit)
    _ = try object(id, "Reading commit \(hex)")
    return commit
  }

  var isShallow: Bool { git_repository_is_shallow(handle.pointer) == 1 }
}

/// A path inside a tree without `.`, doubled or outer slashes; empty is the root, `nil` leads out of the tree.
func normalized(_ path: String) -> String? {
  let parts = path.split(separator: "/").filter { $0 != "." }
  return parts.contains("..") ? nil : parts.joined(separator: "/")
}
