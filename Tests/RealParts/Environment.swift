import Foundation

/// The environment of the test process.
public func currentEnvironment() -> [String: String] { ProcessInfo.processInfo.environment }
