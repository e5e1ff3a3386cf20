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

  public init(context: @escaping Context) {
    self.context = context
  }
}
