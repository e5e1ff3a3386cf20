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

    /// What its scanner comes to say of each image, and how long it takes.
    public struct Scan: Hashable, Sendable {
      /// ECR's word for the end, such as `COMPLETE`.
      public var status: String
      /// From the push to that end; half of it the scan is pending.
      public var seconds: Double
      /// How many findings of each severity, such as `CRITICAL`.
      public var counts: [String: Int]

      public init(status: String = "COMPLETE", seconds: Double = 0, counts: [String: Int] = [:]) {
        self.status = status
        self.seconds = seconds
        self.counts = counts
      }

      /// The status so long after the push.
      public func status(after elapsed: Double) -> String {
        elapsed >= seconds ? status : elapsed >= seconds / 2 ? "IN_PROGRESS" : "PENDING"
      }
    }

    public var name: String
    public var arn: String
    public var uri: String
    public var created: WorldTime
    /// `MUTABLE` or `IMMUTABLE`.
    public var mutability: String
    public var images: [Image]
    /// `nil`: it scans nothing.
    public var scan: Scan?
  }
}
