import Glibc
import HTTPTransport
import RealParts
import Synchronization
import Testing

@Suite("Streaming both ways")
struct StreamingTests {
  private let transport = HTTPTransport()

  @Test("the head and each line are here before the answer has ended")
  func live() async throws {
    let gate = Gate()
    let server = try LoopbackServer { connection in
      _ = connection.request()
      connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
      connection.send("5\r\none\r\n\r\n3\r\ntwo\r\n")
      gate.wait()
      connection.send("4\r\n\nend\r\n0\r\n\r\n")
    }
    let response = try await transport.open(HTTPRequest(url: server.url, timeout: nil))
    #expect(response.status == 200)
    var lines = response.lines().makeAsyncIterator()
    #expect(try await lines.next() == Array("one".utf8))
    gate.open()
    #expect(try await lines.next() == Array("two".utf8))
    #expect(try await lines.next() == Array("end".utf8))
    #expect(try await lines.next() == nil)
  }

  @Test("lines are the same wherever the network cuts them", arguments: [1, 2, 3, 7, 1000])
  func lineCuts(size: Int) async throws {
    let text = "first\nsecond\r\n\n\r\nlast without end"
    let server = try LoopbackServer { connection in
      _ = connection.request()
      connection.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
      var rest = Array(text.utf8)[...]
      while !rest.isEmpty {
        connection.send(Array(rest.prefix(size)))
        rest = rest.dropFirst(size)
      }
    }
    var lines: [String] = []
    for try await line in try await transport.open(HTTPRequest(url: server.url)).lines() {
      lines.append(String(decoding: line, as: UTF8.self))
    }
    #expect(lines == ["first", "second", "", "", "last without end"])
  }

  @Test("a line without end is refused at the maximum")
  func longLine() async throws {
    let server = try LoopbackServer { connection in
      _ = connection.request()
      connection.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
      while connection.send([UInt8](repeating: 120, count: 10_000)) {}
    }
    let response = try await transport.open(HTTPRequest(url: server.url))
    let error = await #expect(throws: HTTPTransportError.self) {
      for try await _ in response.lines(maximumLength: 100_000) {}
    }
    #expect(error?.kind == .bodyTooLarge)
  }

  @Test("a reader that does not read stops the sender, and misses nothing afterwards")
  func backPressure() async throws {
    let total = 64 << 20
    let sent = Atomic(0)
    let server = try LoopbackServer { connection in
      _ = connection.request()
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(total)\r\n\r\n")
      let block = [UInt8](repeating: 7, count: 1 << 16)
      for _ in 0..<(total >> 16) {
        guard connection.send(block) else { return }
        sent.add(1 << 16, ordering: .relaxed)
      }
    }
    let response = try await transport.open(HTTPRequest(url: server.url))
    // Another exchange on the same loop proves that the loop is not what waits.
    var last = -1
    while last != sent.load(ordering: .relaxed) {
      last = sent.load(ordering: .relaxed)
      let other = try LoopbackServer { connection in while connection.request() != nil { connection.answer("") } }
      for _ in 0..<50 { _ = try await transport.send(HTTPRequest(url: other.url)) }
    }
    #expect(last < total / 2)
    var received = 0
    for try await chunk in response.body { received += chunk.count }
    #expect(received == total)
  }

  @Test("an upload arrives whole, produced in pieces of any size by a thread that blocks")
  func upload() async throws {
    let server = try LoopbackServer { connection in
      while let (head, body) = connection.request() {
        let sum = body.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF_FFFF }
        let framing = field("transfer-encoding", in: head) ?? ""
        connection.answer("\(body.count) \(sum) \(framing) \(field("expect", in: head) ?? "none")")
      }
    }
    let upload = HTTPUpload(capacity: 64 << 10)
    let pieces = [1, 512, 70_000, 3, 200_000, 65_536].flatMap { size in Array(repeating: size, count: 4) }
    var expected = 0
    var total = 0
    for size in pieces {
      for index in 0..<size { expected = (expected &* 31 &+ (index & 0xFF)) & 0xFFFF_FFFF }
      total += size
    }
    runOnThread {
      for size in pieces { try? upload.write((0..<size).map { UInt8($0 & 0xFF) }) }
      upload.finish()
    }
    let response = try await transport.send(HTTPRequest(method: "POST", url: server.url, body: .stream(upload)))
    #expect(response.text == "\(total) \(expected) chunked none")
  }

  @Test("a producer that gives up breaks the request off in its own words")
  func producerFails() async throws {
    struct Gone: Error, CustomStringConvertible { let description = "the blob is gone" }
    let server = try LoopbackServer { connection in _ = connection.request() }
    let upload = HTTPUpload()
    runOnThread {
      try? upload.write([1, 2, 3])
      upload.fail(Gone())
    }
    let error = await #expect(throws: HTTPTransportError.self) {
      try await transport.send(HTTPRequest(method: "POST", url: server.url, body: .stream(upload)))
    }
    #expect(error?.kind == .uploadFailed)
    #expect(error?.detail == "the blob is gone")
  }

  @Test("cancelling unblocks a producer whose server reads nothing")
  func cancelUpload() async throws {
    let server = try LoopbackServer { connection in
      _ = connection.readHead()
      connection.waitForClose()
    }
    let upload = HTTPUpload(capacity: 1024)
    let ended = Gate()
    let written = Atomic(0)
    runOnThread {
      while (try? upload.write([UInt8](repeating: 1, count: 65536))) != nil { written.add(1, ordering: .relaxed) }
      ended.open()
    }
    let task = Task { [transport] in
      try await transport.send(HTTPRequest(method: "POST", url: server.url, body: .stream(upload)))
    }
    while written.load(ordering: .relaxed) < 4 { await Task.yield() }
    task.cancel()
    await #expect(throws: HTTPTransportError.self) { try await task.value }
    await ended.opened()
  }

  @Test("an early refusal ends the producer too")
  func earlyAnswer() async throws {
    let server = try LoopbackServer { connection in
      _ = connection.readHead()
      connection.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno")
      connection.waitForClose()
    }
    let upload = HTTPUpload()
    let ended = Gate()
    runOnThread {
      while (try? upload.write([UInt8](repeating: 1, count: 65536))) != nil {}
      ended.open()
    }
    let response = try await transport.send(HTTPRequest(method: "POST", url: server.url, body: .stream(upload)))
    #expect(response.status == 400)
    #expect(response.text == "no")
    await ended.opened()
  }
}

@Suite("Cancelling")
struct CancellationTests {
  private let transport = HTTPTransport()

  @Test("the connection is closed at once when the task is cancelled before the head", .timeLimit(.minutes(1)))
  func beforeHead() async throws {
    let closed = Gate()
    let server = try LoopbackServer { connection in
      connection.waitForClose()
      closed.open()
    }
    let task = Task { [transport] in try await transport.send(HTTPRequest(url: server.url, timeout: nil)) }
    while server.connections == 0 { await Task.yield() }
    task.cancel()
    // The server never answers and nothing times out: only the cancellation ends it.
    let error = await #expect(throws: HTTPTransportError.self) { try await task.value }
    await closed.opened()
    #expect(error?.kind == .cancelled)
  }

  @Test("letting go of a body closes its connection", .timeLimit(.minutes(1)))
  func droppedBody() async throws {
    let closed = Gate()
    let server = try LoopbackServer { connection in
      _ = connection.request()
      connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n")
      connection.waitForClose()
      closed.open()
    }
    func readOne() async throws -> [UInt8]? {
      let response = try await transport.open(HTTPRequest(url: server.url, timeout: nil))
      var chunks = response.body.makeAsyncIterator()
      return try await chunks.next()
    }
    #expect(try await readOne() == Array("one".utf8))
    await closed.opened()
  }

  @Test("a task that was cancelled beforehand sends nothing")
  func alreadyCancelled() async throws {
    let server = try LoopbackServer { connection in connection.waitForClose() }
    let task = Task { [transport] in
      while !Task.isCancelled { await Task.yield() }
      return try await transport.send(HTTPRequest(url: server.url))
    }
    task.cancel()
    let error = await #expect(throws: HTTPTransportError.self) { try await task.value }
    #expect(error?.kind == .cancelled)
    #expect(error?.requestMayHaveBeenSent == false)
  }
}

/// Opens once; `wait` blocks the thread that calls it until then.
final class Gate: @unchecked Sendable {
  private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
  private let openings: AsyncStream<Never>
  private let opening: AsyncStream<Never>.Continuation

  init() {
    sem_init(semaphore, 0, 0)
    (openings, opening) = AsyncStream<Never>.makeStream()
  }

  deinit {
    sem_destroy(semaphore)
    semaphore.deallocate()
  }

  func open() {
    sem_post(semaphore)
    opening.finish()
  }

  /// For tasks: holds no thread of Swift's pool, of which a small machine has two.
  func opened() async { for await _ in openings {} }

  /// For threads of their own.
  func wait() {
    while sem_wait(semaphore) != 0 {}
    sem_post(semaphore)
  }
}
