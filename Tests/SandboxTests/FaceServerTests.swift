import AWSWire
import HTTPTransport
import SimulatedAWS
import Synchronization
import Testing

@testable import Sandbox

@Suite("The sandbox's HTTP face")
struct FaceServerTests {
  @Test("it refuses to listen beyond loopback", arguments: ["0.0.0.0", "192.0.2.1", "::", "localhost"])
  func loopbackOnly(host: String) async throws {
    let file = FleetFile()
    let world = SandboxWorld(try file.world(), host: file.simulatedHost().port)
    await #expect(throws: SandboxError.self) {
      try await SandboxServer.start(world: world, images: .inMemory(proxyEndpoint: ""), host: host)
    }
  }

  @Test(
    "an unsigned request is refused in the protocol's own words",
    arguments: [
      ("Action=DescribeAutoScalingGroups&Version=2011-01-01", "<Code>MissingAuthenticationToken</Code>", 403),
      ("Action=DescribeInstances&Version=2016-11-15", "<Response><Errors><Error><Code>MissingAuthenticationToken", 403),
    ])
  func unsigned(body: String, words: String, status: Int) async throws {
    let answer = await plane().answer(
      WireRequest(method: "POST", target: "/", headers: [HeaderField("Host", "x")], body: Array(body.utf8)))
    #expect(answer.status == status)
    #expect(String(decoding: answer.body, as: UTF8.self).contains(words))
  }

  @Test("pages follow their tokens, and a foreign token is refused")
  func pages() throws {
    let first = try Page(of: Array(1...5), token: nil, size: 2, default: 50, max: 100)
    let second = try Page(of: Array(1...5), token: first.next, size: 2, default: 50, max: 100)
    let last = try Page(of: Array(1...5), token: second.next, size: 2, default: 50, max: 100)
    #expect(Array(first.items) == [1, 2] && Array(second.items) == [3, 4] && Array(last.items) == [5])
    #expect(last.next == nil)
    #expect(throws: Fault.self) { try Page(of: [1], token: "what", size: nil, default: 50, max: 100) }
    #expect(throws: Fault.self) { try Page(of: [1], token: nil, size: 0, default: 50, max: 100) }
  }

  @Test("throttling has another name in each protocol, and ends")
  func throttling() async throws {
    let plane = plane()
    await plane.world.perform { $0.throttle("DescribeInstances", count: 1) }
    let body = "Action=DescribeInstances&Version=2016-11-15"
    let refused = await signed(plane, body, service: "ec2")
    #expect(refused.status == 503)
    #expect(String(decoding: refused.body, as: UTF8.self).contains("<Code>RequestLimitExceeded</Code>"))
    #expect(await signed(plane, body, service: "ec2").status == 200)
  }

  @Test(
    "what is denied is refused in IAM's words and the protocol's own code, and recorded like every call",
    arguments: [
      ("DescribeAutoScalingGroups", "2011-01-01", "autoscaling", "<Code>AccessDenied</Code>"),
      ("DescribeImages", "2016-11-15", "ec2", "<Code>UnauthorizedOperation</Code>"),
      ("DescribeAlarms", "2010-08-01", "monitoring", "<Code>AccessDenied</Code>"),
    ])
  func denied(operation: String, version: String, service: String, code: String) async throws {
    let recorded = Mutex<[String]>([])
    let action = "\(service == "monitoring" ? "cloudwatch" : service):\(operation)"
    let plane = plane(Permissions(denied: [action])) { call in recorded.withLock { $0.append("\(call)") } }
    let refused = await signed(plane, "Action=\(operation)&Version=\(version)", service: service)
    let text = String(decoding: refused.body, as: UTF8.self)
    #expect(refused.status == 403 && text.contains(code), "\(text)")
    #expect(text.contains("is not authorized to perform: \(action) because"), "\(text)")
    _ = await signed(plane, "Action=RunInstances&Version=2016-11-15&DryRun=true", service: "ec2")
    #expect(recorded.withLock { $0 } == ["403 \(service) \(operation)", "400 ec2 RunInstances (dry run)"])
  }

  @Test("a fault plays for the first calls of each operation by each client, and is told")
  func faults() {
    let told = Mutex<[String]>([])
    let faults = WireFaults([
      WireFault(kind: .throttled, operation: "A", count: 2, skip: 1), WireFault(kind: .slow),
      WireFault(kind: .unseenVersion, operation: "B"),
    ]) { sentence in told.withLock { $0.append(sentence) } }
    func next(_ operation: String, by client: String = "x", names: Bool = false) -> WireFault.Kind? {
      faults.next(of: operation, by: client, namesNewestVersion: names)
    }
    #expect((0..<5).map { _ in next("A") } == [.slow, .throttled, .throttled, nil, nil])
    #expect((0..<2).map { _ in next("A", by: "y") } == [.slow, .throttled])
    #expect(
      [next("B"), next("B"), next("B", names: true), next("B", names: true)] == [.slow, nil, .unseenVersion, nil])
    #expect(told.withLock { $0.first } == "fault: slow of A")
    #expect(told.withLock { $0.count } == 7)
  }

  @Test("keys of a role sign until they are over, and then are called expired in the protocol's own words")
  func sessions() async throws {
    let world = World(seed: 1, at: WallClock.now)
    for (lifetime, status) in [(nil, 200), (0.0, 403)] as [(Double?, Int)] {
      let plane = ControlPlane(
        world: SandboxWorld(world, host: SimulatedHost().port), images: .inMemory(proxyEndpoint: ""), key: Self.key,
        account: world.account, sessionSeconds: lifetime)
      let made = try plane.sessions.issue(
        role: "arn:aws:iam::123456789012:role/path/deployer", session: "ci", seconds: 900, at: WallClock.now)
      let identity = await signed(
        plane, "Action=GetCallerIdentity&Version=2011-06-15", service: "sts", key: made.key)
      #expect(identity.status == status)
      let text = String(decoding: identity.body, as: UTF8.self)
      #expect(
        text.contains(lifetime == nil ? "arn:aws:sts::123456789012:assumed-role/deployer/ci" : "<Code>ExpiredToken<"))
      var stolen = made.key
      stolen.sessionToken = nil
      let without = await signed(plane, "Action=GetCallerIdentity&Version=2011-06-15", service: "sts", key: stolen)
      #expect(String(decoding: without.body, as: UTF8.self).contains("<Code>InvalidClientTokenId<"))
    }
  }

  @Test("an unknown action, service or group is AWS's error")
  func unknown() async throws {
    let plane = plane()
    let action = await signed(plane, "Action=DeleteEverything&Version=2011-01-01", service: "autoscaling")
    #expect(String(decoding: action.body, as: UTF8.self).contains("<Code>InvalidAction</Code>"))
    let group = await signed(
      plane, "Action=StartInstanceRefresh&Version=2011-01-01&AutoScalingGroupName=no", service: "autoscaling")
    #expect(group.status == 400)
    #expect(String(decoding: group.body, as: UTF8.self).contains("<Code>ValidationError</Code>"))
  }

  @Test("a fleet file's typing error is named, and its settings reach the world")
  func fleetFile() throws {
    #expect(throws: SandboxError.self) { try FleetFile(json: Array("{\"desird\": 3}".utf8)) }
    #expect(throws: SandboxError.self) { try FleetFile(json: Array("[".utf8)) }
    #expect(throws: SandboxError.self) { try FleetFile(json: Array("{\"desired\": \"two\"}".utf8)) }
    let numbers = try FleetFile(json: Array("{\"account\": 210987654321, \"templateVersion\": 1}".utf8))
    #expect(numbers.accountID == "210987654321" && numbers.templateVersion == "1")
    let json = """
      {"group": "shop", "desired": 3, "min": 1, "max": 5, "templateVersion": "$Latest", "rate": 2.5,
       "healthCheck": {"interval": 0.5}, "tags": {"team": "a"}, "userData": "run {{repositoryUri}}:1"}
      """
    let world = try FleetFile(json: Array(json.utf8)).world(at: WorldTime(milliseconds: 0))
    #expect(world.groups[0].name == "shop" && world.groups[0].desired == 3 && world.groups[0].max == 5)
    #expect(world.groups[0].source.template?.version == "$Latest")
    #expect(world.targetGroups[0].interval == 0.5)
    #expect(
      world.groups[0].instances.first.map { String(decoding: $0.userData, as: UTF8.self) }
        == "run 123456789012.dkr.ecr.eu-north-1.amazonaws.com/shop:1")
    var wrong = FleetFile()
    wrong.min = 5
    #expect(throws: SandboxError.self) { try wrong.world() }
  }

  private static let key = AccessKey(id: "AKIDEXAMPLE", secret: Secret("secret"))

  private func plane(
    _ permissions: Permissions = Permissions(), record: @escaping @Sendable (RecordedCall) -> Void = { _ in }
  ) -> ControlPlane {
    let world = World(seed: 1, at: WallClock.now)
    return ControlPlane(
      world: SandboxWorld(world, host: SimulatedHost().port), images: .inMemory(proxyEndpoint: ""), key: Self.key,
      account: world.account, permissions: permissions, record: record)
  }

  private func signed(_ plane: ControlPlane, _ body: String, service: String, key: AccessKey = key) async -> FaceAnswer
  {
    var request = WireRequest(
      method: "POST", target: "/", headers: [HeaderField("Host", "127.0.0.1")], body: Array(body.utf8))
    let signer = SigV4(key: key, scope: SigningScope(region: "eu-north-1", service: service))
    request.headers += signer.sign(request, at: Timestamp(milliseconds: WallClock.now.milliseconds)).headers
    return await plane.answer(request)
  }
}
