import AWSWire
import Testing

private let secret = Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
private let time = Timestamp(iso8601: "2026-01-02T03:04:05Z")!

/// A request of ours and what two independent implementations computed for it.
private struct Case: CustomTestStringConvertible {
  var testDescription: String
  var scope: SigningScope
  var request: WireRequest
  var token: String?
  var signedHeaders: String
  var canonicalHash: String
  var signature: String

  var signer: SigV4 {
    SigV4(
      key: AccessKey(id: "AKIDEXAMPLE", secret: secret, sessionToken: token.map { Secret($0) }), scope: scope,
      rules: scope.service == "s3" ? .s3 : .usual)
  }
}

private let cases = [
  Case(
    testDescription: "a query-protocol form", scope: SigningScope(region: "eu-west-1", service: "autoscaling"),
    request: WireRequest(
      method: "POST", target: "/",
      headers: [
        HeaderField("Host", "autoscaling.eu-west-1.amazonaws.com"),
        HeaderField("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),
      ],
      body: Array("Action=DescribeInstanceRefreshes&Version=2011-01-01&AutoScalingGroupName=web+asg".utf8)),
    signedHeaders: "content-type;host;x-amz-date",
    canonicalHash: "89574e333e4cdd7dff53f662780781918fe1c2e46faac344fae5845426833ca9",
    signature: "ac811dae4f2debc930bc2afeece923b948387d36da8ac1ba02beb7ae3393b810"),
  Case(
    testDescription: "JSON with a session token", scope: SigningScope(region: "us-east-1", service: "ecr"),
    request: WireRequest(
      method: "POST", target: "/",
      headers: [
        HeaderField("host", "api.ecr.us-east-1.amazonaws.com"),
        HeaderField("content-type", "application/x-amz-json-1.1"),
        HeaderField("x-amz-target", "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken"),
        HeaderField("User-Agent", "left unsigned"),
      ], body: Array("{}".utf8)),
    token: "SESSION+TOKEN/EXAMPLE==",
    signedHeaders: "content-type;host;x-amz-date;x-amz-security-token;x-amz-target",
    canonicalHash: "39043d270498e345290f10ca1aecb62dfa0d49d21f03531d3f5cf1945b50eab6",
    signature: "f3a7fd7eb6efcd8b8771d2211672e91001c46d67a88d06d9212dbc4539896a6f"),
  Case(
    testDescription: "an S3 key with characters to encode", scope: SigningScope(region: "us-east-1", service: "s3"),
    request: WireRequest(
      method: "PUT", target: "/locks/web%20asg/a%2Bb%3Dc.json",
      headers: [
        HeaderField("host", "my-bucket.s3.us-east-1.amazonaws.com"), HeaderField("if-none-match", "*"),
        HeaderField("content-type", "application/json"),
      ], body: Array(#"{"owner":"x"}"#.utf8)),
    signedHeaders: "content-type;host;if-none-match;x-amz-content-sha256;x-amz-date",
    canonicalHash: "0536e8e93c2aa2189454a56b631412b916b9eafceae7d5c250ad0325398c8197",
    signature: "21a9a62a836ba16b8eb632df54790b9b32122e34d41f6ba94832c9cacbbf3972"),
  Case(
    testDescription: "an S3 listing", scope: SigningScope(region: "us-east-1", service: "s3"),
    request: WireRequest(
      method: "GET", target: "/?list-type=2&prefix=locks%2F&delimiter=%2F",
      headers: [HeaderField("host", "my-bucket.s3.us-east-1.amazonaws.com")]),
    signedHeaders: "host;x-amz-content-sha256;x-amz-date",
    canonicalHash: "bfd82f63a163a984489f6ec2e96f5b03260e6a18547b27bbb3be8574e00b785f",
    signature: "5f92d1bf0c80d7394e8e3d7276d769dc4d43a477b51783013d8fcbcd1bdea1db"),
]

@Suite("Signing")
struct SigningTests {
  @Test("our own requests carry the signatures that others compute", arguments: cases)
  fileprivate func signature(_ example: Case) {
    let signed = example.signer.sign(example.request, at: time)
    #expect(sha256Hex(Array(signed.canonicalRequest.utf8)) == example.canonicalHash)
    #expect(signed.signature == example.signature)
    #expect(signed.headers.last?.value.contains("SignedHeaders=\(example.signedHeaders), ") == true)
  }

  @Test("signing again replaces an old signature", arguments: cases)
  fileprivate func resigned(_ example: Case) {
    var request = example.request
    request.headers += example.signer.sign(request, at: Timestamp(milliseconds: 0)).headers
    #expect(example.signer.sign(request, at: time).signature == example.signature)
  }

  @Test("no description shows a secret")
  func redacted() {
    let key = AccessKey(id: "AKIDEXAMPLE", secret: secret, sessionToken: Secret("token-text"))
    var dumped = ""
    dump(key, to: &dumped)
    for text in ["\(key)", String(reflecting: key), dumped, "\([key.secret])", String(describing: Optional(key))] {
      #expect(!text.contains("wJalr") && !text.contains("token-text"))
    }
  }
}

@Suite("Verifying")
struct VerifyingTests {
  private let key = AccessKey(id: "AKIDEXAMPLE", secret: secret, sessionToken: Secret("SESSION"))

  private func refusal(_ request: WireRequest, now: Timestamp = time) -> SignatureRefusal.Code? {
    let verifier = SigV4Verifier { [key] id in id == key.id ? key : nil }
    do throws(SignatureRefusal) {
      _ = try verifier.verify(request, now: now)
      return nil
    } catch {
      return error.code
    }
  }

  private func signed(
    _ change: (inout SigV4) -> Void = { _ in }, after: (inout WireRequest) -> Void = { _ in }
  ) -> WireRequest {
    var signer = SigV4(key: key, scope: SigningScope(region: "eu-north-1", service: "autoscaling"))
    change(&signer)
    var request = WireRequest(
      method: "POST", target: "/", headers: [HeaderField("Host", "127.0.0.1:4566")], body: Array("Action=X".utf8))
    request.headers += signer.sign(request, at: time).headers
    after(&request)
    return request
  }

  private func replacing(_ name: String, _ change: @escaping (String) -> String?) -> (inout WireRequest) -> Void {
    { request in
      request.headers = request.headers.compactMap { header in
        guard header.name.lowercased() == name else { return header }
        return change(header.value).map { HeaderField(header.name, $0) }
      }
    }
  }

  @Test("what was signed with the known key is accepted, within a quarter of an hour either way")
  func accepted() {
    #expect(refusal(signed()) == nil)
    for minutes in [-15, 15] as [Int64] {
      #expect(refusal(signed(), now: Timestamp(milliseconds: time.milliseconds + minutes * 60_000)) == nil)
    }
    for minutes in [-16, 16] as [Int64] {
      let now = Timestamp(milliseconds: time.milliseconds + minutes * 60_000)
      #expect(refusal(signed(), now: now) == .requestExpired)
    }
  }

  @Test("each wrong request gets AWS's own code")
  func refused() {
    // Nothing, or not enough, to verify.
    #expect(refusal(signed(after: replacing("authorization") { _ in nil })) == .missingAuthenticationToken)
    #expect(refusal(signed(after: replacing("authorization") { _ in "Basic eDp5" })) == .incompleteSignature)
    #expect(refusal(signed(after: replacing("authorization") { String($0.prefix(60)) })) == .incompleteSignature)
    #expect(refusal(signed(after: replacing("x-amz-date") { _ in "yesterday" })) == .incompleteSignature)
    // Nobody's key, or not this token.
    #expect(refusal(signed { $0.key.id = "AKIDOTHER" }) == .invalidClientTokenID)
    #expect(refusal(signed { $0.key.sessionToken = nil }) == .invalidClientTokenID)
    #expect(refusal(signed { $0.key.sessionToken = Secret("OTHER") }) == .invalidClientTokenID)
    // Another secret, or something changed on the way.
    #expect(refusal(signed { $0.key.secret = Secret("wrong") }) == .signatureDoesNotMatch)
    #expect(refusal(signed(after: { $0.body.append(1) })) == .signatureDoesNotMatch)
    #expect(refusal(signed(after: { $0.target = "/?x" })) == .signatureDoesNotMatch)
    #expect(refusal(signed(after: { $0.method = "GET" })) == .signatureDoesNotMatch)
    #expect(refusal(signed(after: replacing("host") { _ in "elsewhere" })) == .signatureDoesNotMatch)
    // A field that AWS demands to be signed was added afterwards.
    #expect(refusal(signed(after: { $0.headers.append(HeaderField("X-Amz-Target", "Y")) })) == .signatureDoesNotMatch)
  }
}
