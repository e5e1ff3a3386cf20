/// What to build an image from, and what to call it.
public struct BuildRequest: Sendable {
  /// Writes the context as a tar archive, piece by piece, and returns at its end.
  ///
  /// `write` blocks while the Engine is slow, so it must be called on a thread that may wait, never on Swift's
  /// cooperative pool. It throws when nobody reads any more; that error may simply be passed on.
  public typealias Context = @Sendable (_ write: @escaping @Sendable ([UInt8]) throws -> Void) async throws -> Void

  public var context: Context
  /// Relative to the context.
  public var dockerfile = "Dockerfile"
  /// Names for the image, `[registry/]repository[:tag]`.
  public var tags: [String] = []
  public var buildArgs: [String: String] = [:]
  /// The stage to build; `nil`: the last.
  public var target: String?
  /// `os/architecture[/variant]`; what was built is compared with it. `nil`: the Engine's own.
  public var platform: String?
  public var labels: [String: String] = [:]
  /// For the registries that base images come from.
  public var credentials: [RegistryCredentials] = []
  /// Whether base images are asked for again at their registries although the Engine has some of their names.
  public var pullsBaseImages = false
  /// Whether steps that were built before are taken from the builder's cache.
  public var usesCache = true
  /// Images in the Engine whose layers may serve as cache, as when they were pulled. The classic builder compares what
  /// their history says of each step, so a stage that left nothing in such an image has no cache there.
  public var cacheFrom: [String] = []
  /// Whether each registry that base images come from speaks plain HTTP on loopback, which podman must be told.
  public var isOnPlainLoopback = false

  public init(context: @escaping Context) {
    self.context = context
  }
}
