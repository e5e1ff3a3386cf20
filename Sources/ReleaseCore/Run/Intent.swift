/// What a run was started for.
public enum Intent: Equatable, Sendable {
  case release(ReleaseOptions)
  case rollback(RollbackOptions)
  /// Take up whatever lost its watcher.
  case resume
}

/// The switches of `release`; see the design, "The command line".
public struct ReleaseOptions: Equatable, Sendable {
  /// What to release; `nil`: the head of the pipeline's branch.
  public var revision: String?
  /// The fleet is sick already or alarms are red: fix forward.
  public var isIncident = false
  public var allowsOlder = false
  /// The fleet has no passed release: a failure then ends in exit 6.
  public var isFirst = false
  /// Go on although the rollback target is gone: a failure then ends in exit 6.
  public var needsNoRollbackTarget = false
  public var waitsForLock = false
  /// The digest that is live again, on new instances: changed environment, secret or AMI. It takes no revision.
  public var isRedeploy = false
  /// A digest that is in the registry: nothing is built.
  public var image: Digest?
  /// A template version that somebody else made, whose data the release takes in instead of the saved version's.
  public var template: Int?
  /// What the fleet must still be like.
  public var plan: PlannedRelease?
  /// Build anew, on base images that are asked for again, although an image of the same content is there.
  public var rebuilds = false

  public init(revision: String? = nil) { self.revision = revision }
}

/// The switches of `rollback`.
public struct RollbackOptions: Equatable, Sendable {
  /// The release to go back to; `nil`: the one that passed before the live one.
  public var release: Int?
  /// Begin although a process is suspended that a refresh needs, or although AWS or the registry does not tell whether
  /// the release can still run. Red alarms need no switch: a refresh back asks none.
  public var isIncident = false

  public init(release: Int? = nil) { self.release = release }
}

/// A commit that git resolved, and that lies on the pipeline's branch.
public struct ResolvedCommit: Equatable, Sendable {
  public var commit: Commit
  public var summary: String
  /// The reference that served as the branch, such as `refs/remotes/origin/main`.
  public var branch: String
  /// Files of the working tree that differ from its head; they never get into the image.
  public var dirtyFiles: Int
  /// Git's id of the tree of the image's context; `nil`: it could not be read.
  public var contextTree: String?
  /// The script that `fleet.userData` names, as the commit has it; `nil`: the pipeline names none.
  public var userDataScript: [UInt8]?

  public init(
    commit: Commit, summary: String = "", branch: String = "", dirtyFiles: Int = 0, contextTree: String? = nil,
    userDataScript: [UInt8]? = nil
  ) {
    self.contextTree = contextTree
    self.commit = commit
    self.summary = summary
    self.branch = branch
    self.dirtyFiles = dirtyFiles
    self.userDataScript = userDataScript
  }
}

/// Whether one commit lies in another's history.
public enum Ancestry: Equatable, Sendable {
  case older
  case notOlder
  /// The repository could not tell: the reason in words.
  case unknown(String)
}
