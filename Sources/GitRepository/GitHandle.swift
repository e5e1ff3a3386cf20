internal import CGit2
import Glibc

/// The one owner of a libgit2 object, which it frees.
final class GitHandle {
  /// What an object is, and so what frees it.
  enum Kind {
    case repository
    case commit
    case tree
    case treeEntry
    case object
    case index
    case revisionWalk
    case objects
    case config
    case remote
    case reference
    case objectContents
  }

  let pointer: OpaquePointer
  private let kind: Kind

  init(_ pointer: OpaquePointer, as kind: Kind) {
    self.pointer = pointer
    self.kind = kind
  }

  deinit {
    switch kind {
    case .repository: git_repository_free(pointer)
    case .commit: git_commit_free(pointer)
    case .tree: git_tree_free(pointer)
    case .treeEntry: git_tree_entry_free(pointer)
    case .object: git_object_free(pointer)
    case .index: git_index_free(pointer)
    case .revisionWalk: git_revwalk_free(pointer)
    case .objects: git_odb_free(pointer)
    case .config: git_config_free(pointer)
    case .remote: git_remote_free(pointer)
    case .reference: git_reference_free(pointer)
    case .objectContents: git_odb_object_free(pointer)
    }
  }

  /// Runs a libgit2 call that makes an object, and owns what it made.
  static func make(
    _ doing: @autoclosure () -> String, as kind: Kind, _ call: (inout OpaquePointer?) -> Int32
  ) throws(GitError) -> GitHandle {
    var made: OpaquePointer?
    let code = call(&made)
    guard code == 0, let made else { throw failure(doing(), code) }
    return GitHandle(made, as: kind)
  }
}

/// libgit2, told once before its first use what it may take and do.
struct Library: Sendable {
  let isReady: Bool

  /// In bytes: of a pack mapped at a time, of all packs mapped, and of the objects that it remembers.
  private static let windowSize = 16 << 20
  private static let mappedLimit = 128 << 20
  private static let cacheSize = 16 << 20

  /// In bytes: from where on what was freed goes back to the system, alone or at the end of a heap. glibc's own limits
  /// grow with the largest blob that was ever freed (mallopt(3), `M_MMAP_THRESHOLD`).
  private static let (mappedAllocation, trimmedHeap): (Int32, Int32) = (512 << 10, 4 << 20)

  fileprivate init() {
    _ = cgit2_set_mmap_threshold(Library.mappedAllocation)
    _ = cgit2_set_trim_threshold(Library.trimmedHeap)
    // https://libgit2.org/docs/guides/101-samples/
    isReady = git_libgit2_init() > 0
    _ = cgit2_set_window_size(Library.windowSize)
    _ = cgit2_set_mapped_limit(Library.mappedLimit)
    _ = cgit2_set_cache_size(Library.cacheSize)
    // Its own check of each object against its name takes a third of the time of an archive, for its SHA-1 also looks for
    // collisions. What comes into an image is checked by `ObjectContents` instead; the rest is read as git reads it,
    // which trusts a pack that was checked when it came in.
    _ = cgit2_set_hash_verification(0)
    // Who may own a repository is asked by git's own rules: `Ownership`.
    _ = cgit2_set_owner_validation(0)
    // Of partial and sparse clones; neither changes how an object is read.
    let extensions = ["partialclone", "worktreeconfig", "preciousobjects"]
    var names = extensions.map { UnsafePointer(strdup($0)) }
    _ = cgit2_set_extensions(&names, names.count)
    for name in names { free(UnsafeMutableRawPointer(mutating: name)) }
  }
}

let library = Library()

/// The error of a call that has just answered `code`, with libgit2's words for this thread.
///
/// Read only after a failure: after a success the last error may be a stale one.
func failure(_ doing: String, _ code: Int32) -> GitError {
  .libgit2(doing: doing, code: code, message: lastMessage())
}

func lastMessage() -> String {
  guard let error = git_error_last(), let message = error.pointee.message else { return "no reason given" }
  return String(cString: message)
}

func lastClass() -> UInt32 {
  guard let error = git_error_last() else { return 0 }
  return UInt32(bitPattern: error.pointee.klass)
}

/// The 40 hexadecimal digits of an object's name.
func hex(_ id: git_oid) -> String {
  var copy = id
  var text = [CChar](repeating: 0, count: Int(GIT_OID_HEXSZ) + 1)
  git_oid_tostr(&text, text.count, &copy)
  return String(decoding: text.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// The object name of 40 hexadecimal digits; `nil` for anything else.
func objectName(_ hex: String) -> git_oid? {
  var id = git_oid()
  guard hex.utf8.count == Int(GIT_OID_HEXSZ), git_oid_fromstr(&id, hex) == 0 else { return nil }
  return id
}
