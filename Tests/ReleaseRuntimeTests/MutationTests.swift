import Testing

@testable import Simulation

/// Shows that the simulation bites: each known defect of the reducer breaks a law within a few seeds.
///
/// A defect is played by a driver that forges answers and replaces actions, so that the product needs no switch for it.
/// `simulate --mutations` looks for the first seed that catches each; here that seed is played with the defect and
/// without.
@Suite("A crippled reducer")
struct MutationTests {
  @Test(
    "is caught by a seed that the whole one passes",
    arguments: [
      (.believesOlderAnswers, 278),
      (.goesBackToNewest, 29),
      (.countsOldInstances, 16),
      (.skipsLanding, 3),
      (.takesLostAnswersForNo, 37),
      (.cancelsRollbacks, 29),
      (.forgetsBake, 1),
      (.trustsSuccessful, 1),
      (.takesSilenceForSick, 54),
      (.takesSilenceForHealthy, 109),
      (.adoptsForeignRefreshes, 14),
      (.doesNotCondemn, 1),
      (.ignoresFloor, 1),
      (.ignoresAlarms, 148),
      (.startsTwice, 1),
      (.startsUnmarked, 1),
      (.ignoresMark, 9),
      (.judgesAtOnce, 162),
      (.fightsOthers, 6),
    ] as [(Mutation, UInt64)])
  func caught(mutation: Mutation, seed: UInt64) throws {
    #expect(try mutation.caught(by: seed) != nil)
  }
}
