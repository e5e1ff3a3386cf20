/// Status and header fields of an answer.
public struct HTTPResponseHead: Equatable, Sendable {
  public var status: Int
  /// In the order received.
  public var headers: [HTTPHeader]

  public init(status: Int, headers: [HTTPHeader] = []) {
    self.status = status
    self.headers = headers
  }

  /// The first value of a field; names are compared without regard to case (RFC 9110, 5.1).
  public func header(_ name: String) -> String? {
    let wanted = name.lowercased()
    return headers.first { $0.name.lowercased() == wanted }?.value
  }
}

/// A whole answer.
public struct HTTPResponse: Equatable, Sendable {
  public var head: HTTPResponseHead
  public var body: [UInt8]

  public init(head: HTTPResponseHead, body: [UInt8] = []) {
    self.head = head
    self.body = body
  }

  public var status: Int { head.status }

  public func header(_ name: String) -> String? { head.header(name) }

  /// The body as text; bytes that are not UTF-8 become U+FFFD.
  public var text: String { String(decoding: body, as: UTF8.self) }
}

/// An answer whose head has arrived and whose body is still coming.
///
/// Letting go of `body` (and of all its iterators) before its end closes the connection.
public struct HTTPStreamingResponse: Sendable {
  public let head: HTTPResponseHead
  public let body: HTTPBodyStream

  public var status: Int { head.status }

  public func header(_ name: String) -> String? { head.header(name) }

  /// Collects the rest of the body. Throws `bodyTooLarge` beyond `limit` bytes, and closes the connection then.
  public func collect(upTo limit: Int) async throws(HTTPTransportError) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunks = body.makeAsyncIterator()
    while let chunk = try await chunks.next(isolation: nil) {
      guard bytes.count + chunk.count <= limit else { throw body.refuse(limit: limit, of: "body") }
      bytes.append(contentsOf: chunk)
    }
    return bytes
  }

  /// The body as lines; the bytes of each come without `\n` and without the `\r` before it.
  public func lines(maximumLength: Int = 1 << 20) -> HTTPLineStream {
    HTTPLineStream(body: body, maximumLength: maximumLength)
  }
}

/// The chunks of a body as they arrive: at most a megabyte waits here, then the connection itself is paused.
///
/// To be iterated once. Cancelling the task that waits in it closes the connection.
public struct HTTPBodyStream: AsyncSequence, Sendable {
  public typealias Element = [UInt8]
  public typealias Failure = HTTPTransportError

  let reader: BodyReader

  public func makeAsyncIterator() -> Iterator { Iterator(reader: reader) }

  public struct Iterator: AsyncIteratorProtocol {
    let reader: BodyReader

    public mutating func next() async throws(HTTPTransportError) -> [UInt8]? {
      try await reader.exchange.nextChunk()
    }

    public mutating func next(isolation actor: isolated (any Actor)?) async throws(HTTPTransportError) -> [UInt8]? {
      try await reader.exchange.nextChunk()
    }
  }

  func refuse(limit: Int, of what: String) -> HTTPTransportError {
    let error = reader.exchange.error(.bodyTooLarge, "the \(what) is longer than the \(limit) bytes allowed")
    reader.exchange.end(with: error)
    return error
  }
}

/// Ends the exchange when nobody can read it any more, and keeps the transport open until then.
final class BodyReader: Sendable {
  let exchange: Exchange
  private let transport: HTTPTransport

  init(exchange: Exchange, transport: HTTPTransport) {
    self.exchange = exchange
    self.transport = transport
  }

  deinit { exchange.cancel() }
}
