/// Why an operation of AWS did not give its answer.
public struct AWSError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What callers branch on.
  public enum Kind: String, Sendable {
    /// Refused for its rate; nothing was done.
    case throttled
    /// The principal may not do it.
    case denied
    /// The credentials have expired, and new ones were no better.
    case expired
    /// The access key, its token or the signature is not accepted.
    case unauthenticated
    /// No credentials could be found or fetched.
    case noCredentials
    case notFound
    /// Another instance refresh holds the group.
    case refreshInProgress
    /// The refresh cannot be rolled back.
    case irreversible
    case noActiveRefresh
    /// A scaling activity or another update holds the group for the moment.
    case busy
    /// What was asked for exists already.
    case alreadyExists
    case limitExceeded
    case validation
    /// A mutating request may or may not have been carried out: describe, then decide.
    case ambiguous
    /// No answer came, and nothing was changed by it.
    case transport
    /// An answer came that is not what the service promises.
    case malformedAnswer
    /// The service failed (5xx).
    case service
    /// The task was cancelled; a mutating request may have been carried out.
    case cancelled
    case other
  }

  public var kind: Kind
  public var service: AWSService
  public var operation: String
  /// What it was done to, such as a group's name.
  public var resource: String?
  /// AWS's error code.
  public var code: String?
  /// The service's own words, or the transport's.
  public var message: String
  public var requestID: String?
  public var httpStatus: Int?
  /// How often it was sent, the first time included.
  public var attempts: Int

  public init(
    kind: Kind, service: AWSService, operation: String, resource: String? = nil, code: String? = nil,
    message: String, requestID: String? = nil, httpStatus: Int? = nil, attempts: Int = 1
  ) {
    self.kind = kind
    self.service = service
    self.operation = operation
    self.resource = resource
    self.code = code
    self.message = message
    self.requestID = requestID
    self.httpStatus = httpStatus
    self.attempts = attempts
  }

  /// The whole sentence: what was asked of whom, what was answered, and what to do.
  public var description: String {
    var text = "\(service.displayName) \(operation)"
    if let resource { text += " of \(resource)" }
    var answer = [code, httpStatus.map { "HTTP \($0)" }].compactMap { $0 }.joined(separator: ", ")
    if answer.isEmpty { answer = kind == .noCredentials ? "not sent" : "no answer" }
    text += " failed (\(answer)): \(message.isEmpty ? "no message" : message)"
    if let last = text.last, !".!?".contains(last) { text += "." }
    if let requestID { text += " Request id \(requestID)." }
    if attempts > 1 { text += " Sent \(attempts) times." }
    if let wayOut { text += " \(wayOut)" }
    return text
  }

  private var wayOut: String? {
    switch kind {
    case .denied: "Allow the principal the action \(iamAction)."
    case .expired: "Sign in again, or give the job fresh credentials."
    case .unauthenticated:
      "Check the access key, its secret and session token, and that this machine's clock is right."
    case .throttled: "Wait a little and run it again; another client of this account may be using up its rate."
    case .notFound where code == "InvalidLaunchTemplateId.VersionNotFound":
      "A version that was created a moment ago may not be visible yet: wait a little and ask again."
    case .irreversible:
      "AWS cannot lead this refresh back: release the earlier version, or run `wanzami-deploy rollback` once it ended."
    case .noActiveRefresh: "It ended meanwhile: see `wanzami-deploy status` for how."
    case .busy: "Another change of it is going on: run it again when that has ended."
    case .limitExceeded: "Ask AWS for a higher quota, or remove what is not needed any more."
    case .validation where message.lowercased().contains("alarm"):
      "A refresh needs its alarms to be there and not in ALARM: see to them, or take them out of the pipeline file."
    case .refreshInProgress: "See `wanzami-deploy status` for who holds the group."
    case .ambiguous: "It may have been carried out: see the state before asking again."
    case .transport: "Check the network, the region and the endpoint settings."
    case .malformedAnswer: "Check that the endpoint is AWS's: a proxy or another server may be answering."
    case .service: "Try again; if it stays, check the endpoint settings and AWS's health page."
    default: nil
    }
  }

  /// The action that AWS's words name, which may be another than what was called (`iam:PassRole`); else the
  /// operation's own.
  private var iamAction: String {
    if let named = message.firstMatch(of: /not authorized to perform: ([\w-]+:\w+)/) { return String(named.1) }
    let prefix = service == .cloudWatch ? "cloudwatch" : service.signingName
    return "\(prefix):\(operation)"
  }
}
