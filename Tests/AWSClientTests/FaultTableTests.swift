import Testing

@testable import AWSClient

/// How a call ends, and how many requests the service read whole.
private enum End: Equatable {
  case done(requests: Int)
  case fails(AWSError.Kind, requests: Int)
}

/// A fault, and what becomes of a call that reads, of one that may be repeated, and of one that may run once only.
struct FaultRow: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var faults: [Fault]
  fileprivate var read: End
  fileprivate var repeatable: End
  fileprivate var once: End

  fileprivate init(_ name: String, _ faults: [Fault], read: End, repeatable: End, once: End) {
    testDescription = name
    self.faults = faults
    self.read = read
    self.repeatable = repeatable
    self.once = once
  }

  /// What was surely refused, or surely done, ends alike for every call.
  fileprivate init(_ name: String, _ faults: [Fault], _ end: End) {
    self.init(name, faults, read: end, repeatable: end, once: end)
  }

  static let all: [FaultRow] = refused + lost + broken

  /// Nothing was done, and the service says so.
  private static let refused = [
    FaultRow(
      "a burst of throttling", [.error("Throttling", status: 400), .error("RequestLimitExceeded", status: 503), .none],
      .done(requests: 3)),
    FaultRow(
      "throttling without end", [.error("ThrottlingException", status: 429)], .fails(.throttled, requests: 3)),
    FaultRow("expired keys", [.error("ExpiredToken", status: 403), .none], .done(requests: 2)),
    FaultRow("expired keys, as EC2 says it", [.error("RequestExpired", status: 400), .none], .done(requests: 2)),
    FaultRow(
      "keys that expire again", [.error("ExpiredTokenException", status: 400)], .fails(.expired, requests: 2)),
    FaultRow(
      "expired keys amid throttling",
      [
        .error("Throttling", status: 400), .error("ExpiredToken", status: 403), .error("Throttling", status: 400),
        .none,
      ],
      .done(requests: 4)),
    FaultRow(
      "a template version that is not visible yet",
      [.error("InvalidLaunchTemplateId.VersionNotFound", status: 400)], .fails(.notFound, requests: 1)),
    FaultRow("a denial", [.error("AccessDenied", status: 403)], .fails(.denied, requests: 1)),
  ]

  /// It may have been done, and nobody says so.
  private static let lost = [
    FaultRow(
      "a 500", [.error("InternalFailure", status: 500), .none], read: .done(requests: 2),
      repeatable: .done(requests: 2),
      once: .fails(.ambiguous, requests: 1)),
    FaultRow(
      "a 503 without end", [.error("ServiceUnavailable", status: 503)], read: .fails(.service, requests: 3),
      repeatable: .fails(.ambiguous, requests: 3), once: .fails(.ambiguous, requests: 1)),
    FaultRow(
      "a page of HTML with status 500", [.page(status: 500), .none], read: .done(requests: 2),
      repeatable: .done(requests: 2), once: .fails(.ambiguous, requests: 1)),
    FaultRow(
      "a reset before the request took effect", [.resetBefore, .none], read: .done(requests: 1),
      repeatable: .done(requests: 1), once: .fails(.ambiguous, requests: 0)),
    FaultRow(
      "a reset after the request took effect", [.resetAfter, .none], read: .done(requests: 2),
      repeatable: .done(requests: 2), once: .fails(.ambiguous, requests: 1)),
    FaultRow(
      "resets without end", [.resetAfter], read: .fails(.transport, requests: 3),
      repeatable: .fails(.ambiguous, requests: 3), once: .fails(.ambiguous, requests: 1)),
    FaultRow(
      "half an answer", [.halfAnswer, .none], read: .done(requests: 2), repeatable: .done(requests: 2),
      once: .fails(.ambiguous, requests: 1)),
  ]

  /// It was done, and the answer cannot be read; or it can, slowly.
  private static let broken = [
    FaultRow(
      "a document that breaks off", [.halfDocument], read: .fails(.malformedAnswer, requests: 1),
      repeatable: .fails(.ambiguous, requests: 1), once: .fails(.ambiguous, requests: 1)),
    FaultRow(
      "a page of HTML with status 200", [.page(status: 200)], read: .fails(.malformedAnswer, requests: 1),
      repeatable: .fails(.ambiguous, requests: 1), once: .fails(.ambiguous, requests: 1)),
    FaultRow("an answer byte by byte", [.slow], .done(requests: 1)),
  ]

  fileprivate func end(of subject: FaultSubject) -> End {
    switch subject {
    case .getCallerIdentity, .getAuthorizationToken: read
    case .createLaunchTemplateVersion, .createOrUpdateTags, .deleteTags, .updateAutoScalingGroup: repeatable
    case .startInstanceRefresh, .rollbackInstanceRefresh, .cancelInstanceRefresh, .putImage, .sendCommand: once
    }
  }
}

@Suite("Faults")
struct FaultTableTests {
  @Test("each fault ends as it should for each kind of call", arguments: FaultRow.all, FaultSubject.allCases)
  func fault(row: FaultRow, subject: FaultSubject) async throws {
    let server = try FaultServer(row.faults, subject: subject)
    let client = try server.client(TestEnvironment())
    var kind: AWSError.Kind?
    do throws(AWSError) { try await subject.call(client) } catch { kind = error.kind }
    let requests = server.bodies.count
    #expect(kind.map { .fails($0, requests: requests) } ?? .done(requests: requests) == row.end(of: subject))
    // A repetition is the same request, its client token with it.
    #expect(Set(server.bodies).count <= 1)
  }
}
