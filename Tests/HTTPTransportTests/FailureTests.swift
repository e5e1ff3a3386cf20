import HTTPTransport
import RealParts
import Testing

@Suite("How an exchange fails")
struct FailureTests {
  private let transport = HTTPTransport()

  private func failure(_ request: HTTPRequest) async -> HTTPTransportError? {
    await #expect(throws: HTTPTransportError.self) { try await transport.send(request) }
  }

  @Test("a name that does not resolve was surely never asked")
  func unknownHost() async throws {
    let error = await failure(HTTPRequest(url: "http://nowhere.invalid/", proxy: .never))
    #expect(error?.kind == .couldNotResolve)
    #expect(error?.requestMayHaveBeenSent == false)
    #expect(error?.description.contains("nowhere.invalid") == true)
  }

  @Test("a closed port could not be connected to")
  func refused() async throws {
    let closed = try ClosedPort()
    let error = await failure(HTTPRequest(url: closed.url))
    #expect(error?.kind == .couldNotConnect)
    #expect(error?.requestMayHaveBeenSent == false)
  }

  @Test("a TLS handshake with something else is a TLS failure")
  func plainTextPeer() async throws {
    let server = try LoopbackServer { connection in connection.send("HTTP/1.1 400 Bad Request\r\n\r\n") }
    let error = await failure(HTTPRequest(url: "https://127.0.0.1:\(server.port)/"))
    #expect(error?.kind == .tls)
    #expect(error?.requestMayHaveBeenSent == false)
  }

  @Test("a server that closes or resets without an answer may have acted", arguments: [false, true])
  func noAnswer(reset: Bool) async throws {
    let server = try LoopbackServer { connection in
      _ = connection.request()
      if reset { connection.resetOnClose() }
    }
    let error = await failure(HTTPRequest(method: "POST", url: server.url, body: .bytes([1, 2, 3])))
    #expect(error?.kind == .cut)
    #expect(error?.requestMayHaveBeenSent == true)
  }

  @Test("a body cut in the middle is no answer", arguments: ["Content-Length: 10", "Transfer-Encoding: chunked"])
  func cutBody(framing: String) async throws {
    let server = try LoopbackServer { connection in
      _ = connection.request()
      connection.send("HTTP/1.1 200 OK\r\n\(framing)\r\n\r\n" + (framing.hasPrefix("C") ? "half" : "4\r\nhalf\r\n"))
    }
    #expect(await failure(HTTPRequest(url: server.url))?.kind == .cut)
  }

  @Test("a silent server runs into the time limit, and may have acted")
  func slow() async throws {
    let server = try LoopbackServer { connection in
      _ = connection.request()
      connection.waitForClose()
    }
    let error = await failure(HTTPRequest(url: server.url, timeout: .milliseconds(50)))
    #expect(error?.kind == .timedOut)
    #expect(error?.requestMayHaveBeenSent == true)
  }

  @Test("a body longer than allowed is refused, and one just as long is taken")
  func oversize() async throws {
    let server = try LoopbackServer { connection in
      while connection.request() != nil { connection.answer(String(repeating: "x", count: 100_000)) }
    }
    #expect(await failure(HTTPRequest(url: server.url, bodyBytesMax: 99_999))?.kind == .bodyTooLarge)
    #expect(try await transport.send(HTTPRequest(url: server.url, bodyBytesMax: 100_000)).body.count == 100_000)
  }

  @Test(
    "other schemes are refused before anything is sent", arguments: ["ftp://127.0.0.1/", "file:///etc/passwd", "x"])
  func schemes(url: String) async throws {
    let error = await failure(HTTPRequest(url: url, proxy: .never))
    #expect(error?.requestMayHaveBeenSent == false)
  }

  @Test("a secret in the query is not repeated in the error")
  func noQueryInErrors() async throws {
    let error = await failure(HTTPRequest(url: "http://nowhere.invalid/path?token=hush", proxy: .never))
    #expect(error?.description.contains("hush") == false)
    #expect(error?.description.contains("/path") == true)
  }

  @Test("a closed transport refuses, and what ran on it is cancelled")
  func closed() async throws {
    let server = try LoopbackServer { connection in connection.waitForClose() }
    let transport = HTTPTransport()
    let running = Task { try await transport.send(HTTPRequest(url: server.url)) }
    while server.connections == 0 { await Task.yield() }
    transport.close()
    await #expect(throws: HTTPTransportError.self) { try await running.value }
    let error = await #expect(throws: HTTPTransportError.self) {
      try await transport.send(HTTPRequest(url: server.url))
    }
    #expect(error?.kind == .cancelled)
  }
}
