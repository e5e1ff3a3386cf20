/// Everything this program says over HTTP: TCP, TLS or a Unix socket, streaming both ways, cancelled at once.
///
/// One libcurl loop on one thread serves all requests of an instance; connections are kept alive and reused between
/// them. The thread begins with the first request and ends with `close()` or when the instance is let go of.
public final class HTTPTransport: Sendable {
  private let loop = TransferLoop()

  public init() {}

  deinit { loop.close() }

  /// Sends a request and collects the whole answer, whatever its status.
  ///
  /// Throws `bodyTooLarge` when the body is longer than `request.bodyBytesMax`. Cancelling the task closes the
  /// connection at once and throws `cancelled`.
  public func send(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPResponse {
    let response = try await open(request)
    return HTTPResponse(head: response.head, body: try await response.collect(upTo: request.bodyBytesMax))
  }

  /// Sends a request and returns as soon as the head of the answer is here; its body is then read at the caller's
  /// pace.
  public func open(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPStreamingResponse {
    let exchange = Exchange(request: request)
    guard !Task.isCancelled else {
      let error = exchange.error(.cancelled, "the task was cancelled before the request", mayHaveBeenSent: false)
      // Its producer may be waiting in `write` already.
      if case .stream(let upload) = request.body { upload.close(reason: error.description) }
      throw error
    }
    loop.start(exchange)
    let head = try await exchange.waitForHead()
    return HTTPStreamingResponse(
      head: head, body: HTTPBodyStream(reader: BodyReader(exchange: exchange, transport: self)))
  }

  /// Ends every exchange with `cancelled` and refuses new ones. Closing twice is harmless.
  public func close() { loop.close() }
}
