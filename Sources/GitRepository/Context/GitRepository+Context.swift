internal import CGit2
import Glibc

extension GitRepository {
  /// Streams a build context: a tar archive of `folder` as the commit's **tree** has it; the work tree plays no part.
  ///
  /// Equal trees give equal bytes: owner 0, one time for all, modes 0644 and 0755, git's order with a folder's files
  /// before its folders. What the ignore file leaves out is left out: `<dockerfile>.dockerignore` where the context has
  /// one, else `.dockerignore` at its root; that file and the Dockerfile are always sent. Attributes of
  /// `.gitattributes` are not applied. A file is held in memory whole while it is written, and the next ones are read
  /// meanwhile (`ReadAhead`).
  ///
  /// - Parameters:
  ///   - commit: 40 hexadecimal digits.
  ///   - folder: of the tree; empty: its root.
  ///   - dockerfile: relative to `folder`; it must be there.
  ///   - write: takes the next bytes, at most 256 KiB. It runs on the repository's own thread and may block it; its
  ///     error ends the stream and is thrown on.
  /// - Throws: before the first byte `GitError.missingFolder`, `.missingDockerfile`, `.submodule`, `.largeFilePointer`,
  ///   `.wrongIgnorePattern`, `.missingObject`; in the midst of it only what a damaged repository brings.
  public func streamContext(
    commit: String, folder: String, dockerfile: String, into write: @Sendable ([UInt8]) throws -> Void
  ) throws {
    let walk = try walkContext(commit: commit, folder: folder, dockerfile: dockerfile)
    let reading = try ReadAhead(walk.plan, from: objects)
    defer { reading.stop() }
    try withoutActuallyEscaping(write) { write in
      var archive = TarWriter<any Error>(output: write)
      if let substitute = walk.ignoreFileSubstitute {
        try substitute.withUnsafeBytes { bytes in
          try archive.file(Array(".dockerignore".utf8), isExecutable: false, bytes: bytes)
        }
      }
      for folder in walk.plan.folders {
        if folder.isSent { try archive.folder(folder.path) }
        try folder.visit { path, file in
          // Read once more where it failed, which has the words for it.
          let contents = try reading.take() ?? object(file.id, walk.reading(path))
          try add(contents, of: file, at: path, to: &archive)
        }
      }
      try archive.finish()
    }
  }

  /// The walk's question and what it has found.
  private struct ContextWalk {
    var commit: String
    var folder: String
    var ignore: DockerIgnore
    /// What is sent as `.dockerignore` instead of what the tree has there.
    var ignoreFileSubstitute: [UInt8]?
    var plan = ContextPlan()
    /// Folders that wait for being read.
    var waiting: [(folder: ContextPlan.Folder, tree: git_oid, matches: DockerIgnore.FolderMatches?)] = []

    /// The path in the commit, for messages.
    func shown(_ path: [UInt8]) -> String {
      oneLine((folder.isEmpty ? "" : "\(folder)/") + String(decoding: path, as: UTF8.self))
    }

    func reading(_ path: [UInt8]) -> String { "Reading the file \(shown(path)) of commit \(commit)" }
  }

  /// Finds all that is sent, and refuses what cannot be built.
  private func walkContext(commit: String, folder: String, dockerfile: String) throws(GitError) -> ContextWalk {
    let root = try tree(of: folder, commit: commit)
    let folder = normalized(folder) ?? folder
    let file = try checkedDockerfile(dockerfile, in: root, folder: folder, commit: commit)
    var walk = ContextWalk(commit: commit, folder: folder, ignore: DockerIgnore())
    if let found = try ignoreFile(for: file, folder: folder, commit: commit) {
      walk.ignore = try DockerIgnore(found.bytes, file: found.path)
      let isSent = try entry(at: ".dockerignore", in: root) != nil && !walk.ignore.isIgnored(ignoreName)
      if found.isOfDockerfile, !isSent {
        walk.ignoreFileSubstitute = removals(walk.ignore, dockerfile: file)
      }
      walk.ignore.keep(ignoreName)
      walk.ignore.keep(Array(file.utf8))
    }
    if let id = git_tree_id(root.pointer)?.pointee {
      walk.waiting = [(ContextPlan.Folder(path: [], isSent: false), id, nil)]
    }
    while let next = walk.waiting.popLast() { try read(next.folder, next.tree, next.matches, into: &walk) }
    try measureFiles(&walk)
    return walk
  }

  /// Adds a folder with its files; the folders in it wait, the first at the end.
  private func read(
    _ folder: ContextPlan.Folder, _ tree: git_oid, _ matches: DockerIgnore.FolderMatches?,
    into walk: inout ContextWalk
  ) throws(GitError) {
    let tree = try subtree(tree, "Reading the folder \(walk.shown(folder.path))")
    var folder = folder
    let firstWaiting = walk.waiting.count
    for index in 0..<git_tree_entrycount(tree.pointer) {
      guard let entry = git_tree_entry_byindex(tree.pointer, index), let id = git_tree_entry_id(entry)?.pointee
      else { continue }
      let name = entryName(entry)
      let path = below(folder.path, name)
      switch git_tree_entry_filemode(entry) {
      case GIT_FILEMODE_TREE:
        let (isIgnored, itsMatches) = walk.ignore.judge(folder: path, in: matches)
        if isIgnored, !walk.ignore.mayKeepSomething(in: path) { continue }
        walk.waiting.append((ContextPlan.Folder(path: path, isSent: !isIgnored), id, itsMatches))
      case let mode:
        if walk.ignore.isIgnored(IgnorePath(path), in: matches) { continue }
        if walk.ignoreFileSubstitute != nil, path == ignoreName { continue }
        if mode == GIT_FILEMODE_COMMIT { throw .submodule(path: walk.shown(path), commit: walk.commit) }
        folder.add(name, id, .init(mode))
      }
    }
    walk.waiting[firstWaiting...].reverse()
    walk.plan.folders.append(folder)
  }

  /// Looks up the files' sizes, and into those that are as small as a pointer, so that nothing is sent of a context that
  /// has one.
  private func measureFiles(_ walk: inout ContextWalk) throws(GitError) {
    for index in walk.plan.folders.indices {
      var folder = walk.plan.folders[index]
      try folder.measure { (path, file) throws(GitError) in
        guard let size = try size(of: file.id, walk.reading(path)) else {
          throw .missingObject(path: walk.shown(path), commit: walk.commit)
        }
        if file.kind != .symlink, LargeFilePointer.sizes.contains(size),
          try object(file.id, walk.reading(path)).withBytes(LargeFilePointer.begins)
        {
          throw .largeFilePointer(path: walk.shown(path), commit: walk.commit)
        }
        return size
      }
      walk.plan.folders[index] = folder
    }
  }

  private func add(
    _ contents: ObjectContents, of file: ContextPlan.File, at path: [UInt8], to archive: inout TarWriter<any Error>
  ) throws {
    try contents.withBytes { bytes in
      switch file.kind {
      case .symlink: try archive.symlink(path, to: Array(bytes))
      case .plain, .executable: try archive.file(path, isExecutable: file.kind == .executable, bytes: bytes)
      }
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

  /// The ignore file that counts, with its path in the commit. The Dockerfile's own goes first
  /// (https://docs.docker.com/build/concepts/context/#filename-and-location).
  private func ignoreFile(
    for dockerfile: String, folder: String, commit: String
  ) throws(GitError) -> (path: String, bytes: [UInt8], isOfDockerfile: Bool)? {
    let root = try rootTree(of: commit)
    for (name, isOfDockerfile) in [("\(dockerfile).dockerignore", true), (".dockerignore", false)] {
      let path = folder.isEmpty ? name : "\(folder)/\(name)"
      if let bytes = try followedFile(at: path, in: root) { return (path, bytes, isOfDockerfile) }
    }
    return nil
  }
}

private let ignoreName = Array(".dockerignore".utf8)

/// A `.dockerignore` for the classic builder, which takes the Dockerfile and that file out of the context again where it
/// ignores them, and knows no ignore file of a Dockerfile's own
/// (https://github.com/moby/moby/blob/v20.10.24/builder/remotecontext/detect.go, `removeDockerfile`).
private func removals(_ ignore: DockerIgnore, dockerfile: String) -> [UInt8] {
  var lines = ignoreName + Array("\n".utf8)
  if ignore.isIgnored(Array(dockerfile.utf8)) {
    for byte in dockerfile.utf8 { lines += Array("*?[\\".utf8).contains(byte) ? [UInt8(ascii: "\\"), byte] : [byte] }
    lines += Array("\n".utf8)
  }
  return lines
}

extension ContextPlan.FileKind {
  /// Of a tree's entry that is no folder and no submodule. Old repositories have a group-writable file's mode, too.
  fileprivate init(_ mode: git_filemode_t) {
    switch mode {
    case GIT_FILEMODE_LINK: self = .symlink
    case GIT_FILEMODE_BLOB_EXECUTABLE: self = .executable
    default: self = .plain
    }
  }
}

private func entryName(_ entry: OpaquePointer) -> UnsafeBufferPointer<UInt8> {
  guard let name = git_tree_entry_name(entry) else { return UnsafeBufferPointer(start: nil, count: 0) }
  let count = strlen(name)
  return UnsafeBufferPointer(start: UnsafeRawPointer(name).assumingMemoryBound(to: UInt8.self), count: count)
}

/// A Git LFS pointer, which stands for a file that git does not hold
/// (https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md, "The Pointer").
private enum LargeFilePointer {
  private static let start = Array("version https://git-lfs.github.com/spec/v1".utf8)

  /// In bytes: less than 1024.
  static let sizes = start.count..<1024

  static func begins(_ bytes: UnsafeRawBufferPointer) -> Bool { bytes.starts(with: start) }
}
