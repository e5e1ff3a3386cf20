import Dispatch
import Synchronization

/// Runs a blocking fetch on a thread of its own, and gives it up when nothing comes any more, or nobody wants it.
///
/// libgit2 1.5 waits for a silent server without end and cannot be interrupted then. What was given up keeps its thread
/// until the server speaks or the process ends; every call-back asks `goesOn` first, so it changes nothing any more.
final class FetchWatch: Sendable {
  private struct State {
    var lastSign = ContinuousClock.now
    var isPaused = false
    var hasEnded = false
    var end: (@Sendable (Result<Void, GitError>) -> Void)?
  }

  private let state = Mutex(State())

  /// Whether somebody still waits for the fetch. Asked in each call-back, which is a sign of life.
  var goesOn: Bool {
    state.withLock { state in
      state.lastSign = ContinuousClock.now
      return !state.hasEnded
    }
  }

  /// Runs `body`, in which the server's silence does not count: another run's fetch is waited for.
  func withoutLimit<Value>(_ body: () -> Value) -> Value {
    state.withLock { $0.isPaused = true }
    defer {
      state.withLock { state in
        state.isPaused = false
        state.lastSign = ContinuousClock.now
      }
    }
    return body()
  }

  /// - Throws: what `body` throws; `stalled` when there was no sign of life for `limit`; `cancelled` when the task is.
  static func run(
    within limit: Duration, stalled: GitError, cancelled: GitError,
    _ body: @escaping @Sendable (FetchWatch) throws(GitError) -> Void
  ) async throws(GitError) {
    let watch = FetchWatch()
    let timer = DispatchSource.makeTimerSource(queue: .global())
    timer.setEventHandler { if watch.isSilent(for: limit) { watch.finish(.failure(stalled)) } }
    timer.schedule(deadline: .now(), repeating: .milliseconds(100))
    timer.resume()
    defer { timer.cancel() }
    let result: Result<Void, GitError> = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        guard watch.begin({ continuation.resume(returning: $0) }) else { return }
        do throws(GitError) {
          try runBlocking {
            do throws(GitError) {
              try body(watch)
              watch.finish(.success(()))
            } catch {
              watch.finish(.failure(error))
            }
          }
        } catch {
          watch.finish(.failure(error))
        }
      }
    } onCancel: {
      watch.finish(.failure(cancelled))
    }
    try result.get()
  }

  /// `false`: it was cancelled before it began.
  private func begin(_ end: @escaping @Sendable (Result<Void, GitError>) -> Void) -> Bool {
    let early = state.withLock { state in
      if !state.hasEnded { state.end = end }
      return state.hasEnded
    }
    if early { end(.failure(.remote(.cancelled(url: "the repository")))) }
    return !early
  }

  private func isSilent(for limit: Duration) -> Bool {
    state.withLock { !$0.isPaused && !$0.hasEnded && ContinuousClock.now - $0.lastSign > limit }
  }

  /// The first end counts.
  private func finish(_ result: Result<Void, GitError>) {
    let end = state.withLock { state in
      defer { state.end = nil }
      state.hasEnded = true
      return state.end
    }
    end?(result)
  }
}
