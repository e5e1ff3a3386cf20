internal import CGit2
import FoundationEssentials
import Glibc

/// A repository at a URL, fetched bare into a cache on this machine: the pipeline's branch, and whatever else the
/// revision names. Several runs may use one cache at once.
public struct RemoteRepository: Sendable {
  /// As the pipeline names it, without credentials.
  public let url: GitURL
  let environment: GitEnvironment
  /// Where the fetched objects are.
  let folder: String

  public init(_ url: GitURL, environment: GitEnvironment) {
    self.url = url
    self.environment = environment
    folder = "\(environment.cacheFolder)/\(RemoteRepository.name(url)).git"
  }

  /// A name that can be read, and a hash that tells all of them apart.
  private static func name(_ url: GitURL) -> String {
    guard library.isReady else { return "" }
    var id = git_oid()
    let address = Array(url.address.utf8)
    git_odb_hash(&id, address, address.count, GIT_OBJECT_BLOB)
    let last = url.path.split(separator: "/").last.map(String.init) ?? ""
    let readable = last.filter { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
    return "\(readable.hasSuffix(".git") ? String(readable.dropLast(4)) : readable)-\(hex(id).prefix(16))"
  }

  /// A revision as the cache knows it, where there is no work tree: `HEAD` and `origin/<branch>` are the branch.
  public static func revision(_ text: String, onBranch branch: String) -> String {
    let word = text.prefix { !"~^@:".contains($0) }
    let isHead = word == "HEAD" || word == "origin/\(branch)" || text == "@"
    return isHead ? "refs/heads/\(branch)" + (text == "@" ? "" : text.dropFirst(word.count)) : text
  }

  /// What was fetched before, without asking the server.
  public func open() async throws(GitError) -> GitRepository {
    try await GitRepository.open(folder, environment: environment, shownAs: url.description)
  }

  /// Fetches the branch, and the tag or branch that `revision` begins with. A cache that is broken is made anew, once.
  ///
  /// - Parameter tell: gets a sentence while it goes on; called from any thread.
  /// - Throws: `GitError.remote`.
  public func fetch(
    branch: String, revision: String?, tell: @escaping @Sendable (String) -> Void
  ) async throws(GitError) -> GitRepository {
    let limit = environment["GIT_HTTP_LOW_SPEED_TIME"].flatMap { Int($0) } ?? RemoteRepository.silenceMax
    let order = FetchOrder(remote: self, branch: branch, revision: revision, tell: tell)
    try await FetchWatch.run(
      within: .seconds(limit), stalled: .remote(.stalled(url: url.description, seconds: limit)),
      cancelled: .remote(.cancelled(url: url.description))
    ) { (watch) throws(GitError) in try order.perform(watch) }
    return try await open()
  }

  /// Seconds without a sign of life after which a server is given up.
  private static let silenceMax = 60
}

/// One fetch: what is wanted, and where it goes.
struct FetchOrder: Sendable {
  let remote: RemoteRepository
  let branch: String
  let revision: String?
  let tell: @Sendable (String) -> Void

  /// With as many packs, one for each fetch, a cache is made anew.
  private static let packsMax = 100

  func perform(_ watch: FetchWatch) throws(GitError) {
    let lock = try CacheLock(remote, watch, tell)
    defer { withExtendedLifetime(lock) {} }
    guard watch.goesOn else { return }
    if packs > FetchOrder.packsMax { remake() }
    sweep()
    do throws(GitError) {
      try fetch(watch)
    } catch .remote(let failure) {
      throw .remote(failure)
    } catch {
      if access(remote.folder, W_OK) != 0 || error.isAboutSpace { throw cacheFailure(error) }
      tell("the copy of \(remote.url) in \(remote.folder) is damaged; it is made anew")
      remake()
      do throws(GitError) {
        try fetch(watch)
      } catch .remote(let failure) {
        throw .remote(failure)
      } catch let again {
        throw again.isAboutSpace ? cacheFailure(again) : again
      }
    }
  }

  private func fetch(_ watch: FetchWatch) throws(GitError) {
    let repository = try openCache()
    try checkReferences(repository)
    let session = FetchSession(remote, watch, tell)
    let heads = try session.connect(to: repository)
    let wanted = try wantedReferences(heads)
    try session.download(wanted.map(\.name))
    guard watch.goesOn else { throw .remote(.cancelled(url: remote.url.description)) }
    try prune(repository, keeping: heads)
    for head in wanted { try set(head, in: repository) }
  }

  private func openCache() throws(GitError) -> GitHandle {
    if access("\(remote.folder)/HEAD", F_OK) != 0 {
      return try GitHandle.make("Making \(remote.folder)", as: .repository) {
        git_repository_init(&$0, remote.folder, 1)
      }
    }
    return try GitHandle.make("Opening \(remote.folder)", as: .repository) {
      git_repository_open_bare(&$0, remote.folder)
    }
  }

  /// What the references name must be there: the server is told that we have it, and sends only what came after.
  private func checkReferences(_ repository: GitHandle) throws(GitError) {
    for name in try references(repository) {
      var id = git_oid()
      try check("Reading \(name) of \(remote.folder)", git_reference_name_to_id(&id, repository.pointer, name))
      let object = try GitHandle.make("Reading \(name) of \(remote.folder)", as: .object) {
        git_object_lookup(&$0, repository.pointer, &id, GIT_OBJECT_ANY)
      }
      _ = try GitHandle.make("Reading the tree of \(name) of \(remote.folder)", as: .object) {
        git_object_peel(&$0, object.pointer, GIT_OBJECT_TREE)
      }
    }
  }

  private func references(_ repository: GitHandle) throws(GitError) -> [String] {
    var names = git_strarray()
    try check("Listing the references of \(remote.folder)", git_reference_list(&names, repository.pointer))
    defer { git_strarray_dispose(&names) }
    return (0..<names.count).compactMap { names.strings[$0].map { String(cString: $0) } }
  }

  /// The branch, and what the revision's first word names among the server's references.
  private func wantedReferences(_ heads: [RemoteHead]) throws(GitError) -> [RemoteHead] {
    let branches = heads.filter { $0.name.hasPrefix("refs/heads/") }
    guard let head = branches.first(where: { $0.name == "refs/heads/\(branch)" }) else {
      if heads.isEmpty { throw .remote(.empty(url: remote.url.description)) }
      let has = branches.prefix(5).map { String($0.name.dropFirst("refs/heads/".count)) }
      throw .remote(.noBranch(branch: branch, url: remote.url.description, has: has))
    }
    let word = revision.map { $0.prefix { !"~^@:".contains($0) } } ?? ""
    let names = ["refs/tags/\(word)", "refs/heads/\(word)", "refs/\(word)", String(word)]
    return [head] + heads.filter { $0 != head && $0.name.hasPrefix("refs/") && names.contains($0.name) }
  }

  private func set(_ head: RemoteHead, in repository: GitHandle) throws(GitError) {
    var id = head.id
    _ = try GitHandle.make("Setting \(head.name) in \(remote.folder)", as: .reference) {
      git_reference_create(&$0, repository.pointer, head.name, &id, 1, nil)
    }
  }

  /// Forgets tags and branches that the server has no more.
  private func prune(_ repository: GitHandle, keeping heads: [RemoteHead]) throws(GitError) {
    let alive = Set(heads.map(\.name))
    for name in try references(repository) where !alive.contains(name) {
      try check("Forgetting a reference of \(remote.folder)", git_reference_remove(repository.pointer, name))
    }
  }

  // MARK: The folder

  private var packs: Int { entries("objects/pack").filter { $0.hasSuffix(".pack") }.count }

  private func entries(_ folder: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: "\(remote.folder)/\(folder)")) ?? []
  }

  private func remake() { try? FileManager.default.removeItem(atPath: remote.folder) }

  /// Takes away what a run that was killed left lying: we have the cache alone.
  private func sweep() {
    for name in entries("objects/pack") where name.hasPrefix("pack_git2_") {
      unlink("\(remote.folder)/objects/pack/\(name)")
    }
    for folder in [".", "refs/heads", "refs/tags"] {
      for name in entries(folder) where name.hasSuffix(".lock") { unlink("\(remote.folder)/\(folder)/\(name)") }
    }
  }

  private func cacheFailure(_ error: GitError) -> GitError {
    guard case .libgit2(_, _, let message) = error else { return error }
    return .remote(.cache(folder: remote.environment.cacheFolder, detail: message))
  }
}

extension GitError {
  /// Whether the disk, and not the repository, is what is wrong: `strerror` of ENOSPC, EDQUOT, EROFS, EACCES and EFBIG.
  fileprivate var isAboutSpace: Bool {
    guard case .libgit2(_, _, let message) = self else { return false }
    return [ENOSPC, EDQUOT, EROFS, EACCES, EFBIG].contains { message.contains(String(cString: strerror($0))) }
  }
}

/// The cache for ourselves alone, until this goes away (flock(2)).
private final class CacheLock {
  private let descriptor: Int32

  init(_ remote: RemoteRepository, _ watch: FetchWatch, _ tell: (String) -> Void) throws(GitError) {
    let folder = remote.environment.cacheFolder
    try? FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    descriptor = Glibc.open("\(remote.folder).lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw .remote(.cache(folder: folder, detail: String(cString: strerror(errno))))
    }
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return }
    tell("waiting for another run, which fetches from \(remote.url)")
    watch.withoutLimit { while flock(descriptor, LOCK_EX) != 0, errno == EINTR {} }
  }

  deinit { close(descriptor) }
}
