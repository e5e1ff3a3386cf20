import AWSClient
import AWSWire
import HTTPTransport
import RealParts
import Synchronization
import Testing

/// What goes wrong with one attempt.
enum Fault: Sendable {
  /// An error document in the service's own form.
  case error(String, status: Int)
  /// The connection is reset before the request is read whole: nothing was done.
  case resetBefore
  /// The request is read, and the connection reset: it was done.
  case resetAfter
  /// Done, and the connection ends within the answer.
  case halfAnswer
  /// Done, and answered with a document that breaks off.
  case halfDocument
  /// A page of somebody else's.
  case page(status: Int)
  /// Done, and answered byte by byte.
  case slow
  case none
}

/// A service that carries out what it reads whole, and whose attempts go wrong in order, the last one again and again.
final class FaultServer: Sendable {
  private final class Log: Sendable {
    /// On a busy machine a client of another process may still knock at a port that it lost.
    let path = "/\(UInt64.random(in: 0...UInt64.max))/"
    let attempts = Mutex(0)
    let bodies = Mutex<[[UInt8]]>([])
  }

  private let server: LoopbackServer
  private let log: Log
  private let fetched = Counter()

  /// The bodies of the requests that were carried out or refused, in their order.
  var bodies: [[UInt8]] { log.bodies.withLock { $0 } }
  var fetchedCredentials: Int { fetched.count }

  init(_ faults: [Fault], subject: FaultSubject) throws {
    let log = Log()
    self.log = log
    server = try LoopbackServer { connection in
      func fault() -> Fault { faults[min(log.attempts.withLock { $0 }, faults.count - 1)] }
      if case .resetBefore = fault() {
        // Once bytes are on their way nobody can know: before that, connecting itself would fail.
        guard connection.readHead()?.contains(" \(log.path) ") == true else { return }
        log.attempts.withLock { $0 += 1 }
        connection.resetOnClose()
        return
      }
      while let (head, body) = connection.request() {
        guard head.contains(" \(log.path) ") else { return }
        let fault = fault()
        log.attempts.withLock { $0 += 1 }
        log.bodies.withLock { $0.append(body) }
        guard play(fault, subject, connection) else { return }
      }
    }
  }

  /// A client in `world`'s time, whose credentials are fetched anew as often as asked.
  func client(_ world: TestEnvironment) throws -> AWSClient {
    let settings = try AWSSettings(
      environment: TestEnvironment(["AWS_ENDPOINT_URL": server.url + log.path, "AWS_REGION": "eu-north-1"]).environment)
    let fetched = fetched
    let store = CredentialsStore(
      now: { world.now },
      load: { () async throws(CredentialsError) in
        AWSCredentials(key: AccessKey(id: "AKID\(fetched.next())", secret: Secret("secret")), source: "test")
      })
    return AWSClient(
      settings: settings, environment: world.environment, transport: HTTPTransport(), credentials: store)
  }
}

/// Answers one request; `false`: the connection ends.
private func play(_ fault: Fault, _ subject: FaultSubject, _ connection: LoopbackConnection) -> Bool {
  let good = subject.goodAnswer
  switch fault {
  case .error(let code, let status): connection.answer(subject.errorAnswer(code), status: "\(status) X")
  case .resetBefore, .resetAfter:
    connection.resetOnClose()
    return false
  case .halfAnswer:
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(good.utf8.count)\r\n\r\n\(good.prefix(good.count / 2))")
    return false
  case .halfDocument: connection.answer(String(good.prefix(good.count - 9)))
  case .page(let status):
    connection.answer(
      "<html><body><h1>Oops</h1></body></html>", status: "\(status) X", headers: ["Content-Type: text/html"])
  case .slow:
    for byte in "HTTP/1.1 200 OK\r\nContent-Length: \(good.utf8.count)\r\n\r\n\(good)".utf8 { connection.send([byte]) }
  case .none: connection.answer(good)
  }
  return true
}

/// A call whose faults are looked at.
enum FaultSubject: String, CaseIterable, Sendable, CustomTestStringConvertible {
  case getCallerIdentity = "GetCallerIdentity"
  case getAuthorizationToken = "GetAuthorizationToken"
  case createLaunchTemplateVersion = "CreateLaunchTemplateVersion"
  case createOrUpdateTags = "CreateOrUpdateTags"
  case deleteTags = "DeleteTags"
  case updateAutoScalingGroup = "UpdateAutoScalingGroup"
  case startInstanceRefresh = "StartInstanceRefresh"
  case rollbackInstanceRefresh = "RollbackInstanceRefresh"
  case cancelInstanceRefresh = "CancelInstanceRefresh"
  case putImage = "PutImage"
  case sendCommand = "SendCommand"

  var testDescription: String { rawValue }

  func call(_ client: AWSClient) async throws(AWSError) {
    switch self {
    case .getCallerIdentity: _ = try await client.sts.getCallerIdentity()
    case .getAuthorizationToken: _ = try await client.ecr.getAuthorizationToken()
    case .createLaunchTemplateVersion:
      _ = try await client.ec2.createLaunchTemplateVersion(
        .id("lt-1"), source: 1, description: "d", clientToken: "token-1", userData: [1])
    case .createOrUpdateTags:
      try await client.autoScaling.createOrUpdateTags([.init(key: "k", value: "v")], on: "web")
    case .deleteTags: try await client.autoScaling.deleteTags(["k"], on: "web")
    case .updateAutoScalingGroup:
      try await client.autoScaling.updateAutoScalingGroup("web", to: .launchTemplate(.init(id: "lt-1", version: "2")))
    case .startInstanceRefresh:
      _ = try await client.autoScaling.startInstanceRefresh(of: "web", to: nil, preferences: .init())
    case .rollbackInstanceRefresh: _ = try await client.autoScaling.rollbackInstanceRefresh(of: "web")
    case .cancelInstanceRefresh: _ = try await client.autoScaling.cancelInstanceRefresh(of: "web")
    case .putImage: _ = try await client.ecr.putImage(repository: "web", manifest: "{}", tag: "v1")
    case .sendCommand: _ = try await client.ssm.sendCommand(["true"], to: ["i-1"])
    }
  }

  var goodAnswer: String {
    switch self {
    case .getCallerIdentity:
      return result("<Arn>a</Arn><UserId>U</UserId><Account>1</Account>")
    case .getAuthorizationToken:
      return #"{"authorizationData":[{"authorizationToken":"QVdTOnB3","proxyEndpoint":"https://x","expiresAt":2e9}]}"#
    case .createLaunchTemplateVersion:
      return "<CreateLaunchTemplateVersionResponse><launchTemplateVersion><launchTemplateId>lt-1</launchTemplateId>"
        + "<launchTemplateName>web</launchTemplateName><versionNumber>2</versionNumber><defaultVersion>false"
        + "</defaultVersion><launchTemplateData/></launchTemplateVersion></CreateLaunchTemplateVersionResponse>"
    case .createOrUpdateTags, .deleteTags, .updateAutoScalingGroup: return result("")
    case .startInstanceRefresh, .rollbackInstanceRefresh, .cancelInstanceRefresh:
      return result("<InstanceRefreshId>r-1</InstanceRefreshId>")
    case .putImage: return #"{"image":{"imageId":{"imageDigest":"sha256:44","imageTag":"v1"}}}"#
    case .sendCommand: return #"{"Command":{"CommandId":"c-1"}}"#
    }
  }

  func errorAnswer(_ code: String) -> String {
    switch self {
    case .getAuthorizationToken, .putImage, .sendCommand: #"{"__type":"com.amazonaws#\#(code)","message":"words"}"#
    case .createLaunchTemplateVersion:
      "<Response><Errors><Error><Code>\(code)</Code><Message>words</Message></Error></Errors>"
        + "<RequestID>q</RequestID></Response>"
    default:
      "<ErrorResponse><Error><Code>\(code)</Code><Message>words</Message></Error><RequestId>q</RequestId></ErrorResponse>"
    }
  }

  private func result(_ members: String) -> String {
    "<\(rawValue)Response><\(rawValue)Result>\(members)</\(rawValue)Result></\(rawValue)Response>"
  }
}
