/// A point of a run at which hooks run.
public enum HookPoint: String, CaseIterable, Sendable {
  case beforeRollout
  case afterPassed
  case afterRollback
}

/// A hook to run, and all that it is told.
public struct HookOrder: Equatable, Sendable {
  public var point: HookPoint
  /// Among the hooks of its point, from 0.
  public var index: Int
  public var hook: Pipeline.Hook
  public var run: RunID
  /// `registry/name@sha256:…`; `nil`: it is not known.
  public var image: String?
  /// `WANZAMI_…`, in the order in which they are documented.
  public var variables: [Variable]

  public struct Variable: Equatable, Sendable {
    public var name: String
    public var value: String
  }

  /// `beforeRollout (npm run migrate)`
  public var words: String { "\(point.rawValue) (\(hook.command.joined(separator: " ")))" }

  public var placeWords: String {
    if hook.isSnapshot { return "of the database" }
    return switch hook.place {
    case .engine: "in a container of the image on the Engine"
    case .instance: "in a container of the image on an instance"
    case .local: "on this machine"
    }
  }
}

/// The hooks before a rollout, one after the other.
public struct Hooking: Equatable, Sendable {
  public var candidate: Candidate
  /// The first is under way; not empty.
  public var orders: [HookOrder]
}

/// The end of a run: what follows a known outcome, and never changes it.
public struct Conclusion: Equatable, Sendable {
  public var outcome: Outcome
  /// The first is under way.
  public var hooks: [HookOrder]
  /// How many notices were not answered yet.
  public var notices = 0
}

// MARK: Before the rollout

extension Run {
  /// Runs the hooks before the rollout, and then reads everything again: a migration takes minutes. Without any, or
  /// when they have run, the template is next.
  mutating func beginHooks(_ candidate: Candidate) -> [Action] {
    let orders = hookOrders(.beforeRollout, pipeline.hooks.beforeRollout, candidate)
    guard !candidate.areHooksDone, let first = orders.first else { return beginTemplate(candidate) }
    phase = .hooking(Hooking(candidate: candidate, orders: orders))
    return [.announce(.hookStarted(first)), .runHook(first)]
  }

  mutating func hook(_ hooking: Hooking, _ event: Event) -> [Action] {
    guard let current = hooking.orders.first else { return [] }
    switch event {
    case .hookPassed:
      let passed: [Action] = [.announce(.hookPassed(current))]
      var hooking = hooking
      hooking.orders.removeFirst()
      if let next = hooking.orders.first {
        phase = .hooking(hooking)
        return passed + [.announce(.hookStarted(next)), .runHook(next)]
      }
      let candidate = hooking.candidate
      phase = .preparing(
        Preparation(
          survey: nil, commit: candidate.commit, digest: candidate.digest, checkedAim: candidate.checkedAim,
          isAimJudged: candidate.isAimJudged, isAimGone: candidate.isAimGone, areHooksDone: true))
      return passed + [.survey]
    case .failed(.runHook, let failure):
      return end(.failedBefore("hook \(current.words) failed: \(failure.sentence)"))
    default:
      return []
    }
  }

  private func hookOrders(_ point: HookPoint, _ hooks: [Pipeline.Hook], _ candidate: Candidate) -> [HookOrder] {
    let digest = candidate.digest.map(\.text) ?? ""
    let image = "\(candidate.clearance.survey.repository)@\(digest)"
    let variables =
      commonVariables(point) + [
        HookOrder.Variable(name: "WANZAMI_COMMIT", value: candidate.commit.commit.hex),
        HookOrder.Variable(name: "WANZAMI_DIGEST", value: digest),
        HookOrder.Variable(name: "WANZAMI_IMAGE", value: image),
        HookOrder.Variable(name: "WANZAMI_LIVE_RELEASE", value: String(candidate.clearance.saved)),
      ]
    return hooks.enumerated().map { index, hook in
      HookOrder(point: point, index: index, hook: hook, run: id, image: image, variables: variables)
    }
  }

  private func commonVariables(_ point: HookPoint) -> [HookOrder.Variable] {
    [
      HookOrder.Variable(name: "WANZAMI_HOOK", value: point.rawValue),
      HookOrder.Variable(name: "WANZAMI_RUN", value: id.text),
      HookOrder.Variable(name: "WANZAMI_SERVICE", value: pipeline.service),
      HookOrder.Variable(name: "WANZAMI_GROUP", value: pipeline.fleet.group),
      HookOrder.Variable(name: "WANZAMI_BY", value: actor),
    ]
  }
}

// MARK: After the end

extension Run {
  /// What follows an outcome: its hooks, its notices, its last word.
  mutating func conclude(_ outcome: Outcome) -> [Action] {
    // A note that a phase before this one has not left behind yet.
    noteSubject()
    let hooks = hookOrders(after: outcome)
    guard let first = hooks.first else { return tell(outcome) }
    phase = .concluding(Conclusion(outcome: outcome, hooks: hooks))
    return [.announce(.hookStarted(first)), .runHook(first)]
  }

  mutating func conclude(_ conclusion: Conclusion, _ event: Event) -> [Action] {
    var conclusion = conclusion
    switch event {
    case .hookPassed, .failed(.runHook, _):
      guard let current = conclusion.hooks.first else { return [] }
      var said: [Action] = [.announce(.hookPassed(current))]
      if case .failed(_, let failure) = event {
        said = [.announce(.warning("hook \(current.words) failed, which changes nothing: \(failure.sentence)"))]
      }
      conclusion.hooks.removeFirst()
      guard let next = conclusion.hooks.first else { return said + tell(conclusion.outcome) }
      phase = .concluding(conclusion)
      return said + [.announce(.hookStarted(next)), .runHook(next)]
    case .notified, .failed(.notify, _):
      var said: [Action] = []
      if case .notified(let channel) = event { said = [.announce(.noticeSent(channel))] }
      if case .failed(_, let failure) = event { said = [.announce(.warning(failure.sentence))] }
      conclusion.notices -= 1
      phase = .concluding(conclusion)
      return conclusion.notices > 0 ? said : said + finish(conclusion.outcome)
    default:
      return []
    }
  }

  /// A signal among what follows the outcome: it is cut short.
  mutating func cutShort(_ conclusion: Conclusion, _ signal: String) -> [Action] {
    let what = conclusion.hooks.first.map { "hook \($0.words) was stopped" } ?? "a notice may not have been sent"
    return [.announce(.warning("\(signal); \(what)"))] + finish(conclusion.outcome)
  }

  private mutating func tell(_ outcome: Outcome) -> [Action] {
    let channels = pipeline.notices.results.contains(outcome.name) ? pipeline.notices.channels : []
    guard !channels.isEmpty else { return finish(outcome) }
    phase = .concluding(Conclusion(outcome: outcome, hooks: [], notices: channels.count))
    let notice = Notice(self, outcome)
    return channels.map { .notify(notice, $0) }
  }

  /// Nothing follows.
  private mutating func finish(_ outcome: Outcome) -> [Action] {
    phase = .ended(outcome)
    return [.announce(.ended(outcome, subject)), .end(outcome)]
  }

  private func hookOrders(after outcome: Outcome) -> [HookOrder] {
    guard !wasAskedToStop else { return [] }
    switch outcome {
    case .released(let release, _):
      return hookOrders(.afterPassed, pipeline.hooks.afterPassed, of: release, digest: subject.digest)
    case .rolledBack(let from, let to, let cause, _):
      return hookOrders(
        .afterRollback, pipeline.hooks.afterRollback, of: from, digest: subject.leftDigest, backOn: to, cause: cause)
    case .landed(let to, _):
      return hookOrders(
        .afterRollback, pipeline.hooks.afterRollback, of: subject.left, digest: subject.leftDigest, backOn: to,
        cause: "an operator asked for it")
    case .alreadyLive, .nothingToDo, .failedBefore, .refused, .held, .needsPerson, .interrupted: return []
    }
  }

  private func hookOrders(
    _ point: HookPoint, _ hooks: [Pipeline.Hook], of release: Int?, digest: Digest?, backOn: Int? = nil,
    cause: String? = nil
  ) -> [HookOrder] {
    let image = digest.flatMap { digest in subject.repository.map { "\($0)@\(digest)" } }
    let told: [(String, String?)] = [
      ("WANZAMI_COMMIT", point == .afterPassed ? subject.commit?.hex : nil), ("WANZAMI_DIGEST", digest?.text),
      ("WANZAMI_IMAGE", image), ("WANZAMI_RELEASE", release.map { String($0) }),
      ("WANZAMI_BACK_ON", backOn.map { String($0) }), ("WANZAMI_REASON", cause),
    ]
    let variables =
      commonVariables(point)
      + told.compactMap { name, value in value.map { HookOrder.Variable(name: name, value: $0) } }
    return hooks.enumerated().map { index, hook in
      HookOrder(point: point, index: index, hook: hook, run: id, image: image, variables: variables)
    }
  }
}

extension Announcement {
  static func hookStarted(_ order: HookOrder) -> Announcement {
    Announcement("hook.started", .info, order.facts, "hook \(order.words) \(order.placeWords)")
  }

  static func hookPassed(_ order: HookOrder) -> Announcement {
    Announcement("hook.passed", .info, order.facts, "hook \(order.words) passed")
  }

  /// A line that a hook wrote.
  public static func hookOutput(_ line: String) -> Announcement {
    Announcement("hook.output", .info, [.text("line", line)], "  hook  | \(line)")
  }

  static func noticeSent(_ channel: NoticeChannel) -> Announcement {
    Announcement("notice.sent", .info, [.text("to", channel.words)], "told \(channel.words)")
  }
}

extension HookOrder {
  fileprivate var facts: [Announcement.Fact] {
    [.text("hook", point.rawValue), .list("command", hook.command), .text("where", hook.place.rawValue)]
  }
}
