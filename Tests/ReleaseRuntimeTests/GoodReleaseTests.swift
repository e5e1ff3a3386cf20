import ReleaseCore
import SimulatedAWS
import Testing

@Suite("A release that goes well")
struct GoodReleaseTests {
  @Test("a good commit is released: saved, marked as passed, nothing in flight, capacity never below the floor")
  func good() throws {
    let simulation = try Fleet.simulation()
    let watcher = simulation.perform(.release(ReleaseOptions(revision: Fleet.new.hex)))
    #expect(watcher.exit == 0, "\(watcher.sentences)")
    #expect(watcher.outcome?.name == "released")
    #expect(simulation.savedVersion == "2")
    #expect(simulation.running == [2, 2])
    #expect(simulation.tags[PassedMark.key] == "2 1")
    #expect(simulation.tags[InFlightMark.key] == nil)
    #expect(simulation.leastHealthy >= 2)
    #expect(watcher.count { if case .startRefresh = $0 { true } else { false } } == 1)
    print(watcher.sentences)
  }
}
