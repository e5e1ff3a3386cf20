import FoundationEssentials
import RealParts
import Testing

@testable import AWSClient

/// Each operation against answers with bytes changed and lost by chance, HTTP 200: it gives values or an error, never a
/// trap. `WANZAMI_SEED` plays one seed again.
@Suite("Hostile and cut answers")
struct HostileAnswerTests {
  private static let documents = [
    Documents.group, Documents.mixedGroup, Documents.refreshes,
    "<DescribeLaunchTemplateVersionsResponse><launchTemplateVersionSet><item>\(Documents.launchTemplateVersion)</item>"
      + "</launchTemplateVersionSet></DescribeLaunchTemplateVersionsResponse>",
    #"{"authorizationData":[{"authorizationToken":"QVdTOnB3","proxyEndpoint":"https://x","expiresAt":1.79e9}]}"#,
    #"{"imageDetails":[{"imageDigest":"sha256:1","imageTags":["a"],"imagePushedAt":1.79e9,"imageSizeInBytes":5}]}"#,
    #"{"images":[{"imageId":{"imageDigest":"sha256:1"},"imageManifest":"{}"}],"failures":[{"failureCode":"X"}]}"#,
    #"{"Command":{"CommandId":"c-1"},"Status":"Success","ResponseCode":-1,"StandardOutputContent":"x"}"#,
  ]

  /// The document as an answer of the operation: its own root, so that the members are looked at.
  private static func answer(_ document: String, to row: EveryOperation) -> String {
    guard let begin = document.firstMatch(of: /^<(\w+)Response/) else { return document }
    return document.replacing(String(begin.1), with: row.operation)
  }

  @Test("every operation takes them or tells an error")
  func everyOperation() async throws {
    let seed = SignatureCrossCheckTests.seed
    var state = seed
    func below(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(max(1, count)))
    }
    let numbers = ["-1", "99999999999999999999", "1e308", "NaN", "\u{0}", "", "true", "<x/>", "[[", "\"", "&#x0;"]
    var told = 0
    for row in EveryOperation.all {
      var answers: [ScriptedEndpoint.Answer] = []
      for _ in 0..<12 {
        var text = Array(Self.answer(Self.documents[below(Self.documents.count)], to: row))
        for _ in 0...below(3) {
          let place = below(text.count)
          switch below(3) {
          case 0:
            text.replaceSubrange(place..<min(text.count, place + 1 + below(12)), with: numbers[below(numbers.count)])
          case 1: text.removeSubrange(place..<min(text.count, place + 1 + below(60)))
          default: text = Array(text.prefix(place))
          }
        }
        answers.append(.xml(String(text)))
      }
      let endpoint = try ScriptedEndpoint(answers)
      let client = try endpoint.client().with(retries: .none)
      for _ in answers {
        do { try await row.call(client) } catch let error as AWSError {
          told += 1
          #expect(!error.description.isEmpty, "seed \(seed)")
        } catch { Issue.record("seed \(seed), \(row.operation): \(error)") }
      }
      #expect(!endpoint.requests.isEmpty, "\(row.operation)")
    }
    #expect(told > EveryOperation.all.count, "seed \(seed): nothing was refused")
  }

  @Test("an answer beyond the bound is an error that tells the bound, and is not kept")
  func bounded() async throws {
    let endless = try LoopbackServer { connection in
      while connection.request() != nil {
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        let chunk = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
        while connection.send(chunk) {}
      }
    }
    let client = try ScriptedEndpoint([.cut]).client(variables: ["AWS_ENDPOINT_URL": endless.url])
    let error = await #expect(throws: AWSError.self) { try await client.sts.getCallerIdentity() }
    #expect(error?.kind == .malformedAnswer)
    #expect(
      error?.description.contains("longer than the \(64 << 20) bytes allowed") == true, "\(String(describing: error))")
    #expect(error?.attempts == 1)
  }
}
