/// Why the sandbox did not start or go on: one sentence for people.
public struct SandboxError: Error, Equatable, Sendable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}
