import AWSWire
import Testing

@Suite("Forms")
struct FormTests {
  @Test("pairs keep their order, lists count from one, and every reserved byte is encoded")
  func encoding() {
    var form = QueryForm(action: "DescribeTargetHealth", version: "2015-12-01")
    form.add("Name", "a b+c/d=é~")
    form.add("Absent", nil as String?)
    form.add("Flag", true)
    form.add(list: "Names.member", ["x", "y"])
    #expect(
      String(decoding: form.bytes, as: UTF8.self)
        == "Action=DescribeTargetHealth&Version=2015-12-01&Name=a+b%2Bc%2Fd%3D%C3%A9~&Flag=true"
        + "&Names.member.1=x&Names.member.2=y")
  }

  @Test("what is encoded is decoded the same, and a plus is a space")
  func decoding() {
    var form = QueryForm(action: "A", version: "1")
    for value in ["", "a b+c", "100%", "&=é\n"] { form.add("k&\(value)", value) }
    #expect(QueryForm(decoding: form.bytes) == form)
    #expect(QueryForm(decoding: Array("a=b+c&d&e=%zz".utf8)).pairs.map(\.value) == ["b c", "", "%zz"])
  }
}

@Suite("Times")
struct TimestampTests {
  @Test(
    "AWS's forms of a time are read",
    arguments: [
      ("1970-01-01T00:00:00Z", 0), ("2026-01-02T03:04:05Z", 1_767_323_045_000),
      ("2026-01-02T03:04:05.6789Z", 1_767_323_045_678), ("2026-01-02T03:04:05.6Z", 1_767_323_045_600),
      ("2026-01-02T04:04:05+01:00", 1_767_323_045_000), ("2024-02-29T23:59:59.999+00:00", 1_709_251_199_999),
      ("1969-12-31T23:59:59Z", -1000),
    ] as [(String, Int64)])
  func iso(text: String, milliseconds: Int64) {
    #expect(Timestamp(iso8601: text)?.milliseconds == milliseconds)
  }

  @Test(
    "what is no time is refused",
    arguments: ["", "2026-01-02", "2026-13-02T03:04:05Z", "2026-01-02T03:04:05", "2026-01-02T25:04:05Z", "x"])
  func refused(text: String) { #expect(Timestamp(iso8601: text) == nil) }

  @Test("a time is written as it is read, for every hour of two centuries' month ends and leap days")
  func roundTrip() {
    for step in 0..<60_000 as Range<Int64> {
      let time = Timestamp(milliseconds: -3_155_673_600_000 + step * 105_199_123)
      #expect(Timestamp(iso8601: time.iso8601) == time)
      let whole = Timestamp(
        milliseconds: time.milliseconds - time.milliseconds.quotientAndRemainder(dividingBy: 1000).remainder)
      #expect(Timestamp(basic: whole.basic) == whole)
      #expect(Timestamp(httpDate: whole.httpDate) == whole)
    }
  }

  @Test("the Date field of HTTP is read and written")
  func http() {
    #expect(Timestamp(httpDate: "Fri, 02 Jan 2026 03:04:05 GMT")?.milliseconds == 1_767_323_045_000)
    #expect(Timestamp(milliseconds: 1_767_323_045_000).httpDate == "Fri, 02 Jan 2026 03:04:05 GMT")
    #expect(Timestamp(epochSeconds: 1_767_323_045.678).milliseconds == 1_767_323_045_678)
  }
}

@Suite("XML")
struct XMLTests {
  private func parse(_ text: String) throws -> XMLNode { try XMLNode(parsing: Array(text.utf8)) }

  @Test("a document becomes names, texts and lists")
  func tree() throws {
    let root = try parse(
      """
      <?xml version="1.0"?>
      <a:Root xmlns:a="urn:x">
        <Name>a &amp; b &#60;</Name><Empty/><Flag>true</Flag><Count>7</Count>
        <List><member>1</member><member>2</member></List>
        <Set><item><id>x</id></item></Set>
        <Lines>one
      two</Lines>
      </a:Root>
      """)
    #expect(root.name == "Root")
    #expect(root.string("Name") == "a & b <")
    #expect(root.string("Empty") == "")
    #expect(root.string("Absent") == nil)
    #expect(root.bool("Flag") == true)
    #expect(root.int("Count") == 7)
    #expect(root.list("List").map(\.text) == ["1", "2"])
    #expect(root.list("Set").first?.string("id") == "x")
    #expect(root.at("Set", "item", "id")?.text == "x")
    #expect(root.string("Lines") == "one\ntwo")
    #expect(root.text.isEmpty)
  }

  @Test("what is written is read the same")
  func roundTrip() throws {
    let node = XMLNode("A", children: [XMLNode("B", text: "<&>\"'\r\n\té"), XMLNode("C", children: [XMLNode("D")])])
    #expect(try parse(node.serialized) == node)
  }

  @Test("a document type is refused before any entity grows")
  func bomb() {
    let text = "<!DOCTYPE a [<!ENTITY x \"ha\"><!ENTITY y \"&x;&x;\">]><a>&y;</a>"
    #expect(throws: XMLError.documentType) { try parse(text) }
  }

  @Test("a page that is no XML, a cut document and an empty one are errors with their place")
  func malformed() {
    #expect(throws: XMLError.malformed(reason: "mismatched tag", line: 2, column: 3)) { try parse("<a><b>\n</a>") }
    for text in ["", "<a>", "no", "<a/><b/>", "<a>&nbsp;</a>"] {
      #expect(throws: XMLError.self) { try parse(text) }
    }
  }

  @Test("depth and size are bounded")
  func bounds() {
    let deep = String(repeating: "<a>", count: 5000)
    #expect(throws: XMLError.tooDeep(limit: 64)) { try parse(deep) }
    let wide = "<a>" + String(repeating: "<b/>", count: 100) + "</a>"
    #expect(throws: XMLError.tooManyElements(limit: 50)) {
      try XMLNode(parsing: Array(wide.utf8), maximumElements: 50)
    }
  }
}

@Suite("Error documents")
struct ErrorDocumentTests {
  private struct Case: Sendable {
    var body: String
    var headers: [String: String] = [:]
    var code: String?
    var message: String
    var requestID: String?
  }

  private static let cases = [
    // awsQuery
    Case(
      body: "<ErrorResponse xmlns=\"urn:x\"><Error><Type>Sender</Type><Code>InstanceRefreshInProgress</Code>"
        + "<Message>busy</Message></Error><RequestId>r-1</RequestId></ErrorResponse>",
      code: "InstanceRefreshInProgress", message: "busy", requestID: "r-1"),
    // ec2Query
    Case(
      body: "<?xml version=\"1.0\"?>\n<Response><Errors><Error><Code>InvalidLaunchTemplateId.NotFound</Code>"
        + "<Message>gone</Message></Error></Errors><RequestID>r-2</RequestID></Response>",
      code: "InvalidLaunchTemplateId.NotFound", message: "gone", requestID: "r-2"),
    // REST-XML
    Case(
      body: "<Error><Code>NoSuchKey</Code><Message>m</Message><RequestId>r-3</RequestId></Error>", code: "NoSuchKey",
      message: "m", requestID: "r-3"),
    // JSON: the header wins, the name space and the address go.
    Case(
      body: #"{"__type":"com.amazonaws.ecr#RepositoryNotFoundException","message":"no repo"}"#,
      headers: ["x-amzn-requestid": "r-4"], code: "RepositoryNotFoundException", message: "no repo", requestID: "r-4"),
    Case(
      body: #"{"__type":"A","Message":"capital"}"#, headers: ["x-amzn-errortype": "ThrottlingException:http://x/"],
      code: "ThrottlingException", message: "capital"),
    Case(body: #"{"code":"X","__type":5,"message":null}"#, code: "X", message: ""),
    Case(
      body: #"{"__type":"com.amazonaws.cloudwatch#ResourceNotFound","message":"m"}"#,
      headers: ["x-amzn-query-error": "ResourceNotFound;Sender"], code: "ResourceNotFound", message: "m"),
    // A JSON service behind a gateway that speaks XML.
    Case(
      body: "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>",
      code: "AccessDenied", message: "no"),
    // No error document at all.
    Case(
      body: "<!doctype html><html><title>500 Internal Server Error</title><p>Sorry,\n  it broke</html>", code: nil,
      message: "500 Internal Server Error Sorry, it broke"),
    Case(body: "", code: nil, message: ""),
    Case(body: "{broken", code: nil, message: "{broken"),
  ]

  @Test("the code is found in every protocol's form", arguments: cases.indices)
  func extraction(index: Int) {
    let example = Self.cases[index]
    let document = AWSErrorDocument(body: Array(example.body.utf8)) { example.headers[$0.lowercased()] }
    #expect(
      document == AWSErrorDocument(code: example.code, message: example.message, requestID: example.requestID))
  }
}

@Suite("Base64")
struct Base64Tests {
  @Test("bytes survive, line ends are skipped, and anything else is refused")
  func roundTrip() {
    for count in 0..<70 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }
      #expect(base64Decoded(base64Encoded(bytes)) == bytes)
    }
    #expect(base64Decoded("aGVs\r\nbG8=") == Array("hello".utf8))
    #expect(base64Decoded("a$b=") == nil)
  }
}
