/// What a run wants done next. The interpreter performs it and feeds the answer back as an `Event`.
public enum Action: Equatable, Sendable {
  // Reading: may be repeated, changes nothing.
  case resolve(revision: String?)
  case survey
  case compare(Commit, with: Commit)
  case checkRollbackTarget(TemplateVersion)
  /// Whether an image that is named by its digest is in the registry, and runs on the instances.
  case checkImage(ImageCheckOrder)
  case observe(Set<ObservationPart>)
  /// Runs beside the watch and never delays it.
  case collectEvidence([EvidenceRequest])

  /// Whether the registry has an image of the content already.
  case findImage(ImageOrder)
  case checkScan(ScanOrder)

  // Effects: journaled before they are sent and after they are answered.
  case build(BuildOrder)
  case push(PushOrder)
  /// Give an image in the registry its commit's tag.
  case tagImage(TagOrder)
  /// Set the group, which is on an alias, to the version that its instances run.
  case pin(SavedConfiguration)
  case createVersion(VersionOrder)
  /// Write tags of the group; `nil` deletes the tag.
  case tag([String: String?])
  case startRefresh(RefreshOrder)
  case rollBackRefresh
  case cancelRefresh
  case runHook(HookOrder)
  case notify(Notice, NoticeChannel)

  // The run itself.
  case wait(Duration)
  case announce(Announcement)
  /// Nothing comes after it; what is still under way is cancelled, save a start that must be finished.
  case end(Outcome)
}

/// An image to build from a commit's tree.
public struct BuildOrder: Equatable, Sendable {
  public var commit: Commit
  public var image: Pipeline.Image
  /// `os/architecture`; `nil`: whatever the Engine builds.
  public var platform: String?
  /// `registry/name:tag`, the tag being the commit.
  public var reference: String
  /// `nil`: nothing tells whether another commit would have the same image.
  public var key: ContentKey?
  /// Whether base images are asked for again and no step of an earlier build is used.
  public var isFresh = false
  /// `registry/name@digest` of the image that is live, whose layers may serve as cache.
  public var cache: String?

  public init(commit: Commit, image: Pipeline.Image, platform: String?, reference: String) {
    self.commit = commit
    self.image = image
    self.platform = platform
    self.reference = reference
  }
}

/// An image to push, and where it must be found afterwards.
public struct PushOrder: Equatable, Sendable {
  public var commit: Commit
  /// `registry/name:tag`, the tag being the commit.
  public var reference: String
  /// The id of the image in the Engine.
  public var image = ""
  /// Its tag is pushed; `nil`: the commit's is.
  public var key: ContentKey?
  /// Whether the tag may name an earlier image already, so that this one gets the tag's next generation.
  public var isRebuild = false

  public init(commit: Commit, reference: String) {
    self.commit = commit
    self.reference = reference
  }
}

/// A launch-template version to create.
public struct VersionOrder: Equatable, Sendable {
  public var templateID: String
  /// The number whose data is inherited; never an alias.
  public var source: Int
  public var description: String
  public var userData: [UInt8]
}

/// An instance refresh to start: the desired configuration and each preference, all sent explicitly, since AWS's
/// defaults depend on the group's state.
///
/// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RefreshPreferences.html
public struct RefreshOrder: Equatable, Sendable {
  /// The group's own configuration with nothing but the version changed.
  public var configuration: SavedConfiguration
  public var percent: HealthyPercent
  /// Whole seconds, as AWS takes them.
  public var warmupSeconds: Int
  public var checkpoints: [Int]
  public var checkpointDelaySeconds: Int
  public var bakeSeconds: Int
  public var alarms: [String]
  public var autoRollback: Bool
  public var skipMatching: Bool
  public var protected: Pipeline.ProtectedInstances

  public var version: Int? { configuration.template?.version.number }
}

/// An instance whose trouble is to be explained before it is terminated.
public struct EvidenceRequest: Equatable, Sendable {
  public var instance: String
  /// What the load balancer said of it, in words.
  public var targets: [String]

  public init(instance: String, targets: [String]) {
    self.instance = instance
    self.targets = targets
  }
}

/// What is kept to explain a failed verdict.
public struct Evidence: Equatable, Sendable {
  public var instance: String
  public var targets: [String]
  /// Scaling activities of the instance, and those that failed, newest first, in AWS's words.
  public var activities: [String]
  /// The container's last lines, oldest first; empty: none were to be had.
  public var containerLines: [String]
  /// The last lines of the instance's console.
  public var consoleLines: [String]
  /// What could not be collected, and why.
  public var gaps: [String]

  public init(
    instance: String, targets: [String] = [], activities: [String] = [], containerLines: [String] = [],
    consoleLines: [String] = [], gaps: [String] = []
  ) {
    self.instance = instance
    self.targets = targets
    self.activities = activities
    self.containerLines = containerLines
    self.consoleLines = consoleLines
    self.gaps = gaps
  }
}
