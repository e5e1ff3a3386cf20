import AWSClient
import AWSWire
import HTTPTransport
import RealParts
import Synchronization

/// A service that gives prepared answers in order, the last one again and again. It checks each signature itself.
final class ScriptedEndpoint: Sendable {
  enum Answer: Sendable {
    case xml(String, status: Int = 200, headers: [String] = [])
    case json(String, status: Int = 200, headers: [String] = [])
    /// Reads the request and closes the connection.
    case cut

    static func error(_ code: String, status: Int = 400, headers: [String] = []) -> Answer {
      .xml(
        "<ErrorResponse><Error><Type>Sender</Type><Code>\(code)</Code><Message>words of \(code)</Message></Error>"
          + "<RequestId>req-1</RequestId></ErrorResponse>", status: status, headers: headers)
    }
  }

  struct Seen: Sendable {
    var target: String
    var body: [UInt8]
    var headers: [HeaderField]

    var form: QueryForm { QueryForm(decoding: body) }
    func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name }?.value }
  }

  private let server: LoopbackServer
  private let log: Log

  var requests: [Seen] { log.seen.withLock { $0 } }
  var connections: Int { server.connections }
  /// Its path is its own: on a busy machine a client of another process may still knock at a port that it lost.
  var url: String { server.url + log.path }

  init(_ answers: [Answer]) throws {
    let log = Log(answers)
    self.log = log
    server = try LoopbackServer { connection in
      while let (head, body) = connection.request() {
        guard let answer = log.next(head: head, body: body) else {
          connection.answer("", status: "404 Not Found")
          continue
        }
        switch answer {
        case .cut: return
        case .xml(let text, let status, let headers), .json(let text, let status, let headers):
          connection.answer(text, status: "\(status) X", headers: headers)
        }
      }
    }
  }

  private final class Log: Sendable {
    let seen = Mutex<[Seen]>([])
    let path = "/\(UInt64.random(in: 0...UInt64.max))/"
    private let answers: [Answer]

    init(_ answers: [Answer]) { self.answers = answers }

    func next(head: String, body: [UInt8]) -> Answer? {
      let lines = head.split(separator: "\r\n")
      let headers = lines.dropFirst().map { line in
        let parts = line.split(separator: ":", maxSplits: 1)
        return HeaderField(String(parts[0]), parts.count > 1 ? String(parts[1].drop { $0 == " " }) : "")
      }
      let target = String(lines[0].split(separator: " ")[1])
      guard target == path else { return nil }
      return seen.withLock { seen in
        seen.append(Seen(target: target, body: body, headers: headers))
        return answers[min(seen.count, answers.count) - 1]
      }
    }
  }

  /// A client of this endpoint with fixed keys, in `world`'s time. It keeps the endpoint alive.
  func client(_ world: TestEnvironment = TestEnvironment(), variables: [String: String] = [:]) throws -> AWSClient {
    let settings = try AWSSettings(
      environment: TestEnvironment(
        ["AWS_ENDPOINT_URL": url, "AWS_REGION": "eu-north-1"].merging(variables) { $1 }
      ).environment)
    let store = CredentialsStore(now: { world.now }, load: { () async throws(CredentialsError) in self.credentials })
    return AWSClient(
      settings: settings, environment: world.environment, transport: HTTPTransport(), credentials: store)
  }

  let credentials = AWSCredentials(
    key: AccessKey(id: "AKIDEXAMPLE", secret: Secret("secret"), sessionToken: Secret("token")), source: "test")

  /// Whether a request's signature is right at a time.
  func isSigned(_ request: Seen, at time: Timestamp) -> Bool {
    let key = credentials.key
    let verifier = SigV4Verifier { id in id == key.id ? key : nil }
    let wire = WireRequest(method: "POST", target: request.target, headers: request.headers, body: request.body)
    return (try? verifier.verify(wire, now: time)) != nil
  }
}
