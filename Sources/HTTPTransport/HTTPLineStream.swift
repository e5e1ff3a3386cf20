/// A body cut at each `\n`, wherever the network cut it; what follows the last `\n` is a line too unless it is empty.
public struct HTTPLineStream: AsyncSequence, Sendable {
  public typealias Element = [UInt8]
  public typealias Failure = HTTPTransportError

  let body: HTTPBodyStream
  let maximumLength: Int

  public func makeAsyncIterator() -> Iterator {
    Iterator(body: body, chunks: body.makeAsyncIterator(), maximumLength: maximumLength)
  }

  public struct Iterator: AsyncIteratorProtocol {
    let body: HTTPBodyStream
    var chunks: HTTPBodyStream.Iterator
    let maximumLength: Int
    /// Bytes that arrived and were not handed out; `start` is the first of them.
    var carry: [UInt8] = []
    var start = 0
    /// Up to here no `\n` was found.
    var searched = 0
    var isFinished = false

    public mutating func next() async throws(HTTPTransportError) -> [UInt8]? {
      try await next(isolation: nil)
    }

    /// Throws `bodyTooLarge` for a line longer than the maximum, and closes the connection then.
    public mutating func next(isolation actor: isolated (any Actor)?) async throws(HTTPTransportError) -> [UInt8]? {
      while true {
        if let line = takeLine() { return line }
        if isFinished { return takeRest() }
        guard carry.count - start <= maximumLength else { throw body.refuse(limit: maximumLength, of: "line") }
        if let chunk = try await chunks.next(isolation: actor) {
          carry.removeSubrange(..<start)
          searched -= start
          start = 0
          carry.append(contentsOf: chunk)
        } else {
          isFinished = true
        }
      }
    }

    private mutating func takeLine() -> [UInt8]? {
      guard let newline = carry[searched...].firstIndex(of: UInt8(ascii: "\n")) else {
        searched = carry.count
        return nil
      }
      defer {
        start = newline + 1
        searched = start
      }
      return trimmed(carry[start..<newline])
    }

    private mutating func takeRest() -> [UInt8]? {
      defer {
        carry = []
        start = 0
        searched = 0
      }
      return start < carry.count ? trimmed(carry[start...]) : nil
    }

    private func trimmed(_ line: ArraySlice<UInt8>) -> [UInt8] {
      Array(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
    }
  }
}
