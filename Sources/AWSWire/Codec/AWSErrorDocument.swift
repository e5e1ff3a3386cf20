import FoundationEssentials

/// The error that an answer tells, whatever the protocol it came in.
public struct AWSErrorDocument: Equatable, Sendable {
  /// AWS's code, without the name space before `#` and the address after `:`. `nil`: the answer names none, as the
  /// HTML page of a proxy.
  public var code: String?
  /// The service's own words; of an answer that is no error document its first words.
  public var message: String
  public var requestID: String?

  public init(code: String?, message: String, requestID: String? = nil) {
    self.code = code
    self.message = message
    self.requestID = requestID
  }

  /// Reads the answer's body in the form that it has: JSON 1.0 and 1.1, awsQuery, ec2Query, REST-XML, or none of them.
  /// The form is read from the bytes, because gateways answer JSON services in XML and anything in HTML.
  public init(body: [UInt8], header: (String) -> String?) {
    let first = body.first { $0 > 32 }
    let told: AWSErrorDocument? =
      switch first {
      case UInt8(ascii: "{"): fromJSON(body)
      case UInt8(ascii: "<"): fromXML(body)
      default: nil
      }
    // With `x-amzn-query-mode` the query protocol's code stands in its own header, before `;`.
    let named = header("x-amzn-query-error").map { String($0.prefix { $0 != ";" }) } ?? header("x-amzn-errortype")
    code = (named ?? told?.code).flatMap(plainCode)
    message = told?.message ?? firstWords(of: body)
    requestID = told?.requestID ?? header("x-amzn-requestid") ?? header("x-amz-request-id")
  }
}

private func plainCode(_ code: String) -> String? {
  let local = code.split(separator: "#").last ?? ""
  let plain = local.prefix { $0 != ":" }
  return plain.isEmpty ? nil : String(plain)
}

/// https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html#operation-error-serialization
private func fromJSON(_ body: [UInt8]) -> AWSErrorDocument? {
  struct Fields: Decodable {
    var code: String?
    var type: String?
    var message: String?
    var capitalMessage: String?

    enum CodingKeys: String, CodingKey {
      case code, message
      case type = "__type"
      case capitalMessage = "Message"
    }

    init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: CodingKeys.self)
      // A member of another kind is as good as absent.
      code = try? fields.decode(String.self, forKey: .code)
      type = try? fields.decode(String.self, forKey: .type)
      message = try? fields.decode(String.self, forKey: .message)
      capitalMessage = try? fields.decode(String.self, forKey: .capitalMessage)
    }
  }
  guard let fields = try? JSONDecoder().decode(Fields.self, from: Data(body)) else { return nil }
  return AWSErrorDocument(code: fields.code ?? fields.type, message: fields.message ?? fields.capitalMessage ?? "")
}

/// awsQuery: `ErrorResponse/Error`; ec2Query: `Response/Errors/Error`; REST-XML: `Error` itself.
private func fromXML(_ body: [UInt8]) -> AWSErrorDocument? {
  guard let root = try? XMLNode(parsing: body) else { return nil }
  guard let error = root["Error"] ?? root.at("Errors", "Error") ?? (root.name == "Error" ? root : nil) else {
    return nil
  }
  return AWSErrorDocument(
    code: error.string("Code"), message: error.string("Message") ?? "",
    requestID: root.string("RequestId") ?? root.string("RequestID") ?? error.string("RequestId"))
}

/// The text outside of tags, white space collapsed, cut to 200 characters.
private func firstWords(of body: [UInt8]) -> String {
  var isInTag = false
  var text = ""
  for character in String(decoding: body.prefix(8192), as: UTF8.self) {
    switch character {
    case "<": isInTag = true
    case ">" where isInTag:
      isInTag = false
      text.append(" ")
    default: if !isInTag { text.append(character) }
    }
  }
  return String(text.split(whereSeparator: \.isWhitespace).joined(separator: " ").prefix(200))
}
