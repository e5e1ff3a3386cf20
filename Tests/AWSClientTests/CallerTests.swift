import AWSWire
import HTTPTransport
import RealParts
import Testing

@testable import AWSClient

private let identity = """
  <GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::1:user/x</Arn><UserId>U</UserId>\
  <Account>1</Account></GetCallerIdentityResult></GetCallerIdentityResponse>
  """
private let cancelled = """
  <CancelInstanceRefreshResponse><CancelInstanceRefreshResult><InstanceRefreshId>r</InstanceRefreshId>\
  </CancelInstanceRefreshResult></CancelInstanceRefreshResponse>
  """

@Suite("One call and its retries")
struct CallerTests {
  private func failure<Value>(_ body: () async throws(AWSError) -> Value) async -> AWSError? {
    do throws(AWSError) {
      _ = try await body()
      return nil
    } catch {
      return error
    }
  }

  @Test("a request is signed, names its action and version, and its answer is read")
  func signed() async throws {
    let world = TestEnvironment()
    let endpoint = try ScriptedEndpoint([.xml(identity)])
    let found = try await endpoint.client(world).sts.getCallerIdentity()
    #expect(found == STS.CallerIdentity(account: "1", arn: "arn:aws:iam::1:user/x", userID: "U"))
    let request = try #require(endpoint.requests.first)
    #expect(request.form.pairs == [QueryForm.Pair("Action", "GetCallerIdentity"), .init("Version", "2011-06-15")])
    #expect(request.header("content-type") == "application/x-www-form-urlencoded; charset=utf-8")
    #expect(endpoint.isSigned(request, at: world.now))
  }

  @Test(
    "throttling and outages of a read are waited out",
    arguments: [
      (ScriptedEndpoint.Answer.error("Throttling"), Duration.milliseconds(500)),
      (.error("RequestLimitExceeded", status: 503), .milliseconds(500)),
      (.error("InternalFailure", status: 500), .milliseconds(25)),
      (.xml("<html>bad gateway</html>", status: 502), .milliseconds(25)), (.cut, .milliseconds(25)),
      (.error("Throttling", headers: ["x-amz-retry-after: 1500"]), .milliseconds(1500)),
    ])
  func waitedOut(answer: ScriptedEndpoint.Answer, wait: Duration) async throws {
    let world = TestEnvironment()
    let endpoint = try ScriptedEndpoint([answer, .xml(identity)])
    _ = try await endpoint.client(world).sts.getCallerIdentity()
    #expect(world.slept == [wait])
    #expect(endpoint.requests.count == 2)
  }

  @Test("three attempts are all, or as many as AWS_MAX_ATTEMPTS says, and a poll makes one")
  func attempts() async throws {
    let endpoint = try ScriptedEndpoint([.error("Throttling")])
    let error = try await failure(endpoint.client().sts.getCallerIdentity)
    #expect(error?.kind == .throttled)
    #expect(error?.attempts == 3)
    #expect(error?.code == "Throttling")
    #expect(error?.requestID == "req-1")
    let five = try ScriptedEndpoint([.error("Throttling")])
    _ = try await failure(five.client(variables: ["AWS_MAX_ATTEMPTS": "5"]).sts.getCallerIdentity)
    #expect(five.requests.count == 5)
    let poll = try ScriptedEndpoint([.error("Throttling")])
    #expect(try await failure(poll.client().with(retries: .none).sts.getCallerIdentity)?.kind == .throttled)
    #expect(poll.requests.count == 1)
  }

  @Test(
    "a change without a token is sent once when it may have been carried out, and is then ambiguous",
    arguments: [ScriptedEndpoint.Answer.cut, .error("InternalFailure", status: 500), .xml("<html/>", status: 504)])
  func ambiguous(answer: ScriptedEndpoint.Answer) async throws {
    let endpoint = try ScriptedEndpoint([answer])
    let client = try endpoint.client()
    let error = await failure { () async throws(AWSError) in try await client.autoScaling.cancelInstanceRefresh(of: "g")
    }
    #expect(error?.kind == .ambiguous)
    #expect(error?.resource == "g")
    #expect(endpoint.requests.count == 1)
  }

  @Test("a kept-alive connection that dies does not send a change twice")
  func deadConnection() async throws {
    let endpoint = try ScriptedEndpoint([.xml(identity), .cut])
    let client = try endpoint.client()
    _ = try await client.sts.getCallerIdentity()
    let error = await failure { () async throws(AWSError) in try await client.autoScaling.cancelInstanceRefresh(of: "g")
    }
    #expect(error?.kind == .ambiguous)
    #expect(endpoint.requests.count == 2)
  }

  @Test("a change that was refused for the moment is sent again", arguments: ["Throttling", "ResourceContention"])
  func refusedForNow(code: String) async throws {
    let endpoint = try ScriptedEndpoint([.error(code, status: code == "Throttling" ? 400 : 500), .xml(cancelled)])
    #expect(try await endpoint.client().autoScaling.cancelInstanceRefresh(of: "g") == "r")
    #expect(endpoint.requests.count == 2)
  }

  @Test("a change is ambiguous too when its last attempt was refused but an earlier one may have worked")
  func earlierAttempt() async throws {
    let endpoint = try ScriptedEndpoint([.cut, .error("Throttling"), .error("Throttling")])
    let client = try endpoint.client()
    let error = await failure { () async throws(AWSError) in
      try await client.ec2.createLaunchTemplateVersion(
        .id("lt-1"), source: 1, description: "d", clientToken: "t", userData: [1])
    }
    #expect(endpoint.requests.count == 3)
    #expect(error?.kind == .ambiguous)
    #expect(error?.code == "Throttling")
  }

  @Test("nobody listening is a transport failure, and nothing is in doubt")
  func nobody() async throws {
    let closed = try ClosedPort()
    let client = try ScriptedEndpoint([.cut]).client(variables: ["AWS_ENDPOINT_URL": closed.url])
    let error = await failure { () async throws(AWSError) in try await client.autoScaling.cancelInstanceRefresh(of: "g")
    }
    #expect(error?.kind == .transport)
    #expect(error?.attempts == 3)
  }

  @Test("an answer that is no answer is malformed, and ambiguous after a change")
  func malformed() async throws {
    for text in ["<html>login</html>", "not xml", "<GetCallerIdentityResponse/>", ""] {
      let endpoint = try ScriptedEndpoint([.xml(text)])
      let client = try endpoint.client()
      #expect(await failure(client.sts.getCallerIdentity)?.kind == .malformedAnswer)
      let change = await failure { () async throws(AWSError) in
        try await client.autoScaling.cancelInstanceRefresh(of: "g")
      }
      #expect(change?.kind == .ambiguous)
    }
  }

  @Test("a clock that is off is corrected from the answer once, and stays corrected")
  func skew() async throws {
    let world = TestEnvironment()
    let server = Timestamp(milliseconds: world.now.milliseconds + 3_600_000)
    let endpoint = try ScriptedEndpoint([
      .error("RequestExpired", headers: ["Date: \(server.httpDate)"]), .xml(identity),
    ])
    let client = try endpoint.client(world)
    _ = try await client.sts.getCallerIdentity()
    _ = try await client.sts.getCallerIdentity()
    #expect(endpoint.requests.map { endpoint.isSigned($0, at: server) } == [false, true, true])
    #expect(world.slept.isEmpty)
  }

  @Test("a wrong secret is no question of the clock")
  func wrongSecret() async throws {
    let world = TestEnvironment()
    let endpoint = try ScriptedEndpoint([
      .error("SignatureDoesNotMatch", status: 403, headers: ["Date: \(world.now.httpDate)"])
    ])
    let error = try await failure(endpoint.client(world).sts.getCallerIdentity)
    #expect(error?.kind == .unauthenticated)
    #expect(endpoint.requests.count == 1)
  }

  @Test("expired credentials are fetched again once")
  func expired() async throws {
    let endpoint = try ScriptedEndpoint([.error("ExpiredToken", status: 403), .xml(identity)])
    let world = TestEnvironment()
    let fetches = Counter()
    let store = CredentialsStore(
      now: { world.now },
      load: { () async throws(CredentialsError) in
        AWSCredentials(key: AccessKey(id: "K\(fetches.next())", secret: Secret("s")), source: "test")
      })
    let settings = try AWSSettings(
      environment: TestEnvironment(["AWS_ENDPOINT_URL": endpoint.url, "AWS_REGION": "eu-north-1"]).environment)
    let client = AWSClient(
      settings: settings, environment: world.environment, transport: HTTPTransport(), credentials: store)
    _ = try await client.sts.getCallerIdentity()
    #expect(fetches.count == 2)
    #expect(endpoint.requests.last?.header("authorization")?.contains("K2/") == true)

    let hopeless = try ScriptedEndpoint([.error("ExpiredToken", status: 403)])
    let error = try await failure(hopeless.client(world).sts.getCallerIdentity)
    #expect(error?.kind == .expired)
    #expect(hopeless.requests.count == 2)
  }

  @Test("a web identity is traded for keys in an unsigned request, and the keys sign")
  func webIdentity() async throws {
    let endpoint = try ScriptedEndpoint([
      .xml(
        "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>"
          + "<AccessKeyId>ASIAWEB</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
          + "<Expiration>2036-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult>"
          + "</AssumeRoleWithWebIdentityResponse>"), .xml(identity),
    ])
    let world = TestEnvironment(
      [
        "AWS_ENDPOINT_URL": endpoint.url, "AWS_REGION": "eu-north-1", "AWS_ROLE_ARN": "arn:aws:iam::1:role/ci",
        "AWS_WEB_IDENTITY_TOKEN_FILE": "/token",
      ], files: ["/token": "jwt-text"])
    let client = AWSClient(
      settings: try AWSSettings(environment: world.environment), environment: world.environment,
      transport: HTTPTransport())
    _ = try await client.sts.getCallerIdentity()
    #expect(endpoint.requests.first?.header("authorization") == nil)
    #expect(endpoint.requests.first?.form["WebIdentityToken"] == "jwt-text")
    #expect(endpoint.requests.last?.header("x-amz-security-token") == "t")
  }

  @Test("no credentials is an error before anything is sent")
  func noCredentials() async throws {
    let endpoint = try ScriptedEndpoint([.xml(identity)])
    let world = TestEnvironment([
      "AWS_ENDPOINT_URL": endpoint.url, "AWS_REGION": "eu-north-1", "AWS_EC2_METADATA_DISABLED": "true",
    ])
    let client = AWSClient(
      settings: try AWSSettings(environment: world.environment), environment: world.environment,
      transport: HTTPTransport())
    let error = await failure(client.sts.getCallerIdentity)
    #expect(error?.kind == .noCredentials)
    #expect(error?.description.contains("AWS_ACCESS_KEY_ID: not set") == true)
    #expect(endpoint.requests.isEmpty)
  }

  @Test("an error says what was asked, AWS's code and words, the request and the way out")
  func sentence() async throws {
    let endpoint = try ScriptedEndpoint([.error("AccessDenied", status: 403)])
    let client = try endpoint.client()
    let error = await failure { () async throws(AWSError) in
      try await client.autoScaling.cancelInstanceRefresh(of: "web")
    }
    #expect(
      error?.description
        == "Auto Scaling CancelInstanceRefresh of web failed (AccessDenied, HTTP 403): words of AccessDenied. "
        + "Request id req-1. Allow the principal the action autoscaling:CancelInstanceRefresh.")
  }

  @Test(
    "the frequent errors end with the way out",
    arguments: [
      (
        "AccessDenied",
        "User: arn:aws:iam::1:user/ci is not authorized to perform: iam:PassRole on resource: arn:aws:iam::1:role/web",
        "Allow the principal the action iam:PassRole."
      ),
      ("UnauthorizedOperation", "You are not authorized to perform this operation.", "the action ec2:StartX."),
      ("ExpiredToken", "The security token included in the request is expired", "fresh credentials"),
      ("InstanceRefreshInProgress", "An Instance Refresh is already in progress", "wanzami-deploy status"),
      ("IrreversibleInstanceRefresh", "cannot be rolled back", "wanzami-deploy rollback"),
      ("ActiveInstanceRefreshNotFound", "No in progress or pending Instance Refresh found", "It ended meanwhile"),
      ("InvalidLaunchTemplateId.VersionNotFound", "Could not find version 42", "may not be visible yet"),
      ("ValidationError", "The alarm 5xx is in ALARM state", "take them out of the pipeline file"),
      ("ResourceContention", "You already have a pending update", "run it again when that has ended"),
      ("LimitExceededException", "too many images", "higher quota"),
    ])
  func wayOut(code: String, message: String, words: String) {
    let error = AWSError(
      kind: ErrorCodes.kind(code: code, status: 400), service: .ec2, operation: "StartX", code: code, message: message)
    #expect(error.description.contains(words), "\(error)")
    #expect(error.description.contains(message))
  }

  @Test(
    "each code is what callers branch on",
    arguments: [
      ("InstanceRefreshInProgress", AWSError.Kind.refreshInProgress), ("IrreversibleInstanceRefresh", .irreversible),
      ("ActiveInstanceRefreshNotFound", .noActiveRefresh), ("ValidationError", .validation),
      ("RepositoryNotFoundException", .notFound), ("InvalidLaunchTemplateId.VersionNotFound", .notFound),
      ("InvalidAMIID.NotFound", .notFound), ("TargetGroupNotFound", .notFound), ("UnauthorizedOperation", .denied),
      ("LimitExceededException", .limitExceeded), ("ImageAlreadyExistsException", .alreadyExists),
      ("ScalingActivityInProgress", .busy), ("SomethingNew", .other),
    ])
  func kinds(code: String, kind: AWSError.Kind) async throws {
    let endpoint = try ScriptedEndpoint([.error(code)])
    #expect(try await failure(endpoint.client().sts.getCallerIdentity)?.kind == kind)
    #expect(endpoint.requests.count == 1)
  }
}
