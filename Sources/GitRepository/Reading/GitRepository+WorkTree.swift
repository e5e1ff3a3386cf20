internal import CGit2

extension GitRepository {
  /// How many files of the work tree differ from HEAD or are untracked (a folder with nothing tracked in it counts as
  /// one); `nil` for a bare repository. It looks for two seconds at most: in a tree that was copied, libgit2 has to read
  /// every file again. What was found until then is then the answer, a lower bound.
  func changedFiles() throws(GitError) -> Int? {
    if git_repository_is_bare(handle.pointer) == 1 { return nil }
    let doing = "Looking for changed files in \(path)"
    let index = try GitHandle.make(doing, as: .index) { git_repository_index(&$0, handle.pointer) }
    let search = ChangeSearch(index)
    var options = git_diff_options()
    git_diff_options_init(&options, UInt32(GIT_DIFF_OPTIONS_VERSION))
    options.flags = GIT_DIFF_INCLUDE_UNTRACKED.rawValue
    options.ignore_submodules = GIT_SUBMODULE_IGNORE_ALL
    options.payload = Unmanaged.passUnretained(search).toOpaque()
    options.notify_cb = { _, delta, _, payload in ChangeSearch.from(payload).take(delta) }
    options.progress_cb = { _, _, _, payload in ChangeSearch.from(payload).goesOn }
    var head: OpaquePointer?
    _ = git_revparse_single(&head, handle.pointer, "HEAD^{tree}")
    let tree = head.map { GitHandle($0, as: .tree) }
    try compare(doing) { git_diff_tree_to_index(&$0, handle.pointer, tree?.pointer, index.pointer, &options) }
    try compare(doing) { git_diff_index_to_workdir(&$0, handle.pointer, index.pointer, &options) }
    return search.paths.count
  }

  /// A comparison that the search itself ended is none that failed.
  private func compare(_ doing: String, _ call: (inout OpaquePointer?) -> Int32) throws(GitError) {
    var diff: OpaquePointer?
    let code = call(&diff)
    if let diff { git_diff_free(diff) }
    if code != GIT_EUSER.rawValue { try check(doing, code) }
  }
}

/// Collects what libgit2's comparisons meet.
private final class ChangeSearch {
  private(set) var paths: Set<String> = []
  private let index: GitHandle
  private let deadline = ContinuousClock.now + .seconds(2)

  init(_ index: GitHandle) { self.index = index }

  static func from(_ payload: UnsafeMutableRawPointer?) -> ChangeSearch {
    guard let payload else { preconditionFailure("libgit2 lost the payload of a call-back") }
    return Unmanaged<ChangeSearch>.fromOpaque(payload).takeUnretainedValue()
  }

  /// libgit2's answer of a call-back: anything but zero ends the comparison.
  var goesOn: Int32 { ContinuousClock.now < deadline ? 0 : GIT_EUSER.rawValue }

  /// Takes a difference; a positive answer leaves it out of libgit2's own list.
  func take(_ delta: UnsafePointer<git_diff_delta>?) -> Int32 {
    guard let delta = delta?.pointee, let name = delta.new_file.path ?? delta.old_file.path else { return 1 }
    if !isLeftOut(name, delta) { paths.insert(String(cString: name)) }
    return 1
  }

  /// A sparse checkout leaves files out on purpose, which libgit2 1.5 takes for deleted.
  private func isLeftOut(_ name: UnsafePointer<CChar>, _ delta: git_diff_delta) -> Bool {
    guard delta.status == GIT_DELTA_DELETED, let entry = git_index_get_bypath(index.pointer, name, 0) else {
      return false
    }
    return UInt32(entry.pointee.flags_extended) & GIT_INDEX_ENTRY_SKIP_WORKTREE.rawValue != 0
  }
}
