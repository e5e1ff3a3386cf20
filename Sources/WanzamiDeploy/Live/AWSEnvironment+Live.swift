import AWSClient
import AWSWire
import FoundationEssentials

extension AWSEnvironment {
  /// The process's own variables, files, clock and generator.
  static func live(_ environment: ProcessEnvironment) -> AWSEnvironment {
    AWSEnvironment(
      variables: environment.variables, homeDirectory: environment.home,
      now: { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) },
      sleep: { try await Task.sleep(for: $0) }, random: { Double.random(in: 0..<1) },
      warn: { Console.error("warning: \($0)") })
  }
}
