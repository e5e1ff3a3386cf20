import AWSWire
import Foundation
import RealParts
import Testing

@testable import AWSClient

/// A release outlives its session: with keys that the emulated AWS ends after two seconds.
@Suite("Keys that end in mid-run", .enabled(if: Stage.canRun, Stage.condition))
struct RotationTests {
  private static let fleet = "sessionSeconds: 2"

  @Test("keys that tell their end are replaced before it")
  func told() async throws {
    try await Stage.with(fleet: Self.fleet, rollout: "bake: 3s") { stage in
      let finished = try await stage.run("release", try stage.commit("B"), with: try stage.asRole())
      #expect(finished.status == 0, "\(finished.everything)")
      let assumed = try stage.calls().filter { $0.hasSuffix("sts AssumeRole") }
      #expect(assumed.count > 2, "\(assumed)")
      #expect(try !stage.calls().contains { $0.hasPrefix("403") }, "keys were used beyond their end")
    }
  }

  @Test("keys that end without a word are replaced when AWS calls them expired")
  func untold() async throws {
    try await Stage.with(fleet: Self.fleet, rollout: "bake: 3s") { stage in
      let endpoint = try KeyEndpoint(stage.client)
      let finished = try await stage.run(
        "release", try stage.commit("B"),
        with: [
          "AWS_ACCESS_KEY_ID": nil, "AWS_SECRET_ACCESS_KEY": nil,
          "AWS_CONTAINER_CREDENTIALS_FULL_URI": endpoint.url,
        ])
      #expect(finished.status == 0, "\(finished.everything)")
      // They are said to last an hour: nothing but AWS's refusal has them fetched again.
      #expect(endpoint.given > 2)
    }
  }
}

extension Stage {
  /// The calls that AWS answered: status, service and operation.
  func calls() throws -> [String] {
    try String(contentsOfFile: folder.path + "/calls", encoding: .utf8).split(separator: "\n").map(String.init)
  }
}

/// A container's credentials endpoint that gives fresh keys of a role each time, and says that they last an hour.
private final class KeyEndpoint: Sendable {
  private let server: LoopbackServer

  var url: String { server.url + "/keys" }
  var given: Int { server.connections }

  init(_ client: AWSClient) throws {
    server = try LoopbackServer { connection in
      while connection.request() != nil {
        let done = DispatchSemaphore(value: 0)
        let text = Answer()
        Task {
          let request = RoleCalls.Request(role: "arn:aws:iam::123456789012:role/task", session: "task")
          if let key = try? await client.sts.assumeRole(request).key {
            let end = Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000) + 3_600_000)
            text.value =
              #"{"AccessKeyId":"\#(key.id)","SecretAccessKey":"\#(key.secret.revealed)","#
              + #""Token":"\#(key.sessionToken?.revealed ?? "")","Expiration":"\#(end.iso8601)"}"#
          }
          done.signal()
        }
        done.wait()
        connection.answer(text.value, headers: ["Connection: close"])
        return
      }
    }
  }

  /// Ordered by the semaphore.
  private final class Answer: @unchecked Sendable { var value = "" }
}
