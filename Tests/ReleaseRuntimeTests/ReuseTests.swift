import ReleaseCore
import SimulatedAWS
import Testing

@testable import Simulation

@Suite("An image that is there already")
struct ReuseTests {
  /// A fleet on release 1, whose image the registry has for the content of the old commit.
  ///
  /// - Parameters:
  ///   - age: of that image, in seconds.
  ///   - tree: of the new commit's context; the old one's is `tree-1`.
  private func simulation(age: Double = 0, tree: String = "tree-1") throws -> Simulation {
    let simulation = try Fleet.simulation()
    simulation.trees = [Fleet.old: "tree-1", Fleet.new: tree, Fleet.next: "tree-3"]
    simulation.names = [Fleet.old: Fleet.digest(of: Fleet.old)]
    let pushed = WorldTime(milliseconds: simulation.world.now.milliseconds - Int64(age * 1000))
    simulation.contents[key("tree-1", simulation)] = Simulation.Content(
      digest: Fleet.digest(of: Fleet.old), pushed: pushed)
    return simulation
  }

  private func key(_ tree: String, _ simulation: Simulation) -> ContentKey {
    ContentKey(tree: tree, image: simulation.pipeline.image, platform: "linux/arm64")!
  }

  @Test("a commit that does not touch the context builds and pushes nothing, gets its tag, and is live already")
  func untouchedContext() throws {
    let simulation = try simulation()
    let watcher = simulation.perform(.releaseNew)
    #expect(watcher.outcome?.name == "already-live", "\(watcher.sentences)")
    for name in [FailedAction.build, .push, .createVersion, .startRefresh] { #expect(!watcher.has(name), "\(name)") }
    #expect(simulation.names[Fleet.new] == Fleet.digest(of: Fleet.old))
    #expect(watcher.counts(.survey) == 1)
    #expect(watcher.counts(.tagImage) == 1)
    let again = simulation.perform(.releaseNew)
    #expect(again.outcome?.name == "already-live")
    #expect(!again.has(.tagImage))
  }

  @Test("a content that was released before, and is not live, is rolled out without a build")
  func earlierContent() throws {
    let simulation = try simulation(tree: "tree-2")
    #expect(simulation.perform(.releaseNew).exit == 0)
    simulation.trees[Fleet.next] = "tree-1"
    let watcher = simulation.perform(.release(Fleet.next))
    #expect(watcher.exit == 0, "\(watcher.sentences)")
    for name in [FailedAction.build, .push] { #expect(!watcher.has(name), "\(name)") }
    #expect(watcher.has(.checkRollbackTarget))
    #expect(simulation.names[Fleet.next] == Fleet.digest(of: Fleet.old))
    simulation.expectWhole(on: 3, passed: "3 2 1")
  }

  @Test("another content is built, and pushed once")
  func anotherContent() throws {
    let simulation = try simulation(tree: "tree-2")
    let watcher = simulation.perform(.releaseNew)
    #expect(watcher.exit == 0, "\(watcher.sentences)")
    for name in [FailedAction.findImage, .build, .push, .tagImage] { #expect(watcher.counts(name) == 1, "\(name)") }
    #expect(simulation.contents[key("tree-2", simulation)]?.digest == Fleet.digest(of: Fleet.new))
    #expect(simulation.names[Fleet.new] == Fleet.digest(of: Fleet.new))
  }

  @Test(
    "the pipeline's build arguments, target, Dockerfile and platform are part of the content",
    arguments: [
      { $0.buildArgs = ["A": "1"] }, { $0.target = "prod" }, { $0.dockerfile = "Other" },
      { $0.platform = "linux/arm64/v8" },
    ] as [@Sendable (inout Pipeline.Image) -> Void])
  func partsOfTheKey(_ change: @Sendable (inout Pipeline.Image) -> Void) throws {
    let simulation = try simulation()
    change(&simulation.pipeline.image)
    let watcher = simulation.perform(.releaseNew)
    #expect(watcher.exit == 0, "\(watcher.sentences)")
    #expect(watcher.has(.build))
  }

  @Test(
    "an image past image.reuseFor, and each with --rebuild, is built anew on fresh base images",
    arguments: [(7 * 86_400 + 60, false), (0, true)])
  func outdated(age: Double, rebuilds: Bool) throws {
    let simulation = try simulation(age: age)
    simulation.digests[Fleet.new] = Fleet.digest(of: Fleet.next)
    let watcher = simulation.perform(.release(Fleet.new) { $0.rebuilds = rebuilds })
    #expect(watcher.exit == 0, "\(watcher.sentences)")
    #expect(watcher.actions.contains { if case .build(let order) = $0.action { order.isFresh } else { false } })
    #expect(watcher.said("image.outdated") == !rebuilds)
    #expect(simulation.names[Fleet.new] == Fleet.digest(of: Fleet.next))
    simulation.expectWhole(on: 2, passed: "2 1")
  }

  @Test("an image within image.reuseFor is used; with zero none is")
  func limit() throws {
    let young = try simulation(age: 7 * 86_400 - 60)
    #expect(!young.perform(.releaseNew).has(.build))
    let never = try simulation()
    never.pipeline.image.reuseFor = .zero
    #expect(never.perform(.releaseNew).has(.build))
  }

  @Test("--rebuild of the commit that is live builds it again; the same digest is live already, another is released")
  func rebuildOfLive() throws {
    let same = try simulation()
    let watcher = same.perform(.release(Fleet.old) { $0.rebuilds = true })
    #expect(watcher.outcome?.name == "already-live", "\(watcher.sentences)")
    #expect(watcher.has(.build))
    let other = try simulation()
    other.digests[Fleet.old] = Fleet.digest(of: Fleet.next)
    let rebuilt = other.perform(.release(Fleet.old) { $0.rebuilds = true })
    #expect(rebuilt.exit == 0, "\(rebuilt.sentences)")
    #expect(other.names[Fleet.old] == Fleet.digest(of: Fleet.old))
    #expect(rebuilt.sentences.contains("\(Fleet.old)-2 names \(Fleet.digest(of: Fleet.next))"), "\(rebuilt.sentences)")
    other.expectWhole(on: 2, passed: "2 1")
  }

  @Test("a commit's tag that names another image is refused, and the fleet is untouched")
  func takenTag() throws {
    let simulation = try simulation(tree: "tree-2")
    simulation.names[Fleet.new] = Fleet.digest(of: Fleet.next)
    let watcher = simulation.perform(.releaseNew)
    #expect(watcher.exit == 3, "\(watcher.sentences)")
    #expect(!watcher.has(.createVersion) && !watcher.has(.startRefresh))
  }

  @Test("a registry that does not answer is told before anything is built")
  func silentRegistry() throws {
    let simulation = try simulation()
    let watcher = simulation.begin(.releaseNew)
    watcher.trouble = { action, _ in
      if case .findImage = action { .refused(ActionFailure(.other, "connection refused")) } else { nil }
    }
    simulation.finish(watcher)
    #expect(watcher.exit == 1)
    #expect(!watcher.has(.build))
  }

  @Test("two releases of one content at once push twice at most, and end on one fleet")
  func race() throws {
    let simulation = try simulation(tree: "tree-2")
    simulation.trees[Fleet.next] = "tree-2"
    let first = simulation.begin(.releaseNew)
    let second = simulation.begin(.release(Fleet.next) { $0.waitsForLock = true })
    simulation.finish(first)
    simulation.finish(second)
    #expect(first.exit == 0, "\(first.sentences)")
    #expect(second.exit == 0, "\(second.sentences)")
    #expect(simulation.newestRefresh?.status.isActive != true)
  }

  @Test(
    "a rollback target that is gone, or none at all, is judged for a found image as for a built one",
    arguments: [true, false])
  func rollbackTarget(isMarked: Bool) throws {
    let simulation = try simulation(tree: "tree-2")
    simulation.contents[key("tree-2", simulation)] = Simulation.Content(
      digest: Fleet.digest(of: Fleet.next), pushed: simulation.world.now)
    simulation.registry = [Fleet.digest(of: Fleet.next)]
    let watcher = simulation.perform(.releaseNew)
    #expect(watcher.exit == 3, "\(watcher.sentences)")
    #expect(watcher.sentences.contains("could not run again"), "\(watcher.sentences)")
    #expect(!watcher.has(.build) && !watcher.has(.createVersion))
  }
}
