import AWSWire
import HTTPTransport
import RealParts
import Testing

@testable import AWSClient

/// Roles, end to end: files and variables, STS of moto, and calls that moto accepts with the keys that came.
@Suite(
  "Roles and S3's signatures against moto", .serialized,
  .enabled(if: MotoServer.python != nil, "no Python with moto and boto3: name one in WANZAMI_PYTHON"), MotoTrait())
struct MotoRoleTests {
  private func client(_ variables: [String: String], _ files: [String: String]) throws -> AWSClient {
    let moto = try #require(MotoServer.current)
    let world = TestEnvironment(
      ["AWS_ENDPOINT_URL": moto.url, "AWS_REGION": "eu-north-1", "AWS_EC2_METADATA_DISABLED": "true"]
        .merging(variables) { $1 }, files: files, startingAt: Self.now)
    return AWSClient(
      settings: try AWSSettings(environment: world.environment), environment: world.environment,
      transport: HTTPTransport())
  }

  /// moto compares with the real clock.
  private static var now: Int64 {
    let text = (try? Command.check(["date", "+%s"]).text) ?? ""
    return (Int64(text.prefix { $0.isNumber }) ?? 0) * 1000
  }

  private func files() throws -> [String: String] {
    let fleet = try #require(MotoServer.current).fleet
    return [
      "/home/op/.aws/config": """
      [profile deployer]
      role_arn = arn:aws:iam::123456789012:role/deployer
      source_profile = base
      external_id = a:b/c
      role_session_name = ci-17
      [profile chained]
      role_arn = arn:aws:iam::123456789012:role/second
      source_profile = deployer
      [profile variables]
      role_arn = arn:aws:iam::123456789012:role/deployer
      credential_source = Environment
      """,
      "/home/op/.aws/credentials":
        "[base]\naws_access_key_id = \(fleet.keyId)\naws_secret_access_key = \(fleet.secret)\n",
      "/home/op/token": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJyZXBvOmEvYiJ9.c2ln",
    ]
  }

  @Test("a role of a profile, through one profile and through two, signs as that role")
  func profiles() async throws {
    for (profile, role) in [("deployer", "deployer/ci-17"), ("chained", "second/wanzami-deploy-")] {
      let client = try client(["AWS_PROFILE": profile], files())
      let identity = try await client.sts.getCallerIdentity()
      #expect(identity.arn.contains(":assumed-role/\(role)"), "\(identity)")
      #expect(try await client.autoScaling.describeAutoScalingGroups(["web"]).count == 1)
    }
  }

  @Test("a web identity's token gets a role's keys, unsigned")
  func webIdentity() async throws {
    let moto = try #require(MotoServer.current)
    // moto has no answer for an unsigned request while it checks signatures: it lets one pass, and then checks again.
    _ = try await HTTPTransport().send(
      HTTPRequest(
        method: "POST", url: "\(moto.url)/moto-api/reset-auth", headers: [.init("Content-Type", "text/plain")],
        body: .bytes(Array("1".utf8))))
    let client = try client(
      [
        "AWS_WEB_IDENTITY_TOKEN_FILE": "/home/op/token", "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/deployer",
        "AWS_ROLE_SESSION_NAME": "github",
      ], ["/home/op/token": try files()["/home/op/token"] ?? ""])
    #expect(try await client.sts.getCallerIdentity().arn.hasSuffix(":assumed-role/deployer/github"))
  }

  @Test("keys that moto gave and that are changed by one letter are refused, with the way out")
  func changed() async throws {
    var files = try files()
    files["/home/op/.aws/credentials"]? += "x"
    let client = try client(
      ["AWS_PROFILE": "base"],
      ["/home/op/.aws/credentials": files["/home/op/.aws/credentials"]!.replacing("\nx", with: "x")])
    let error = await #expect(throws: AWSError.self) { try await client.autoScaling.describeAutoScalingGroups(["web"]) }
    #expect(error?.kind == .unauthenticated, "\(String(describing: error))")
  }

  /// moto itself refuses boto3's signatures of names with other letters: those are held to botocore's signer, byte for
  /// byte, in `SignatureCrossCheckTests`.
  @Test("S3's paths, with spaces, dots and doubled slashes, are signed as moto checks them")
  func s3() async throws {
    let moto = try #require(MotoServer.current)
    let key = AccessKey(id: moto.fleet.keyId, secret: Secret(moto.fleet.secret))
    let transport = HTTPTransport()
    func send(_ method: String, _ target: String, _ body: String = "", key: AccessKey) async throws -> HTTPResponse {
      let host = String(moto.url.dropFirst("http://".count))
      let bytes = Array(body.utf8)
      let request = WireRequest(method: method, target: target, headers: [HeaderField("Host", host)], body: bytes)
      let signer = SigV4(key: key, scope: SigningScope(region: "eu-north-1", service: "s3"), rules: .s3)
      let signed = signer.sign(request, at: Timestamp(milliseconds: Self.now))
      return try await transport.send(
        HTTPRequest(
          method: method, url: moto.url + target,
          headers: (request.headers + signed.headers).map { HTTPHeader($0.name, $0.value) },
          body: bytes.isEmpty ? .none : .bytes(bytes)))
    }
    for name in ["plain", "a b", "~x_1.2", "a-b.c/d", "a//b", "./../c"] {
      let target = "/locks/" + percentEncoded(name, keeping: "/")
      let put = try await send("PUT", target, "held by \(name)", key: key)
      #expect(put.status == 200, "\(name): \(put.text)")
      let got = try await send("GET", target, key: key)
      #expect(got.text == "held by \(name)", "\(name): \(got.text)")
    }
    let listed = try await send("GET", "/locks?prefix=a%20&list-type=2", key: key)
    #expect(listed.status == 200 && listed.text.contains("<Key>a b</Key>"), "\(listed.text)")
    let wrong = AccessKey(id: key.id, secret: Secret("wrong"))
    let refused = try await send("GET", "/locks/plain", key: wrong)
    let document = AWSErrorDocument(body: refused.body, header: refused.header)
    #expect(refused.status == 403)
    #expect(document.code == "SignatureDoesNotMatch", "\(refused.text)")
  }

  @Test("what the group launches is set, and a command's outcome is read")
  func changes() async throws {
    let moto = try #require(MotoServer.current)
    let client = try moto.client()
    let created = try await client.ec2.createLaunchTemplateVersion(
      .id(moto.fleet.template), source: 1, description: "d", clientToken: "role-test",
      userData: Array("#!/bin/sh\n".utf8))
    let version = String(created.version.number)
    try await client.autoScaling.updateAutoScalingGroup(
      "web", to: .launchTemplate(.init(id: moto.fleet.template, version: version)))
    let group = try #require(try await client.autoScaling.describeAutoScalingGroups(["web"]).first)
    #expect(group.launchTemplate?.version == version)
    let instance = try #require(group.instances.first).id
    let command = try await client.ssm.sendCommand(["true"], to: [instance], comment: "c")
    let invocation = try await client.ssm.getCommandInvocation(command: command, instance: instance)
    #expect(invocation.isFinished)
    let error = await #expect(throws: AWSError.self) {
      try await client.ssm.getCommandInvocation(command: command, instance: "i-00000000000000000")
    }
    #expect(error?.code == "InvocationDoesNotExist")
    #expect(error?.kind == .notFound)
  }
}
