import Foundation
import Testing

@testable import AWSWire

/// Documents as services send them, with bytes changed, lost, doubled and cut by chance: each is read or refused, and
/// nothing traps. `WANZAMI_SEED` plays one seed again.
@Suite("Hostile and cut documents")
struct HostileDocumentTests {
  private static let seed =
    ProcessInfo.processInfo.environment["WANZAMI_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0...999_999)

  private static let documents = [
    """
    <?xml version="1.0" encoding="UTF-8"?>
    <DescribeTargetHealthResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/">
      <DescribeTargetHealthResult><TargetHealthDescriptions><member><Target><Id>i-1</Id><Port>4000</Port></Target>
      <TargetHealth><State>unhealthy</State><Description>codes: [500] &amp; &#252; &lt;x&gt;</Description></TargetHealth>
      </member></TargetHealthDescriptions></DescribeTargetHealthResult></DescribeTargetHealthResponse>
    """,
    "<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error><RequestId>1</RequestId></ErrorResponse>",
    "<Response><Errors><Error><Code>AuthFailure</Code><Message>m</Message></Error></Errors><RequestID>1</RequestID></Response>",
    #"{"__type":"com.amazonaws.ecr#ImageNotFoundException","message":"no \u00fc","code":"a:b","n":1.5e9}"#,
    "<html><head><title>502</title></head><body><h1>Bad gateway</h1></body></html>",
    "Action=DescribeInstances&Version=2016-11-15&Filter.1.Name=a%20b&Filter.1.Value.1=%C3%BC+x",
    "AWS4-HMAC-SHA256 Credential=AKID/20260102/eu-north-1/ec2/aws4_request, SignedHeaders=host;x-amz-date, Signature=00",
    "Fri, 02 Jan 2026 03:04:05 GMT", "2026-01-02T03:04:05.678+01:00", "20260102T030405Z", "QVdTOnBhc3N3b3Jk\n",
  ].map { Array($0.utf8) }

  @Test("five thousand of them are read or refused")
  func documents() {
    var chance = Chance(seed: Self.seed)
    for number in 0..<5000 {
      let bytes = chance.mutated(Self.documents[number % Self.documents.count], beside: Self.documents)
      let text = String(decoding: bytes, as: UTF8.self)
      if let root = try? XMLNode(parsing: bytes) {
        // What was read can be written, and is read the same again.
        let again = try? XMLNode(parsing: Array(root.serialized.utf8))
        #expect(again == root || root.serialized.contains("\u{FFFD}"), "seed \(Self.seed), document \(number): \(text)")
      }
      let error = AWSErrorDocument(body: bytes) { $0 == "x-amzn-errortype" && number % 7 == 0 ? text : nil }
      #expect(error.message.count <= max(200, bytes.count))
      #expect(error.code?.isEmpty != true, "seed \(Self.seed), document \(number): \(text)")
      let form = QueryForm(decoding: bytes)
      #expect(QueryForm(decoding: form.bytes) == form, "seed \(Self.seed), document \(number): \(text)")
      for time in [Timestamp(iso8601: text), Timestamp(basic: text), Timestamp(httpDate: text)] {
        if let time { #expect(Timestamp(iso8601: time.iso8601) != nil, "seed \(Self.seed): \(text) is \(time)") }
      }
      _ = base64Decoded(text)
      let request = WireRequest(
        method: "POST", target: "/" + text, headers: [HeaderField("authorization", text), HeaderField("host", "x")],
        body: bytes)
      #expect(throws: SignatureRefusal.self) { try SigV4Verifier { _ in nil }.verify(request, now: Timestamp.latest) }
    }
  }

  @Test(
    "numbers that are no times are told as times, and can be counted with", arguments: [1e300, -1e300, .nan, .infinity])
  func times(seconds: Double) {
    let time = Timestamp(epochSeconds: seconds)
    #expect(!time.iso8601.isEmpty)
    #expect((time.milliseconds - Timestamp(epochSeconds: -seconds).milliseconds).magnitude < .max)
    #expect(Timestamp(httpDate: "Fri, 02 Jan 9223372036854775807 03:04:05 GMT") == nil)
  }

  @Test("depth, elements and entities are bounded")
  func bounds() {
    let deep = String(repeating: "<a>", count: 100_000)
    #expect(throws: XMLError.tooDeep(limit: 64)) { try XMLNode(parsing: Array(deep.utf8)) }
    let wide = "<a>" + String(repeating: "<b/>", count: 1001) + "</a>"
    #expect(throws: XMLError.tooManyElements(limit: 1000)) {
      try XMLNode(parsing: Array(wide.utf8), maximumElements: 1000)
    }
    let laughs = #"<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><a>&b;</a>"#
    #expect(throws: XMLError.documentType) { try XMLNode(parsing: Array(laughs.utf8)) }
  }
}

/// SplitMix64 (https://prng.di.unimi.it/splitmix64.c): the same seed gives the same documents.
private struct Chance: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  private mutating func below(_ count: Int) -> Int { Int.random(in: 0..<max(1, count), using: &self) }

  /// A document with one to four changes.
  mutating func mutated(_ document: [UInt8], beside others: [[UInt8]]) -> [UInt8] {
    var bytes = document
    for _ in 0...below(4) {
      let place = below(bytes.count + 1)
      switch below(6) {
      case 0: bytes = Array(bytes.prefix(place))
      case 1 where place < bytes.count: bytes[place] = UInt8(below(256))
      case 2:
        bytes.insert(
          contentsOf: [["<", "&", ">", "\"", "{", "\0", "%", "=", "9999999999999999999"][below(9)]].joined().utf8,
          at: place)
      case 3: bytes.removeSubrange(place..<min(bytes.count, place + 1 + below(20)))
      case 4: bytes.insert(contentsOf: bytes.prefix(place).suffix(40), at: place)
      default: bytes += others[below(others.count)].suffix(below(60))
      }
    }
    return bytes
  }
}
