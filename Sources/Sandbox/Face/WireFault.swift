import AWSWire
import SimulatedAWS
import Synchronization

/// Something that goes wrong between a client and the sandbox, for the first calls of an operation. Each role is a
/// client of its own, whose calls are counted anew, and so is the key that the sandbox was started with.
public struct WireFault: Codable, Hashable, Sendable {
  public enum Kind: String, Codable, CaseIterable, Sendable {
    /// Refused for its rate; nothing is done.
    case throttled
    /// Carried out, and answered with AWS's own HTTP 500.
    case internalError
    /// Not carried out: AWS's own HTTP 503.
    case unavailable
    /// Not carried out: the keys are called expired.
    case expired
    /// Carried out, and answered with an HTML page of a gateway, HTTP 500.
    case page
    /// Carried out, and answered in pieces.
    case slow
    /// Not carried out: the connection is reset.
    case resetBefore
    /// Carried out, then the connection is reset.
    case resetAfter
    /// Carried out, and the connection ends in the middle of the answer.
    case halfAnswer
    /// The newest version of a launch template is not visible yet to whoever names it, as EC2 and Auto Scaling do not
    /// see it at once. Other calls go through, and are not counted.
    case unseenVersion
  }

  public var kind: Kind
  /// `StartInstanceRefresh`; `nil`: each operation, counted for itself.
  public var operation: String?
  /// How many calls go wrong; default 1.
  public var count: Int?
  /// How many calls go well before; default 0.
  public var skip: Int?

  public init(kind: Kind, operation: String? = nil, count: Int? = nil, skip: Int? = nil) {
    self.kind = kind
    self.operation = operation
    self.count = count
    self.skip = skip
  }
}

/// The faults of one sandbox, which counts the calls of each operation by each client.
///
/// Of several faults that fit a call the first that is not used up is taken.
public final class WireFaults: Sendable {
  private let faults: [WireFault]
  private let tell: @Sendable (String) -> Void
  /// How often each fault fitted, by the call that it fitted.
  private let seen = Mutex<[Int: [Call: Int]]>([:])

  private struct Call: Hashable {
    var operation: String
    var client: String
  }

  /// - Parameter tell: gets a sentence for each fault, before it happens.
  public init(_ faults: [WireFault] = [], tell: @escaping @Sendable (String) -> Void = { _ in }) {
    self.faults = faults
    self.tell = tell
  }

  /// What goes wrong with this call; `nil`: nothing.
  ///
  /// - Parameters:
  ///   - client: the role whose keys signed it, or the key.
  ///   - namesNewestVersion: whether it names the newest version of a launch template.
  func next(of operation: String, by client: String, namesNewestVersion: Bool) -> WireFault.Kind? {
    guard !faults.isEmpty else { return nil }
    let call = Call(operation: operation, client: client)
    let kind: WireFault.Kind? = seen.withLock { seen in
      for (index, fault) in faults.enumerated() where fault.operation.map({ $0 == operation }) ?? true {
        if fault.kind == .unseenVersion, !namesNewestVersion { continue }
        let number = seen[index, default: [:]][call, default: 0]
        guard number < (fault.skip ?? 0) + (fault.count ?? 1) else { continue }
        seen[index, default: [:]][call] = number + 1
        if number >= fault.skip ?? 0 { return fault.kind }
      }
      return nil
    }
    if let kind { tell("fault: \(kind.rawValue) of \(operation)") }
    return kind
  }
}

extension WireFault.Kind {
  /// What the service says instead of doing anything; `nil`: it is done.
  func refusal(in spoken: FaceProtocol) -> Fault? {
    switch self {
    case .throttled: Fault("Throttling", "Rate exceeded")
    case .unavailable:
      spoken == .ec2
        ? Fault("Unavailable", "The server is overloaded and can't handle the request.", httpStatus: 503)
        : Fault("ServiceUnavailable", "Service Unavailable", httpStatus: 503)
    case .expired: spoken.expired
    case .internalError, .page, .slow, .resetBefore, .resetAfter, .halfAnswer, .unseenVersion: nil
    }
  }

  /// What becomes of the answer of a request that was carried out.
  func spoiled(_ answer: FaceAnswer, spoken: FaceProtocol, requestID: String) -> FaceAnswer {
    var answer = answer
    switch self {
    case .internalError:
      let code = spoken == .ec2 ? "InternalError" : "InternalFailure"
      return spoken.failure(
        Fault(code, "An internal error has occurred. Please try your query again at a later time.", httpStatus: 500),
        requestID: requestID)
    case .page:
      let text = "<html><head><title>500</title></head><body><h1>Internal Server Error</h1></body></html>"
      return FaceAnswer(status: 500, headers: [HeaderField("Content-Type", "text/html")], body: Array(text.utf8))
    case .slow: answer.delivery = .inPieces
    case .resetBefore, .resetAfter: answer.delivery = .reset
    case .halfAnswer: answer.delivery = .half
    case .throttled, .unavailable, .expired, .unseenVersion: break
    }
    return answer
  }
}
