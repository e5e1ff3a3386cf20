extension World {
  /// A launch template with its versions.
  public struct LaunchTemplate: Sendable {
    public var id: String
    public var name: String
    public var created: WorldTime
    public var defaultVersion: Int
    /// Ascending by number; a deleted number is missing and never used again.
    public var versions: [TemplateVersion]
    public var latestVersion: Int
    public var tags: [Tag]
    /// What was answered under which client token.
    var tokens: [String: TokenUse]

    struct TokenUse: Sendable {
      var source: String?
      var description: String?
      var data: TemplateData
      var version: TemplateVersion
    }

    /// The number behind `3`, `$Latest`, `$Default` or an absent version; `nil`: no such number.
    public func number(of version: String?) -> Int? {
      switch version {
      case nil, "$Default": defaultVersion
      case "$Latest": latestVersion
      case let text?: Int(text).flatMap { number in versions.contains { $0.number == number } ? number : nil }
      }
    }

    public subscript(number: Int) -> TemplateVersion? { versions.last { $0.number == number } }
  }

  /// One immutable version.
  public struct TemplateVersion: Sendable {
    public var number: Int
    public var description: String?
    public var created: WorldTime
    public var data: TemplateData
  }

  /// A tag of anything but a group.
  public struct Tag: Hashable, Sendable {
    public var key: String
    public var value: String

    public init(_ key: String, _ value: String) {
      self.key = key
      self.value = value
    }
  }
}
