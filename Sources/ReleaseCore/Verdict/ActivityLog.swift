/// The scaling activities of a rollout, each read once for each of its states.
struct ActivityLog: Equatable, Sendable {
  /// By activity id; each answer names only a part.
  private var launches: [String: Entry] = [:]
  private var terminations: [String: Entry] = [:]

  /// An activity with what its words tell.
  struct Entry: Equatable {
    let activity: Activity
    let instance: String?
    let kind: ActivityClass

    init(_ activity: Activity) {
      self.activity = activity
      instance = activity.instance
      kind = ActivityClass(activity)
    }
  }

  /// Takes in one answer and gives it back read.
  mutating func take(_ activities: [Activity]) -> [Entry] {
    activities.map { activity in
      let known = launches[activity.id] ?? terminations[activity.id]
      if let known, known.activity == activity { return known }
      let entry = Entry(activity)
      if activity.isLaunch { launches[activity.id] = entry } else { terminations[activity.id] = entry }
      return entry
    }
  }

  /// Whether a launch of the instance began at or after `start`.
  func began(_ instance: String, since start: Moment) -> Bool {
    launches.values.contains { $0.instance == instance && $0.activity.started >= start }
  }

  /// When the instance's launch was done.
  func ended(_ instance: String) -> Moment? {
    launches.values.first { $0.instance == instance && $0.activity.status == "Successful" }?.activity.ended
  }

  /// A launch that was refused, and why.
  struct Refused {
    let activity: Activity
    let why: ActivityClass.Refusal
  }

  /// Refusals since `start` after which nothing new came into service, oldest first.
  func refusals(since start: Moment, inService: [Moment]) -> [Refused] {
    let refused = launches.values.compactMap { entry -> Refused? in
      if case .refusal(let why) = entry.kind { Refused(activity: entry.activity, why: why) } else { nil }
    }
    guard !refused.isEmpty else { return [] }
    let successes = launches.values.map(\.activity).filter { $0.status == "Successful" }.map { $0.ended ?? $0.started }
    let last = (successes + inService).max()
    return
      refused
      .filter { $0.activity.started >= start && $0.activity.started > (last ?? start - .milliseconds(1)) }
      .sorted { ($0.activity.started, $0.activity.id) < ($1.activity.started, $1.activity.id) }
  }
}

extension Activity {
  /// What the activity says of its refusal.
  var words: String { message ?? cause }

  /// The first zone that the message names; the ones after it are AWS's proposals.
  var zone: String? {
    let tokens = words.split(whereSeparator: { !($0.isLetter || $0.isNumber || $0 == "-") })
    return tokens.first(where: isZone).map(String.init)
  }
}

/// Whether a word has the form of a zone's name, such as `eu-north-1a`.
private func isZone(_ word: Substring) -> Bool {
  let parts = word.split(separator: "-")
  guard parts.count >= 3, let last = parts.last, let letter = last.last else { return false }
  return letter.isLowercase && last.count >= 2 && last.dropLast().allSatisfy(\.isNumber)
}

extension LaunchRefusal {
  /// The refusals that a rollout fails for: two alike that AWS will not get over, or a type that every one of the
  /// group's zones lacks.
  ///
  /// Alike are two of one class; two of no known class when their words are the same.
  init?(fatalAmong refusals: [ActivityLog.Refused], zones: Set<String>) {
    for newest in refusals.reversed() where !newest.why.isWaitedFor {
      let alike = refusals.filter {
        $0.why == newest.why && (newest.why != .unknown || $0.activity.words == newest.activity.words)
      }
      guard alike.count >= 2 else { continue }
      self.init(newest.why, alike.map(\.activity))
      return
    }
    let lacking = refusals.filter { $0.why == .zoneLacksType }.map(\.activity)
    guard lacking.count >= 2, !zones.isEmpty, zones.isSubset(of: lacking.compactMap(\.zone)) else { return nil }
    self.init(.zoneLacksType, lacking)
  }

  private init(_ why: ActivityClass.Refusal, _ activities: [Activity]) {
    let zones = Set(activities.compactMap(\.zone)).sorted()
    self.init(why: why, message: activities.last?.words ?? "", count: activities.count, zones: zones)
  }
}
