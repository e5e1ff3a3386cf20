import AWSClient
import AWSWire
import Foundation
import HTTPTransport
import RealParts
import ReleaseCore
import ReleaseRuntime
import Synchronization
import Testing

@testable import WanzamiDeploy

@Suite("The evidence that is collected beside the watch")
struct LiveEvidenceTests {
  /// Time in which nothing passes but for the last one that waits for it: whoever else began to wait has had an answer.
  private final class LastWaits: Sendable {
    private struct State {
      var begun = 0
      var cancelled = 0
    }

    private let state = Mutex(State())
    private let sources: Int

    init(sources: Int) { self.sources = sources }

    var clock: RunClock {
      RunClock(
        now: { Moment(milliseconds: 0) },
        sleep: { duration in
          guard duration >= .seconds(20) else { return await Task.yield() }
          self.state.withLock { $0.begun += 1 }
          while !Task.isCancelled {
            let isLast = self.state.withLock { $0.begun == self.sources && $0.cancelled == self.sources - 1 }
            if isLast { return }
            await Task.yield()
          }
          self.state.withLock { $0.cancelled += 1 }
        })
    }
  }

  private func evidence(at url: String, _ clock: RunClock) throws -> LiveEvidence {
    let environment = AWSEnvironment(
      variables: ["AWS_ENDPOINT_URL": url, "AWS_REGION": "eu-north-1"], homeDirectory: "/", readFile: { _ in nil },
      now: { Timestamp(milliseconds: 1_767_323_045_000) }, sleep: { _ in }, random: { 0.5 },
      runProcess: { _ in ProcessOutput(status: 1, standardOutput: []) })
    let store = CredentialsStore(
      now: environment.now,
      load: { () async throws(CredentialsError) in
        AWSCredentials(key: AccessKey(id: "AKID", secret: Secret("s")), source: "test")
      })
    let client = AWSClient(
      settings: try AWSSettings(environment: environment), environment: environment, transport: HTTPTransport(),
      credentials: store)
    return LiveEvidence(client: client, group: "web", clock: clock)
  }

  private static let console = Data("kernel: out of memory\nnode: killed\n".utf8).base64EncodedString()
  private static let activity =
    "<member><ActivityId>a-1</ActivityId><Description>Launching a new EC2 instance: i-0abc</Description>"
    + "<Cause>At 2026-01-02T03:04:05Z an instance was started</Cause><StatusCode>Successful</StatusCode></member>"

  enum Hanging: String, CaseIterable {
    /// Systems Manager takes the command and never answers.
    case command = "the container's lines"
    /// It answers, but the command goes on for ever.
    case invocation = "the container's lines "
    case console = "the console"
    case activities = "the scaling activities"

    var name: String { rawValue.trimmingCharacters(in: .whitespaces) }

    /// `nil`: it does not answer.
    func answer(_ operation: String) -> String? {
      switch operation {
      case "SendCommand":
        return self == .command ? nil : #"{"Command": {"CommandId": "c-1"}}"#
      case "GetCommandInvocation":
        let status = self == .invocation ? "InProgress" : "Success"
        return #"{"CommandId": "c-1", "InstanceId": "i-0abc", "Status": "\#(status)", "#
          + #""StandardOutputContent": "cannot reach database\n", "StandardErrorContent": ""}"#
      case "GetConsoleOutput":
        if self == .console { return nil }
        return "<GetConsoleOutputResponse><output>\(LiveEvidenceTests.console)</output></GetConsoleOutputResponse>"
      default:
        if self == .activities { return nil }
        return "<\(operation)Response><\(operation)Result><Activities>\(LiveEvidenceTests.activity)</Activities>"
          + "</\(operation)Result></\(operation)Response>"
      }
    }
  }

  @Test("a source that hangs costs itself alone: it is named, and the others are kept", arguments: Hanging.allCases)
  func hanging(_ hanging: Hanging) async throws {
    let server = try LoopbackServer { connection in
      while let (head, body) = connection.request() {
        let target = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("x-amz-target:") }
        let operation =
          target?.split(separator: ".").last.map(String.init) ?? QueryForm(decoding: body)["Action"] ?? ""
        guard let answer = hanging.answer(operation) else { return connection.waitForClose() }
        connection.answer(answer)
      }
    }
    let request = EvidenceRequest(instance: "i-0abc", targets: [])
    let found = try await evidence(at: server.url, LastWaits(sources: 3).clock).collect([request])
    let evidence = try #require(found.first)
    #expect(evidence.gaps == ["\(hanging.name) could not be had: nothing came within 25 s"])
    #expect(evidence.containerLines == (hanging.name == "the container's lines" ? [] : ["cannot reach database"]))
    #expect(evidence.consoleLines == (hanging == .console ? [] : ["kernel: out of memory", "node: killed"]))
    #expect(evidence.activities.isEmpty == (hanging == .activities))
  }
}
