import DockerEngine
import Testing

@testable import Sandbox

@Suite("What an instance's container is made of")
struct MachineryContainerPlanTests {
  static func order(_ userData: String) -> InstanceOrder {
    InstanceOrder(
      id: "i-1", privateAddress: "127.0.10.7", userData: Array(userData.utf8), instanceType: "t3.small",
      imageID: "ami-1", version: 1)
  }

  static func plan(_ userData: String, files: [String: [String]] = [:]) throws -> ContainerPlan {
    let order = order(userData)
    return ContainerPlan(
      run: try #require(UserDataRun(userData: order.userData)), order: order, environmentFiles: files)
  }

  @Test("ports are published on the instance's own address, whatever address the script names")
  func ports() throws {
    let plan = try Self.plan("docker run -p 0.0.0.0:80:4000 -p 9000:9000 api:1 serve")
    #expect(
      plan.bindings == [
        .init(address: "127.0.10.7", hostPort: 80, containerPort: 4000),
        .init(address: "127.0.10.7", hostPort: 9000, containerPort: 9000),
      ])
    #expect(plan.command == ["serve"] && plan.restart == .no && plan.notes.isEmpty)
  }

  @Test("an option of the command line wins over the environment file, and each key is there once")
  func environment() throws {
    let plan = try Self.plan(
      "docker run -p 1:1 --env-file /etc/wanzami.env -e MODE=b api",
      files: ["/etc/wanzami.env": ["MODE=a", "# a comment", "TOKEN=x=y", "broken"]])
    #expect(plan.environment == ["MODE=b", "TOKEN=x=y"])
  }

  @Test("what cannot be honoured is told on the console")
  func notes() throws {
    let plan = try Self.plan("docker run --env-file /etc/none --restart sometimes --gpus all api")
    #expect(plan.notes.count == 4)
    #expect(plan.restart == .no)
  }

  @Test("restart policies")
  func restart() throws {
    #expect(try Self.plan("docker run -p 1:1 --restart=always api").restart == .always)
    #expect(
      try Self.plan("docker run -p 1:1 --restart on-failure:3 api").restart == .onFailure(maximumRetries: 3))
  }

  @Test(
    "docker logs is found in a script",
    arguments: [
      ("docker logs --tail 50 $(docker ps -lq) 2>&1", 50 as Int?), ("sudo /usr/bin/docker logs --tail=7 api", 7),
      ("docker logs -n 3 api", 3), ("docker ps -aq | xargs -n1 docker logs", nil),
    ])
  func logs(script: String, tail: Int?) throws {
    #expect(try #require(LogCommand(script: ["set -e", script])).tail == tail)
  }

  @Test("another script is no docker logs", arguments: ["uptime", "docker ps", ""])
  func otherScripts(script: String) {
    #expect(LogCommand(script: [script]) == nil)
  }

  @Test("an owner is gone when its process is, and never when it cannot be seen")
  func owners() throws {
    let own = SandboxOwner.current()
    #expect(!own.isGone)
    #expect(SandboxOwner(own.text) == own)
    var reused = own
    reused.started = "1"
    #expect(reused.isGone)
    var elsewhere = reused
    elsewhere.processNamespace = "pid:[1]"
    #expect(!elsewhere.isGone)
    #expect(SandboxOwner("no owner") == nil)
  }

  @Test("routing without draining keeps a target until its instance is known to be dead")
  func abrupt() {
    func target(_ id: String, _ state: RoutingTable.Target.State) -> RoutingTable.Target {
      RoutingTable.Target(instance: id, address: "127.0.10.1", port: 4000, state: state)
    }
    var living: Set<String> = ["i-1", "i-2"]
    var routing = AbruptRouting()
    let both = RoutingTable(targetGroups: ["api": [target("i-1", .serving), target("i-2", .serving)]])
    #expect(routing.replace(both) { living.contains($0) } == both)
    let drained = RoutingTable(targetGroups: ["api": [target("i-1", .serving), target("i-2", .draining)]])
    #expect(routing.replace(drained) { living.contains($0) } == both)
    let removed = RoutingTable(targetGroups: ["api": [target("i-1", .serving)]])
    #expect(routing.replace(removed) { living.contains($0) } == both)
    living.remove("i-2")
    #expect(routing.settle { living.contains($0) } == removed)
  }

  @Test("the console keeps the last 64 KiB, and ends with how the container ended")
  func console() {
    var console = InstanceConsole()
    console.append("first")
    #expect(
      console.bytes(followedBy: Array("out".utf8), and: "exited with code 1")
        == Array("first\nout\nexited with code 1\n".utf8))
    let long = console.bytes(followedBy: [UInt8](repeating: 120, count: 100_000), and: nil)
    #expect(long.count == 64 << 10)
  }
}
