extension World {
  /// An ECR repository. Its manifests are in a registry; here is what the control plane knows.
  public struct Repository: Sendable {
    public struct Image: Hashable, Sendable {
      /// `sha256:…`
      public var digest: String
      public var tags: [String]
      public var mediaType: String
      public var pushed: WorldTime
      public var bytes: Int

      public init(digest: String, tags: [String], mediaType: String, pushed: WorldTime, bytes: Int = 0) {
        self.digest = digest
        self.tags = tags
        self.mediaType = mediaType
        self.pushed = pushed
        self.bytes = bytes
      }
    }

    public var name: String
    public var arn: String
    public var uri: String
    public var created: WorldTime
    /// `MUTABLE` or `IMMUTABLE`.
    public var mutability: String
    public var images: [Image]
  }
}
