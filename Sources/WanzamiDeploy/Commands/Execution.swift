import ReleaseCore
import ReleaseRuntime
import Synchronization

/// One run from its intent to its exit code, on live parts.
struct Execution: Sendable {
  let ground: Ground
  let format: OutputFormat
  let isVerbose: Bool
  let signals: Signals
  private let isFleetTouched: TouchMark

  init(ground: Ground, format: OutputFormat, isVerbose: Bool) {
    let isFleetTouched = TouchMark()
    self.init(
      ground: ground, format: format, isVerbose: isVerbose,
      signals: Signals(exitCode: { isFleetTouched.isSet ? 7 : 1 }), isFleetTouched: isFleetTouched)
  }

  private init(
    ground: Ground, format: OutputFormat, isVerbose: Bool, signals: Signals, isFleetTouched: TouchMark
  ) {
    self.ground = ground
    self.format = format
    self.isVerbose = isVerbose
    self.signals = signals
    self.isFleetTouched = isFleetTouched
  }

  /// A further run of the same process, which has its signals already.
  init(ground: Ground, format: OutputFormat, isVerbose: Bool, signals: Signals) {
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
    let presenter = Presenter(format: format, started: started)
    let isFleetTouched = isFleetTouched
    let show: @Sendable (Announcement) -> Void = { presenter.show($0, at: clock.now()) }
    let trace: @Sendable (String) -> Void = { show(Announcement("trace", .info, [], "  \($0)")) }
    let interpreter = Interpreter(
      ports: ground.ports(telling: show), clock: clock, journal: journal,
      announce: { announcement, moment in
        if announcement.name == "refresh.started" || announcement.name == "refresh.adopted" { isFleetTouched.set() }
        presenter.show(announcement, at: moment)
      },
      trace: isVerbose ? trace : nil)
    return await interpreter.perform(run, signals: signals.names())
  }
}

/// Whether a rollout of this run is, or may be, under way in AWS.
private final class TouchMark: Sendable {
  private let mark = Atomic(false)

  var isSet: Bool { mark.load(ordering: .relaxed) }

  func set() { mark.store(true, ordering: .relaxed) }
}
