/// How one service is released: the checked values of one file under `pipelines/`.
///
/// A `nil` means "read it from the fleet", or the default that the design gives; a stage asks for the effective value
/// when the fleet is known.
public struct Pipeline: Equatable, Sendable {
  /// The name people know the service by; default: the group's name.
  public var service: String
  /// `nil`: what the AWS CLI would use.
  public var region: String?
  public var source = Source()
  public var image = Image()
  public var fleet: Fleet
  public var rollout = Rollout()
  public var rollback = RollbackPolicy.automatic
  public var prune = Prune()
  public var hooks = Hooks()
  public var notices = Notices()

  public struct Source: Equatable, Sendable {
    /// A path, relative to the folder that the program was started in, of a git repository; or its URL.
    public var repository = "."
    public var branch = "main"
    public init() {}
  }

  public struct Image: Equatable, Sendable {
    /// An ECR repository's name, or `registry/repository`. `nil`: read from the template's user data.
    public var repository: String?
    /// A folder of the commit's tree; empty: its root.
    public var context = ""
    /// Relative to the context.
    public var dockerfile = "Dockerfile"
    /// `os/architecture[/variant]`. `nil`: what the launch template's instance type runs.
    public var platform: String?
    public var buildArgs: [String: String] = [:]
    public var target: String?
    /// How old an image of the same content may be and still stand in for a build; zero: never.
    public var reuseFor = Duration.seconds(7 * 86_400)
    public var cacheFrom = CacheSource.release
    /// The least severity of a finding of ECR's scan that stops a release; `nil`: scans are not asked for.
    public var blockOn: Severity?
    public init() {}

    /// Whether `repository` means ECR: a bare name, none at all, or ECR's own host.
    ///
    /// https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html
    public var isInECR: Bool {
      guard let host = repository.flatMap(Image.host(of:)) else { return true }
      return host.contains(".dkr.ecr.") || host.contains(".dkr.ecr-fips.") || host.contains(".dkr-ecr.")
    }

    /// The registry's host of `registry/repository`; `nil` for a bare name. Docker's rule: a first part with a point or
    /// a port, or `localhost`.
    public static func host(of repository: String) -> String? {
      let parts = repository.split(separator: "/", maxSplits: 1)
      guard parts.count == 2, let first = parts.first,
        first.contains(where: { $0 == "." || $0 == ":" }) || first == "localhost"
      else { return nil }
      return String(first)
    }
  }

  /// Where a build's cache comes from, beside the Engine's own.
  public enum CacheSource: String, CaseIterable, Sendable {
    /// The image that is live.
    case release
    case none
  }

  public struct Fleet: Equatable, Sendable {
    public var group: String
    /// A path in the commit's tree of a script to render. `nil`: repin the image in the template's own user data.
    public var userData: String?
    public init(group: String) { self.group = group }
  }

  public struct Rollout: Equatable, Sendable {
    /// 0–100. With `maxHealthyPercent` `nil`, the group's maintenance policy or the size of the fleet decides both.
    public var minHealthyPercent: Int?
    /// 100–200.
    public var maxHealthyPercent: Int?
    public var warmup: Duration?
    /// Ascending, unique, 1–100, the last 100; empty: none.
    public var checkpoints: [Int] = []
    public var checkpointDelay = Duration.seconds(60)
    public var bake: Duration?
    /// At most ten names of CloudWatch alarms.
    public var alarms: [String] = []
    public var unhealthyAfter = Duration.seconds(60)
    public var startWithin = Duration.seconds(300)
    public var stalledAfter = Duration.seconds(900)
    public var timeout: Duration?
    public var poll = Duration.seconds(3)
    public var protected = ProtectedInstances.ignore
    public init() {}
  }

  /// What a rollout does with standby and scale-in-protected instances.
  public enum ProtectedInstances: String, CaseIterable, Sendable {
    case ignore
    case replace
  }

  /// What `prune` leaves alone, beside what is in use.
  public struct Prune: Equatable, Sendable {
    /// So many of the newest releases, at least one, and as many of the newest images.
    public var keep = 10
    /// Releases and images that are younger.
    public var window = Duration.seconds(30 * 86_400)
    public init() {}
  }

  public enum RollbackPolicy: String, CaseIterable, Sendable {
    case automatic
    case manual
  }

  public init(service: String, fleet: Fleet) {
    self.service = service
    self.fleet = fleet
  }
}
