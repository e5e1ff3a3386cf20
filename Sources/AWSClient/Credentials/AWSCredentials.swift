import AWSWire

/// An access key and how long it lasts.
public struct AWSCredentials: Hashable, Sendable {
  public var key: AccessKey
  /// `nil`: until somebody revokes it.
  public var expires: Timestamp?
  /// Where it was found, for people.
  public var source: String

  public init(key: AccessKey, expires: Timestamp? = nil, source: String) {
    self.key = key
    self.expires = expires
    self.source = source
  }
}

/// Why there are no credentials.
public enum CredentialsError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Every place that was looked at, with what was missing there.
  case notFound(tried: [String])
  /// A place is set up in a way that this program does not understand.
  case unsupported(place: String, wayOut: String)
  /// A place is set up, and gave an error instead.
  case failed(place: String, reason: String)

  /// The last part of its sentence.
  var reason: String {
    switch self {
    case .failed(_, let reason): reason
    default: description
    }
  }

  public var description: String {
    switch self {
    case .notFound(let tried):
      "no AWS credentials. Looked at: \(tried.joined(separator: "; ")). Set AWS_ACCESS_KEY_ID and "
        + "AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or run where a role is given: a CI's web identity, a container's or "
        + "an instance's role."
    case .unsupported(let place, let wayOut): "AWS credentials from \(place) are not supported. \(wayOut)"
    case .failed(let place, let reason): "AWS credentials from \(place) failed: \(reason)"
    }
  }
}

/// One place that may give credentials.
struct CredentialsProvider: Sendable {
  enum Answer: Sendable {
    case credentials(AWSCredentials)
    /// The place is not set up; in words what is missing.
    case absent(String)
  }

  var load: @Sendable () async throws(CredentialsError) -> Answer

  init(_ load: @escaping @Sendable () async throws(CredentialsError) -> Answer) { self.load = load }

  /// The first answer of several places, in their order. A place that is set up and fails ends the search: falling
  /// through to another principal would be worse than an error.
  static func first(of providers: [CredentialsProvider]) async throws(CredentialsError) -> AWSCredentials {
    var tried: [String] = []
    for provider in providers {
      switch try await provider.load() {
      case .credentials(let credentials): return credentials
      case .absent(let reason): tried.append(reason)
      }
    }
    throw .notFound(tried: tried)
  }
}
