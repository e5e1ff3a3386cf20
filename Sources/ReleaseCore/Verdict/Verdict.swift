/// What is known after one more poll: a pure function of everything that was observed so far.
public enum Verdict: Equatable, Sendable {
  case goOn
  case passed(Proof)
  case failed(Failure)
  /// Nothing was seen of the fleet for as long as a whole rollout may take. That says nothing of the release: nothing is
  /// rolled back for it.
  case outOfSight(for: Duration)
}

/// Why a release may be called passed, or a rollback landed.
public struct Proof: Equatable, Sendable {
  /// The healthy targets of one target group that run the release.
  public struct Count: Equatable, Sendable {
    /// The target group's name.
    public var targetGroup: String
    public var healthy: Int

    public init(targetGroup: String, healthy: Int) {
      self.targetGroup = targetGroup
      self.healthy = healthy
    }
  }

  public var release: Int
  /// One for each target group; empty: the group has none, and `instances` is all there is.
  public var counts: [Count]
  /// Counted instances in service on the release.
  public var instances: Int
  /// How long the proof held unbroken by our own clock; `nil`: a rollback, which is not baked.
  public var bakedFor: Duration?

  public init(release: Int, counts: [Count], instances: Int, bakedFor: Duration? = nil) {
    self.release = release
    self.counts = counts
    self.instances = instances
    self.bakedFor = bakedFor
  }

  /// `2 of 2 targets healthy on release 42 in wanzami-api, unbroken for 1m`.
  public var sentence: String {
    let held = bakedFor.map { ", unbroken for \($0.inWords)" } ?? ""
    guard !counts.isEmpty else {
      return "\(instances) instances in service and healthy on release \(release), "
        + "by Auto Scaling's word alone, for the group has no target group\(held)"
    }
    let parts = counts.map {
      "\($0.healthy) of \(instances) targets healthy on release \(release) in \($0.targetGroup)"
    }
    return parts.joined(separator: ", ") + held
  }
}

extension Duration {
  /// The duration as people write it: `500ms`, `45s`, `2m 5s`, `1h 10m`.
  public var inWords: String {
    let milliseconds = wholeMilliseconds
    guard milliseconds >= 1000 else { return milliseconds == 0 ? "0s" : "\(milliseconds)ms" }
    let seconds = milliseconds / 1000
    switch seconds {
    case ..<60: return "\(seconds)s"
    case ..<3600: return seconds % 60 == 0 ? "\(seconds / 60)m" : "\(seconds / 60)m \(seconds % 60)s"
    default:
      let minutes = seconds % 3600 / 60
      return minutes == 0 ? "\(seconds / 3600)h" : "\(seconds / 3600)h \(minutes)m"
    }
  }
}
