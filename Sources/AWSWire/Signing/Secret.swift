/// A text that no description, dump or error ever shows.
public struct Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The text itself, for signing and for headers; never for people.
  public let revealed: String

  public init(_ text: String) { revealed = text }

  public var description: String { "<secret>" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: [:] as KeyValuePairs<String, Any>) }
}

/// An access key with its secret, and the session token that temporary keys come with.
public struct AccessKey: Hashable, Sendable {
  /// `AKIA…` or `ASIA…`; not secret.
  public var id: String
  public var secret: Secret
  public var sessionToken: Secret?

  public init(id: String, secret: Secret, sessionToken: Secret? = nil) {
    self.id = id
    self.secret = secret
    self.sessionToken = sessionToken
  }
}
