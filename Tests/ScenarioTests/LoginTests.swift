import AWSClient
import Foundation
import RealParts
import Synchronization
import Testing

@Suite("A login to the registry that has ended", .enabled(if: Stage.canRun, Stage.condition))
struct LoginTests {
  @Test("is renewed when the push meets it, and the release goes on")
  func renewed() async throws {
    try await Stage.with { stage in
      let sandbox = try #require(
        stage.exports["AWS_ENDPOINT_URL"].flatMap { $0.split(separator: ":").last }.flatMap { UInt16($0) })
      let registry = try await stage.client.ecr.getAuthorizationToken().proxyEndpoint
      let old = Data("AWS:ended-a-moment-ago".utf8).base64EncodedString()
      let tokens = Mutex(0)
      // ECR itself, but for the first token that it gives.
      let ecr = try LoopbackServer { connection in
        guard let (head, body) = connection.request() else { return }
        if head.contains(".GetAuthorizationToken") {
          let number = tokens.withLock { tokens in
            tokens += 1
            return tokens
          }
          if number == 1 {
            let data = #"{"authorizationToken":"\#(old)","expiresAt":4102444800,"proxyEndpoint":"\#(registry)"}"#
            connection.answer(#"{"authorizationData":[\#(data)]}"#)
            return
          }
        }
        connection.relay(to: sandbox, sending: Array("\(head)\r\nConnection: close\r\n\r\n".utf8) + body)
      }
      let finished = try await stage.run("release", try stage.commit("B"), with: ["AWS_ENDPOINT_URL_ECR": ecr.url])
      #expect(finished.status == 0, "\(finished.everything)")
      #expect(finished.errors.contains("signing in again"), "\(finished.everything)")
      #expect(!finished.everything.contains("ended-a-moment-ago"))
      #expect(tokens.withLock { $0 } == 2)
      #expect(try await stage.health().versions == ["2"])
    }
  }
}
