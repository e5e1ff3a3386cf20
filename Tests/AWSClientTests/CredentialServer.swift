import RealParts
import Synchronization

/// A real HTTP server of one place that gives credentials: it notes each request and answers by its path.
final class CredentialServer: Sendable {
  struct Seen: Sendable {
    /// `GET /token`, without the server's own path.
    var line: String
    var head: String
    var body: String

    func header(_ name: String) -> String? { field(name, in: head) }
  }

  private final class Log: Sendable {
    /// On a busy machine a client of another process may still knock at a port that it lost.
    let path = "/\(UInt64.random(in: 0...UInt64.max))"
    let seen = Mutex<[Seen]>([])
  }

  private let server: LoopbackServer
  private let log: Log

  var url: String { server.url + log.path }
  var requests: [Seen] { log.seen.withLock { $0 } }
  var lines: [String] { requests.map(\.line) }

  /// `answer` gives status and body for a request.
  init(_ answer: @escaping @Sendable (Seen) -> (status: Int, body: String)) throws {
    let log = Log()
    self.log = log
    server = try LoopbackServer { connection in
      while let (head, body) = connection.request() {
        let words = head.split(separator: "\r\n")[0].split(separator: " ")
        guard words[1].hasPrefix(log.path) else { return }
        let line = "\(words[0]) \(words[1].dropFirst(log.path.count))"
        let seen = Seen(line: line, head: head, body: String(decoding: body, as: UTF8.self))
        log.seen.withLock { $0.append(seen) }
        let (status, text) = answer(seen)
        connection.answer(text, status: "\(status) X")
      }
    }
  }
}

/// A document of temporary keys as containers and instances get it.
func machineKeys(_ id: String, expires: String = "2026-01-02T09:04:05Z") -> String {
  #"{"Code":"Success","Type":"AWS-HMAC","AccessKeyId":"\#(id)","SecretAccessKey":"s","Token":"t","#
    + #""Expiration":"\#(expires)","LastUpdated":"2026-01-02T03:00:00Z"}"#
}
