/// What a scaling activity tells, by the words of its cause and its status message.
///
/// AWS publishes no codes for either and may change the wording, so the text itself is always shown beside the class.
/// https://docs.aws.amazon.com/autoscaling/ec2/userguide/CHAP_Troubleshooting.html
public enum ActivityClass: Equatable, Sendable {
  /// A launch that failed.
  case refusal(Refusal)
  /// An instance taken out of the group.
  case removal(Removal)
  /// A launch that is under way or worked.
  case ordinary

  /// Why a launch was refused.
  public enum Refusal: String, Equatable, Sendable, CaseIterable {
    case capacity
    case spot
    case quota
    /// A zone that does not have the instance type.
    case zoneLacksType
    case image
    /// The template, or something it names: security group, key pair, subnet, volume.
    case template
    case permission
    case profile
    /// A target group or load balancer that the group cannot register with.
    case wiring
    /// A lifecycle hook abandoned the launch: the instance's own start said no, or nothing answered in time.
    case hook
    case unknown

    /// Whether AWS may yet succeed by itself: waited for until the rollout counts as stalled.
    public var isWaitedFor: Bool {
      switch self {
      case .capacity, .spot, .quota, .zoneLacksType: true
      case .image, .template, .permission, .profile, .wiring, .hook, .unknown: false
      }
    }
  }

  /// Why an instance was taken out.
  public enum Removal: String, Equatable, Sendable, CaseIterable {
    /// A failed ELB health check: the only cause that speaks against the release.
    case elbHealth
    /// Stopped or terminated outside Auto Scaling.
    case stopped
    case statusCheck
    case spot
    case rebalance
    case scaleIn
    case user
    /// The instance refresh replaced it.
    case refresh
    case unknown

    /// Whether it speaks against the release; everything else is shown and not counted.
    public var speaksAgainstRelease: Bool { self == .elbHealth }

    /// The cause for people: "taken out …".
    public var inWords: String {
      switch self {
      case .elbHealth: "after a failed ELB health check"
      case .stopped: "because it was stopped or terminated outside Auto Scaling"
      case .statusCheck: "after a failed EC2 status check"
      case .spot: "by a Spot interruption"
      case .rebalance: "to balance the zones"
      case .scaleIn: "by a scale-in"
      case .user: "by a user"
      case .refresh: "by the instance refresh"
      case .unknown: "for no known cause"
      }
    }
  }

  public init(_ activity: Activity) {
    if activity.isTermination {
      self = .removal(Removal(cause: activity.cause))
      return
    }
    // The words are read of what failed only: nothing else has any to tell.
    switch (activity.isLaunch, activity.status) {
    case (true, "Failed"): self = .refusal(Refusal(activity))
    // A launch is cancelled when a hook abandons it; a cancellation for another cause refuses nothing.
    case (true, "Cancelled") where Refusal(activity) == .hook: self = .refusal(.hook)
    default: self = .ordinary
    }
  }
}

extension ActivityClass.Refusal {
  /// Words and what they tell, the more particular before the more general.
  private static let words: [(StaticString, Self)] = [
    ("lifecycle action", .hook), ("heartbeat timeout", .hook),
    ("target groups not found", .wiring), ("validating load balancer configuration failed", .wiring),
    ("iam:passrole", .permission), ("not authorized", .permission), ("unauthorizedoperation", .permission),
    ("client.internalerror: client error on launch", .permission), ("kms", .permission),
    ("instance profile", .profile),
    ("ami id", .image), ("image id", .image), ("invalidamiid", .image), ("ami is pending", .image),
    ("architecture", .image),
    ("spot capacity", .spot), ("spot request price", .spot), ("maxspotinstancecountexceeded", .spot),
    ("availability zone is no longer supported", .zoneLacksType),
    ("not supported in your requested availability zone", .zoneLacksType),
    ("insufficientinstancecapacity", .capacity), ("sufficient", .capacity), ("no capacity", .capacity),
    ("vcpu", .quota), ("instance(s) are already running", .quota), ("limitexceeded", .quota), ("quota", .quota),
    ("security group", .template), ("key pair", .template), ("subnet", .template), ("launch template", .template),
    ("configuration is currently not supported", .template), ("device mapping", .template), ("snapshot", .template),
    ("invalid", .template),
  ]

  fileprivate init(_ activity: Activity) { self.init(text: (activity.message ?? "") + "\n" + activity.cause) }

  init(text: String) {
    let text = SearchedText(text)
    if text.contains("ami ") && text.contains("is pending") {
      self = .image
    } else {
      self = Self.words.first { text.contains($0.0) }?.1 ?? .unknown
    }
  }
}

extension ActivityClass.Removal {
  private static let words: [(StaticString, Self)] = [
    ("elb system health check failure", .elbHealth), ("elb health check", .elbHealth),
    ("instance refresh", .refresh),
    ("spot", .spot),
    ("rebalance recommendation", .rebalance), ("out of balance", .rebalance), ("rebalanc", .rebalance),
    ("terminated or stopped", .stopped),
    ("status check", .statusCheck), ("ec2 health check", .statusCheck),
    ("shrinking the capacity", .scaleIn), ("scale in", .scaleIn), ("scale-in", .scaleIn),
    ("user request", .user), ("user health-check", .user), ("was taken out of service in response to a user", .user),
  ]

  init(cause: String) {
    let cause = SearchedText(cause)
    self = Self.words.first { cause.contains($0.0) }?.1 ?? .unknown
  }
}

/// A text that is searched for many words, ASCII letters alike in either case. As bytes, for the words of a large group's
/// activities are read at each poll.
private struct SearchedText {
  private let bytes: [UInt8]

  init(_ text: String) {
    bytes = text.utf8.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
  }

  /// - Parameter word: in lower case, not empty.
  func contains(_ word: StaticString) -> Bool {
    let length = word.utf8CodeUnitCount
    guard bytes.count >= length else { return false }
    let word = UnsafeBufferPointer(start: word.utf8Start, count: length)
    return bytes.withUnsafeBufferPointer { bytes in
      (0...bytes.count - length).contains { start in
        var place = 0
        while place < length, bytes[start + place] == word[place] { place += 1 }
        return place == length
      }
    }
  }
}
