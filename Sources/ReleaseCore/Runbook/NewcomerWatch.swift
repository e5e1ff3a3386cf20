/// Watches the one instance that comes into a group, until it serves or will not.
///
/// A pure value. Absent data is never a verdict; two looks in a row must find it healthy everywhere.
public struct NewcomerWatch: Equatable, Sendable {
  public enum Sight: Equatable, Sendable {
    case goOn
    /// Its id: it serves.
    case serves(String)
    /// It does not, and why.
    case fails(String)
  }

  private let known: Set<String>
  private let targetGroups: [TargetGroup]
  private let settings: Pipeline.Rollout
  private let grace: Duration
  private let started: Moment
  public private(set) var newcomer: String?
  /// Whether a target group called it unhealthy at the last look.
  public var isUnhealthy: Bool { tracks.values.contains { $0.sight?.state == .unhealthy } }
  private var inServiceSince: Moment?
  private var healthy = Streak()
  /// By target group ARN.
  private var tracks: [String: TargetTrack] = [:]

  /// - Parameter group: as it was before the newcomer was asked for.
  public init(group: Group, targetGroups: [TargetGroup], settings: Pipeline.Rollout, started: Moment) {
    known = Set(group.instances.map(\.id))
    self.targetGroups = targetGroups
    self.settings = settings
    grace = group.healthCheckGrace
    self.started = started
  }

  /// Takes in one look at the group and its targets, by ARN.
  public mutating func look(_ group: Group, targets: [String: [Target]], at now: Moment) -> Sight {
    let fresh = group.instances.filter { !known.contains($0.id) && [.pending, .inService].contains($0.lifecycle) }
    if let newcomer, !fresh.contains(where: { $0.id == newcomer }) {
      return .fails("the new instance \(newcomer) was taken out again\(words)")
    }
    guard let instance = fresh.first(where: { $0.id == newcomer }) ?? fresh.first else {
      let isLate = now - started >= settings.stalledAfter
      return isLate ? .fails("no instance came within \(settings.stalledAfter.inWords)") : .goOn
    }
    newcomer = instance.id
    for targetGroup in targetGroups {
      guard let seen = targets[targetGroup.arn] else {
        tracks[targetGroup.arn]?.loseSight()
        continue
      }
      tracks[targetGroup.arn, default: TargetTrack()].see(
        seen.first { $0.id == instance.id }, desired: group.desired, at: now)
    }
    guard instance.lifecycle == .inService else {
      let isLate = now - started >= settings.stalledAfter + budget
      return isLate ? .fails("the new instance \(instance.id) did not come into service") : .goOn
    }
    // A target group that did not answer says nothing, and breaks what was unbroken.
    let isWhole = targetGroups.allSatisfy { targets[$0.arn] != nil }
    return judge(instance, isWhole: isWhole, at: now)
  }

  private mutating func judge(_ instance: Instance, isWhole: Bool, at now: Moment) -> Sight {
    let since = inServiceSince ?? now
    inServiceSince = since
    healthy.see(
      isWhole && instance.isHealthy && targetGroups.allSatisfy { tracks[$0.arn]?.isHealthy == true }, at: now)
    if healthy.lasting(at: now) != nil { return .serves(instance.id) }
    if tracks.values.contains(where: { $0.wrongAnswer.lasting(at: now).map { $0 >= settings.unhealthyAfter } ?? false })
    {
      return .fails("the new instance \(instance.id) answers, wrongly\(words)")
    }
    guard now - since >= budget else { return .goOn }
    return .fails("the new instance \(instance.id) is not healthy after \((now - since).inWords)\(words)")
  }

  /// How long an instance in service may take until it is healthy everywhere.
  private var budget: Duration {
    let checks = targetGroups.map { $0.interval * $0.healthyThreshold + $0.timeout }.max() ?? .zero
    return max(settings.startWithin, grace) + checks
  }

  /// `: web unhealthy Target.ResponseCodeMismatch Health checks failed with these codes: [500]`
  private var words: String {
    let said = targetGroups.compactMap { group in
      (tracks[group.arn]?.lastUnhealthy ?? tracks[group.arn]?.sight).map { target in
        ([group.name, target.state.rawValue] + [target.reason, target.detail].compactMap { $0 }).joined(separator: " ")
      }
    }
    return said.isEmpty ? "" : ": " + said.joined(separator: "; ")
  }
}
