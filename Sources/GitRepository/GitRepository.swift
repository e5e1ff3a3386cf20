internal import CGit2

/// A git repository on this machine, read with libgit2: nothing in it is ever changed, and no `git` is started.
///
/// Every call runs on the repository's own thread, one after the other, so none blocks Swift's cooperative pool.
public actor GitRepository {
  /// The path that it was opened with, for messages.
  public nonisolated let path: String
  let handle: GitHandle
  /// Its object database.
  let objects: GitHandle
  private nonisolated let thread: GitThread

  public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

  /// Opens the repository that holds `path`: a work tree or a folder in it, a linked worktree or a bare repository.
  ///
  /// - Parameters:
  ///   - environment: tells whose repositories are read, as git's `safe.directory` has it.
  ///   - name: what messages call it; `nil`: the path.
  /// - Throws: `GitError.notARepository`, `.notOwned`, `.unsupportedFormat`.
  public static func open(
    _ path: String, environment: GitEnvironment = .current, shownAs name: String? = nil
  ) async throws(GitError) -> GitRepository {
    try await Opener().open(path, environment, shownAs: name ?? path)
  }

  fileprivate init(path: String, handle: sending GitHandle, thread: GitThread) throws(GitError) {
    self.path = path
    self.thread = thread
    objects = try GitHandle.make("Opening the objects of \(path)", as: .objects) {
      git_repository_odb(&$0, handle.pointer)
    }
    self.handle = handle
  }

  deinit { thread.stop() }

  /// The bytes of the file at `path` in the commit's tree; `nil` where there is none, or a folder.
  ///
  /// - Parameter commit: 40 hexadecimal digits.
  public func blob(at path: String, commit: String) throws(GitError) -> [UInt8]? {
    let root = try rootTree(of: commit)
    guard let entry = try entry(at: normalized(path) ?? "", in: root),
      git_tree_entry_type(entry.pointer) == GIT_OBJECT_BLOB
    else { return nil }
    return try object(git_tree_entry_id(entry.pointer).pointee, "Reading the file \(path)").bytes
  }

  /// The object name of the folder's tree in a commit: equal for equal contents. An empty folder name is the root.
  ///
  /// - Throws: `GitError.missingFolder`.
  public func treeID(of folder: String, commit: String) throws(GitError) -> String {
    hex(git_tree_id(try tree(of: folder, commit: commit).pointer).pointee)
  }
}

/// Opens on the thread that the repository then lives on.
private actor Opener {
  private nonisolated let thread: GitThread

  nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

  init() throws(GitError) { thread = try GitThread() }

  func open(
    _ path: String, _ environment: GitEnvironment, shownAs name: String
  ) throws(GitError) -> GitRepository {
    do throws(GitError) {
      let handle = try openHandle(path)
      if let folder = Ownership.refusedFolder(handle, environment) { throw GitError.notOwned(path: folder) }
      return try GitRepository(path: name, handle: handle, thread: thread)
    } catch {
      thread.stop()
      throw error
    }
  }
}

private func openHandle(_ path: String) throws(GitError) -> GitHandle {
  precondition(library.isReady, "libgit2 could not be initialised")
  var repository: OpaquePointer?
  let code = git_repository_open_ext(&repository, path, 0, nil)
  if code == 0, let repository { return GitHandle(repository, as: .repository) }
  let message = lastMessage()
  if code == GIT_ENOTFOUND.rawValue { throw .notARepository(path: path) }
  if lastClass() == GIT_ERROR_REPOSITORY.rawValue { throw .unsupportedFormat(path: path, detail: message) }
  throw .libgit2(doing: "Opening the git repository at \(path)", code: code, message: message)
}
