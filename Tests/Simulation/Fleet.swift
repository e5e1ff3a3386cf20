import ReleaseCore
import SimulatedAWS

/// The fleet that the simulations begin with: release 1, passed, on two healthy instances behind one target group.
enum Fleet {
  static let repository = "123456789012.dkr.ecr.eu-north-1.amazonaws.com/wanzami-api"
  static let targetGroup = "arn:aws:elasticloadbalancing:eu-north-1:123456789012:targetgroup/wanzami-api/1"
  static let old = commit("a")
  static let new = commit("b")
  static let next = commit("c")

  static func commit(_ digit: Character) -> Commit { Commit(String(repeating: digit, count: 40))! }

  static func digest(of commit: Commit) -> Digest { Digest("sha256:\(commit.hex)\(commit.hex.prefix(24))")! }

  static func userData(_ digest: Digest) -> [UInt8] {
    Array("#!/bin/sh\ndocker run -d -p 4000:4000 --env-file /etc/wanzami.env \(repository)@\(digest)\n".utf8)
  }

  static func description(_ commit: Commit) -> String {
    let run = RunID("01J00000000000000000000000")!
    return ReleaseDescription(commit: commit, digest: digest(of: commit), run: run, by: "ci").description
  }

  static var pipeline: Pipeline {
    var pipeline = Pipeline(service: "wanzami-api", fleet: Pipeline.Fleet(group: Simulation.group))
    pipeline.rollout.warmup = .seconds(10)
    pipeline.rollout.bake = .seconds(30)
    pipeline.rollout.unhealthyAfter = .seconds(20)
    pipeline.rollout.startWithin = .seconds(60)
    pipeline.rollout.stalledAfter = .seconds(300)
    return pipeline
  }

  /// - Parameters:
  ///   - change: what is different about the group before it is made.
  ///   - isMarked: whether the passed mark names release 1.
  static func prepared(
    desired: Int = 2, isMarked: Bool = true, describes: Bool = true,
    change: (inout World.GroupRequest, inout World) throws -> Void = { _, _ in }
  ) throws -> Simulation {
    var world = World(seed: 7, at: Simulation.start)
    world.add(World.MachineImage(id: "ami-1", name: "base", architecture: "arm64"))
    world.add(
      World.TargetGroup(
        arn: targetGroup, name: "wanzami-api", port: 4000, path: "/api/health", interval: 5, timeout: 2,
        healthyThreshold: 2, unhealthyThreshold: 2, deregistrationDelay: 20, loadBalancers: ["arn:alb"]))
    let data = TemplateData(
      imageID: "ami-1", instanceType: "t4g.small", userData: base64(userData(digest(of: old))))
    let template = try world.createLaunchTemplate(
      name: "wanzami-api", description: describes ? description(old) : "by hand", data: data)
    var request = World.GroupRequest(
      name: Simulation.group, source: .template(World.TemplateSpecification(id: template.id, version: "1")), min: 1,
      max: 6, desired: desired)
    request.targetGroups = [targetGroup]
    request.healthCheckTypes = ["EC2", "ELB"]
    request.healthCheckGrace = 300
    if isMarked { request.tags = [World.GroupTag(PassedMark.key, "1")] }
    try change(&request, &world)
    try world.createGroup(request)
    let simulation = Simulation(world: world, pipeline: pipeline, commits: [old, new, next])
    simulation.registry = [digest(of: old)]
    simulation.pass(seconds: 60)
    simulation.resetLeastHealthy()
    return simulation
  }

  // MARK: Base64 (RFC 4648 §4), as EC2 carries user data

  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")

  static func base64(_ bytes: [UInt8]) -> String {
    var text = ""
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let chunk = bytes[start..<min(start + 3, bytes.count)]
      let bits = chunk.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - chunk.count))
      for place in 0...chunk.count { text.append(alphabet[bits >> (18 - 6 * place) & 63]) }
      text += String(repeating: "=", count: 3 - chunk.count)
    }
    return text
  }

  static func bytes(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    var bits = 0
    var count = 0
    for character in text {
      guard let value = alphabet.firstIndex(of: character) else { break }
      bits = (bits << 6 | value) & 0xFFFFFF
      count += 6
      guard count >= 8 else { continue }
      count -= 8
      bytes.append(UInt8(bits >> count & 255))
    }
    return bytes
  }
}
