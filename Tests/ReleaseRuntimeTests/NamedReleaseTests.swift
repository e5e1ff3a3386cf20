import ReleaseCore
import SimulatedAWS
import Testing

@testable import Simulation

@Suite("The live digest again, an image by its digest, and another's template version")
struct NamedReleaseTests {
  @Test("a redeployment makes a version with the same content, replaces every instance, and builds nothing")
  func redeploy() throws {
    let simulation = try Fleet.simulation()
    let before = Set(simulation.state.instances.map(\.id))
    let watcher = simulation.perform(.redeploy)
    #expect(watcher.exit == 0, "\(watcher.sentences)")
    simulation.expectWhole(on: 2, passed: "2 1")
    #expect(before.isDisjoint(with: simulation.state.instances.map(\.id)))
    #expect(simulation.template[2]?.data == simulation.template[1]?.data)
    for name in [FailedAction.build, .push, .resolve, .compare] { #expect(!watcher.has(name), "\(name)") }
    #expect(simulation.leastHealthy >= 2)
  }

  @Test("a redeployment that fails, for a secret is wrong now, lands on the version before")
  func badRedeploy() throws {
    let simulation = try Fleet.simulation()
    simulation.when {
      $0.isRollingOut
    } then: {
      $0.apps[Fleet.digest(of: Fleet.old)] = .answering(500)
    }
    let watcher = simulation.perform(.redeploy) {
      _ in
    }
    #expect(watcher.exit == 5 || watcher.exit == 6, "\(watcher.sentences)")
    #expect(simulation.savedVersion == "1")
  }

  @Test("a redeployment never takes up a version that instances came from")
  func redeployTwice() throws {
    let simulation = try Fleet.simulation()
    #expect(simulation.perform(.redeploy).exit == 0)
    let second = simulation.perform(.redeploy)
    #expect(second.exit == 0, "\(second.sentences)")
    simulation.expectWhole(on: 3, passed: "3 2 1")
  }

  @Test("a redeployment that was killed is taken up by the next")
  func killed() throws {
    let simulation = try Fleet.simulation()
    let first = simulation.perform(.redeploy) { watcher in
      watcher.interrupt = { if case .observe = $0 { true } else { false } }
    }
    #expect(first.exit == 7)
    let second = simulation.perform(.redeploy)
    #expect(second.exit == 0, "\(second.sentences)")
    #expect(second.said("refresh.adopted"))
    simulation.expectWhole(on: 2, passed: "2 1")
  }

  @Test("a fleet that no release made has no digest to deploy again")
  func redeployNothing() throws {
    let simulation = try Fleet.simulation(describes: false)
    let watcher = simulation.perform(.redeploy)
    #expect(watcher.exit == 3)
    #expect(watcher.outcome?.sentence.contains("which no release made") == true, "\(watcher.sentences)")
    simulation.expectUntouched(by: watcher)
  }

  @Test("an image by its digest is released without a build, as the commit that it tells of", arguments: [true, false])
  func image(isLabelled: Bool) throws {
    let simulation = try Fleet.simulation()
    let digest = Fleet.digest(of: Fleet.new)
    simulation.registry.insert(digest)
    simulation.isLabelled = isLabelled
    let watcher = simulation.perform(
      .release(Fleet.new) {
        $0.image = digest
        if isLabelled { $0.revision = nil }
      })
    #expect(watcher.exit == 0, "\(watcher.sentences)")
    simulation.expectWhole(on: 2, passed: "2 1")
    #expect(!watcher.has(.build) && !watcher.has(.push) && watcher.has(.compare))
    #expect(simulation.template[2]?.description?.contains("commit=\(Fleet.new) digest=\(digest)") == true)
  }

  @Test("an image that is not there, or tells of no commit, is refused")
  func imageRefused() throws {
    let simulation = try Fleet.simulation()
    let digest = Fleet.digest(of: Fleet.new)
    let gone = simulation.perform(.promote(digest))
    #expect(gone.exit == 3)
    #expect(gone.outcome?.sentence.contains("is not in the registry") == true)
    simulation.registry.insert(digest)
    simulation.isLabelled = false
    let nameless = simulation.perform(.promote(digest))
    #expect(nameless.exit == 3)
    #expect(nameless.outcome?.sentence.contains("does not say which commit") == true, "\(nameless.sentences)")
    simulation.expectUntouched(by: nameless)
  }

  @Test("an older commit's image is refused like the commit, and the live one's is live already")
  func imageOrder() throws {
    let simulation = try Fleet.simulation()
    #expect(simulation.perform(.releaseNew).exit == 0)
    let older = simulation.perform(.promote(Fleet.digest(of: Fleet.old)))
    #expect(older.exit == 3)
    #expect(older.outcome?.sentence.contains("is older than") == true, "\(older.sentences)")
    #expect(simulation.perform(.promote(Fleet.digest(of: Fleet.new))).outcome?.name == "already-live")
  }

  private func addForeign(_ simulation: Simulation, type: String = "t4g.medium") throws -> Int {
    let data = TemplateData(
      imageID: "ami-1", instanceType: type, userData: Fleet.base64(Fleet.userData(Fleet.digest(of: Fleet.old))))
    return try simulation.world.createTemplateVersion(
      of: World.TemplateSpecification(id: simulation.template.id), data: data
    ).number
  }

  @Test("another's template version is taken in when it is named, with the commit or with the digest that is live")
  func template() throws {
    let simulation = try Fleet.simulation()
    let foreign = try addForeign(simulation)
    let watcher = simulation.perform(.release(Fleet.new) { $0.template = foreign })
    #expect(watcher.exit == 0, "\(watcher.sentences)")
    #expect(simulation.template[3]?.data.instanceType == "t4g.medium")
    #expect(!watcher.sentences.contains("newer versions that no release made"))
    simulation.expectWhole(on: 3, passed: "3 1")
    // Once more changes nothing, and the next release keeps the data.
    let again = simulation.perform(.release(Fleet.new) { $0.template = foreign })
    #expect(again.outcome?.name == "already-live", "\(again.sentences)")
    #expect(simulation.perform(.release(Fleet.next)).exit == 0)
    #expect(simulation.template[4]?.data.instanceType == "t4g.medium")
  }

  @Test("a version passed over is still named, after releases that did not take it in")
  func passedOver() throws {
    let simulation = try Fleet.simulation(describes: false)
    _ = try addForeign(simulation)
    #expect(simulation.perform(.releaseNew).exit == 0)
    let watcher = simulation.perform(.release(Fleet.next))
    #expect(watcher.exit == 0)
    #expect(watcher.sentences.contains("newer versions that no release made (2)"), "\(watcher.sentences)")
  }

  @Test("a redeployment on another's template version keeps the digest")
  func redeployTemplate() throws {
    let simulation = try Fleet.simulation()
    let foreign = try addForeign(simulation)
    let watcher = simulation.perform(
      .release(change: {
        $0.isRedeploy = true
        $0.template = foreign
      }))
    #expect(watcher.exit == 0, "\(watcher.sentences)")
    #expect(simulation.template[3]?.data.instanceType == "t4g.medium")
    #expect(!watcher.has(.build))
  }

  @Test(
    "what cannot be taken in is refused by name", arguments: [(1, "the saved version already"), (9, "does not exist")])
  func templateRefused(number: Int, word: String) throws {
    let simulation = try Fleet.simulation()
    let watcher = simulation.perform(.release(Fleet.new) { $0.template = number })
    #expect(watcher.exit == 3)
    #expect(watcher.outcome?.sentence.contains(word) == true, "\(watcher.sentences)")
    simulation.expectUntouched(by: watcher)
  }

  @Test("a release is no source, and neither is an AMI that is looked up at launch")
  func strangeSources() throws {
    let simulation = try Fleet.simulation()
    #expect(simulation.perform(.releaseNew).exit == 0)
    let own = simulation.perform(.release(Fleet.next) { $0.template = 1 })
    #expect(own.exit == 3 && own.outcome?.sentence.contains("is release 1 itself") == true, "\(own.sentences)")
    let alias = TemplateData(imageID: "resolve:ssm:/ami", instanceType: "t4g.small")
    let number = try simulation.world.createTemplateVersion(
      of: World.TemplateSpecification(id: simulation.template.id), data: alias
    ).number
    let watcher = simulation.perform(.release(Fleet.next) { $0.template = number })
    #expect(watcher.outcome?.sentence.contains("looked up at launch") == true, "\(watcher.sentences)")
  }
}

extension Intent {
  static var redeploy: Intent { .release(change: { $0.isRedeploy = true }) }

  static func promote(_ digest: Digest) -> Intent { .release(change: { $0.image = digest }) }

  static func release(change: (inout ReleaseOptions) -> Void) -> Intent {
    var options = ReleaseOptions()
    change(&options)
    return .release(options)
  }
}
