/// The scaling activities of a rollout, each read once for each of its states.
struct ActivityLog: Equatable, Sendable {
  /// By activity id; each answer names only a part.
  private var entries: [String: Entry] = [:]
  /// The newest answer.
  private var last: [Activity] = []
  /// The newest removal of each instance that was taken out.
  private var removals: [String: Removed] = [:]
  /// Launches, refused ones apart: they name no instance. Those of a warm pool are apart too: what comes out of it may
  /// have been put there long before.
  private var launches: [String: Activity] = [:]
  private var refused: [String: Refused] = [:]
  /// When a launch was last done.
  private var lastSuccess: Moment?

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

    /// What took the instance out; `nil`: nothing did, or it did not succeed.
    var removal: Removed? {
      guard let instance, case .removal(let why) = kind, activity.status != "Failed", activity.status != "Cancelled"
      else { return nil }
      return Removed(instance: instance, why: why, cause: activity.cause)
    }

    /// When the launch of an instance was done.
    var launchEnded: Moment? {
      activity.isLaunch && !activity.isLaunchIntoWarmPool && activity.status == "Successful" ? activity.ended : nil
    }
  }

  /// Takes in one answer and gives back, read, what is new in it.
  mutating func take(_ activities: [Activity]) -> [Entry] {
    // Answers differ at their newest end: what stands where it stood needs no search.
    let shift = activities.count - last.count
    defer { last = activities }
    var news: [Entry] = []
    for place in activities.indices {
      if place >= shift, place - shift < last.count, last[place - shift] == activities[place] { continue }
      let activity = activities[place]
      guard entries[activity.id]?.activity != activity else { continue }
      let entry = Entry(activity)
      entries[activity.id] = entry
      note(entry)
      news.append(entry)
    }
    return news
  }

  private mutating func note(_ entry: Entry) {
    let activity = entry.activity
    if let removal = entry.removal { removals[removal.instance] = removal }
    if activity.isLaunch, !activity.isLaunchIntoWarmPool, !activity.isLaunchFromWarmPool, let instance = entry.instance
    {
      launches[instance] = activity
    }
    if activity.status == "Successful", activity.isLaunch, !activity.isLaunchIntoWarmPool {
      let done = activity.ended ?? activity.started
      lastSuccess = max(lastSuccess ?? done, done)
    }
    if case .refusal(let why) = entry.kind { refused[activity.id] = Refused(activity: activity, why: why) }
  }

  /// What took an instance out, as far as was told.
  func removal(of instance: String) -> Removed? { removals[instance] }

  /// Whether a launch of the instance began at or after `start`, and before `end`; `nil`: at any time after it.
  func began(_ instance: String, since start: Moment, before end: Moment?) -> Bool {
    guard let launch = launches[instance], launch.started >= start else { return false }
    return end.map { launch.started < $0 } ?? true
  }

  /// A launch that was refused, and why.
  struct Refused: Equatable {
    let activity: Activity
    let why: ActivityClass.Refusal
  }

  /// Refusals since `start` after which nothing new came into service, oldest first.
  func refusals(since start: Moment, inService: () -> Moment?) -> [Refused] {
    guard !refused.isEmpty else { return [] }
    let last = [lastSuccess, inService()].compactMap { $0 }.max() ?? start - .milliseconds(1)
    return refused.values
      .filter { $0.activity.started >= start && $0.activity.started > last }
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
