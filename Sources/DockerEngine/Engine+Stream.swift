import FoundationEssentials
import HTTPTransport

extension Engine {
  /// Sends a request that the Engine answers with JSON lines, and hands each to `body` as it comes.
  func stream(
    _ request: HTTPRequest, doing: String, _ body: (EngineMessage) throws(EngineError) -> Void
  ) async throws(EngineError) {
    let response: HTTPStreamingResponse
    do {
      response = try await transport.open(request)
    } catch {
      throw EngineError(error, doing: doing, endpoint: endpoint)
    }
    guard (200..<300).contains(response.status) else {
      let text = (try? await response.collect(upTo: 1 << 16)) ?? []
      throw .refused(doing: doing, status: response.status, message: engineMessage(text))
    }
    var lines = response.lines(maximumLength: 1 << 20).makeAsyncIterator()
    while let line = try await next(&lines, doing: doing) {
      if line.isEmpty { continue }
      try body(try decodeJSON(line, doing: doing))
    }
  }

  private func next(
    _ lines: inout HTTPLineStream.Iterator, doing: String
  ) async throws(EngineError) -> [UInt8]? {
    do {
      return try await lines.next()
    } catch {
      throw EngineError(error, doing: doing, endpoint: endpoint)
    }
  }
}
