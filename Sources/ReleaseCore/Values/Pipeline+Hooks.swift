extension Pipeline {
  /// Commands that run at fixed points of a run, each point's in their order.
  public struct Hooks: Equatable, Sendable {
    /// Before anything of the fleet is moved, with the image in the registry; one that fails ends the run.
    public var beforeRollout: [Hook] = []
    /// After a release has passed.
    public var afterPassed: [Hook] = []
    /// After the fleet is back on a release that passed.
    public var afterRollback: [Hook] = []

    public init() {}
  }

  /// One command, and where it runs.
  public struct Hook: Equatable, Sendable {
    /// The program and its arguments, without a shell; not empty.
    public var command: [String]
    public var place = Place.engine
    /// Further variables; they are shown to nobody, and yet no place for a secret.
    public var environment: [String: String] = [:]
    /// A file of `NAME=value` lines: on this machine, or for `instance` on the instance.
    public var environmentFile: String?
    /// The container's network, as `docker run --network` takes it; `nil`: the Engine's default.
    public var network: String?
    /// More than nothing; past it the command is stopped, and has failed.
    public var timeout = Duration.seconds(600)

    /// Not a command, but a manual snapshot of the fleet's database, as `wanzami-deploy snapshot` makes it.
    public private(set) var isSnapshot = false

    public init(command: [String]) { self.command = command }

    /// `beforeRollout: snapshot`. RDS takes minutes for it.
    public static let snapshot: Hook = {
      var hook = Hook(command: ["snapshot"])
      hook.isSnapshot = true
      hook.place = .local
      hook.timeout = .seconds(3600)
      return hook
    }()

    /// Where a hook runs.
    public enum Place: String, CaseIterable, Sendable {
      /// In a container of the image, on the Engine that built it.
      case engine
      /// In a container of the image, on one instance of the group, through Systems Manager.
      case instance
      /// On this machine, without the image.
      case local
    }
  }

  /// Who is told how a run ended.
  public struct Notices: Equatable, Sendable {
    /// The environment variable that holds the URL of a Slack-compatible webhook.
    public var webhook: String?
    /// The ARN of an SNS topic.
    public var topic: String?
    /// The results that are told.
    public var results = Outcome.toldByDefault

    public init() {}
  }
}
