/// Why an exchange did not come to its end.
public struct HTTPTransportError: Error, Equatable, Sendable, CustomStringConvertible {
  public enum Kind: String, Sendable {
    case couldNotResolve
    case couldNotConnect
    /// The handshake failed, or the peer's certificate was not accepted.
    case tls
    /// A time limit of the request passed.
    case timedOut
    /// The connection was reset, closed without an answer, or closed in the middle of one.
    case cut
    case bodyTooLarge
    /// The task was cancelled, the body was let go of, or the transport was closed.
    case cancelled
    /// The producer of an upload gave up.
    case uploadFailed
    case other
  }

  public var kind: Kind
  /// curl's own words, or ours where curl has none.
  public var detail: String
  /// The request line without its query: `POST https://host/path`.
  public var request: String
  /// The socket's path, where one was named: curl's words do not name it.
  public var unixSocket: String?
  /// `false` only when surely no byte of the request left this machine.
  public var requestMayHaveBeenSent: Bool

  public init(
    kind: Kind, detail: String, request: String, unixSocket: String? = nil, requestMayHaveBeenSent: Bool
  ) {
    self.kind = kind
    self.detail = detail
    self.request = request
    self.unixSocket = unixSocket
    self.requestMayHaveBeenSent = requestMayHaveBeenSent
  }

  public var description: String {
    let place = unixSocket.map { " over \($0)" } ?? ""
    return "\(request)\(place): \(summary): \(detail)"
  }

  private var summary: String {
    switch kind {
    case .couldNotResolve: "the host's name could not be resolved"
    case .couldNotConnect: "could not connect"
    case .tls: "no trusted TLS connection"
    case .timedOut: "timed out"
    case .cut: "the connection broke off"
    case .bodyTooLarge: "the answer is too long"
    case .cancelled: "cancelled"
    case .uploadFailed: "the body could not be produced"
    case .other: "failed"
    }
  }
}
