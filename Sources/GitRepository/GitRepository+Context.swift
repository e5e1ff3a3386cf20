internal import CGit2
import Glibc

extension GitRepository {
  /// One thing of the tree that goes into the archive; `path` is relative to the context.
  private struct Item {
    enum Kind {
      case folder
      case file(isExecutable: Bool)
      case symlink
    }
    var path: [UInt8]
    var kind: Kind
    var id: git_oid
  }

  /// Streams a build context: a tar archive of `folder` as the commit's **tree** has it; the work tree plays no part.
  ///
  /// Equal trees give equal bytes: owner 0, times 0, modes 0644 and 0755, git's order. What `.dockerignore` at the
  /// context's root leaves out is left out; that file and the Dockerfile are always sent. Attributes of
  /// `.gitattributes` are not applied. A file is held in memory whole while it is written.
  ///
  /// - Parameters:
  ///   - commit: 40 hexadecimal digits.
  ///   - folder: of the tree; empty: its root.
  ///   - dockerfile: relative to `folder`; it must be there.
  ///   - write: takes the next bytes, at most 256 KiB. It runs on the repository's own thread and may block it; its
  ///     error ends the stream and is thrown on.
  /// - Throws: `GitError.missingFolder`, `.missingDockerfile`, `.submodule`, `.largeFilePointer`,
  ///   `.wrongIgnorePattern`; all but the pointer before the first byte.
  public func streamContext(
    commit: String, folder: String, dockerfile: String, into write: @Sendable ([UInt8]) throws -> Void
  ) throws {
    let root = try tree(of: folder, commit: commit)
    let dockerfile = try checkedDockerfile(dockerfile, in: root, folder: folder, commit: commit)
    var walk = ContextWalk(commit: commit, folder: folder, dockerfile: dockerfile, ignore: try ignoreFile(in: root))
    try collect(root, below: [], into: &walk)
    try withoutActuallyEscaping(write) { write in
      var archive = TarWriter<any Error>(output: write)
      for item in walk.items { try add(item, to: &archive, of: walk) }
      try archive.finish()
    }
  }

  /// The walk's question and what it has found.
  private struct ContextWalk {
    var commit: String
    var folder: String
    var dockerfile: String
    var ignore: DockerIgnore?
    var items: [Item] = []

    /// The path in the commit, for messages.
    func fullPath(_ path: [UInt8]) -> String {
      let name = String(decoding: path, as: UTF8.self)
      return folder.isEmpty ? name : "\(folder)/\(name)"
    }
  }

  /// Adds what is in `tree` and not ignored; a folder comes before its contents, and an ignored one
  /// only if an exception keeps something in it.
  private func collect(
    _ tree: GitHandle, below prefix: [UInt8], into walk: inout ContextWalk
  ) throws(GitError) {
    for index in 0..<git_tree_entrycount(tree.pointer) {
      guard let entry = git_tree_entry_byindex(tree.pointer, index), let name = git_tree_entry_name(entry) else {
        continue
      }
      let path = prefix + UnsafeBufferPointer(start: name, count: strlen(name)).map { UInt8(bitPattern: $0) }
      let id = git_tree_entry_id(entry).pointee
      let mode = git_tree_entry_filemode(entry)
      let isIgnored =
        walk.ignore?.isIgnored(String(decoding: path, as: UTF8.self), dockerfile: walk.dockerfile) == true
      if mode == GIT_FILEMODE_TREE {
        let before = walk.items.count
        walk.items.append(Item(path: path, kind: .folder, id: id))
        try collect(
          try subtree(id, path: walk.fullPath(path)), below: path + [UInt8(ascii: "/")], into: &walk)
        if walk.items.count == before + 1, isIgnored { walk.items.removeLast() }
        continue
      }
      if isIgnored { continue }
      if mode == GIT_FILEMODE_COMMIT { throw .submodule(path: walk.fullPath(path), commit: walk.commit) }
      let kind: Item.Kind =
        mode == GIT_FILEMODE_LINK ? .symlink : .file(isExecutable: mode == GIT_FILEMODE_BLOB_EXECUTABLE)
      walk.items.append(Item(path: path, kind: kind, id: id))
    }
  }

  private func add(_ item: Item, to archive: inout TarWriter<any Error>, of walk: ContextWalk) throws {
    switch item.kind {
    case .folder: try archive.folder(item.path)
    case .symlink:
      try archive.symlink(item.path, to: try bytes(of: item.id, path: walk.fullPath(item.path)))
    case .file(let isExecutable):
      let contents = try bytes(of: item.id, path: walk.fullPath(item.path))
      if isLargeFilePointer(contents) {
        throw GitError.largeFilePointer(path: walk.fullPath(item.path), commit: walk.commit)
      }
      try archive.file(item.path, isExecutable: isExecutable, bytes: contents)
    }
  }

  /// The Dockerfile's path as the walk meets it.
  private func checkedDockerfile(
    _ dockerfile: String, in root: GitHandle, folder: String, commit: String
  ) throws(GitError) -> String {
    guard let path = normalized(dockerfile), let entry = try entry(at: path, in: root),
      git_tree_entry_type(entry.pointer) == GIT_OBJECT_BLOB
    else { throw .missingDockerfile(path: folder.isEmpty ? dockerfile : "\(folder)/\(dockerfile)", commit: commit) }
    return path
  }

  private func ignoreFile(in root: GitHandle) throws(GitError) -> DockerIgnore? {
    guard let entry = try entry(at: ".dockerignore", in: root),
      git_tree_entry_type(entry.pointer) == GIT_OBJECT_BLOB
    else { return nil }
    let contents = try bytes(of: git_tree_entry_id(entry.pointer).pointee, path: ".dockerignore")
    return try DockerIgnore(String(decoding: contents, as: UTF8.self))
  }
}

/// Whether a file's contents are a Git LFS pointer
/// (https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md, "The Pointer": under 1024 bytes, version line first).
private func isLargeFilePointer(_ contents: [UInt8]) -> Bool {
  contents.count < 1024 && contents.starts(with: "version https://git-lfs.github.com/spec/v1".utf8)
}
