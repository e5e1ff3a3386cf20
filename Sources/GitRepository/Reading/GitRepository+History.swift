internal import CGit2

/// A commit, for a list of what changed.
public struct CommitSummary: Equatable, Sendable {
  /// 40 lower-case hexadecimal digits.
  public var id: String
  /// The author's name.
  public var author: String
  /// The first line of the message.
  public var summary: String
  /// The committer's time, in seconds since 1970-01-01T00:00:00Z.
  public var committedAt: Int64

  public init(id: String, author: String, summary: String, committedAt: Int64) {
    self.id = id
    self.author = author
    self.summary = summary
    self.committedAt = committedAt
  }
}

extension GitRepository {
  /// The commits that are reachable from `to`, not from `from`, and that changed `folder`: children before parents, else
  /// the newest first.
  ///
  /// A commit changed the folder if its tree there differs from that of each of its parents, so a merge counts only
  /// where it brings something that no parent had; this is `git log --full-history from..to -- folder`.
  ///
  /// - Parameters:
  ///   - from, to: 40 hexadecimal digits each; both must be in the repository.
  ///   - folder: of the tree; empty or `.`: its root. It may be missing in some commits.
  ///   - atMost: the walk ends with so many; ask for one more than is shown to know whether there are more.
  /// - Throws: `GitError.unknownRevision`, `.cutHistory` (a shallow clone that does not reach from one to the other),
  ///   `.missingFolder` for a folder that leads out of the tree.
  public func commits(
    from: String, to: String, touching folder: String, atMost: Int
  ) throws(GitError) -> [CommitSummary] {
    guard let path = normalized(folder) else { throw .missingFolder(folder: folder, commit: to) }
    for id in [from, to] { _ = try commit(id) }
    let doing = "Listing the commits between \(from) and \(to)"
    var found: [CommitSummary] = []
    for id in try isShallow ? rangeWithinDepth(from: from, to: to) : range(from: from, to: to, doing) {
      if found.count >= atMost { break }
      let commit = try self.commit(hex(id))
      if try changes(commit, path) { found.append(summary(of: commit)) }
    }
    return found
  }

  /// `from..to`, by libgit2's own walk.
  private func range(from: String, to: String, _ doing: String) throws(GitError) -> [git_oid] {
    let walk = try GitHandle.make(doing, as: .revisionWalk) { git_revwalk_new(&$0, handle.pointer) }
    try check(doing, git_revwalk_sorting(walk.pointer, GIT_SORT_TOPOLOGICAL.rawValue | GIT_SORT_TIME.rawValue))
    guard var head = objectName(to), var base = objectName(from) else { return [] }
    try check(doing, git_revwalk_push(walk.pointer, &head))
    try check(doing, git_revwalk_hide(walk.pointer, &base))
    var ids: [git_oid] = []
    while true {
      var next = git_oid()
      let code = git_revwalk_next(&next, walk.pointer)
      if code == GIT_ITEROVER.rawValue { return ids }
      try check(doing, code)
      ids.append(next)
    }
  }

  /// The same in a shallow clone, where libgit2 1.5 fails at the boundary: the newest first. A way from `to` that
  /// reaches the boundary without having met `from`'s history has no known end.
  private func rangeWithinDepth(from: String, to: String) throws(GitError) -> [git_oid] {
    let old = reach(from, except: [])
    let new = reach(to, except: Set(old.commits.keys))
    guard !new.isCut else { throw .cutHistory(from: from, to: to) }
    return new.commits.values.sorted { $0.time > $1.time }.map(\.id)
  }

  private struct Reach {
    var commits: [String: (id: git_oid, time: Int64)] = [:]
    /// A parent is not in the repository.
    var isCut = false
  }

  private func reach(_ start: String, except known: Set<String>) -> Reach {
    var reach = Reach()
    var waiting = known.contains(start) ? [] : [start]
    while let name = waiting.popLast() {
      if reach.commits[name] != nil { continue }
      guard let commit = try? self.commit(name), let id = git_commit_id(commit.pointer)?.pointee else {
        reach.isCut = true
        continue
      }
      reach.commits[name] = (id, git_commit_time(commit.pointer))
      waiting += parents(of: commit).map(hex).filter { !known.contains($0) && reach.commits[$0] == nil }
    }
    return reach
  }

  /// Whether the thing at `path` differs from what each parent has there. A parent that is not there, at the boundary
  /// of a shallow clone, differs.
  private func changes(_ commit: GitHandle, _ path: String) throws(GitError) -> Bool {
    let own = try tree(at: path, of: commit)
    let parents = parents(of: commit)
    if parents.isEmpty { return own != nil }
    for id in parents {
      guard let parent = try? self.commit(hex(id)) else { continue }
      if try tree(at: path, of: parent) == own { return false }
    }
    return true
  }

  /// What a commit has at a path; `nil`: nothing.
  private func tree(at path: String, of commit: GitHandle) throws(GitError) -> String? {
    guard let root = git_commit_tree_id(commit.pointer)?.pointee else { return nil }
    if path.isEmpty { return hex(root) }
    let tree = try subtree(
      root, "Reading the tree of commit \(git_commit_id(commit.pointer).map { hex($0.pointee) } ?? "")")
    return try entry(at: path, in: tree).map { hex(git_tree_entry_id($0.pointer).pointee) }
  }

  func parents(of commit: GitHandle) -> [git_oid] {
    (0..<git_commit_parentcount(commit.pointer)).compactMap { git_commit_parent_id(commit.pointer, $0)?.pointee }
  }

  private func summary(of commit: GitHandle) -> CommitSummary {
    CommitSummary(
      id: git_commit_id(commit.pointer).map { hex($0.pointee) } ?? "", author: author(of: commit),
      summary: firstLine(of: commit), committedAt: git_commit_time(commit.pointer))
  }

  /// The author's name, in one line.
  func author(of commit: GitHandle) -> String {
    oneLine(git_commit_author(commit.pointer).flatMap { $0.pointee.name }.map { String(cString: $0) } ?? "")
  }

  /// The first paragraph of the message as one line, as git shows it.
  func firstLine(of commit: GitHandle) -> String {
    oneLine(git_commit_summary(commit.pointer).map { String(cString: $0) } ?? "")
  }
}

/// Text of a commit's writer without control characters, which would steer the terminal or the log that it is shown in.
func oneLine(_ text: String) -> String {
  String(String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
}

/// Any answer but 0 is an error.
func check(_ doing: @autoclosure () -> String, _ code: Int32) throws(GitError) {
  guard code == 0 else { throw failure(doing(), code) }
}
