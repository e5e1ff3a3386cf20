import Glibc
import HTTPTransport
import RealParts
import Testing

@Suite("A request and its answer")
struct ExchangeTests {
  private let transport = HTTPTransport()

  @Test("what is sent is what was named, and no more")
  func sendsExactly() async throws {
    let server = try LoopbackServer { connection in
      while let (head, body) = connection.request() {
        connection.answer(head + "\n" + String(decoding: body, as: UTF8.self), headers: ["X-Seen: yes"])
      }
    }
    let request = HTTPRequest(
      method: "PUT", url: server.url + "/a/../b%20c?x=1",
      headers: [HTTPHeader("X-One", "1"), HTTPHeader("X-None", "")],
      body: .bytes(Array("hello".utf8)))
    let response = try await transport.send(request)
    #expect(response.status == 200)
    #expect(response.header("x-seen") == "yes")
    #expect(
      response.text == """
        PUT /a/../b%20c?x=1 HTTP/1.1\r
        Host: 127.0.0.1:\(server.port)\r
        X-One: 1\r
        X-None:\r
        Content-Length: 5
        hello
        """)
  }

  @Test("each method goes out as itself", arguments: ["GET", "DELETE", "POST", "PUT", "PATCH", "OPTIONS"])
  func methods(_ method: String) async throws {
    let server = try LoopbackServer { connection in
      while let (head, _) = connection.request() { connection.answer(String(head.prefix { $0 != " " })) }
    }
    let body: HTTPBody = method == "PATCH" ? .bytes([1]) : .none
    let response = try await transport.send(HTTPRequest(method: method, url: server.url, body: body))
    #expect(response.text == method)
  }

  @Test("an answer to HEAD ends with its head")
  func head() async throws {
    let server = try LoopbackServer { connection in
      while connection.request() != nil { connection.send("HTTP/1.1 200 OK\r\nContent-Length: 77\r\n\r\n") }
    }
    let response = try await transport.send(HTTPRequest(method: "HEAD", url: server.url))
    #expect(response.header("Content-Length") == "77")
    #expect(response.body.isEmpty)
  }

  @Test("requests reuse one connection, and a fresh one is opened only on demand")
  func keepAlive() async throws {
    let server = try LoopbackServer { connection in while connection.request() != nil { connection.answer("ok") } }
    for _ in 0..<5 { _ = try await transport.send(HTTPRequest(url: server.url)) }
    #expect(server.connections == 1)
    _ = try await transport.send(HTTPRequest(url: server.url, forceFreshConnection: true))
    #expect(server.connections == 2)
  }

  @Test("an interim answer is not the answer")
  func interim() async throws {
    let server = try LoopbackServer { connection in
      while connection.request() != nil {
        connection.send("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
        connection.answer("no", status: "404 Not Found")
      }
    }
    let response = try await transport.send(HTTPRequest(url: server.url))
    #expect(response.status == 404)
    #expect(response.header("link") == nil)
  }

  @Test("a Unix socket serves like an address, and its path is named when it does not")
  func unixSocket() async throws {
    let path = "/tmp/wanzami-transport-\(getpid())-\(UInt32.random(in: 0...UInt32.max)).sock"
    defer { unlink(path) }
    let server = try LoopbackServer(unixSocket: path) { connection in
      while let (head, _) = connection.request() { connection.answer(field("host", in: head) ?? "") }
    }
    let response = try await transport.send(HTTPRequest(url: "http://engine/version", unixSocket: path))
    #expect(response.text == "engine")
    #expect(server.connections == 1)

    let missing = path + ".gone"
    let error = await #expect(throws: HTTPTransportError.self) {
      try await transport.send(HTTPRequest(url: "http://engine/version", unixSocket: missing))
    }
    #expect(error?.kind == .couldNotConnect)
    #expect(error?.requestMayHaveBeenSent == false)
    #expect(error?.description.contains(missing) == true)
  }

  @Test("sixty-four requests at once each get their own answer")
  func concurrency() async throws {
    let server = try LoopbackServer { connection in
      while let (head, _) = connection.request() { connection.answer(String(head.split(separator: " ")[1])) }
    }
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for number in 0..<64 {
        group.addTask { [transport] in
          try await transport.send(HTTPRequest(url: server.url + "/\(number)")).text == "/\(number)"
        }
      }
      for try await isRight in group { #expect(isRight) }
    }
  }
}
