import ReleaseCore
import SimulatedAWS
import Testing

@testable import Simulation

/// One fleet that a release refuses, and the word by which it says so.
struct RefusedFleet: CustomTestStringConvertible, Sendable {
  var testDescription: String
  var word: String
  var change: @Sendable (inout World.GroupRequest, inout World) throws -> Void = { _, _ in }
  var meanwhile: @Sendable (Simulation) throws -> Void = { _ in }

  static let all: [RefusedFleet] = [
    RefusedFleet(testDescription: "desired 0", word: "desired capacity 0") { request, _ in
      request.min = 0
      request.desired = 0
    },
    RefusedFleet(testDescription: "no target group", word: "no target group") { request, _ in request.targetGroups = []
    },
    RefusedFleet(testDescription: "no load balancer", word: "no load balancer uses") { _, world in
      var targetGroup = world.targetGroups[0]
      targetGroup.loadBalancers = []
      world.add(targetGroup)
    },
    RefusedFleet(testDescription: "suspended Launch", word: "suspended Launch") {
      try $0.world.suspend(["Launch"], of: Simulation.group)
    },
    RefusedFleet(testDescription: "suspended HealthCheck", word: "suspended HealthCheck") {
      try $0.world.suspend(["HealthCheck"], of: Simulation.group)
    },
    RefusedFleet(testDescription: "an alarm that is red", word: "alarm 5xx is ALARM") {
      $0.pipeline.rollout.alarms = ["5xx"]
      $0.world.putAlarm("5xx", state: .alarm)
    },
    RefusedFleet(testDescription: "an alarm without data", word: "INSUFFICIENT_DATA") {
      $0.pipeline.rollout.alarms = ["5xx"]
      $0.world.putAlarm("5xx")
    },
    RefusedFleet(testDescription: "an alarm that is not there", word: "does not exist") {
      $0.pipeline.rollout.alarms = ["5xx"]
    },
    RefusedFleet(testDescription: "a launch configuration", word: "launch configuration") {
      var change = World.GroupChange()
      change.source = .launchConfiguration("old-style")
      try $0.world.updateGroup(Simulation.group, change)
    },
    RefusedFleet(testDescription: "attribute-based selection", word: "InstanceRequirements") {
      try $0.setOverrides([World.MixedPolicy.Override(requirements: .members([]))])
    },
    RefusedFleet(testDescription: "an override with its own template", word: "launch template of its own") {
      let own = World.TemplateSpecification(id: $0.template.id, version: "1")
      try $0.setOverrides([World.MixedPolicy.Override(instanceType: "t4g.small", template: own)])
    },
    RefusedFleet(testDescription: "a weight at desired", word: "weight 2") {
      try $0.setOverrides([World.MixedPolicy.Override(instanceType: "t4g.small", weight: 2)])
    },
    RefusedFleet(testDescription: "an AMI of a parameter", word: "looked up at launch") {
      let data = TemplateData(
        imageID: "resolve:ssm:/ami", instanceType: "t4g.small",
        userData: Fleet.base64(Fleet.userData(Fleet.digest(of: Fleet.old))))
      try $0.saveForeignVersion(data, mark: "2")
    },
    RefusedFleet(testDescription: "user data with a variable tag", word: "variable") {
      let script = Array("#!/bin/sh\ndocker run -d \(Fleet.repository):$TAG\n".utf8)
      try $0.saveForeignVersion(
        TemplateData(imageID: "ami-1", instanceType: "t4g.small", userData: Fleet.base64(script)), mark: "2")
    },
    RefusedFleet(testDescription: "user data without the image", word: "names no image") {
      let script = Array("#!/bin/sh\ndocker run -d \(Fleet.repository)-worker:1\n".utf8)
      try $0.saveForeignVersion(
        TemplateData(imageID: "ami-1", instanceType: "t4g.small", userData: Fleet.base64(script)), mark: "2")
    },
    RefusedFleet(testDescription: "a rollback target whose image is gone", word: "not in the registry") {
      $0.registry = []
    },
    RefusedFleet(testDescription: "a saved version that nobody proved", word: "no passed mark") {
      try $0.world.setTags([World.GroupTag(PassedMark.key, "7")], of: Simulation.group)
      $0.apps[Fleet.digest(of: Fleet.old)] = .answering(500)
      $0.pass(seconds: 20)
    },
  ]

  init(
    testDescription: String, word: String,
    change: @escaping @Sendable (inout World.GroupRequest, inout World) throws -> Void
  ) {
    (self.testDescription, self.word, self.change) = (testDescription, word, change)
  }

  init(testDescription: String, word: String, meanwhile: @escaping @Sendable (Simulation) throws -> Void) {
    (self.testDescription, self.word, self.meanwhile) = (testDescription, word, meanwhile)
  }
}

extension Simulation {
  func setOverrides(_ overrides: [World.MixedPolicy.Override]) throws {
    var change = World.GroupChange()
    change.source = .mixed(
      World.MixedPolicy(
        template: World.TemplateSpecification(id: template.id, version: "1"), overrides: overrides))
    try world.updateGroup(Simulation.group, change)
  }

  func saveForeignVersion(_ data: TemplateData, mark: String) throws {
    let specification = World.TemplateSpecification(id: template.id)
    let version = try world.createTemplateVersion(of: specification, data: data)
    var change = World.GroupChange()
    change.source = .template(World.TemplateSpecification(id: template.id, version: String(version.number)))
    try world.updateGroup(Simulation.group, change)
    try world.setTags([World.GroupTag(PassedMark.key, mark)], of: Simulation.group)
  }
}

@Suite("A release that is refused")
struct RefusedReleaseTests {
  @Test("names what forbids it, exits with 3 and leaves the fleet alone", arguments: RefusedFleet.all)
  func refused(fleet: RefusedFleet) throws {
    let simulation = try Fleet.simulation(change: fleet.change)
    try fleet.meanwhile(simulation)
    let versions = simulation.template.versions.count
    let tags = simulation.tags
    let watcher = simulation.perform(.releaseNew)
    #expect(watcher.exit == 3, "\(watcher.sentences)")
    #expect(watcher.outcome?.sentence.contains(fleet.word) == true, "\(watcher.outcome?.sentence ?? "")")
    #expect(simulation.template.versions.count == versions)
    #expect(simulation.tags == tags)
    #expect(simulation.state.refreshes.isEmpty)
  }

  @Test("for the lack of a rollback target goes on when told to, and a failure then needs a person")
  func withoutTarget() throws {
    let simulation = try Fleet.simulation()
    simulation.registry = []
    simulation.apps[Fleet.digest(of: Fleet.new)] = .answering(500)
    let watcher = simulation.perform(.release(Fleet.new) { $0.needsNoRollbackTarget = true })
    #expect(watcher.exit == 6, "\(watcher.sentences)")
    #expect(!watcher.has(.rollBackRefresh))
    #expect(simulation.newestRefresh?.preferences.autoRollback == false)
  }

  @Test("for a red alarm goes on as an incident: the alarm that was red at the start is no verdict")
  func incident() throws {
    let simulation = try Fleet.simulation()
    simulation.apps[Fleet.digest(of: Fleet.old)] = .answering(500)
    simulation.pass(seconds: 30)
    let watcher = simulation.perform(.release(Fleet.new) { $0.isIncident = true })
    #expect(watcher.exit == 0, "\(watcher.sentences)")
    simulation.expectWhole(on: 2, passed: "2 1")
  }

  @Test("an unknown commit is refused")
  func unknownCommit() throws {
    let simulation = try Fleet.simulation()
    let watcher = simulation.perform(.release(Fleet.commit("f")))
    #expect(watcher.exit == 3)
    simulation.expectUntouched(by: watcher)
  }

  @Test("a build or a push that fails leaves the fleet alone: exit 1", arguments: [FailedAction.build, .push])
  func failedBuild(name: FailedAction) throws {
    let simulation = try Fleet.simulation()
    let watcher = simulation.perform(.releaseNew) {
      $0.trouble = { action, _ in
        Simulation.name(of: action) == name ? .refused(ActionFailure(.other, "no space left")) : nil
      }
    }
    #expect(watcher.exit == 1)
    #expect(!watcher.has(.createVersion))
  }
}
