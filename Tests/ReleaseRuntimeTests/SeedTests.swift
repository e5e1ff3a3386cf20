import ReleaseCore
import Testing

@testable import Simulation

/// Histories that once broke a law of the design, cut down.
@Suite("A history that was found by chance")
struct SeedTests {
  private func play(_ history: History) throws -> ChanceRun {
    let run = try ChanceRun(history, isTraced: true)
    run.play()
    #expect(run.violation == nil, "\(run.trace.joined(separator: "\n"))")
    return run
  }

  @Test("a good release passes where floor and ceiling leave no room for one instance, and AWS takes one out first")
  func noRoom() throws {
    let shape = Shape(percent: HealthyPercent(min: 90, max: 120), poll: 5, interval: 10, grace: 300)
    let act = Act(command: .release, app: .healthy(after: 1), disturbances: [])
    #expect(try play(History(seed: 7, shape: shape, acts: [act])).outcomes == ["released": 1])
  }

  @Test("an instance that failed its health checks at the bake's last poll is no pass before its cause was read")
  func leftAtTheEnd() throws {
    let shape = Shape(desired: 3, bake: 20, grace: 60)
    let act = Act(command: .release, app: .crashing(after: 60), disturbances: [])
    #expect(try play(History(seed: 1478, shape: shape, acts: [act])).outcomes["released"] == nil)
  }

  @Test("one seed gives one history, however often it is played")
  func repeatable() throws {
    func trace(_ seed: UInt64) throws -> [String] {
      let run = try ChanceRun(seed: seed, isTraced: true)
      run.play()
      return run.trace
    }
    for seed in UInt64(1)...12 { #expect(try trace(seed) == trace(seed)) }
  }

  @Test("a defect's failing seed is cut down to a history that is no longer than what was drawn, and is told")
  func shrinks() throws {
    let failing = try #require(try Failing(seed: 16, mutation: .countsOldInstances))
    #expect(failing.violation.law == "a verdict on new instances only")
    #expect(failing.shortest.count <= failing.drawn.count)
    #expect(failing.description.contains("scripts/simulate --seed 16"))
  }
}
