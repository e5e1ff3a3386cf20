import FoundationEssentials
import SimulatedAWS

/// The fleet that a sandbox starts with. Every key is optional; without any it is `wanzami-api`, two small instances
/// behind one target group with ELB health checks on port 4000.
public struct FleetFile: Codable, Equatable, Sendable {
  /// Settings of the target group and its checks; seconds may have fractions.
  public struct HealthCheck: Codable, Equatable, Sendable {
    public var path: String?
    public var interval: Double?
    public var timeout: Double?
    public var healthyThreshold: Int?
    public var unhealthyThreshold: Int?
    public var matcher: String?
    /// Default `["EC2", "ELB"]`.
    public var types: [String]?

    public init() {}
  }

  /// What the repository's scanner says of each image.
  public struct Scan: Codable, Equatable, Sendable {
    /// ECR's word for the end; default `COMPLETE`.
    public var status: String?
    /// From the push to that end; default 0.
    public var seconds: Double?
    /// How many findings of each severity, such as `CRITICAL`.
    public var counts: [String: Int]?

    public init() {}
  }

  public var account: String?
  public var region: String?
  public var seed: UInt64?
  /// World seconds to a real second; default 1.
  public var rate: Double?
  /// The Auto Scaling group; the template, target group and repository have its name unless told otherwise.
  public var group: String?
  public var template: String?
  /// A number, `$Latest` or `$Default`; default `1`.
  public var templateVersion: String?
  public var repository: String?
  /// `MUTABLE`, which is the default, or `IMMUTABLE`: what the ECR API does about tags that exist. The registry behind it
  /// lets everybody move them.
  public var tagMutability: String?
  /// Default: the repository scans nothing.
  public var scan: Scan?
  /// Host and port of a real registry; default: the account's own ECR host, where nothing listens.
  public var registry: String?
  /// Default: `t4g.small` on an arm64 host, `t3.small` on x86-64.
  public var instanceType: String?
  /// The AMI's id.
  public var image: String?
  /// Instance types of a mixed-instances policy; default: no such policy.
  public var mixedInstances: [String]?
  public var desired: Int?
  public var min: Int?
  public var max: Int?
  /// The application's port.
  public var port: Int?
  public var healthCheck: HealthCheck?
  /// Health-check grace period in seconds.
  public var grace: Int?
  /// The group's default warmup in seconds.
  public var warmup: Int?
  /// Seconds, fractions allowed.
  public var deregistrationDelay: Double?
  /// Seconds until a simulated instance answers; real containers take the time that they take.
  public var bootSeconds: Double?
  /// Seconds that a launch lifecycle hook holds each instance; default: no hook.
  public var launchHookSeconds: Int?
  /// Seconds that a termination lifecycle hook holds each instance after it has drained; default: no hook.
  public var terminationHookSeconds: Int?
  /// A script; `{{repositoryUri}}` stands for the repository's URI.
  public var userData: String?
  /// Of the template's version 1; default `initial`.
  public var description: String?
  public var tags: [String: String]?
  /// Alarms that exist and are OK.
  public var alarms: [String]?
  /// What simulated instances do, by a text (a tag, a digest) that their user data holds.
  public var images: [String: SimulatedHost.Behaviour]?
  /// What simulated instances do, by the number of their template version: known before an image's digest is.
  public var versions: [String: SimulatedHost.Behaviour]?
  /// Actions that the principal may not do, such as `ec2:DescribeImages`; `iam:*` is all of a service.
  public var denied: [String]?
  /// What goes wrong between the sandbox and its clients.
  public var faults: [WireFault]?
  /// How long the keys of a session (AssumeRole) last, in seconds; default: as long as was asked for.
  public var sessionSeconds: Double?
  /// What stands around the fleet; default: nothing.
  public var around: FleetSurroundings?

  public init() {}

  /// Reads a fleet file from JSON. Unknown keys are refused, so that a typing error is no silent default; a number
  /// where a text belongs (an account, a version, a tag) is that text.
  public init(json: [UInt8]) throws(SandboxError) {
    guard case .object(let members)? = JSON(parsing: json) else {
      throw SandboxError("The fleet file is no JSON object")
    }
    try Self.check(members, against: Self.keys, in: "The fleet file")
    for (key, value) in members where key == "healthCheck" {
      guard case .object(let settings) = value else { continue }
      try Self.check(settings, against: Self.healthCheckKeys, in: "The fleet file's healthCheck")
    }
    for (key, value) in members where key == "faults" {
      guard case .array(let faults) = value else { continue }
      for case .object(let fault) in faults {
        try Self.check(fault, against: Self.faultKeys, in: "A fault of the fleet file")
      }
    }
    if let around = JSON.object(members)["around"] { try Self.check(around: around) }
    let texts = JSON.object(members.map { ($0.0, Self.textKeys.contains($0.0) ? $0.1.withTexts : $0.1) })
    do {
      self = try JSONDecoder().decode(FleetFile.self, from: Data(texts.text.utf8))
    } catch let error as DecodingError {
      throw SandboxError("The fleet file: \(error.place) cannot be read: \(error.sentence)")
    } catch {
      throw SandboxError("The fleet file cannot be read: \(error)")
    }
  }

  private static func check(around: JSON) throws(SandboxError) {
    guard case .object(let members) = around else { return }
    try check(members, against: FleetSurroundings.keys, in: "The fleet file's around")
    for (key, known) in [
      ("databases", FleetSurroundings.storeKeys), ("caches", FleetSurroundings.storeKeys),
      ("alarms", FleetSurroundings.watchKeys),
    ] {
      for case .object(let item) in around[key]?.items ?? [] {
        try check(item, against: known, in: "One of the fleet file's around.\(key)")
      }
    }
  }

  private static func check(
    _ members: [(String, JSON)], against known: Set<String>, in place: String
  ) throws(SandboxError) {
    for (key, _) in members where !known.contains(key) {
      throw SandboxError(
        "\(place) has the unknown key '\(key)'; it may have \(known.sorted().joined(separator: ", "))")
    }
  }

  private static let healthCheckKeys: Set<String> = [
    "path", "interval", "timeout", "healthyThreshold", "unhealthyThreshold", "matcher", "types",
  ]

  private static let faultKeys: Set<String> = ["kind", "operation", "count", "skip"]

  private static let textKeys: Set<String> = ["account", "templateVersion", "tags", "description"]

  private static let keys: Set<String> = [
    "account", "region", "seed", "rate", "group", "template", "templateVersion", "repository", "registry",
    "instanceType", "image", "mixedInstances", "desired", "min", "max", "port", "healthCheck", "grace", "warmup",
    "deregistrationDelay", "tagMutability", "scan", "description", "bootSeconds", "launchHookSeconds",
    "terminationHookSeconds", "userData", "tags", "alarms", "images", "versions", "denied", "faults", "sessionSeconds",
    "around",
  ]

  public var groupName: String { group ?? "wanzami-api" }
  public var repositoryName: String { repository ?? groupName }
  public var targetGroupName: String { String(groupName.prefix(32)) }
  public var accountID: String { account ?? "123456789012" }
  public var regionName: String { region ?? "eu-north-1" }

  public var permissions: Permissions { Permissions(denied: denied ?? []) }

  /// The host that simulates this fleet's instances.
  public func simulatedHost() -> SimulatedHost {
    SimulatedHost(
      bootTime: .seconds((bootSeconds ?? 1) / (rate ?? 1)), behaviours: images ?? [:], versions: versions ?? [:])
  }
}

extension JSON {
  /// Numbers turned into the texts that they were written as.
  fileprivate var withTexts: JSON {
    switch self {
    case .int(let number): .string(String(number))
    case .number(let number): .string(String(number))
    case .object(let members): .object(members.map { ($0.0, $0.1.withTexts) })
    case .null, .bool, .string, .array: self
    }
  }
}

extension DecodingError {
  private var context: Context? {
    switch self {
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
      .dataCorrupted(let context):
      context
    @unknown default: nil
    }
  }

  fileprivate var place: String {
    let path = (context?.codingPath ?? []).map(\.stringValue).joined(separator: ".")
    return path.isEmpty ? "it" : "'\(path)'"
  }

  fileprivate var sentence: String { context?.debugDescription ?? "\(self)" }
}
