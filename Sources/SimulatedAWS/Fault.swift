/// A request that the world refuses, in AWS's own terms.
public struct Fault: Error, Equatable, Sendable, CustomStringConvertible {
  /// AWS's error code, such as `InstanceRefreshInProgress`.
  public var code: String
  public var message: String
  /// The HTTP status that carries it.
  public var httpStatus: Int

  public init(_ code: String, _ message: String, httpStatus: Int = 400) {
    self.code = code
    self.message = message
    self.httpStatus = httpStatus
  }

  public var description: String { "\(code): \(message)" }

  static func validation(_ message: String) -> Fault { Fault("ValidationError", message) }

  static func groupNotFound(_ name: String) -> Fault {
    validation("AutoScalingGroup name not found - AutoScalingGroup: \(name) not found")
  }
}
