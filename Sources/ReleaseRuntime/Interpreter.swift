public import ReleaseCore
import Synchronization

/// Performs the actions of a run and feeds the answers back, until the run ends.
///
/// Decisions are the reducer's; this only sends, waits and writes down. Actions of one answer run side by side; events
/// are handled one at a time. When the run ends, what is still under way is cancelled.
public struct Interpreter: Sendable {
  private let ports: ReleasePorts
  private let clock: RunClock
  private let journal: Journal
  private let announce: @Sendable (Announcement, Moment) -> Void
  private let watch: (@Sendable (Standing, Moment) -> Void)?
  private let trace: (@Sendable (String) -> Void)?

  /// How long one collection of evidence may take.
  static let evidenceWithin = Duration.seconds(30)

  /// - Parameters:
  ///   - watch: gets where the run stands after each answer, before what begins is said, and after what has ended was.
  ///   - trace: gets a line for each answer, reads included, with the time that it took.
  public init(
    ports: ReleasePorts, clock: RunClock, journal: Journal,
    announce: @escaping @Sendable (Announcement, Moment) -> Void,
    watch: (@Sendable (Standing, Moment) -> Void)? = nil, trace: (@Sendable (String) -> Void)? = nil
  ) {
    self.watch = watch
    self.trace = trace
    self.ports = ports
    self.clock = clock
    self.journal = journal
    self.announce = announce
  }

  /// Runs to the end. `signals` yields the name of each signal that asks the run to stop.
  public func perform(_ start: Run, signals: AsyncStream<String>) async -> Outcome {
    let (events, feed) = AsyncStream<Event>.makeStream()
    return await withTaskGroup(of: Void.self) { group in
      group.addTask {
        for await signal in signals { feed.yield(.interrupted(signal: signal)) }
      }
      defer {
        feed.finish()
        group.cancelAll()
      }
      var run = start
      var actions = run.begin(at: clock.now())
      var standing = watch.map { _ in run.standing }
      var iterator = events.makeAsyncIterator()
      while true {
        for action in actions {
          if case .end(let outcome) = action { return outcome }
          if case .announce(let announcement) = action {
            if announcement.isBeginning { show(&standing) }
            say(announcement)
            continue
          }
          if let failure = write(.began(action), in: run) { return failure }
          group.addTask {
            if let event = await answer(to: action) { feed.yield(event) }
          }
        }
        show(&standing)
        guard let event = await iterator.next() else { return .interrupted("the run was cancelled") }
        if let failure = write(.answered(event), in: run) { return failure }
        actions = run.handle(event, at: clock.now())
        if watch != nil, event != .woke { standing = run.standing }
      }
    }
  }

  /// Tells where the run stands, once.
  private func show(_ standing: inout Standing?) {
    if let now = standing { watch?(now, clock.now()) }
    standing = nil
  }

  private func say(_ announcement: Announcement) {
    announce(announcement, clock.now())
    _ = journal.record(.said(announcement), at: clock.now())
  }

  /// Writes a journal entry. A journal that cannot be written ends a run whose fleet is untouched; later it is said
  /// once, for a full disk never stops a rollback.
  private func write(_ entry: JournalEntry, in run: Run) -> Outcome? {
    guard let problem = journal.record(entry, at: clock.now()) else { return nil }
    if run.phase.isFleetUntouched {
      let outcome = Outcome.failedBefore(
        "the journal \(journal.path) cannot be written: \(problem). Free some space, or set XDG_STATE_HOME to a folder "
          + "that can be written.")
      announce(.ended(outcome), clock.now())
      return outcome
    }
    if journal.shouldWarn() {
      announce(.warning("the journal \(journal.path) cannot be written (\(problem)); the run goes on"), clock.now())
    }
    return nil
  }

  /// Performs one action; `nil`: it has no answer.
  private func answer(to action: Action) async -> Event? {
    let started = clock.now()
    defer {
      if let trace, let name = action.failedAction { trace("\(name.rawValue): \(clock.now() - started)") }
    }
    do throws(ActionFailure) {
      return try await perform(action)
    } catch {
      guard let failed = action.failedAction else { return nil }
      return .failed(failed, error)
    }
  }

  private func perform(_ action: Action) async throws(ActionFailure) -> Event? {
    switch action {
    case .resolve(let revision): return .resolved(try await ports.resolve(revision))
    case .survey: return .surveyed(try await ports.survey())
    case .compare(let commit, let other): return .compared(try await ports.compare(commit, other))
    case .checkRollbackTarget(let version): return .rollbackTargetChecked(try await ports.checkRollbackTarget(version))
    case .checkImage(let order): return .imageChecked(try await ports.checkImage(order))
    case .observe(let parts):
      let (observation, wasThrottled) = await ports.observe(parts)
      return .observed(observation, wasThrottled: wasThrottled)
    case .collectEvidence(let requests): return await collect(requests)
    case .findImage(let order): return .imageFound(try await ports.findImage(order))
    case .checkScan(let order): return .scanned(try await ports.checkScan(order))
    case .build(let order): return .built(try await ports.build(order))
    case .push(let order): return .pushed(try await ports.push(order))
    case .tagImage(let order): return .imageTagged(reference: try await ports.tagImage(order))
    case .pin(let configuration):
      try await ports.pin(configuration)
      return .pinned
    case .createVersion(let order): return .versionCreated(try await ports.createVersion(order))
    case .tag(let tags):
      try await ports.tag(tags)
      return .tagged
    case .startRefresh(let order): return .refreshStarted(id: try await ports.startRefresh(order))
    case .rollBackRefresh:
      try await ports.rollBackRefresh()
      return .rollbackAccepted
    case .cancelRefresh:
      try await ports.cancelRefresh()
      return .cancelAccepted
    case .runHook(let order):
      try await ports.runHook(order)
      return .hookPassed
    case .notify(let notice, let channel): return try await tell(notice, to: channel)
    case .wait(let duration):
      await clock.sleep(duration)
      return .woke
    case .announce, .end: return nil
    }
  }

  /// Sends a notice, and gives it up when it takes too long.
  private func tell(_ notice: Notice, to channel: NoticeChannel) async throws(ActionFailure) -> Event {
    let answer = await withTaskGroup(of: Result<Event, ActionFailure>.self) { group in
      group.addTask {
        do throws(ActionFailure) {
          try await ports.notify(notice, channel)
          return .success(.notified(channel))
        } catch {
          return .failure(error)
        }
      }
      group.addTask {
        await clock.sleep(notice.within)
        let sentence = "telling \(channel.words) took longer than \(notice.within.inWords) and was given up"
        return .failure(ActionFailure(.other, sentence))
      }
      defer { group.cancelAll() }
      return await group.next() ?? .success(.notified(channel))
    }
    return try answer.get()
  }

  private func collect(_ requests: [EvidenceRequest]) async -> Event? {
    await withTaskGroup(of: Event?.self) { group in
      group.addTask { .evidence(await ports.collectEvidence(requests)) }
      group.addTask {
        await clock.sleep(Interpreter.evidenceWithin)
        let gap = "nothing came within \(Interpreter.evidenceWithin.wholeSecondsRoundedUp) s"
        return .evidence(requests.map { Evidence(instance: $0.instance, targets: $0.targets, gaps: [gap]) })
      }
      let first = await group.next()
      group.cancelAll()
      return first ?? nil
    }
  }
}

extension Action {
  /// The name by which this action's failure is reported; `nil`: it cannot fail.
  var failedAction: FailedAction? {
    switch self {
    case .resolve: .resolve
    case .survey: .survey
    case .compare: .compare
    case .checkRollbackTarget: .checkRollbackTarget
    case .checkImage: .checkImage
    case .observe: .observe
    case .collectEvidence: .collectEvidence
    case .findImage: .findImage
    case .checkScan: .checkScan
    case .build: .build
    case .push: .push
    case .tagImage: .tagImage
    case .pin: .pin
    case .createVersion: .createVersion
    case .tag: .tag
    case .startRefresh: .startRefresh
    case .rollBackRefresh: .rollBackRefresh
    case .cancelRefresh: .cancelRefresh
    case .runHook: .runHook
    case .notify: .notify
    case .wait, .announce, .end: nil
    }
  }
}
