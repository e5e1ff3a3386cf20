import Dispatch
import Glibc
import Synchronization

/// A thread of its own that runs an actor's jobs one after the other.
///
/// libgit2 reads files and blocks, and a tar stream blocks while the Engine is slow; neither may hold a thread of
/// Swift's cooperative pool. It also keeps libgit2's "last error", which is kept for each thread, where it was set.
final class GitThread: SerialExecutor {
  private enum Work {
    case job(UnownedJob)
    case stop
  }

  private let queue = Mutex<[Work]>([])
  private let waiting = DispatchSemaphore(value: 0)

  /// Starts the thread, which lives until `stop`.
  init() throws(GitError) {
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self).toOpaque()
    let code = pthread_create(&thread, nil, { runGitThread($0) }, context)
    guard code == 0 else {
      Unmanaged<GitThread>.fromOpaque(context).release()
      throw .libgit2(doing: "starting a thread for git", code: code, message: "pthread_create failed")
    }
    pthread_detach(thread)
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let unowned = UnownedJob(job)
    queue.withLock { $0.append(.job(unowned)) }
    waiting.signal()
  }

  /// Ends the thread after the jobs that wait.
  func stop() {
    queue.withLock { $0.append(.stop) }
    waiting.signal()
  }

  fileprivate func run() {
    while true {
      waiting.wait()
      switch queue.withLock({ $0.removeFirst() }) {
      case .job(let job): job.runSynchronously(on: asUnownedSerialExecutor())
      case .stop: return
      }
    }
  }
}

private func runGitThread(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context else { return nil }
  Unmanaged<GitThread>.fromOpaque(context).takeRetainedValue().run()
  return nil
}

/// Runs a blocking body on a thread of its own, which ends with it.
func runBlocking(_ body: @escaping @Sendable () -> Void) throws(GitError) {
  var thread = pthread_t()
  let context = Unmanaged.passRetained(BlockingBody(body)).toOpaque()
  let code = pthread_create(&thread, nil, { runBlockingBody($0) }, context)
  guard code == 0 else {
    Unmanaged<BlockingBody>.fromOpaque(context).release()
    throw .libgit2(doing: "starting a thread for git", code: code, message: "pthread_create failed")
  }
  pthread_detach(thread)
}

private final class BlockingBody: Sendable {
  let body: @Sendable () -> Void
  init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

private func runBlockingBody(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context else { return nil }
  Unmanaged<BlockingBody>.fromOpaque(context).takeRetainedValue().body()
  return nil
}
