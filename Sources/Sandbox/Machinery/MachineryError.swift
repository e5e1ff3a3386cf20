/// Why a real part of the sandbox (registry, balancer, container host) could not be had.
public struct MachineryError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What was being done, what was seen, and what to do next.
  public var description: String

  public init(_ description: String) { self.description = description }
}
