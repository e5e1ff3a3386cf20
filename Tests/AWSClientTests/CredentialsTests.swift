import AWSWire
import ChildProcesses
import HTTPTransport
import RealParts
import Synchronization
import Testing

@testable import AWSClient

/// STS as far as the chain needs it: notes what it was asked with, and answers with keys named after it.
private final class Roles: Sendable {
  let asked = Mutex<[String]>([])

  var calls: RoleCalls {
    RoleCalls(
      assume: { [self] request, source in
        asked.withLock { $0.append("\(request.role) by \(source.key.id) for \(request.externalID ?? "-")") }
        return AWSCredentials(key: AccessKey(id: "ASIA-\(request.role)", secret: Secret("s")), source: "role")
      },
      assumeWithWebIdentity: { [self] role, session, token in
        asked.withLock { $0.append("\(role) as \(session) with \(token.revealed)") }
        return AWSCredentials(key: AccessKey(id: "ASIA-web", secret: Secret("s")), source: "web")
      })
  }
}

private let configFile = """
  [profile base]
  aws_access_key_id = AKIACONFIG
  aws_secret_access_key = config-secret
  [profile deployer]
  role_arn = deploy
  source_profile = base
  external_id = ext
  [profile chained]
  role_arn = second
  source_profile = deployer
  [profile self]
  role_arn = own
  source_profile = self
  aws_access_key_id = AKIASELF
  aws_secret_access_key = x
  [profile circle-a]
  role_arn = a
  source_profile = circle-b
  [profile circle-b]
  role_arn = b
  source_profile = circle-a
  [profile web]
  role_arn = web-role
  web_identity_token_file = ~/token
  role_session_name = ci
  [profile program]
  credential_process = "/opt/my tool/creds" --for 'a b'
  [profile sso]
  sso_session = corp
  sso_account_id = 1
  [profile moon]
  role_arn = m
  credential_source = Moon
  [profile code]
  role_arn = m
  source_profile = base
  mfa_serial = arn:aws:iam::1:mfa/op
  [profile rootless]
  role_arn = m
  [profile both]
  role_arn = m
  source_profile = base
  credential_source = Environment
  [profile login]
  login_session = arn:aws:iam::1:user/op
  [profile ecs]
  role_arn = m
  credential_source = EcsContainer
  [profile fromvariables]
  role_arn = env-role
  credential_source = Environment
  [profile half]
  aws_access_key_id = AKIAHALF
  [profile machine]
  role_arn = m
  credential_source = Ec2InstanceMetadata
  """

private let credentialsFile = """
  [default]
  aws_access_key_id = AKIADEFAULT
  aws_secret_access_key = default-secret
  aws_session_token = default-token
  [base]
  aws_access_key_id = AKIASHARED
  aws_secret_access_key = shared-secret
  """

private func load(
  _ variables: [String: String], profile: String = "default", explicit: Bool = false, roles: Roles = Roles(),
  withFiles: Bool = true,
  programs: @escaping @Sendable ([String]) throws -> ProcessOutput = { _ in
    ProcessOutput(status: 127, standardOutput: [])
  }
) async throws -> AWSCredentials {
  let files =
    withFiles
    ? ["/home/op/.aws/config": configFile, "/home/op/.aws/credentials": credentialsFile, "/home/op/token": "jwt\n"]
    : [:]
  let world = TestEnvironment(
    ["AWS_EC2_METADATA_DISABLED": "true"].merging(variables) { $1 }, files: files, programs: programs)
  let environment = world.environment
  let chain = CredentialsChain(
    environment: environment, files: SharedFiles(environment), profile: profile, isProfileExplicit: explicit,
    roles: roles.calls,
    requests: CredentialRequests(endpoints: SSOEndpoints(), environment: environment) {
      (request) async throws(HTTPTransportError) in
      throw HTTPTransportError(
        kind: .other, detail: "no request expected", request: request.url, requestMayHaveBeenSent: false)
    })
  return try await chain.load()
}

@Suite("Credentials")
struct CredentialsTests {
  private static let keys = ["AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "env-secret"]

  @Test("variables win over a profile from the environment, and lose to one chosen by option")
  func environment() async throws {
    #expect(try await load(Self.keys, profile: "base").key.id == "AKIAENV")
    #expect(try await load(Self.keys, profile: "base", explicit: true).key.id == "AKIASHARED")
    let withToken = try await load(Self.keys.merging(["AWS_SESSION_TOKEN": "t"]) { $1 })
    #expect(withToken.key.sessionToken?.revealed == "t")
    await #expect(throws: CredentialsError.self) { try await load(["AWS_ACCESS_KEY_ID": "AKIAENV"]) }
  }

  @Test("a profile's keys come from the credentials file before the config file")
  func files() async throws {
    let found = try await load([:])
    #expect(
      found.key == AccessKey(id: "AKIADEFAULT", secret: Secret("default-secret"), sessionToken: Secret("default-token"))
    )
    #expect(found.source.contains("/home/op/.aws/credentials"))
    #expect(try await load([:], profile: "base").key.id == "AKIASHARED")
  }

  @Test("a role is assumed with its source's keys, through as many profiles as there are")
  func roles() async throws {
    let roles = Roles()
    #expect(try await load([:], profile: "chained", roles: roles).key.id == "ASIA-second")
    #expect(roles.asked.withLock { $0 } == ["deploy by AKIASHARED for ext", "second by ASIA-deploy for -"])
    let own = Roles()
    _ = try await load([:], profile: "self", roles: own)
    #expect(own.asked.withLock { $0 } == ["own by AKIASELF for -"])
  }

  @Test("a role's source may be the variables, and a profile's role comes before a web identity in variables")
  func order() async throws {
    let roles = Roles()
    _ = try await load(Self.keys, profile: "fromvariables", explicit: true, roles: roles)
    let web = ["AWS_WEB_IDENTITY_TOKEN_FILE": "/home/op/token", "AWS_ROLE_ARN": "r", "AWS_ROLE_SESSION_NAME": "s"]
    _ = try await load(web, profile: "deployer", roles: roles)
    _ = try await load(web, profile: "base", roles: roles)
    #expect(
      roles.asked.withLock { $0 } == ["env-role by AKIAENV for -", "deploy by AKIASHARED for ext", "r as s with jwt"])
  }

  @Test("a web identity's token is read from its file")
  func webIdentity() async throws {
    let roles = Roles()
    _ = try await load([:], profile: "web", roles: roles)
    _ = try await load(
      ["AWS_WEB_IDENTITY_TOKEN_FILE": "/home/op/token", "AWS_ROLE_ARN": "r", "AWS_ROLE_SESSION_NAME": "s"], roles: roles
    )
    #expect(roles.asked.withLock { $0 } == ["web-role as ci with jwt", "r as s with jwt"])
  }

  @Test("a program's words are split without a shell, and its answer is taken")
  func process() async throws {
    let seen = Mutex<[String]>([])
    let found = try await load([:], profile: "program") { words in
      seen.withLock { $0 = words }
      let answer = #"{"Version":1,"AccessKeyId":"AKIAP","SecretAccessKey":"s","Expiration":"2030-01-01T00:00:00Z"}"#
      return ProcessOutput(status: 0, standardOutput: Array(answer.utf8))
    }
    #expect(seen.withLock { $0 } == ["/opt/my tool/creds", "--for", "a b"])
    #expect(found.key.id == "AKIAP")
    #expect(found.expires == Timestamp(iso8601: "2030-01-01T00:00:00Z"))
  }

  @Test("a program's failure is told with its own words, and its output never")
  func processFailures() async throws {
    let broken = await #expect(throws: CredentialsError.self) {
      try await load([:], profile: "program") { _ in
        ProcessOutput(status: 3, standardOutput: Array("hush".utf8), standardError: Array("vault is sealed".utf8))
      }
    }
    #expect(broken?.description.contains("exited with 3: vault is sealed") == true)
    let garbage = await #expect(throws: CredentialsError.self) {
      try await load([:], profile: "program") { _ in
        ProcessOutput(status: 0, standardOutput: Array(#"{"Version":1,"SecretAccessKey":"hush"}"#.utf8))
      }
    }
    #expect(garbage?.description.contains("hush") == false)
  }

  @Test(
    "what is set up and does not work ends the search with its reason",
    arguments: [
      ("circle-a", "circle-a → circle-b → circle-a"), ("sso", "no section [sso-session corp]"),
      ("half", "no aws_secret_access_key"), ("machine", "AWS_EC2_METADATA_DISABLED is true"),
      ("moon", "credential_source = Moon"), ("code", "Nobody is asked for a code"), ("rootless", "neither"),
      ("both", "keep one"), ("login", "aws configure export-credentials"), ("ecs", "AWS_CONTAINER_CREDENTIALS"),
    ])
  func refused(profile: String, words: String) async throws {
    let error = await #expect(throws: CredentialsError.self) { try await load([:], profile: profile) }
    #expect(error?.description.contains(words) == true)
  }

  @Test("without credentials every place is named")
  func nothing() async throws {
    let error = await #expect(throws: CredentialsError.self) { try await load([:], withFiles: false) }
    for place in [
      "AWS_ACCESS_KEY_ID: not set", "role_arn of profile default: not set", "AWS_WEB_IDENTITY_TOKEN_FILE: not set",
      "profile default: no keys", "/home/op/.aws/credentials", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
      "metadata service: AWS_EC2_METADATA_DISABLED", "Set AWS_ACCESS_KEY_ID",
    ] {
      #expect(error?.description.contains(place) == true, "\(place)")
    }
  }

  @Test("a real program is run with the given variables and input, both outputs apart")
  func realProcess() async throws {
    let child = ChildProcess(
      words: ["sh", "-c", "echo $GREETING; cat; echo bad >&2; exit 7"],
      variables: ["GREETING": "hi", "PATH": "/bin:/usr/bin"], input: Array("there\n".utf8))
    let output = try await child.run()
    let wanted = ProcessOutput(
      status: 7, standardOutput: Array("hi\nthere\n".utf8), standardError: Array("bad\n".utf8))
    #expect(output == wanted)
    await #expect(throws: ChildProcess.Failure.self) {
      try await ChildProcess(words: ["/nonexistent/program"], variables: [:]).run()
    }
  }
}

@Suite("Keeping credentials")
struct CredentialsStoreTests {
  @Test("they are fetched once, and again from fifteen minutes before their end")
  func refresh() async throws {
    let world = TestEnvironment()
    let loads = Counter()
    let store = CredentialsStore(
      now: { world.now },
      load: { () async throws(CredentialsError) in
        let number = loads.next()
        let expires = Timestamp(milliseconds: world.now.milliseconds + 3_600_000)
        return AWSCredentials(key: AccessKey(id: "K\(number)", secret: Secret("s")), expires: expires, source: "test")
      })
    #expect(try await store.credentials().key.id == "K1")
    world.advance(milliseconds: 45 * 60_000 - 1)
    #expect(try await store.credentials().key.id == "K1")
    world.advance(milliseconds: 60_000)
    #expect(try await store.credentials().key.id == "K2")
  }

  @Test("credentials that last a quarter of an hour are not fetched for each call, but again before they end")
  func shortLived() async throws {
    let world = TestEnvironment()
    let loads = Counter()
    let store = CredentialsStore(
      now: { world.now },
      load: { () async throws(CredentialsError) in
        let expires = Timestamp(milliseconds: world.now.milliseconds + 900_000)
        return AWSCredentials(
          key: AccessKey(id: "K\(loads.next())", secret: Secret("s")), expires: expires, source: "test")
      })
    for _ in 0..<5 { #expect(try await store.credentials().key.id == "K1") }
    world.advance(milliseconds: 900_000 * 3 / 4)
    #expect(try await store.credentials().key.id == "K1")
    world.advance(milliseconds: 1)
    #expect(try await store.credentials().key.id == "K2")
  }

  @Test("a failed refresh is passed over until ten minutes before the end")
  func failingRefresh() async throws {
    let world = TestEnvironment()
    let loads = Counter()
    let end = Timestamp(milliseconds: world.now.milliseconds + 3_600_000)
    let store = CredentialsStore(
      now: { world.now },
      load: { () async throws(CredentialsError) in
        guard loads.next() == 1 else { throw .failed(place: "test", reason: "down") }
        return AWSCredentials(key: AccessKey(id: "K1", secret: Secret("s")), expires: end, source: "test")
      })
    #expect(try await store.credentials().key.id == "K1")
    world.advance(milliseconds: 46 * 60_000)
    #expect(try await store.credentials().key.id == "K1")
    world.advance(milliseconds: 5 * 60_000)
    await #expect(throws: CredentialsError.self) { try await store.credentials() }
  }
}

final class Counter: Sendable {
  private let value = Mutex(0)

  func next() -> Int {
    value.withLock {
      $0 += 1
      return $0
    }
  }

  var count: Int { value.withLock { $0 } }
}
