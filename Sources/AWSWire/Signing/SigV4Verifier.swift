/// The receiving end of SigV4: the same canonical form, computed again from what arrived.
public struct SigV4Verifier: Sendable {
  /// Who signed, and for what.
  public struct Identity: Equatable, Sendable {
    public var accessKeyID: String
    public var scope: SigningScope
  }

  /// How far the request's time may lie from the receiver's, either way.
  public static let allowedSkew: Duration = .seconds(15 * 60)

  private let lookup: @Sendable (String) -> AccessKey?

  /// `lookup` finds the access key by its id; `nil`: no such key.
  public init(lookup: @escaping @Sendable (String) -> AccessKey?) {
    self.lookup = lookup
  }

  /// Checks a request that arrived at `now`. S3 signs its paths as they are; every other service as `SigningRules.usual`.
  public func verify(_ request: WireRequest, now: Timestamp) throws(SignatureRefusal) -> Identity {
    guard let header = request.header("authorization") else {
      throw SignatureRefusal(.missingAuthenticationToken, "Request is missing Authentication Token")
    }
    let claim = try AuthorizationClaim(header)
    let date = try checkedDate(of: request, claim: claim, now: now)
    guard let key = lookup(claim.accessKeyID), isTokenRight(request, of: key) else {
      throw SignatureRefusal(.invalidClientTokenID, "The security token included in the request is invalid.")
    }
    let signed = try signedHeaders(of: request, claim: claim)
    let isS3 = claim.scope.service == "s3"
    let canonical = CanonicalRequest(
      request, headers: signed, bodyHash: bodyHash(of: request, isS3: isS3), rules: isS3 ? .s3 : .usual)
    let expected = signature(
      of: stringToSign(canonical.text, date: date, scope: claim.scope), secret: key.secret, date: date,
      scope: claim.scope)
    guard equalInConstantTime(expected, claim.signature) else {
      throw SignatureRefusal(
        .signatureDoesNotMatch,
        "The request signature we calculated does not match the signature you provided. "
          + "Check your AWS Secret Access Key and signing method.")
    }
    return Identity(accessKeyID: claim.accessKeyID, scope: claim.scope)
  }

  private func checkedDate(
    of request: WireRequest, claim: AuthorizationClaim, now: Timestamp
  ) throws(SignatureRefusal) -> String {
    guard let date = request.header("x-amz-date"), let time = Timestamp(basic: date) else {
      throw SignatureRefusal(
        .incompleteSignature, "Date must be in ISO-8601 'basic format' in the header 'X-Amz-Date'.")
    }
    guard date.prefix(8) == claim.day else {
      throw SignatureRefusal(
        .signatureDoesNotMatch, "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date.")
    }
    let skew = Duration.milliseconds(abs(now.milliseconds - time.milliseconds))
    guard skew <= SigV4Verifier.allowedSkew else {
      throw SignatureRefusal(
        .requestExpired, "Request has expired: it is dated \(date), and the time here is \(now.basic) (15 min).")
    }
    return date
  }

  private func isTokenRight(_ request: WireRequest, of key: AccessKey) -> Bool {
    let sent = request.header("x-amz-security-token")
    switch (key.sessionToken, sent) {
    case (nil, nil): return true
    case (let known?, let sent?): return equalInConstantTime(known.revealed, sent)
    default: return false
    }
  }

  /// The fields that the claim names. AWS demands `host` and each `x-amz-…` that is there among them.
  private func signedHeaders(
    of request: WireRequest, claim: AuthorizationClaim
  ) throws(SignatureRefusal) -> [HeaderField] {
    let names = Set(claim.signedHeaders)
    let present = Set(request.headers.map { $0.name.lowercased() })
    let demanded = present.filter { $0 == "host" || $0.hasPrefix("x-amz-") }.union(["host"])
    guard demanded.isSubset(of: names) else {
      let missing = demanded.subtracting(names).sorted().joined(separator: ", ")
      throw SignatureRefusal(.signatureDoesNotMatch, "'\(missing)' must be a 'SignedHeader' in the AWS Authorization.")
    }
    guard names.isSubset(of: present) else {
      let missing = names.subtracting(present).sorted().joined(separator: ", ")
      throw SignatureRefusal(.signatureDoesNotMatch, "The signed header '\(missing)' is not in the request.")
    }
    return request.headers.filter { names.contains($0.name.lowercased()) }
  }

  private func bodyHash(of request: WireRequest, isS3: Bool) -> String {
    if isS3, request.header("x-amz-content-sha256") == "UNSIGNED-PAYLOAD" { return "UNSIGNED-PAYLOAD" }
    return sha256Hex(request.body)
  }
}

/// Why a request was not accepted, under the name that AWS gives it.
///
/// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
public struct SignatureRefusal: Error, Equatable, Sendable, CustomStringConvertible {
  public enum Code: String, Sendable {
    case missingAuthenticationToken = "MissingAuthenticationToken"
    case incompleteSignature = "IncompleteSignature"
    case invalidClientTokenID = "InvalidClientTokenId"
    case signatureDoesNotMatch = "SignatureDoesNotMatch"
    case requestExpired = "RequestExpired"
  }

  public var code: Code
  public var message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  public var description: String { "\(code.rawValue): \(message)" }
}

/// What an `Authorization` field claims.
private struct AuthorizationClaim {
  var accessKeyID: String
  var day: String
  var scope: SigningScope
  var signedHeaders: [String]
  var signature: String

  init(_ header: String) throws(SignatureRefusal) {
    let parts = header.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, parts[0] == SigV4.algorithm else {
      throw SignatureRefusal(
        .incompleteSignature, "Unsupported AWS 'algorithm': only \(SigV4.algorithm) is understood.")
    }
    var fields: [Substring: Substring] = [:]
    for field in parts[1].split(whereSeparator: { $0 == "," || $0 == " " }) {
      let pair = field.split(separator: "=", maxSplits: 1)
      if pair.count == 2 { fields[pair[0]] = pair[1] }
    }
    guard let credential = fields["Credential"], let names = fields["SignedHeaders"],
      let signature = fields["Signature"]
    else {
      throw SignatureRefusal(
        .incompleteSignature, "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' parameters.")
    }
    // The access key id may itself hold a slash, the rest of the scope may not.
    let scope = credential.split(separator: "/", omittingEmptySubsequences: false)
    guard scope.count >= 5, scope[scope.count - 1] == "aws4_request" else {
      throw SignatureRefusal(
        .incompleteSignature, "Credential must have the form <key>/<YYYYMMDD>/<region>/<service>/aws4_request.")
    }
    accessKeyID = scope.dropLast(4).joined(separator: "/")
    day = String(scope[scope.count - 4])
    self.scope = SigningScope(region: String(scope[scope.count - 3]), service: String(scope[scope.count - 2]))
    signedHeaders = names.split(separator: ";").map { $0.lowercased() }
    self.signature = String(signature)
  }
}
