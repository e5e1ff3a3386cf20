import GitRepository
import ReleaseCore

/// The pipeline's git repository, read for a run.
struct LiveSource: Sendable {
  let pipeline: Pipeline

  /// Resolves a revision that lies on the pipeline's branch, with the user-data script that the commit holds.
  func resolve(_ revision: String?) async throws(ActionFailure) -> ReleaseCore.ResolvedCommit {
    do throws(GitError) {
      let repository = try await GitRepository.open(pipeline.source.repository)
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
        userDataScript: script)
    } catch {
      throw LiveSource.failure(error)
    }
  }

  /// Whether `commit` lies in the history of `live`.
  func compare(_ commit: Commit, with live: Commit) async throws(ActionFailure) -> ReleaseCore.Ancestry {
    do throws(GitError) {
      let repository = try await GitRepository.open(pipeline.source.repository)
      switch try await repository.isAncestor(commit.hex, of: live.hex) {
      case .yes: return .older
      case .no: return .notOlder
      case .unknown(let reason): return .unknown(reason)
      }
    } catch {
      throw LiveSource.failure(error)
    }
  }

  /// A commit that is not on the branch is refused; everything else failed.
  private static func failure(_ error: GitError) -> ActionFailure {
    if case .notOnBranch = error { return ActionFailure(.refused, error.description) }
    return ActionFailure(.other, error.description)
  }
}
