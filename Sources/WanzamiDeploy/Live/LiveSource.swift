import GitRepository
import ReleaseCore

/// The pipeline's git repository, read for a run.
struct LiveSource: Sendable {
  let pipeline: Pipeline
  /// Shows what a fetch says on its way.
  var tell: @Sendable (Announcement) -> Void = { _ in }

  /// Resolves a revision that lies on the pipeline's branch, with the user-data script that the commit holds.
  func resolve(_ revision: String?) async throws(ActionFailure) -> ReleaseCore.ResolvedCommit {
    do throws(GitError) {
      let (repository, revision) = try await fetched(revision)
      let found = try await repository.resolve(revision, branch: pipeline.source.branch)
      guard let commit = Commit(found.id) else {
        throw .libgit2(doing: "Reading the commit \(found.id)", code: 0, message: "it is not named by 40 digits")
      }
      var script: [UInt8]?
      if let path = pipeline.fleet.userData {
        script = try await repository.blob(at: path, commit: found.id)
        if script == nil { throw .missingFolder(folder: path, commit: found.id) }
      }
      return ReleaseCore.ResolvedCommit(
        commit: commit, summary: found.summary, branch: found.branch, dirtyFiles: found.changedFiles ?? 0,
        contextTree: try await repository.treeID(of: pipeline.image.context, commit: found.id), userDataScript: script)
    } catch {
      throw LiveSource.failure(error)
    }
  }

  /// Whether `commit` lies in the history of `live`.
  func compare(_ commit: Commit, with live: Commit) async throws(ActionFailure) -> ReleaseCore.Ancestry {
    do throws(GitError) {
      let repository = try await LiveSource.repository(of: pipeline)
      switch try await repository.isAncestor(commit.hex, of: live.hex) {
      case .yes: return .older
      case .no: return .notOlder
      case .unknown(let reason): return .unknown(reason)
      }
    } catch {
      throw LiveSource.failure(error)
    }
  }

  /// The repository as it is on this machine: a checkout, or what was fetched of a URL when the commit was resolved.
  static func repository(of pipeline: Pipeline) async throws(GitError) -> GitRepository {
    switch try GitLocation(pipeline.source.repository) {
    case .path(let path): try await GitRepository.open(path)
    case .remote(let url): try await RemoteRepository(url, environment: .current).open()
    }
  }

  /// The repository with the newest of its branch, and the revision as it is named there.
  private func fetched(_ revision: String?) async throws(GitError) -> (GitRepository, String?) {
    guard case .remote(let url) = try GitLocation(pipeline.source.repository) else {
      return (try await LiveSource.repository(of: pipeline), revision)
    }
    let branch = pipeline.source.branch
    let named = revision.map { RemoteRepository.revision($0, onBranch: branch) }
    let show: @Sendable (String) -> Void = {
      tell(Announcement("source.fetching", .info, [.text("url", "\(url)")], $0))
    }
    show("fetching branch \(branch) of \(url)")
    return (
      try await RemoteRepository(url, environment: .current).fetch(branch: branch, revision: named, tell: show), named
    )
  }

  /// A commit that is not on the branch is refused; everything else failed.
  private static func failure(_ error: GitError) -> ActionFailure {
    if case .notOnBranch = error { return ActionFailure(.refused, error.description) }
    return ActionFailure(.other, error.description)
  }
}
