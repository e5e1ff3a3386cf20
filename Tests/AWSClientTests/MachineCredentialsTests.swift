import AWSWire
import HTTPTransport
import RealParts
import Synchronization
import Testing

@testable import AWSClient

/// Requests over the real transport.
private func requests(_ world: TestEnvironment) -> CredentialRequests {
  let transport = HTTPTransport()
  return CredentialRequests(endpoints: SSOEndpoints(), environment: world.environment) {
    (request) async throws(HTTPTransportError) in try await transport.send(request)
  }
}

@Suite("Credentials of a container")
struct ContainerCredentialsTests {
  private func load(_ world: TestEnvironment) async throws -> CredentialsProvider.Answer {
    try await ContainerCredentials(environment: world.environment, requests: requests(world)).load()
  }

  @Test("the full address is asked with the token, whose file wins and is read each time, and never by a proxy")
  func full() async throws {
    let server = try CredentialServer { _ in (200, machineKeys("ASIAC")) }
    let world = TestEnvironment(
      [
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "\(server.url)/v1/credentials?id=1",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": "from-variable",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/token", "http_proxy": "http://127.0.0.1:1",
      ], files: ["/token": "first\n"])
    guard case .credentials(let found) = try await load(world) else {
      Issue.record("absent")
      return
    }
    #expect(found.key == AccessKey(id: "ASIAC", secret: Secret("s"), sessionToken: Secret("t")))
    #expect(found.expires == Timestamp(iso8601: "2026-01-02T09:04:05Z"))
    world.written.withLock { $0["/token"] = "second" }
    _ = try await load(world)
    #expect(server.lines == ["GET /v1/credentials?id=1", "GET /v1/credentials?id=1"])
    #expect(server.requests.map { $0.header("authorization") } == ["first", "second"])
  }

  @Test("the relative address is ECS's own, and wins")
  func relative() async throws {
    let world = TestEnvironment([
      "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials/x", "AWS_CONTAINER_CREDENTIALS_FULL_URI": "https://x",
    ])
    let asked = Mutex<[HTTPRequest]>([])
    let requests = CredentialRequests(endpoints: SSOEndpoints(), environment: world.environment) {
      request in
      asked.withLock { $0.append(request) }
      return HTTPResponse(head: HTTPResponseHead(status: 200), body: Array(machineKeys("ASIAC").utf8))
    }
    _ = try await ContainerCredentials(environment: world.environment, requests: requests).load()
    #expect(asked.withLock { $0.map(\.url) } == ["http://169.254.170.2/v2/credentials/x"])
    #expect(asked.withLock { $0.allSatisfy { if case .never = $0.proxy { true } else { false } } })
  }

  @Test("an outage is tried three times, and a refusal is told with its words")
  func failures() async throws {
    let down = try CredentialServer { _ in (503, "later") }
    let world = TestEnvironment(["AWS_CONTAINER_CREDENTIALS_FULL_URI": down.url])
    await #expect(throws: CredentialsError.self) { try await load(world) }
    #expect(down.requests.count == 3)
    let refusing = try CredentialServer { _ in (403, "no task here") }
    let error = await #expect(throws: CredentialsError.self) {
      try await load(TestEnvironment(["AWS_CONTAINER_CREDENTIALS_FULL_URI": refusing.url]))
    }
    #expect(error?.description.contains("HTTP 403: no task here") == true)
    #expect(refusing.requests.count == 1)
  }

  @Test(
    "plain HTTP goes to this machine and to ECS's and EKS's addresses only",
    arguments: [
      ("http://localhost/x", true), ("http://127.3.2.1:80/x", true), ("http://[::1]/x", true),
      ("http://169.254.170.2/x", true), ("http://169.254.170.23/x", true), ("http://[fd00:ec2::23]/x", true),
      ("https://credentials.example/x", true), ("http://credentials.example/x", false),
      ("http://169.254.169.254/x", false), ("http://127.0.0.1.example/x", false), ("http://localhost@evil/x", false),
      ("http://127.1/x", false), ("ftp://localhost/x", false), ("localhost", false), ("", true),
    ])
  func hosts(url: String, isAllowed: Bool) async throws {
    let world = TestEnvironment(["AWS_CONTAINER_CREDENTIALS_FULL_URI": url])
    let asked = Counter()
    let requests = CredentialRequests(endpoints: SSOEndpoints(), environment: world.environment) { _ in
      _ = asked.next()
      return HTTPResponse(head: HTTPResponseHead(status: 200), body: Array(machineKeys("ASIAC").utf8))
    }
    let answer = try? await ContainerCredentials(environment: world.environment, requests: requests).load()
    #expect((answer != nil) == isAllowed)
    #expect(asked.count == (isAllowed && !url.isEmpty ? 1 : 0))
  }

  @Test("a token with a line break in it is never sent")
  func lineBreak() async throws {
    let server = try CredentialServer { _ in (200, machineKeys("ASIAC")) }
    let error = await #expect(throws: CredentialsError.self) {
      try await load(
        TestEnvironment([
          "AWS_CONTAINER_CREDENTIALS_FULL_URI": server.url, "AWS_CONTAINER_AUTHORIZATION_TOKEN": "hush\r\nHost: x",
        ]))
    }
    #expect(error?.description.contains("line breaks") == true)
    #expect(error?.description.contains("hush") == false)
    #expect(server.requests.isEmpty)
  }

  @Test("keys that end are fetched again in mid-run, and the next request is signed with the new ones")
  func rotation() async throws {
    let fetched = Counter()
    let server = try CredentialServer { _ in
      let number = fetched.next()
      return (200, machineKeys("ASIA\(number)", expires: number == 1 ? "2026-01-02T04:04:05Z" : "2026-01-02T12:00:00Z"))
    }
    let aws = try ScriptedEndpoint([
      .xml(
        "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>a</Arn><UserId>U</UserId><Account>1</Account>"
          + "</GetCallerIdentityResult></GetCallerIdentityResponse>")
    ])
    let world = TestEnvironment([
      "AWS_ENDPOINT_URL": aws.url, "AWS_REGION": "eu-north-1", "AWS_CONTAINER_CREDENTIALS_FULL_URI": server.url,
    ])
    let client = AWSClient(
      settings: try AWSSettings(environment: world.environment), environment: world.environment,
      transport: HTTPTransport())
    for _ in 0..<3 {
      _ = try await client.sts.getCallerIdentity()
      world.advance(milliseconds: 40 * 60_000)
    }
    #expect(
      aws.requests.compactMap { $0.header("authorization")?.split(separator: "/").first }
        == [
          "AWS4-HMAC-SHA256 Credential=ASIA1", "AWS4-HMAC-SHA256 Credential=ASIA1",
          "AWS4-HMAC-SHA256 Credential=ASIA2",
        ])
  }
}

@Suite("Credentials of an instance")
struct InstanceMetadataTests {
  private func load(
    _ server: CredentialServer, _ variables: [String: String] = [:]
  ) async throws -> CredentialsProvider.Answer {
    let world = TestEnvironment(["AWS_EC2_METADATA_SERVICE_ENDPOINT": server.url].merging(variables) { $1 })
    return try await InstanceMetadata(environment: world.environment, config: [:], requests: requests(world)).load()
  }

  private static func instance(_ seen: CredentialServer.Seen) -> (status: Int, body: String) {
    switch seen.line {
    case "PUT /latest/api/token": return (200, "session-1")
    case _ where seen.header("x-aws-ec2-metadata-token") != "session-1": return (401, "")
    case "GET /latest/meta-data/iam/security-credentials/": return (200, "web-role")
    case "GET /latest/meta-data/iam/security-credentials/web-role": return (200, machineKeys("ASIAI"))
    default: return (404, "")
    }
  }

  @Test("a session token is fetched first, then the role's name, then its keys")
  func keys() async throws {
    let server = try CredentialServer(Self.instance)
    guard case .credentials(let found) = try await load(server) else {
      Issue.record("absent")
      return
    }
    #expect(found.key.id == "ASIAI")
    #expect(found.source == "role web-role of the instance")
    #expect(found.expires != nil)
    #expect(server.lines.count == 3)
    #expect(server.requests.first?.header("x-aws-ec2-metadata-token-ttl-seconds") == "21600")
  }

  @Test("an instance without a role, without version 2, or switched off is a place without credentials")
  func absent() async throws {
    let rows: [([String: String], @Sendable (CredentialServer.Seen) -> (status: Int, body: String), String, Int)] = [
      (["AWS_EC2_METADATA_DISABLED": "TRUE"], Self.instance, "AWS_EC2_METADATA_DISABLED is true", 0),
      ([:], { $0.line.hasPrefix("PUT") ? (200, "session-1") : (404, "") }, "no instance profile", 2),
      ([:], { _ in (403, "") }, "no session token (HTTP 403)", 1),
      ([:], { _ in (503, "") }, "no session token (HTTP 503)", 1),
      (["AWS_METADATA_SERVICE_NUM_ATTEMPTS": "3"], { _ in (503, "") }, "no session token (HTTP 503)", 3),
    ]
    for (variables, answer, words, count) in rows {
      let server = try CredentialServer(answer)
      guard case .absent(let reason) = try await load(server, variables) else {
        Issue.record("\(words): there are credentials")
        continue
      }
      #expect(reason.contains(words), "\(reason)")
      #expect(server.requests.count == count, "\(words)")
    }
  }

  @Test("a role whose keys cannot be had is an error, not another principal")
  func failing() async throws {
    let server = try CredentialServer { seen in
      seen.line.hasSuffix("web-role")
        ? (200, #"{"Code":"AssumeRoleUnauthorizedAccess","Message":"not trusted"}"#) : Self.instance(seen)
    }
    let error = await #expect(throws: CredentialsError.self) { try await load(server) }
    #expect(error?.description.contains("for the role web-role") == true)
  }

  @Test("nobody there is a place without credentials, after one short try")
  func silent() async throws {
    let port = try ClosedPort()
    let world = TestEnvironment(["AWS_EC2_METADATA_SERVICE_ENDPOINT": port.url])
    let metadata = InstanceMetadata(environment: world.environment, config: [:], requests: requests(world))
    guard case .absent(let reason) = try await metadata.load() else {
      Issue.record("there are credentials")
      return
    }
    #expect(reason.contains(port.url))
    #expect(world.slept == [])
  }

  @Test("without an endpoint of its own it is the link-local address, never by a proxy, one second long")
  func address() async throws {
    for (variables, host) in [
      ([:], "http://169.254.169.254"), (["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "IPv6"], "http://[fd00:ec2::254]"),
    ] as [([String: String], String)] {
      let world = TestEnvironment(variables)
      let asked = Mutex<[HTTPRequest]>([])
      let requests = CredentialRequests(endpoints: SSOEndpoints(), environment: world.environment) { request in
        asked.withLock { $0.append(request) }
        return HTTPResponse(head: HTTPResponseHead(status: 404))
      }
      _ = try await InstanceMetadata(environment: world.environment, config: [:], requests: requests).load()
      let request = try #require(asked.withLock { $0.first })
      #expect(request.url == "\(host)/latest/api/token")
      #expect(request.timeout == .seconds(1))
      #expect(request.connectTimeout == .seconds(1))
      if case .environment = request.proxy { Issue.record("by a proxy") }
    }
  }
}
