import ReleaseCore
import ReleaseRuntime
import Sandbox
import Synchronization

/// One run from its intent to its exit code, on live parts.
struct Execution: Sendable {
  let ground: Ground
  let format: RunFormat
  let isVerbose: Bool
  let signals: Signals
  /// What the traffic of a rehearsal has seen so far.
  var traffic: (@Sendable () -> TrafficTotals)?
  private let isFleetTouched: TouchMark

  init(ground: Ground, format: OutputFormat, isVerbose: Bool) {
    let isFleetTouched = TouchMark()
    self.init(
      ground: ground, format: format.resolved(ground.environment), isVerbose: isVerbose,
      signals: Signals(exitCode: { isFleetTouched.isSet ? 7 : 1 }), isFleetTouched: isFleetTouched)
  }

  private init(ground: Ground, format: RunFormat, isVerbose: Bool, signals: Signals, isFleetTouched: TouchMark) {
    self.ground = ground
    self.format = format
    self.isVerbose = isVerbose
    self.signals = signals
    self.isFleetTouched = isFleetTouched
  }

  /// A further run of the same process, which has its signals already.
  init(ground: Ground, format: RunFormat, isVerbose: Bool, signals: Signals) {
    self.init(
      ground: ground, format: format, isVerbose: isVerbose, signals: signals, isFleetTouched: TouchMark())
  }

  /// Performs the run; says everything on the way, the outcome last.
  func perform(_ intent: Intent) async -> Outcome {
    let clock = RunClock.system
    let started = clock.now()
    var generator = SystemRandomNumberGenerator()
    let id = RunID(at: started, randomness: (generator.next(), UInt16.random(in: 0...UInt16.max, using: &generator)))
    let run = Run(id: id, actor: ground.environment.actor, intent: intent, pipeline: ground.pipeline)
    let journal = Journal(folder: ground.environment.journalFolder, run: id)
    let recorder = RunRecorder(journal: journal, clock: clock)
    let presenter = Presenter(format: format, environment: ground.environment, started: started)
    let begun = Announcement.started(run, program: Version.text)
    presenter.show(begun, at: started)
    _ = journal.record(.said(begun), at: started)
    let outcome = await withTaskGroup(of: Void.self) { group in
      group.addTask {
        while !Task.isCancelled {
          await clock.sleep(presenter.pace)
          if let totals = traffic?() {
            recorder.saw(requests: totals.requests, failed: totals.failed)
            presenter.saw(requests: totals.requests, failed: totals.failed)
          }
          presenter.tick(at: clock.now())
        }
      }
      defer { group.cancelAll() }
      return await interpreter(journal: journal, recorder: recorder, presenter: presenter).perform(
        run, signals: signals.names())
    }
    await presenter.finish()
    return outcome
  }

  private func interpreter(journal: Journal, recorder: RunRecorder, presenter: Presenter) -> Interpreter {
    let clock = RunClock.system
    let isFleetTouched = isFleetTouched
    let show: @Sendable (Announcement) -> Void = { presenter.show($0, at: clock.now()) }
    let trace: @Sendable (String) -> Void = { show(Announcement("trace", .info, [], "  \($0)")) }
    return Interpreter(
      ports: ground.telling { recorder.made($0) }.ports(telling: show), clock: clock, journal: journal,
      announce: { announcement, moment in
        if announcement.name == "refresh.started" || announcement.name == "refresh.adopted" { isFleetTouched.set() }
        presenter.show(announcement, at: moment)
        // The end is the journal's last word.
        if announcement.name == Announcement.endedName { recorder.close() }
      },
      watch: { standing, moment in
        presenter.stands(standing, at: moment)
        recorder.stands(standing)
      }, trace: isVerbose ? trace : nil)
  }
}

/// Whether a rollout of this run is, or may be, under way in AWS.
private final class TouchMark: Sendable {
  private let mark = Atomic(false)

  var isSet: Bool { mark.load(ordering: .relaxed) }

  func set() { mark.store(true, ordering: .relaxed) }
}
