import FoundationEssentials
import HTTPTransport

extension Engine {
  /// Runs a container to its end, removes it, and gives the exit status of its process.
  ///
  /// When the task is cancelled the process is asked to end, and killed after `grace`; the container is removed in any
  /// case, and the call returns when it is.
  ///
  /// - Parameter output: each line of both outputs, as it comes; a log driver that cannot be read gives none.
  /// - Throws: `EngineError`; a status other than 0 is none.
  public func runOnce(
    _ spec: ContainerSpec, grace: Duration = .seconds(10), output: @escaping @Sendable (String) -> Void
  ) async throws(EngineError) -> Int {
    let id = try await createContainer(spec)
    let result: Result<Int, EngineError>
    do throws(EngineError) {
      try await startContainer(id)
      await follow(id, output)
      result = .success(try await exitStatus(of: id))
    } catch {
      result = .failure(error)
    }
    // Cleaning up is not cancelled.
    let isCancelled = Task.isCancelled
    await Task {
      if isCancelled { try? await stopContainer(id, timeout: grace) }
      try? await removeContainer(id, force: true)
    }.value
    return try result.get()
  }

  /// Hands on the container's lines until it has ended; what goes wrong on the way is no fault of the container's.
  private func follow(_ id: String, _ output: (String) -> Void) async {
    var request = request(
      "GET", "/containers/\(percentEncoded(id))/logs", [("follow", "1"), ("stdout", "1"), ("stderr", "1")])
    request.timeout = nil
    guard let response = try? await transport.open(request), response.status == 200 else { return }
    var frames = LogFrames()
    var chunks = response.body.makeAsyncIterator()
    while let chunk = try? await chunks.next() {
      for line in frames.take(chunk) { output(line) }
    }
    if let rest = frames.rest() { output(rest) }
  }

  /// Waits for the container's end (https://docs.docker.com/reference/api/engine/version/v1.47/#tag/Container/operation/ContainerWait).
  private func exitStatus(of id: String) async throws(EngineError) -> Int {
    struct Answer: Decodable {
      var status: Int
      enum CodingKeys: String, CodingKey { case status = "StatusCode" }
    }
    var request = request("POST", "/containers/\(percentEncoded(id))/wait")
    request.timeout = nil
    let doing = "Waiting for the container \(id)"
    let answer: Answer = try decodeJSON(try await send(request, doing: doing).body, doing: doing)
    return answer.status
  }
}

/// The frames of a container's log, wherever they were cut, as lines: see ``logPayload(_:)`` for their form.
struct LogFrames {
  private var bytes: [UInt8] = []
  private var line: [UInt8] = []

  /// A longer line is cut into several.
  private static let lineBytesMax = 1 << 16

  mutating func take(_ chunk: [UInt8]) -> [String] {
    bytes += chunk
    var lines: [String] = []
    var start = 0
    while bytes.count - start >= 8 {
      let length = bytes[(start + 4)..<(start + 8)].reduce(0) { $0 << 8 | Int($1) }
      guard bytes.count - start >= 8 + length else { break }
      for byte in bytes[(start + 8)..<(start + 8 + length)] { lines += take(byte) }
      start += 8 + length
    }
    bytes.removeFirst(start)
    return lines
  }

  private mutating func take(_ byte: UInt8) -> [String] {
    guard byte == UInt8(ascii: "\n") || line.count >= LogFrames.lineBytesMax else {
      line.append(byte)
      return []
    }
    defer { line = byte == UInt8(ascii: "\n") ? [] : [byte] }
    return [text(line)]
  }

  /// What came after the last line's end.
  mutating func rest() -> String? {
    defer { line = [] }
    return line.isEmpty ? nil : text(line)
  }

  private func text(_ bytes: [UInt8]) -> String {
    String(decoding: bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes[...], as: UTF8.self)
  }
}
