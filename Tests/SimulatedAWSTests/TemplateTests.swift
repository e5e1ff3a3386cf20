import Testing

@testable import SimulatedAWS

@Suite("Launch templates")
struct TemplateTests {
  private func world() throws -> (World, World.TemplateSpecification) {
    var world = World(seed: 3, at: VirtualFleet.start)
    world.add(World.MachineImage(id: "ami-1", name: "linux", architecture: "arm64"))
    var data = TemplateData(imageID: "ami-1", instanceType: "t4g.small", userData: "IyEvYmluL3NoCg==")
    data.tree.set("BlockDeviceMapping.1.DeviceName".split(separator: ".")[...], to: "/dev/xvda")
    data.tree.set("BlockDeviceMapping.1.Ebs.SnapshotId".split(separator: ".")[...], to: "snap-1")
    data.tree.set("BlockDeviceMapping.1.Ebs.VolumeSize".split(separator: ".")[...], to: "8")
    let template = try world.createLaunchTemplate(name: "web", data: data)
    return (world, World.TemplateSpecification(id: template.id))
  }

  @Test("a new version inherits the source's members whole, without snapshots, and those sent replace them")
  func inheritance() throws {
    var (world, web) = try world()
    let data = TemplateData(tree: .members([.init("UserData", .text("Mg==")), .init("KeyName", .text("k"))]))
    let version = try world.createTemplateVersion(of: web, source: "1", description: "two", data: data)
    #expect(version.number == 2)
    #expect(version.data.imageID == "ami-1")
    #expect(version.data.userData == "Mg==")
    #expect(version.data.tree["KeyName"]?.text == "k")
    guard case .list(let devices) = version.data.tree["BlockDeviceMapping"] else {
      Issue.record("the block devices are not inherited")
      return
    }
    #expect(devices[0]["Ebs.VolumeSize"]?.text == "8")
    #expect(devices[0]["Ebs.SnapshotId"] == nil)
  }

  @Test("without a source a version holds only what was sent")
  func bare() throws {
    var (world, web) = try world()
    let version = try world.createTemplateVersion(
      of: web, data: TemplateData(tree: .members([.init("KeyName", .text("k"))])))
    #expect(version.data.imageID == nil)
  }

  @Test("the same client token gives the first answer again; with other parameters it is refused")
  func token() throws {
    var (world, web) = try world()
    let data = TemplateData(tree: .members([.init("KeyName", .text("k"))]))
    let first = try world.createTemplateVersion(of: web, source: "1", data: data, token: "t")
    let again = try world.createTemplateVersion(of: web, source: "1", data: data, token: "t")
    #expect(first.number == again.number)
    #expect(world.templates[0].versions.count == 2)
    do {
      try world.createTemplateVersion(of: web, source: "1", description: "x", data: data, token: "t")
      Issue.record("a changed request was accepted")
    } catch { #expect(error.code == "IdempotentParameterMismatch") }
  }

  @Test("aliases follow the newest and the default; a deleted number is never used again")
  func aliases() throws {
    var (world, web) = try world()
    for _ in 2...3 { try world.createTemplateVersion(of: web, source: "$Latest", data: TemplateData()) }
    #expect(world.templates[0].number(of: "$Latest") == 3)
    #expect(world.templates[0].number(of: nil) == 1)
    try world.setDefaultVersion(of: web, to: "2")
    #expect(world.templates[0].number(of: "$Default") == 2)
    #expect(try world.deleteTemplateVersion(of: web, number: 2)?.code == "unexpectedError")
    #expect(try world.deleteTemplateVersion(of: web, number: 3) == nil)
    #expect(try world.deleteTemplateVersion(of: web, number: 3)?.code == "launchTemplateVersionDoesNotExist")
    #expect(try world.createTemplateVersion(of: web, source: "1", data: TemplateData()).number == 4)
  }

  @Test("a dry run gives the error that a launch would meet")
  func dryRun() throws {
    var (world, web) = try world()
    func code(_ version: String) -> String {
      world.dryRunLaunch(World.TemplateSpecification(id: web.id, version: version)).code
    }
    #expect(code("1") == "DryRunOperation")
    #expect(code("9") == "InvalidLaunchTemplateId.VersionNotFound")
    try world.createTemplateVersion(
      of: web, source: "1", data: TemplateData(tree: .members([.init("InstanceType", .text("t3.small"))])))
    #expect(code("2") == "InvalidParameterValue")
    let large = String(repeating: "QUFB", count: 5500)
    try world.createTemplateVersion(
      of: web, source: "1", data: TemplateData(tree: .members([.init("UserData", .text(large))])))
    #expect(code("3") == "InvalidParameterValue")
    world.deregisterImage("ami-1")
    #expect(code("1") == "InvalidAMIID.NotFound")
  }

  @Test("throttling refuses as many calls of one operation as were asked for")
  func throttling() throws {
    var world = World(seed: 1, at: VirtualFleet.start)
    world.throttle("DescribeTargetHealth", count: 2)
    for _ in 1...2 { #expect(throws: Fault("Throttling", "Rate exceeded")) { try world.admit("DescribeTargetHealth") } }
    try world.admit("DescribeTargetHealth")
    try world.admit("StartInstanceRefresh")
  }

  @Test(
    "times are told as AWS tells them",
    arguments: [
      (0, "1970-01-01T00:00:00.000Z"), (1_709_164_799_007, "2024-02-28T23:59:59.007Z"),
      (1_709_164_800_000, "2024-02-29T00:00:00.000Z"),
    ])
  func times(milliseconds: Int64, text: String) {
    #expect(WorldTime(milliseconds: milliseconds).iso8601 == text)
  }
}
