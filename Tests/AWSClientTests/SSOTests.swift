import AWSWire
import FoundationEssentials
import HTTPTransport
import RealParts
import Testing

@testable import AWSClient

private let config = """
  [profile corp]
  sso_session = work
  sso_account_id = 123456789012
  sso_role_name = Deploy Role
  [sso-session work]
  sso_region = eu-west-1
  sso_start_url = https://corp.awsapps.com/start
  [profile old]
  sso_start_url = https://old.awsapps.com/start
  sso_region = eu-west-1
  sso_account_id = 123456789012
  sso_role_name = Deploy Role
  [profile partial]
  sso_session = work
  sso_account_id = 123456789012
  """

/// The SHA-1 of `work` and of the old start URL, as `sha1sum` prints them.
private let workFile = "/home/op/.aws/sso/cache/\(sha1Hex(Array("work".utf8))).json"
private let oldFile = "/home/op/.aws/sso/cache/\(sha1Hex(Array("https://old.awsapps.com/start".utf8))).json"

private func token(until end: String, registration: String? = "2026-03-01T00:00:00Z") -> String {
  var text = #"{"startUrl":"https://corp.awsapps.com/start","region":"eu-west-1","accessToken":"at-1","#
  text += #""expiresAt":"\#(end)""#
  if let registration {
    text += #","clientId":"ci","clientSecret":"cs","refreshToken":"rt-1","registrationExpiresAt":"\#(registration)""#
  }
  return text + "}"
}

@Suite("Credentials of a signed-in session")
struct SSOTests {
  /// The portal and the token endpoint: keys for a good bearer token, and a new token for the refresh token.
  private static func identityCenter(_ seen: CredentialServer.Seen) -> (status: Int, body: String) {
    if seen.line == "POST /token" {
      return seen.body.contains(#""refreshToken":"rt-1""#)
        ? (200, #"{"accessToken":"at-2","tokenType":"Bearer","expiresIn":28800,"refreshToken":"rt-2"}"#)
        : (400, #"{"error":"invalid_grant","error_description":"bad"}"#)
    }
    guard let bearer = seen.header("x-amz-sso_bearer_token"), ["at-1", "at-2"].contains(bearer) else {
      return (401, #"{"message":"Session token not found or invalid"}"#)
    }
    let keys = #""accessKeyId":"ASIA-\#(bearer)","secretAccessKey":"s","sessionToken":"t","expiration":1767326645000"#
    return (200, #"{"roleCredentials":{\#(keys)}}"#)
  }

  private func load(
    _ profile: String, _ files: [String: String], _ server: CredentialServer, in given: AWSEnvironment? = nil
  ) async throws -> AWSCredentials {
    let environment = given ?? Self.world(files, server, profile: profile).environment
    let settings = try AWSSettings(environment: environment, profile: profile)
    let roles = RoleCalls(
      assume: { (_, source) async throws(CredentialsError) in source },
      assumeWithWebIdentity: { (role, _, _) async throws(CredentialsError) in throw .notFound(tried: [role]) })
    return try await CredentialsChain(
      environment: environment, files: SharedFiles(environment), profile: profile, isProfileExplicit: true,
      roles: roles,
      requests: CredentialRequests(settings: settings, environment: environment, transport: HTTPTransport())
    ).load()
  }

  private static func world(
    _ files: [String: String], _ server: CredentialServer, profile: String
  ) -> TestEnvironment {
    TestEnvironment(
      [
        "AWS_ENDPOINT_URL_SSO": server.url, "AWS_ENDPOINT_URL_SSO_OIDC": server.url, "AWS_REGION": "eu-north-1",
        "AWS_EC2_METADATA_DISABLED": "true",
      ], files: ["/home/op/.aws/config": config].merging(files) { $1 })
  }

  @Test("a session's token is traded for the role's keys, in the newer form of profile and the older")
  func keys() async throws {
    #expect(workFile.hasSuffix("/\(Self.sha1OfWork).json"))
    for (profile, file) in [("corp", workFile), ("old", oldFile)] {
      let server = try CredentialServer(Self.identityCenter)
      let found = try await load(profile, [file: token(until: "2026-01-02T09:00:00UTC")], server)
      #expect(found.key.id == "ASIA-at-1")
      #expect(found.expires == Timestamp(milliseconds: 1_767_326_645_000))
      #expect(server.lines == ["GET /federation/credentials?role_name=Deploy%20Role&account_id=123456789012"])
    }
  }

  /// printf work | sha1sum
  private static let sha1OfWork = "e274eeff768c6396088ec6eb091f4bf4d47ab1e0"

  @Test("a session near its end is renewed, and the renewed one is left for the next program")
  func renewal() async throws {
    let server = try CredentialServer(Self.identityCenter)
    let world = Self.world([workFile: token(until: "2026-01-02T03:10:00Z")], server, profile: "corp")
    #expect(try await load("corp", [:], server, in: world.environment).key.id == "ASIA-at-2")
    let request = try #require(server.requests.first)
    #expect(
      request.body
        == #"{"clientId":"ci","clientSecret":"cs","grantType":"refresh_token","refreshToken":"rt-1"}"#)
    let left = try #require(world.written.withLock { $0[workFile] })
    let members = try JSONDecoder().decode([String: String].self, from: Data(left.utf8))
    #expect(members["accessToken"] == "at-2")
    #expect(members["refreshToken"] == "rt-2")
    #expect(members["startUrl"] == "https://corp.awsapps.com/start")
    #expect(try await load("corp", [:], server, in: world.environment).key.id == "ASIA-at-2")
    #expect(server.lines.filter { $0 == "POST /token" }.count == 1)
  }

  @Test("a renewed session that cannot be left for the next program is used all the same, and told once")
  func unwritable() async throws {
    let server = try CredentialServer(Self.identityCenter)
    let world = Self.world([workFile: token(until: "2026-01-02T03:10:00Z")], server, profile: "corp")
    world.writesFail.withLock { $0 = "No space left on device" }
    let environment = world.environment
    for _ in 0..<2 { #expect(try await load("corp", [:], server, in: environment).key.id == "ASIA-at-2") }
    let warnings = world.warnings.withLock { $0 }
    #expect(warnings.count == 1)
    for words in ["profile corp was renewed", "No space left on device", "aws sso login --profile corp"] {
      #expect(warnings.first?.contains(words) == true, "\(warnings)")
    }
    for secret in ["at-2", "rt-2"] { #expect(warnings.first?.contains(secret) == false) }
  }

  @Test("the session's file is replaced whole, and only its owner can read it")
  func secretFile() throws {
    let folder = try TemporaryFolder("wanzami-sso")
    let path = try folder.write("token.json", "old", mode: 0o644)
    try SecretFile(path: path).replace(with: Array("new".utf8))
    #expect(FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } == "new")
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["token.json"])
    #expect(throws: SecretFile.Failure.self) { try SecretFile(path: folder.path + "/a/b").replace(with: []) }
  }

  @Test("a renewal that fails is passed over while the session lasts")
  func failedRenewal() async throws {
    let server = try CredentialServer { $0.line == "POST /token" ? (500, "") : Self.identityCenter($0) }
    #expect(
      try await load("corp", [workFile: token(until: "2026-01-02T03:10:00Z")], server).key.id == "ASIA-at-1")
    #expect(server.lines.filter { $0 == "POST /token" }.count == 1)
  }

  @Test(
    "a session that is missing, over or not accepted says to sign in, and shows no token",
    arguments: [
      ("corp", [:], "nobody has signed in"), ("corp", [workFile: "{}"], "has no accessToken"),
      ("corp", [workFile: token(until: "2026-01-02T03:00:00Z", registration: nil)], "the session is over"),
      ("corp", [workFile: token(until: "2026-01-02T03:00:00Z", registration: "2026-01-01T00:00:00Z")], "is over"),
      (
        "corp",
        [workFile: token(until: "2026-01-02T03:00:00Z").replacing("rt-1", with: "rt-0")], "CreateToken answered"
      ),
      ("old", [oldFile: token(until: "2026-01-02T03:00:00Z")], "the session is over"),
      (
        "old", [oldFile: token(until: "2026-01-02T09:00:00Z").replacing("at-1", with: "at-0")], "not accepted any more"
      ),
    ] as [(String, [String: String], String)])
  func over(profile: String, files: [String: String], words: String) async throws {
    let server = try CredentialServer(Self.identityCenter)
    let error = await #expect(throws: CredentialsError.self) { try await load(profile, files, server) }
    let text = error?.description ?? ""
    #expect(text.contains(words), "\(text)")
    #expect(text.contains("aws sso login --profile \(profile)"), "\(text)")
    for secret in ["at-0", "at-1", "rt-", "cs\""] { #expect(!text.contains(secret)) }
  }

  @Test("a profile that is not whole says what is missing")
  func partial() async throws {
    let server = try CredentialServer(Self.identityCenter)
    let error = await #expect(throws: CredentialsError.self) { try await load("partial", [:], server) }
    #expect(error?.description.contains("sso_role_name is missing in /home/op/.aws/config") == true)
  }
}
