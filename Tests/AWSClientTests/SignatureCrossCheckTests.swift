import AWSWire
import FoundationEssentials
import RealParts
import Testing

@testable import AWSClient

/// Requests by chance, signed by us and by botocore, compared byte for byte.
@Suite(
  "Signatures beside botocore's",
  .enabled(if: MotoServer.python != nil, "no Python with moto and boto3: name one in WANZAMI_PYTHON"))
struct SignatureCrossCheckTests {
  /// `WANZAMI_SEED` plays one seed again.
  static let seed = currentEnvironment()["WANZAMI_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0...999_999)

  @Test("five hundred requests by chance carry the signatures that botocore computes")
  func crossCheck() throws {
    var chance = Chance(seed: Self.seed)
    let cases = (0..<500).map { _ in SignedCase.random(using: &chance) }
    let folder = try TemporaryFolder("wanzami-signatures")
    let script = try folder.write("sign.py", signScript)
    let bytes = try JSONEncoder().encode(cases)
    let input = try folder.write("cases.json", String(decoding: bytes, as: UTF8.self))
    let output = try Command.check([try #require(MotoServer.python), script, input])
    let line = try #require(output.text.split(separator: "\n").last { $0.hasPrefix("{") })
    let verdict = try JSONDecoder().decode(Verdict.self, from: Data(line.utf8))
    #expect(verdict.compared == cases.count)
    #expect(verdict.differences == [], "seed \(Self.seed)")
  }

  private struct Verdict: Decodable {
    var compared: Int
    var differences: [String]
  }
}

/// A request and what we computed for it.
private struct SignedCase: Encodable {
  var method: String
  var target: String
  var headers: [[String]]
  var bodyBase64: String
  var time: String
  var region: String
  var service: String
  var keyID: String
  var secret: String
  var token: String?
  var canonicalRequest: String
  var stringToSign: String
  var added: [[String]]

  static func random(using chance: inout Chance) -> SignedCase {
    let service = chance.pick(["ec2", "autoscaling", "ecr", "ssm", "s3", "monitoring", "elasticloadbalancing"])
    let region = chance.pick(["eu-north-1", "us-gov-west-1", "cn-north-1", "ap-southeast-2"])
    let host = "\(service).\(region).amazonaws.com" + chance.pick(["", ":4566"])
    let request = WireRequest(
      method: chance.pick(["GET", "POST", "PUT", "DELETE", "HEAD"]), target: chance.target(),
      headers: [HeaderField(chance.pick(["Host", "host"]), host)] + chance.headers(), body: chance.body())
    let key = AccessKey(
      id: "AKID\(Int.random(in: 0...9999, using: &chance))",
      secret: Secret(chance.text(40, from: Chance.keyCharacters)),
      sessionToken: chance.oneIn(2) ? Secret(chance.text(200, from: Chance.keyCharacters)) : nil)
    let time = Timestamp(milliseconds: Int64.random(in: 1_400_000_000...2_400_000_000, using: &chance) * 1000)
    let signed = SigV4(
      key: key, scope: SigningScope(region: region, service: service), rules: service == "s3" ? .s3 : .usual
    ).sign(request, at: time)
    return SignedCase(
      method: request.method, target: request.target, headers: request.headers.map { [$0.name, $0.value] },
      bodyBase64: Data(request.body).base64EncodedString(), time: time.basic, region: region, service: service,
      keyID: key.id, secret: key.secret.revealed, token: key.sessionToken?.revealed,
      canonicalRequest: signed.canonicalRequest, stringToSign: signed.stringToSign,
      added: signed.headers.map { [$0.name, $0.value] })
  }
}

/// SplitMix64 (https://prng.di.unimi.it/splitmix64.c): the same seed gives the same requests.
private struct Chance: RandomNumberGenerator {
  static let keyCharacters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/=")
  private static let visible = (0x21...0x7e).map { Character(Unicode.Scalar(UInt8($0))) }
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  mutating func pick<Value>(_ values: [Value]) -> Value { values[Int.random(in: 0..<values.count, using: &self)] }
  mutating func oneIn(_ count: Int) -> Bool { Int.random(in: 0..<count, using: &self) == 0 }

  mutating func text(_ longest: Int, from characters: [Character]) -> String {
    String((0..<Int.random(in: 1...longest, using: &self)).map { _ in pick(characters) })
  }

  /// Bytes as they stand in a target: what is not unreserved is percent-encoded, as every client sends it.
  private mutating func encoded(_ longest: Int) -> String {
    percentEncoded(text(longest, from: Array("abcXYZ019-._~ +=&/:@%*'()!?#ü漢😀\u{1}")), keeping: "")
  }

  /// Paths with empty, dot and encoded segments, and a query in no order. A path never ends in a dot segment: there
  /// botocore drops the slash that RFC 3986, 5.2.4 keeps.
  mutating func target() -> String {
    var path = ""
    for _ in 0..<Int.random(in: 0...5, using: &self) {
      path += "/" + (oneIn(3) ? pick([".", "..", "", "%2E", "a;b=c", "locks,1", "$x", "~u"]) : encoded(8))
    }
    path += pick(["/", "/end", "/a%20b"])
    guard oneIn(2) else { return path }
    let pairs = (0..<Int.random(in: 1...5, using: &self)).map { _ in
      pick(["a", "b", "A", encoded(6)]) + (oneIn(4) ? "" : "=" + (oneIn(5) ? "" : encoded(8)))
    }
    return path + "?" + pairs.joined(separator: "&")
  }

  mutating func headers() -> [HeaderField] {
    (0..<Int.random(in: 0...6, using: &self)).map { _ in
      let words = (0..<Int.random(in: 1...4, using: &self)).map { _ in text(8, from: Self.visible) }
      let value = words.joined(separator: pick([" ", "   ", "\t", " \t "]))
      let name = pick([
        "Content-Type", "X-Amz-Target", "x-amz-meta-a", "X-Amz-Meta-A", "X-AMZ-META-B", "If-None-Match", "X-Empty",
        "User-Agent", "Connection", "Expect", "X-Amzn-Trace-Id", "TE", "Accept", "x_under",
      ])
      return HeaderField(name, name == "X-Empty" ? "" : pick(["", "  "]) + value + pick(["", " "]))
    }
  }

  mutating func body() -> [UInt8] {
    switch Int.random(in: 0..<4, using: &self) {
    case 0: []
    case 1: QueryForm(action: "A", version: "1").bytes + Array("&Name=\(encoded(40))".utf8)
    case 2: Array(#"{"a":"\#(text(30, from: Self.keyCharacters))"}"#.utf8)
    default: (0..<Int.random(in: 1...300, using: &self)).map { _ in UInt8.random(in: 0...255, using: &self) }
    }
  }
}

private let signScript = #"""
  import base64, datetime, json, sys
  import botocore.auth, botocore.awsrequest, botocore.credentials

  differences = []
  cases = json.load(open(sys.argv[1]))
  for number, case in enumerate(cases):
      now = datetime.datetime.strptime(case["time"], "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
      botocore.auth.get_current_datetime = lambda remove_tzinfo=True: now.replace(tzinfo=None) if remove_tzinfo else now
      kind = botocore.auth.S3SigV4Auth if case["service"] == "s3" else botocore.auth.SigV4Auth
      credentials = botocore.credentials.Credentials(case["keyID"], case["secret"], case.get("token"))
      signer = kind(credentials, case["service"], case["region"])
      host = next(value for name, value in case["headers"] if name.lower() == "host")
      request = botocore.awsrequest.AWSRequest(
          method=case["method"], url=f"https://{host}{case['target']}", data=base64.b64decode(case["bodyBase64"]))
      for name, value in case["headers"]:
          request.headers.add_header(name, value)
      seen = {}
      canonical, to_sign = signer.canonical_request, signer.string_to_sign
      signer.canonical_request = lambda request: seen.setdefault("canonical", canonical(request))
      signer.string_to_sign = lambda request, text: seen.setdefault("to_sign", to_sign(request, text))
      signer.add_auth(request)
      for what, theirs, ours in [("canonical request", seen["canonical"], case["canonicalRequest"]),
                                 ("string to sign", seen["to_sign"], case["stringToSign"])]:
          if theirs != ours:
              differences.append(f"{number} {what}: botocore {theirs!r}, we {ours!r}")
      for name, ours in case["added"]:
          if request.headers.get_all(name) != [ours]:
              differences.append(f"{number} {name}: botocore {request.headers.get_all(name)}, we {ours!r}")
  print(json.dumps({"compared": len(cases), "differences": differences[:5]}))
  """#
