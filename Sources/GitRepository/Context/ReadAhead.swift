internal import CGit2
import Glibc

/// Reads a context's files on threads of its own, ahead of the writer, who takes them in the plan's order.
///
/// Inflating is most of the work of an archive: while one file is written and sent, the next ones are read. What is held
/// is bounded: `heldMax` bytes, or a single larger file.
final class ReadAhead: @unchecked Sendable {
  /// In bytes.
  private static let heldMax = 8 << 20
  private static let threadCount = 2

  private let plan: ContextPlan
  private let objects: GitHandle
  /// Everything below `hasRoom` is touched only while `mutex` is held.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let hasArrived: UnsafeMutablePointer<pthread_cond_t>
  private let hasRoom: UnsafeMutablePointer<pthread_cond_t>
  /// The file that is read next; `number` counts the files before it.
  private var next = (folder: 0, file: 0, number: 0)
  /// What was read and waits for the writer, by number.
  private var waiting: [Int: (contents: ObjectContents?, size: Int)] = [:]
  private var takenCount = 0
  private var sizeAtWriter = 0
  /// Bytes of all files that are being read, wait, or are at the writer.
  private var held = 0
  private var isStopped = false

  /// Begins to read.
  init(_ plan: ContextPlan, from objects: GitHandle) throws(GitError) {
    self.plan = plan
    self.objects = objects
    mutex = .allocate(capacity: 1)
    mutex.initialize(to: pthread_mutex_t())
    pthread_mutex_init(mutex, nil)
    hasArrived = .allocate(capacity: 1)
    hasRoom = .allocate(capacity: 1)
    for condition in [hasArrived, hasRoom] {
      condition.initialize(to: pthread_cond_t())
      pthread_cond_init(condition, nil)
    }
    for _ in 0..<ReadAhead.threadCount { try runBlocking { self.run() } }
  }

  deinit {
    for condition in [hasArrived, hasRoom] {
      pthread_cond_destroy(condition)
      condition.deallocate()
    }
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  /// The plan's next file; `nil`: it could not be read. The one taken before must not be held any more.
  func take() -> ObjectContents? {
    locked {
      held -= sizeAtWriter
      sizeAtWriter = 0
      // Not for each file, which would be a change of threads for each.
      if held <= ReadAhead.heldMax / 2 { pthread_cond_broadcast(hasRoom) }
      while true {
        if let file = waiting.removeValue(forKey: takenCount) {
          takenCount += 1
          sizeAtWriter = file.size
          return file.contents
        }
        pthread_cond_wait(hasArrived, mutex)
      }
    }
  }

  /// Ends the threads, after the file that each is reading.
  func stop() {
    locked {
      isStopped = true
      waiting = [:]
      pthread_cond_broadcast(hasRoom)
    }
  }

  private func run() {
    while let (file, number) = claim() {
      let contents = try? ObjectContents(of: file.id, in: objects, "")
      locked {
        if isStopped { return }
        waiting[number] = (contents, file.size)
        if number == takenCount { pthread_cond_signal(hasArrived) }
      }
    }
  }

  /// Waits until there is room for the next file. They are claimed in order, so the one that the writer waits for never
  /// waits for room that a later one has.
  private func claim() -> (file: ContextPlan.File, number: Int)? {
    locked {
      while !isStopped {
        while next.folder < plan.folders.count, next.file == plan.folders[next.folder].files.count {
          next = (next.folder + 1, 0, next.number)
        }
        guard next.folder < plan.folders.count else { return nil }
        let file = plan.folders[next.folder].files[next.file]
        if held == 0 || held + file.size <= ReadAhead.heldMax {
          held += file.size
          defer { next = (next.folder, next.file + 1, next.number + 1) }
          return (file, next.number)
        }
        pthread_cond_wait(hasRoom, mutex)
      }
      return nil
    }
  }

  private func locked<Value>(_ body: () -> Value) -> Value {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body()
  }
}
