import Glibc

/// A request body that another thread produces while it is sent.
///
/// The queue between the two is bounded. `write` blocks while it is full, so it belongs on a thread of its own, never
/// in a task. An upload serves one request.
public final class HTTPUpload: @unchecked Sendable {
  /// Everything below `condition` is touched only while `mutex` is held.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>
  private let capacity: Int
  private var chunks: [[UInt8]] = []
  private var firstOffset = 0
  private var queued = 0
  private var isFinished = false
  private var failure: String?
  private var endReason: String?
  private var isReaderWaiting = false
  private var wakeReader: (@Sendable () -> Void)?

  /// An empty queue for at most `capacity` bytes; a single larger write is taken when the queue is empty.
  public init(capacity: Int = 4 << 20) {
    precondition(capacity > 0, "an upload's queue holds at least a byte")
    self.capacity = capacity
    mutex = .allocate(capacity: 1)
    condition = .allocate(capacity: 1)
    mutex.initialize(to: pthread_mutex_t())
    condition.initialize(to: pthread_cond_t())
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  /// Queues `bytes`, waiting while the queue is full. Throws as soon as nobody will read them: the transfer was
  /// cancelled, failed, or the server answered without reading the whole body.
  public func write(_ bytes: [UInt8]) throws(HTTPUploadEnded) {
    guard !bytes.isEmpty else { return }
    let (ended, wake): (String?, (@Sendable () -> Void)?) = locked {
      while endReason == nil, queued > 0, queued + bytes.count > capacity { pthread_cond_wait(condition, mutex) }
      if let endReason { return (endReason, nil) }
      precondition(!isFinished, "an upload is not written to after its end")
      append(bytes)
      queued += bytes.count
      return (nil, takeWaiter())
    }
    wake?()
    if let ended { throw HTTPUploadEnded(reason: ended) }
  }

  /// Ends the body after the bytes written so far.
  public func finish() {
    locked { () -> (@Sendable () -> Void)? in
      isFinished = true
      return takeWaiter()
    }?()
  }

  /// Breaks the transfer off, which then throws `uploadFailed` with these words.
  public func fail(_ error: any Error) {
    locked { () -> (@Sendable () -> Void)? in
      if failure == nil, !isFinished { failure = String(describing: error) }
      return takeWaiter()
    }?()
  }

  // MARK: The transfer's side

  enum Read {
    case copied(Int)
    case notYet
    case end
    case failed
  }

  /// Copies at most `room` bytes without ever blocking. After `notYet`, `attach`'s closure is called once.
  func read(into target: UnsafeMutablePointer<CChar>, room: Int) -> Read {
    locked {
      if failure != nil { return .failed }
      guard queued > 0 else {
        isReaderWaiting = !isFinished
        return isFinished ? .end : .notYet
      }
      var copied = 0
      while copied < room, let first = chunks.first {
        let count = min(room - copied, first.count - firstOffset)
        first.withUnsafeBytes { source in
          guard let base = source.baseAddress else { return }
          memcpy(target + copied, base + firstOffset, count)
        }
        copied += count
        firstOffset += count
        if firstOffset == first.count {
          chunks.removeFirst()
          firstOffset = 0
        }
      }
      queued -= copied
      pthread_cond_signal(condition)
      return .copied(copied)
    }
  }

  /// Names what wakes a reader that was told `notYet`.
  func attach(wake: @escaping @Sendable () -> Void) {
    locked { wakeReader = wake }
  }

  /// Unblocks the producer for good; the first reason stays.
  func close(reason: String) {
    locked {
      if endReason == nil { endReason = reason }
      wakeReader = nil
      chunks = []
      queued = 0
      pthread_cond_broadcast(condition)
    }
  }

  /// What the producer gave as the cause in `fail`.
  var producerFailure: String? { locked { failure } }

  /// Small writes (headers of a tar, padding) share a chunk, so that taking the first one stays cheap.
  private func append(_ bytes: [UInt8]) {
    if let last = chunks.last, last.count + bytes.count <= 1 << 16 {
      chunks[chunks.count - 1].append(contentsOf: bytes)
    } else {
      chunks.append(bytes)
    }
  }

  private func takeWaiter() -> (@Sendable () -> Void)? {
    guard isReaderWaiting else { return nil }
    isReaderWaiting = false
    return wakeReader
  }

  private func locked<Value>(_ body: () -> Value) -> Value {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body()
  }
}

/// Nobody reads the upload any more.
public struct HTTPUploadEnded: Error, Equatable, Sendable, CustomStringConvertible {
  public var reason: String

  public var description: String { "the rest of the request body is not wanted: \(reason)" }
}
