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

  @Test("a target that drains at its first sight has taken no capacity with it that was seen")
  func drainedBeforeItServed() throws {
    let act = Act(
      command: .release, app: .healthy(after: 30),
      disturbances: [
        Disturbance(kind: .lostInstance(0, .spotInterruption), occasion: .begin, delay: 20.8),
        Disturbance(kind: .lostAnswer(.startRefresh, tookEffect: false), occasion: .rollout, delay: 25),
      ])
    let shape = Shape(interval: 10, grace: 90)
    #expect(try play(History(seed: 10383, shape: shape, acts: [act])).outcomes == ["released": 1])
  }

  @Test("what Spot took before a rollout is not laid at the door of what drained when its watch was taken up")
  func lostBeforeTheStart() throws {
    let act = Act(
      command: .release, app: .healthy(after: 30),
      disturbances: [
        Disturbance(kind: .lostInstance(5, .spotInterruption), occasion: .begin, delay: 18.7),
        Disturbance(kind: .kill(action: 12, isAfter: false), occasion: .rollout, delay: 1),
      ])
    let shape = Shape(bake: 20, poll: 5, grace: 60)
    #expect(try play(History(seed: 65370, shape: shape, acts: [act])).outcomes == ["killed": 1, "released": 1])
  }

  @Test("what Spot took before a watch was taken up is not laid at the door of the target that drains then")
  func lostBeforeTheWatch() throws {
    let act = Act(
      command: .release, app: .healthy(after: 30),
      disturbances: [
        Disturbance(kind: .kill(action: 14, isAfter: true), occasion: .rollout, delay: 2),
        Disturbance(kind: .lostInstance(4, .spotInterruption), occasion: .rollout, delay: 5.2),
      ])
    let shape = Shape(percent: HealthyPercent(min: 50, max: 100), bake: 20, poll: 5, grace: 90)
    #expect(try play(History(seed: 30344, shape: shape, acts: [act])).outcomes == ["killed": 1, "released": 1])
  }

  @Test("a watch that saw nothing while another release went back does not count that one's instances")
  func blindWhileAnotherWentBack() throws { _ = try play(History(seed: 46355)) }

  @Test("a second try that is killed before its start, after a first that was rolled back, is proven to be back")
  func killedSecondTry() throws {
    let first = Act(
      command: .release, app: .healthy(after: 5),
      disturbances: [Disturbance(kind: .rolledBackByOthers, occasion: .baking, delay: 9)])
    let second = Act(
      command: .again, app: .healthy(after: 5),
      disturbances: [Disturbance(kind: .kill(action: 8, isAfter: true), occasion: .begin, delay: 0)])
    let run = try play(History(seed: 25236, shape: Shape(grace: 60), acts: [first, second]))
    #expect(run.outcomes == ["rolled-back": 2, "killed": 1])
    #expect(run.simulation.tags[InFlightMark.key] == nil)
    #expect(run.simulation.savedVersion == "1" && Set(run.simulation.running) == [1])
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
