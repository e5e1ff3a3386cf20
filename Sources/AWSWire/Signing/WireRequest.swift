/// A request as its bytes are, or were, on the wire: what a signature covers.
public struct WireRequest: Equatable, Sendable {
  public var method: String
  /// The raw path and query of the request line.
  public var target: String
  /// `Host` included.
  public var headers: [HeaderField]
  public var body: [UInt8]

  public init(method: String, target: String, headers: [HeaderField], body: [UInt8] = []) {
    self.method = method
    self.target = target
    self.headers = headers
    self.body = body
  }

  /// The first value of a field, whatever the case of its name.
  public func header(_ name: String) -> String? {
    headers.first { $0.name.lowercased() == name }?.value
  }
}

/// One header field.
public struct HeaderField: Hashable, Sendable {
  public var name: String
  public var value: String

  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

/// What a signature is good for besides its day.
public struct SigningScope: Hashable, Sendable {
  public var region: String
  /// The signing name, such as `elasticloadbalancing`.
  public var service: String

  public init(region: String, service: String) {
    self.region = region
    self.service = service
  }
}

/// How a service wants its requests signed.
public struct SigningRules: Hashable, Sendable {
  /// Removes dot segments and doubled slashes before signing.
  public var normalizesPath: Bool
  /// Percent-encodes the path as sent once more.
  public var encodesPathAgain: Bool
  /// Adds `x-amz-content-sha256` to the signed headers.
  public var addsBodyHeader: Bool
  /// Adds `x-amz-security-token` only after signing.
  public var leavesTokenUnsigned: Bool

  public init(
    normalizesPath: Bool = true, encodesPathAgain: Bool = true, addsBodyHeader: Bool = false,
    leavesTokenUnsigned: Bool = false
  ) {
    self.normalizesPath = normalizesPath
    self.encodesPathAgain = encodesPathAgain
    self.addsBodyHeader = addsBodyHeader
    self.leavesTokenUnsigned = leavesTokenUnsigned
  }

  /// Every service but S3.
  public static let usual = SigningRules()
  /// S3 signs the path as it is sent and wants the body's hash as a header
  /// (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html).
  public static let s3 = SigningRules(normalizesPath: false, encodesPathAgain: false, addsBodyHeader: true)
}
