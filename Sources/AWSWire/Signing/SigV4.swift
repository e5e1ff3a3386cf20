/// Signature Version 4 in headers.
///
/// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
public struct SigV4: Sendable {
  /// Everything that a signing computes; the intermediate texts are what AWS's test suite publishes.
  public struct Signature: Equatable, Sendable {
    public var canonicalRequest: String
    public var stringToSign: String
    /// 64 lower-case hexadecimal digits.
    public var signature: String
    /// To be added to the request, `Authorization` last. They replace fields of the same names.
    public var headers: [HeaderField]
  }

  static let algorithm = "AWS4-HMAC-SHA256"

  public var key: AccessKey
  public var scope: SigningScope
  public var rules: SigningRules

  public init(key: AccessKey, scope: SigningScope, rules: SigningRules = .usual) {
    self.key = key
    self.scope = scope
    self.rules = rules
  }

  /// Signs a request that goes out at `time`. All its headers are signed but those that an intermediary may change.
  public func sign(_ request: WireRequest, at time: Timestamp) -> Signature {
    let bodyHash = sha256Hex(request.body)
    let token = key.sessionToken.map { HeaderField("X-Amz-Security-Token", $0.revealed) }
    var added = [HeaderField("X-Amz-Date", time.basic)]
    if rules.addsBodyHeader { added.append(HeaderField("X-Amz-Content-Sha256", bodyHash)) }
    if let token, !rules.leavesTokenUnsigned { added.append(token) }

    let replaced = Set(added.map { $0.name.lowercased() } + ["authorization"])
    let signed = request.headers.filter {
      let name = $0.name.lowercased()
      return !replaced.contains(name) && !isLeftUnsigned(name)
    }
    let canonical = CanonicalRequest(request, headers: signed + added, bodyHash: bodyHash, rules: rules)
    let stringToSign = stringToSign(canonical.text, date: time.basic, scope: scope)
    let signature = signature(of: stringToSign, secret: key.secret, date: time.basic, scope: scope)
    if let token, rules.leavesTokenUnsigned { added.append(token) }
    added.append(
      HeaderField(
        "Authorization",
        "\(SigV4.algorithm) Credential=\(key.id)/\(credentialScope(date: time.basic, scope)), "
          + "SignedHeaders=\(canonical.signedHeaders), Signature=\(signature)"))
    return Signature(
      canonicalRequest: canonical.text, stringToSign: stringToSign, signature: signature, headers: added)
  }
}

/// Fields that proxies and HTTP libraries add, drop or change.
private func isLeftUnsigned(_ name: String) -> Bool {
  switch name {
  case "connection", "expect", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "user-agent",
    "x-amzn-trace-id":
    true
  default: name.hasPrefix("proxy-")
  }
}

/// `20150830/us-east-1/iam/aws4_request` for a date that begins with `20150830`.
func credentialScope(date: String, _ scope: SigningScope) -> String {
  "\(date.prefix(8))/\(scope.region)/\(scope.service)/aws4_request"
}

func stringToSign(_ canonicalRequest: String, date: String, scope: SigningScope) -> String {
  [SigV4.algorithm, date, credentialScope(date: date, scope), sha256Hex(Array(canonicalRequest.utf8))]
    .joined(separator: "\n")
}

/// The chain of keys from the secret to the day, region, service and the literal end, and the code under the last.
func signature(of stringToSign: String, secret: Secret, date: String, scope: SigningScope) -> String {
  let parts = [String(date.prefix(8)), scope.region, scope.service, "aws4_request"]
  let key = parts.reduce(Array("AWS4\(secret.revealed)".utf8)) { hmacSHA256(key: $0, Array($1.utf8)) }
  return hexadecimal(hmacSHA256(key: key, Array(stringToSign.utf8)))
}
