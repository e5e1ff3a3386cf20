import Dispatch
import Glibc
import Synchronization

/// SIGINT, SIGTERM and SIGHUP, for whoever listens. The first asks to stop; a second exits at once.
///
/// `@unchecked`: the sources are made in the initialiser and never touched again; they live as long as this does.
final class Signals: @unchecked Sendable {
  private struct State {
    var listeners: [AsyncStream<String>.Continuation] = []
    var first: String?
  }

  private let state = Mutex(State())
  private let exitCode: @Sendable () -> Int32
  private var sources: [any DispatchSourceSignal] = []

  /// - Parameter exitCode: of an exit at once: 1 while the fleet is untouched, 7 later.
  init(exitCode: @escaping @Sendable () -> Int32) {
    self.exitCode = exitCode
    for (number, name) in [(SIGINT, "SIGINT"), (SIGTERM, "SIGTERM"), (SIGHUP, "SIGHUP")] {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { [weak self] in self?.came(name) }
      source.resume()
      sources.append(source)
    }
  }

  /// The signal that came first; `nil`: none yet.
  var first: String? { state.withLock { $0.first } }

  /// The names of the signals that come from now on. A stream ends when its reader is cancelled, so each reader takes
  /// its own.
  func names() -> AsyncStream<String> {
    let (names, feed) = AsyncStream<String>.makeStream()
    state.withLock { $0.listeners.append(feed) }
    return names
  }

  private func came(_ name: String) {
    let (isFirst, listeners) = state.withLock { state in
      defer { state.first = state.first ?? name }
      return (state.first == nil, state.listeners)
    }
    guard isFirst else { _exit(exitCode()) }
    for listener in listeners { listener.yield(name) }
  }
}
