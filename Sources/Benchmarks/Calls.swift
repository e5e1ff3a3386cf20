import AWSClient
import AWSWire
import ArgumentParser
import Foundation
import Glibc
import HTTPTransport

/// Calls in a process of its own, so that nothing else is in the processor time.
struct Calls: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calls", abstract: "Ask for target health, and print the processor time of one call.",
    shouldDisplay: false)

  @Argument var count: Int
  @Argument var targetGroup: String

  func run() async throws {
    let environment = AWSEnvironment(
      variables: ProcessInfo.processInfo.environment, homeDirectory: "/",
      now: { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) },
      sleep: { try await Task.sleep(for: $0) }, random: { 0.5 })
    let client = AWSClient(
      settings: try AWSSettings(environment: environment, region: nil), environment: environment,
      transport: HTTPTransport())
    _ = try await client.elbv2.describeTargetHealth(targetGroup: targetGroup)
    let began = processSeconds()
    for _ in 0..<count { _ = try await client.elbv2.describeTargetHealth(targetGroup: targetGroup) }
    Output.line("\((processSeconds() - began) / Double(count))")
  }

  private func processSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
