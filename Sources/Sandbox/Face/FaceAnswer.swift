import AWSWire
import SimulatedAWS

/// An answer as bytes.
struct FaceAnswer: Sendable {
  /// How it goes out.
  enum Delivery: Sendable {
    case whole
    /// A few bytes at a time.
    case inPieces
    /// Its first half, then the connection ends.
    case half
    /// Not at all: the connection is reset.
    case reset
  }

  var status: Int
  var headers: [HeaderField]
  var body: [UInt8]
  var delivery = Delivery.whole
}

/// How a request was spoken, and so how its answer must be.
enum FaceProtocol: Equatable, Sendable {
  case query
  case ec2
  /// The version, `1.0` or `1.1`.
  case json(String)

  /// Tells the protocol from the request's own words.
  init(of request: WireRequest, form: QueryForm) {
    if request.header("x-amz-target") != nil {
      let type = request.header("content-type") ?? ""
      self = .json(type.hasSuffix("1.0") ? "1.0" : "1.1")
    } else {
      self = form["Version"] == "2016-11-15" ? .ec2 : .query
    }
  }

  /// An error document.
  ///
  /// https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#operation-error-serialization and its siblings.
  func failure(_ fault: Fault, requestID: String) -> FaceAnswer {
    let fault = inOwnWords(fault)
    switch self {
    case .json:
      let body = JSON.object([("__type", .string(fault.code)), ("message", .string(fault.message))])
      var answer = answer(fault.httpStatus, body: body.text, requestID)
      answer.headers.append(HeaderField("x-amzn-ErrorType", fault.code))
      if isQueryCompatible {
        answer.headers.append(
          HeaderField("x-amzn-query-error", "\(fault.code);\(fault.httpStatus < 500 ? "Sender" : "Receiver")"))
      }
      return answer
    case .query:
      let error = element(
        "Error",
        [
          element("Type", fault.httpStatus < 500 ? "Sender" : "Receiver"), element("Code", fault.code),
          element("Message", fault.message),
        ])
      let document = element("ErrorResponse", [error, element("RequestId", requestID)])
      return answer(fault.httpStatus, body: document.serialized, requestID)
    case .ec2:
      let error = element("Error", [element("Code", fault.code), element("Message", fault.message)])
      let document = element("Response", [element("Errors", [error]), element("RequestID", requestID)])
      return answer(fault.httpStatus, body: document.serialized, requestID)
    }
  }

  /// Throttling and denial have another name in each protocol.
  private func inOwnWords(_ fault: Fault) -> Fault {
    switch (fault.code, self) {
    case ("Throttling", .ec2): Fault("RequestLimitExceeded", "Request limit exceeded.", httpStatus: 503)
    case ("Throttling", .json): Fault("ThrottlingException", "Rate exceeded")
    case (Permissions.denialCode, .ec2): Fault("UnauthorizedOperation", fault.message, httpStatus: 403)
    case (Permissions.denialCode, .json): Fault("AccessDeniedException", fault.message)
    default: fault
    }
  }

  /// Keys of a session that is over, by their name in each protocol.
  var expired: Fault {
    switch self {
    case .query: Fault("ExpiredToken", "The security token included in the request is expired", httpStatus: 403)
    case .ec2: Fault("RequestExpired", "Request has expired.")
    case .json: Fault("ExpiredTokenException", "The security token included in the request is expired")
    }
  }

  /// The document of a successful operation.
  func success(_ operation: String, _ children: [XMLNode?], requestID: String) -> FaceAnswer {
    let document: XMLNode
    if self == .ec2 {
      document = element("\(operation)Response", [element("requestId", requestID)] + children)
    } else {
      document = element(
        "\(operation)Response",
        [
          element("\(operation)Result", children), element("ResponseMetadata", [element("RequestId", requestID)]),
        ])
    }
    return answer(200, body: document.serialized, requestID)
  }

  func success(_ body: JSON, requestID: String) -> FaceAnswer { answer(200, body: body.text, requestID) }

  /// CloudWatch's JSON keeps the error codes of its older protocol in a header.
  private var isQueryCompatible: Bool { self == .json("1.0") }

  private func answer(_ status: Int, body: String, _ requestID: String) -> FaceAnswer {
    var type = "text/xml;charset=UTF-8"
    var text = body
    if case .json(let version) = self {
      type = "application/x-amz-json-\(version)"
    } else {
      text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + body
    }
    return FaceAnswer(
      status: status, headers: [HeaderField("Content-Type", type), HeaderField("x-amzn-RequestId", requestID)],
      body: Array(text.utf8))
  }
}
