import Synchronization

/// What the loop's thread and the caller's task share of one request: the head, the waiting chunks and the end.
final class Exchange: Sendable {
  /// So many bytes may wait for the reader before the connection is paused.
  private static let highWater = 1 << 20

  private struct State {
    var head: HTTPResponseHead?
    var chunks: [[UInt8]] = []
    var waiting = 0
    var isPaused = false
    var end: End?
    var headWaiter: CheckedContinuation<Result<HTTPResponseHead, HTTPTransportError>, Never>?
    var chunkWaiter: CheckedContinuation<Result<[UInt8]?, HTTPTransportError>, Never>?
    /// Told to the loop: `resume` once the reader caught up, `abandon` when nobody reads any more.
    var resume: (@Sendable () -> Void)?
    var abandon: (@Sendable () -> Void)?
  }

  private enum End {
    case complete
    case failed(HTTPTransportError)
  }

  let request: HTTPRequest
  private let state = Mutex(State())

  init(request: HTTPRequest) {
    self.request = request
  }

  func attach(resume: @escaping @Sendable () -> Void, abandon: @escaping @Sendable () -> Void) {
    state.withLock {
      $0.resume = resume
      $0.abandon = abandon
    }
  }

  /// An error of this request; without better knowledge its bytes may have left.
  func error(_ kind: HTTPTransportError.Kind, _ detail: String, mayHaveBeenSent: Bool = true) -> HTTPTransportError {
    let url = request.url.prefix { $0 != "?" }
    return HTTPTransportError(
      kind: kind, detail: detail, request: "\(request.method) \(url)", unixSocket: request.unixSocket,
      requestMayHaveBeenSent: mayHaveBeenSent)
  }

  // MARK: The reader's side

  func waitForHead() async throws(HTTPTransportError) -> HTTPResponseHead {
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation {
        (waiter: CheckedContinuation<Result<HTTPResponseHead, HTTPTransportError>, Never>) in
        let ready: Result<HTTPResponseHead, HTTPTransportError>? = state.withLock { state in
          if case .failed(let error) = state.end { return .failure(error) }
          if let head = state.head { return .success(head) }
          state.headWaiter = waiter
          return nil
        }
        if let ready { waiter.resume(returning: ready) }
      }
    } onCancel: {
      cancel()
    }
    return try result.get()
  }

  /// The next chunk, or `nil` at the end of the body.
  func nextChunk() async throws(HTTPTransportError) -> [UInt8]? {
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { (waiter: CheckedContinuation<Result<[UInt8]?, HTTPTransportError>, Never>) in
        let (ready, resume) = takeChunk(orWaitWith: waiter)
        resume?()
        if let ready { waiter.resume(returning: ready) }
      }
    } onCancel: {
      cancel()
    }
    return try result.get()
  }

  private func takeChunk(
    orWaitWith waiter: CheckedContinuation<Result<[UInt8]?, HTTPTransportError>, Never>
  ) -> (Result<[UInt8]?, HTTPTransportError>?, (@Sendable () -> Void)?) {
    state.withLock { state in
      // Cancelling cuts at once; any other failure is told after the bytes that came before it.
      if case .failed(let error) = state.end, error.kind == .cancelled { return (.failure(error), nil) }
      guard !state.chunks.isEmpty else {
        switch state.end {
        case .complete: return (.success(nil), nil)
        case .failed(let error): return (.failure(error), nil)
        case nil:
          precondition(state.chunkWaiter == nil, "a body is read by one task at a time")
          state.chunkWaiter = waiter
          return (nil, nil)
        }
      }
      let chunk = state.chunks.removeFirst()
      state.waiting -= chunk.count
      guard state.isPaused, state.waiting <= Exchange.highWater / 2 else { return (.success(chunk), nil) }
      state.isPaused = false
      return (.success(chunk), state.resume)
    }
  }

  func cancel() {
    end(with: error(.cancelled, "the caller no longer waits for the answer"))
  }

  /// Ends the exchange from the reader's side, unless it has ended already.
  func end(with error: HTTPTransportError) {
    finish(.failed(error))?()
  }

  // MARK: The loop's side

  func received(head: HTTPResponseHead) {
    let waiter = state.withLock { state in
      state.head = head
      return take(&state.headWaiter)
    }
    waiter?.resume(returning: .success(head))
  }

  /// Takes a chunk, or returns `false` when so much waits already that the connection is to be paused.
  func received(_ chunk: UnsafeRawBufferPointer) -> Bool {
    let (isTaken, waiter) = state.withLock {
      state -> (Bool, CheckedContinuation<Result<[UInt8]?, HTTPTransportError>, Never>?) in
      if let waiter = take(&state.chunkWaiter) { return (true, waiter) }
      guard state.waiting < Exchange.highWater else {
        state.isPaused = true
        return (false, nil)
      }
      state.chunks.append(Array(chunk))
      state.waiting += chunk.count
      return (true, nil)
    }
    waiter?.resume(returning: .success(Array(chunk)))
    return isTaken
  }

  func completed() {
    _ = finish(.complete)
  }

  func failed(_ error: HTTPTransportError) {
    _ = finish(.failed(error))
  }

  /// Records the first end, tells it to whoever waits, and returns what must be told to the loop.
  private func finish(_ end: End) -> (@Sendable () -> Void)? {
    let (head, chunk, abandon) = state.withLock { state in
      guard state.end == nil else { return (nil, nil, nil) as Waiters }
      state.end = end
      let abandon = state.abandon
      state.abandon = nil
      state.resume = nil
      return (take(&state.headWaiter), take(&state.chunkWaiter), abandon)
    }
    switch end {
    case .complete:
      head?.resume(returning: .failure(error(.cut, "the answer ended before its head")))
      chunk?.resume(returning: .success(nil))
    case .failed(let error):
      head?.resume(returning: .failure(error))
      chunk?.resume(returning: .failure(error))
    }
    return abandon
  }

  private typealias Waiters = (
    CheckedContinuation<Result<HTTPResponseHead, HTTPTransportError>, Never>?,
    CheckedContinuation<Result<[UInt8]?, HTTPTransportError>, Never>?,
    (@Sendable () -> Void)?
  )
}

private func take<Value>(_ place: inout Value?) -> Value? {
  defer { place = nil }
  return place
}
