import Testing

@testable import SimulatedAWS

@Suite("Refusals of a refresh")
struct RefusalTests {
  private func code(_ body: () throws -> Void) -> String? {
    do {
      try body()
      return nil
    } catch { return (error as? Fault)?.code }
  }

  @Test("one refresh at a time")
  func single() throws {
    var fleet = try VirtualFleet()
    let version = try fleet.newVersion()
    try fleet.start(version)
    #expect(code { try fleet.start(version) } == "InstanceRefreshInProgress")
  }

  @Test("AutoRollback needs a desired configuration and a saved number")
  func autoRollback() throws {
    var fleet = try VirtualFleet()
    #expect(code { try fleet.start(nil) { $0.autoRollback = true } } == "ValidationError")
    var alias = try VirtualFleet(version: "$Latest")
    let version = try alias.newVersion()
    #expect(code { try alias.start(version) { $0.autoRollback = true } } == "ValidationError")
  }

  @Test("what cannot be reversed is refused by name", arguments: ["$Latest", "$Default", nil])
  func irreversible(saved: String?) throws {
    var fleet = try VirtualFleet(version: saved)
    let version = try fleet.newVersion()
    try fleet.start(version)
    #expect(code { try fleet.world.rollbackInstanceRefresh(of: "web") } == "IrreversibleInstanceRefresh")
  }

  @Test("a refresh without desired configuration cannot be rolled back")
  func withoutDesired() throws {
    var fleet = try VirtualFleet()
    try fleet.start(nil) { $0.skipMatching = false }
    #expect(code { try fleet.world.rollbackInstanceRefresh(of: "web") } == "IrreversibleInstanceRefresh")
  }

  @Test("a saved image behind an SSM parameter cannot be rolled back to")
  func alias() throws {
    var fleet = try VirtualFleet()
    let template = World.TemplateSpecification(id: fleet.world.templates[0].id)
    let data = TemplateData(imageID: "resolve:ssm:/ami", instanceType: "t4g.small")
    try fleet.world.createTemplateVersion(of: template, data: data)
    var change = World.GroupChange()
    change.source = fleet.specification(2)
    try fleet.world.updateGroup("web", change)
    let version = try fleet.newVersion()
    try fleet.start(version)
    #expect(code { try fleet.world.rollbackInstanceRefresh(of: "web") } == "IrreversibleInstanceRefresh")
  }

  @Test("a finished refresh can be neither cancelled nor rolled back")
  func finished() throws {
    var fleet = try VirtualFleet()
    let version = try fleet.newVersion()
    try fleet.start(version)
    fleet.runToEnd()
    #expect(code { try fleet.world.rollbackInstanceRefresh(of: "web") } == "ActiveInstanceRefreshNotFound")
    #expect(code { try fleet.world.cancelInstanceRefresh(of: "web") } == "ActiveInstanceRefreshNotFound")
  }

  @Test("the template cannot be changed while a refresh with a desired configuration is active")
  func update() throws {
    var fleet = try VirtualFleet()
    let version = try fleet.newVersion()
    try fleet.start(version)
    var change = World.GroupChange()
    change.source = fleet.specification(version)
    #expect(code { try fleet.world.updateGroup("web", change) } == "ValidationError")
    change.source = nil
    change.desired = 3
    try fleet.world.updateGroup("web", change)
  }

  @Test("an alarm that is not OK refuses the start", arguments: [World.Alarm.State.alarm, .insufficientData])
  func alarms(state: World.Alarm.State) throws {
    var fleet = try VirtualFleet()
    fleet.world.putAlarm("errors", state: state)
    let version = try fleet.newVersion()
    #expect(code { try fleet.start(version) { $0.alarms = ["errors"] } } == "ValidationError")
  }

  @Test(
    "preferences out of range are refused",
    arguments: [
      World.RefreshPreferences(minHealthyPercent: 101), World.RefreshPreferences(maxHealthyPercent: 150),
      World.RefreshPreferences(minHealthyPercent: 50, maxHealthyPercent: 200),
      World.RefreshPreferences(checkpoints: [50, 20]), World.RefreshPreferences(standby: "Keep"),
      World.RefreshPreferences(bake: 172_801), World.RefreshPreferences(warmup: -1),
    ])
  func ranges(preferences: World.RefreshPreferences) throws {
    var fleet = try VirtualFleet()
    #expect(
      code { try fleet.world.startInstanceRefresh(of: "web", preferences: preferences) } == "ValidationError")
  }

  @Test("an unknown version, template or group is refused")
  func unknown() throws {
    var fleet = try VirtualFleet()
    #expect(code { try fleet.start(99) } == "ValidationError")
    let foreign = World.LaunchSource.template(World.TemplateSpecification(id: "lt-0", version: "1"))
    #expect(code { try fleet.world.startInstanceRefresh(of: "web", desired: foreign) } == "ValidationError")
    #expect(code { try fleet.world.startInstanceRefresh(of: "api") } == "ValidationError")
  }
}
