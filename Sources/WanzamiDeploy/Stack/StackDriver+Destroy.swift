import AWSClient
import ReleaseCore

extension StackDriver {
  /// Deletes the stack and watches that to its end; what a deletion policy keeps is named.
  func destroy() async throws {
    guard let stack = try await settledStack(), StackStanding(status: stack.status) != .absent else {
      Console.result("stack \(name): there is none")
      return
    }
    _ = try await savedVersionUnlessUnmade(stack)
    if stack.isProtected { try await client.cloudFormation.updateTerminationProtection(of: name, to: false) }
    let newest = try await newestEvent(of: stack.id)
    try await client.cloudFormation.deleteStack(stack.id, clientToken: run.text)
    let (end, status, events) = try await follow(stack.id, since: newest, isQuiet: false)
    guard end == .done, status == "DELETE_COMPLETE" else { throw failed(status, events, code: 6) }
    Console.result("stack \(name): deleted")
    for kept in events where kept.status == "DELETE_SKIPPED" {
      Console.result("  kept: \(kept.logicalID) (\(kept.type)); delete it by hand when nobody needs it")
    }
  }

  /// A fleet under a rollout is not deleted; the remains of one that never was may be.
  private func savedVersionUnlessUnmade(_ stack: CloudFormation.Stack) async throws -> Int? {
    switch StackStanding(status: stack.status) {
    case .unmade, .stuck, .deleting: nil
    case .absent, .busy, .settled: try await savedVersion()
    }
  }
}
