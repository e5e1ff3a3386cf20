import Testing

/// One stage for all tests of a suite that leave the fleet as it is.
struct SharedStage: SuiteTrait, TestScoping {
  @TaskLocal static var current: Stage?

  var isRecursive: Bool { false }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    try await Stage.with { stage in
      _ = try stage.commit("A")
      try await SharedStage.$current.withValue(stage) { try await function() }
    }
  }
}

extension Trait where Self == SharedStage {
  /// The suite's tests find their stage in ``SharedStage/current``.
  static var sharedStage: Self { SharedStage() }
}
