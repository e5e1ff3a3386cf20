import AWSWire
import HTTPTransport

/// One attempt that gave no answer, in the terms of callers and in those of the retry policy.
struct AttemptFailure: Error {
  var error: AWSError
  var retry: RetryPolicy.Failure
  /// The server's clock, when the error may come from ours being off.
  var serverClock: Timestamp?
  /// The keys may be over. EC2 says `RequestExpired` of those as well as of a clock that is off
  /// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html).
  var mayBeExpired: Bool { error.kind == .expired || error.code == "RequestExpired" }

  /// An answer with a status other than 2xx.
  init(_ call: Call, _ response: HTTPResponse) {
    let document = AWSErrorDocument(body: response.body, header: response.header)
    let kind = ErrorCodes.kind(code: document.code, status: response.status)
    error = call.error(kind, document.message)
    error.code = document.code
    error.requestID = document.requestID
    error.httpStatus = response.status
    let hint = response.header("x-amz-retry-after").flatMap { Int64($0) }.map { Duration.milliseconds($0) }
    retry = retryClass(kind: kind, code: document.code, status: response.status, hint: hint)
    let code = document.code ?? ""
    if ErrorCodes.definiteSkew.contains(code) || ErrorCodes.unauthenticated.contains(code) {
      serverClock = response.header("date").flatMap { Timestamp(httpDate: $0) }
    }
  }

  /// No whole answer at all.
  init(_ call: Call, _ failure: HTTPTransportError) {
    switch failure.kind {
    case .cancelled:
      error = call.error(.cancelled, failure.description)
      retry = .final
    case .bodyTooLarge:
      error = call.error(.malformedAnswer, failure.description)
      retry = failure.requestMayHaveBeenSent && call.safety != .read ? .unsettled() : .final
    case .couldNotResolve, .couldNotConnect, .timedOut, .cut:
      error = call.error(.transport, failure.description)
      retry = failure.requestMayHaveBeenSent ? .unsettled() : .notSent
    case .tls, .uploadFailed, .other:
      error = call.error(.transport, failure.description)
      retry = failure.requestMayHaveBeenSent && call.safety != .read ? .unsettled() : .final
    }
  }
}

private func retryClass(
  kind: AWSError.Kind, code: String?, status: Int, hint: Duration?
) -> RetryPolicy.Failure {
  switch kind {
  case .throttled: return .throttled(after: hint)
  // ResourceContention is an HTTP 500 that says: another update is pending, nothing was done.
  case .busy: return status >= 500 ? .busy : .final
  default: break
  }
  if ErrorCodes.transient.contains(code ?? "") || [500, 502, 503, 504].contains(status) {
    return .unsettled(after: hint)
  }
  return .final
}
