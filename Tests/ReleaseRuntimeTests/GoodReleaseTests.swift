import ReleaseCore
import SimulatedAWS
import Testing

@testable import Simulation

@Suite("A release that goes well")
struct GoodReleaseTests {
  @Test("a good commit is released: saved, marked as passed, nothing in flight, capacity never below the floor")
  func good() throws {
    let simulation = try Fleet.simulation()
    let watcher = simulation.perform(.releaseNew)
    #expect(watcher.exit == 0, "\(watcher.sentences)")
    #expect(watcher.outcome?.name == "released")
    simulation.expectWhole(on: 2, passed: "2 1")
    #expect(simulation.leastHealthy >= 2)
    #expect(watcher.counts(.startRefresh) == 1)
    #expect(watcher.counts(.rollBackRefresh) == 0)
  }

  @Test("an application that takes long to boot, but less than its budget, passes")
  func slowBoot() throws {
    let simulation = try Fleet.simulation()
    simulation.apps[Fleet.digest(of: Fleet.new)] = .healthy(after: 55)
    let watcher = simulation.perform(.releaseNew)
    #expect(watcher.exit == 0, "\(watcher.sentences)")
    simulation.expectWhole(on: 2, passed: "2 1")
    #expect(simulation.leastHealthy >= 2)
  }

  @Test("a larger fleet with checkpoints is released in its steps", arguments: [3, 4, 6])
  func checkpoints(desired: Int) throws {
    let simulation = try Fleet.simulation(desired: desired) { request, _ in request.max = 10 }
    simulation.pipeline.rollout.checkpoints = [50, 100]
    simulation.pipeline.rollout.checkpointDelay = .seconds(40)
    let watcher = simulation.perform(.releaseNew)
    #expect(watcher.exit == 0, "\(watcher.sentences)")
    simulation.expectWhole(on: 2, passed: "2 1")
    #expect(simulation.leastHealthy >= desired)
  }

  @Test("a commit that is live already costs no build, no push and no version")
  func alreadyLive() throws {
    let simulation = try Fleet.simulation()
    let watcher = simulation.perform(.release(Fleet.old))
    #expect(watcher.outcome?.name == "already-live")
    simulation.expectUntouched(by: watcher)
    simulation.expectWhole(on: 1, passed: "1")
  }

  @Test("a commit that builds to the live digest is live already, and makes no version")
  func sameDigest() throws {
    let simulation = try Fleet.simulation()
    simulation.digests[Fleet.new] = Fleet.digest(of: Fleet.old)
    let watcher = simulation.perform(.releaseNew)
    #expect(watcher.outcome?.name == "already-live")
    #expect(!watcher.has(.createVersion) && !watcher.has(.startRefresh))
  }

  @Test("a group on $Latest is pinned to what it runs before a version is created")
  func latest() throws {
    let simulation = try Fleet.simulation { request, world in
      request.source = .template(World.TemplateSpecification(id: world.templates[0].id, version: "$Latest"))
    }
    let watcher = simulation.perform(.releaseNew)
    #expect(watcher.exit == 0, "\(watcher.sentences)")
    let pinned = try #require(watcher.askedAt(.pin))
    let created = try #require(watcher.askedAt(.createVersion))
    #expect(pinned < created)
    simulation.expectWhole(on: 2, passed: "2 1")
  }

  @Test("of a mixed-instances group nothing changes but the version")
  func mixed() throws {
    let simulation = try Fleet.simulation { request, world in
      request.source = .mixed(
        World.MixedPolicy(
          template: World.TemplateSpecification(id: world.templates[0].id, version: "1"),
          overrides: [World.MixedPolicy.Override(instanceType: "t4g.medium"), .init(instanceType: "t4g.large")],
          distribution: [World.Tag("OnDemandPercentageAboveBaseCapacity", "50")]))
    }
    let before = Simulation.configuration(simulation.state.source)
    let watcher = simulation.perform(.releaseNew)
    #expect(watcher.exit == 0, "\(watcher.sentences)")
    #expect(Simulation.configuration(simulation.state.source) == before.settingVersion(2))
  }

  @Test("the commit after next goes on top: three releases leave three marks")
  func thrice() throws {
    let simulation = try Fleet.simulation()
    #expect(simulation.perform(.releaseNew).exit == 0)
    let watcher = simulation.perform(.release(Fleet.next))
    #expect(watcher.exit == 0, "\(watcher.sentences)")
    simulation.expectWhole(on: 3, passed: "3 2 1")
    #expect(watcher.has(.compare))
  }

  @Test("a fleet without the passed mark counts as passed while it is whole, and is marked")
  func unmarked() throws {
    let simulation = try Fleet.simulation(isMarked: false)
    let live = simulation.perform(.release(Fleet.old))
    #expect(live.outcome?.name == "already-live")
    #expect(simulation.tags[PassedMark.key] == "1")
    try simulation.world.deleteTags([PassedMark.key], of: Simulation.group)
    #expect(simulation.perform(.releaseNew).exit == 0)
    simulation.expectWhole(on: 2, passed: "2 1")
  }

  @Test("an older commit is refused, and released when that is asked for")
  func older() throws {
    let simulation = try Fleet.simulation()
    #expect(simulation.perform(.releaseNew).exit == 0)
    let refused = simulation.perform(.release(Fleet.old))
    #expect(refused.exit == 3)
    simulation.expectUntouched(by: refused)
    let allowed = simulation.perform(.release(Fleet.old) { $0.allowsOlder = true })
    #expect(allowed.exit == 0, "\(allowed.sentences)")
    #expect(Set(simulation.running) == [3] || Set(simulation.running) == [1])
  }

  @Test("an instance that the group scales out meanwhile changes nothing")
  func scaleOut() throws {
    let simulation = try Fleet.simulation()
    simulation.when {
      $0.isRollingOut && $0.running.contains(2)
    } then: {
      try? $0.world.setDesiredCapacity(of: Simulation.group, to: 4)
    }
    let watcher = simulation.perform(.releaseNew)
    #expect(watcher.exit == 0, "\(watcher.sentences)")
    simulation.expectWhole(on: 2, passed: "2 1")
    #expect(simulation.running.count == 4)
  }

  @Test("a version that somebody else creates meanwhile is not taken in")
  func foreignVersion() throws {
    let simulation = try Fleet.simulation()
    let data = TemplateData(imageID: "ami-1", instanceType: "t4g.large")
    _ = try simulation.world.createTemplateVersion(
      of: World.TemplateSpecification(id: simulation.template.id), data: data)
    let watcher = simulation.perform(.releaseNew)
    #expect(watcher.exit == 0, "\(watcher.sentences)")
    #expect(simulation.template[3]?.data.instanceType == "t4g.small")
    simulation.expectWhole(on: 3, passed: "3 1")
    #expect(watcher.sentences.contains("newer versions that no release made"))
  }

  @Test("tags that Terraform deletes midway are written again at the end")
  func tagsDeleted() throws {
    let simulation = try Fleet.simulation()
    simulation.when {
      $0.isRollingOut
    } then: {
      try? $0.world.deleteTags([PassedMark.key, InFlightMark.key], of: Simulation.group)
    }
    #expect(simulation.perform(.releaseNew).exit == 0)
    simulation.expectWhole(on: 2, passed: "2 1")
  }

  @Test("throttled reads slow a release down and do not fail it")
  func throttled() throws {
    let simulation = try Fleet.simulation()
    simulation.when {
      $0.isRollingOut
    } then: {
      for operation in ["DescribeTargetHealth", "DescribeInstanceRefreshes", "DescribeAutoScalingGroups"] {
        $0.world.throttle(operation, count: 5)
      }
    }
    let watcher = simulation.perform(.releaseNew)
    #expect(watcher.exit == 0, "\(watcher.sentences)")
    simulation.expectWhole(on: 2, passed: "2 1")
  }
}
