import Foundation
import Testing

@testable import Sandbox

/// A fresh folder that goes away with the value.
final class MachineryFolder: Sendable {
  let path: String

  init() throws {
    path = "/tmp/wanzami-machinery-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// The example service as a plain process on a loopback address of its own.
struct ExampleServer: Sendable {
  let target: RoutingTable.Target
  let server: ChildServer

  /// The compiler of the Swift toolchain.
  static let compiler = locate("clang")

  /// The folder `example/` of this package.
  static let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "example").path

  /// Compiles the service; returns the binary's path.
  static func compile(version: String, healthStatus: Int = 200, into folder: String) async throws -> String {
    let binary = "\(folder)/server-\(version)"
    let compiler = try await ChildServer.start(
      try #require(Self.compiler),
      [
        "-static", "-O2", "-Wall", "-Wextra", "-Werror", "-DVERSION=\"\(version)\"", "-DHEALTH_STATUS=\(healthStatus)",
        "-o", binary, "\(sources)/server.c",
      ], package: "clang", log: "\(folder)/clang-\(version).log")
    let status = try await compiler.wait(for: "its end", within: .seconds(60)) { compiler.exitStatus }
    try #require(status == 0, "\(compiler.output())")
    return binary
  }

  static func start(_ binary: String, instance: String, folder: String) async throws -> ExampleServer {
    let door = try LoopbackListener.bind()
    door.close()
    let server = try await ChildServer.start(
      binary, [], package: "clang", log: "\(folder)/\(instance).log", environment: ["PORT": "\(door.port)"])
    try await server.wait(for: "its line \"listening\"", within: .seconds(10)) {
      server.output().contains("listening on") ? () : nil
    }
    return ExampleServer(
      target: RoutingTable.Target(instance: instance, address: "127.0.0.1", port: Int(door.port), state: .serving),
      server: server)
  }
}

extension RoutingTable.Target {
  func drained() -> RoutingTable.Target {
    RoutingTable.Target(instance: instance, address: address, port: port, state: .draining)
  }
}

/// Lets `count` more requests end; a fixed number of them, so that the machine's speed does not matter.
func pass(_ count: Int, of traffic: Traffic) async throws {
  let goal = traffic.snapshot().requests + count
  let deadline = ContinuousClock.now + .seconds(180)
  while traffic.snapshot().requests < goal {
    try #require(ContinuousClock.now < deadline, "the traffic stands still at \(traffic.snapshot())")
    try await Task.sleep(for: .milliseconds(5))
  }
}
