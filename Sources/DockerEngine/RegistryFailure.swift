/// What kind of "no" a registry said, so that callers can branch and people know what to do.
public enum RegistryFailure: String, Sendable {
  /// The credentials were refused, or they do not suffice.
  case unauthorized
  /// No credentials were sent, and some are needed.
  case noCredentials
  /// The tag exists and may not be moved.
  case tagImmutable
  /// Nothing answers at the registry's address, or the connection broke off.
  case unreachable
  /// The registry serves reads only, for maintenance.
  case readOnly
  /// Asked too often.
  case throttled
  /// The registry answered with an error of its own (5xx).
  case failing
  /// The Engine's or the registry's disk is full.
  case diskFull
  /// The registry has no such repository.
  case repositoryUnknown
  /// The repository has no such tag or digest.
  case manifestUnknown
  /// The Engine has no image with that name.
  case notInEngine
  case other

  /// Reads the words of the Engine and of a registry. Both give no code inside an answer of 200: the words of Docker's
  /// registry (https://distribution.github.io/distribution/spec/api/#errors-2), of ECR and of Go's dialler.
  public init(message: String) {
    let text = message.lowercased()
    let words: [(RegistryFailure, [String])] = [
      (.noCredentials, ["no basic auth credentials"]),
      (.tagImmutable, ["imagetagalreadyexists", "tag is immutable", "tag immutable", "cannot be overwritten"]),
      (.diskFull, ["no space left on device"]),
      (
        .notInEngine,
        ["an image does not exist locally", "no such image", "does not exist locally", "image not known"]
      ),
      (
        .repositoryUnknown,
        ["name unknown", "repository name not known", "does not exist in the registry", "name_unknown"]
      ),
      (.manifestUnknown, ["manifest unknown", "manifest for", "manifest_unknown"]),
      (
        .unauthorized,
        [
          "unauthorized", "denied", "authentication required", "403 forbidden", "token has expired",
          "http 401 response",
          "http 403 response",
        ]
      ),
      (.throttled, ["toomanyrequests", "too many requests", "http 429 response"]),
      (.readOnly, ["the operation is unsupported", "405 method not allowed", "http 405 response"]),
      (
        .unreachable,
        [
          "connection refused", "no such host", "i/o timeout", "no route to host", "network is unreachable",
          "connection reset", "client.timeout", "tls handshake", "certificate", "gave http response to https",
          "broken pipe", ": eof", "unexpected eof", "server misbehaving",
        ]
      ),
      (
        .failing,
        [
          "500 internal server error", "502 bad gateway", "503 service unavailable", "504 gateway timeout",
          "unknown: unknown error", "http 500 response", "http 502 response", "http 503 response", "http 504 response",
        ]
      ),
    ]
    self = words.first { $0.1.contains { text.contains($0) } }?.0 ?? .other
  }

  /// Whether the words are about a registry, when they may be about anything else as well.
  var isAboutRegistry: Bool { self != .other && self != .diskFull }

  /// Whether the same once more may well succeed.
  public var isPassing: Bool { self == .unreachable || self == .throttled || self == .failing }

  var advice: String {
    switch self {
    case .unauthorized: "Check the registry's credentials and what they may do with this repository."
    case .noCredentials: "The registry wants credentials: log in, or check image.repository."
    case .tagImmutable: "The repository does not let a tag be moved; the image under that tag stays as it is."
    case .unreachable: "Check that the registry runs, and that the Engine can reach it."
    case .readOnly: "The registry takes no writes now; wait until its maintenance is over, or ask who runs it."
    case .throttled: "Wait a while and try again."
    case .failing: "Try again; if it stays, look at the registry's log."
    case .diskFull: "Free some space there (docker system prune on the Engine), and try again."
    case .repositoryUnknown: "Create the repository, or check image.repository."
    case .manifestUnknown: "The registry does not hold that tag or digest: build and push it, or check the name."
    case .notInEngine: "Build the image first."
    case .other: "Look at the registry's and the Engine's logs."
    }
  }
}
