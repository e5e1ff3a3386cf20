import DockerEngine
import HTTPTransport
import RealParts
import Synchronization
import Testing

@testable import Sandbox

@Suite(
  "Instances that are real containers", .serialized,
  .enabled(
    if: RealEngine.canRun && locate("haproxy") != nil && locate("docker-registry") != nil
      && ExampleServer.compiler != nil, "needs an Engine (or root and dockerd), haproxy, docker-registry and clang"))
struct MachineryContainerHostTests {
  @Test("an instance boots what its user data runs, is probed, tells its log, and leaves nothing behind")
  func life() async throws {
    try await withStage { stage in
      let image = try await stage.publish("A")
      let order = stage.order("i-life", image: image, options: "--env-file /etc/wanzami.env --memory 64m")
      let host = stage.host().instanceHost
      await host.launch(order)
      #expect(try await stage.firstAnswer(of: order, through: host) == .status(200))

      let script = await host.runShellScript(order.id, ["docker logs --tail 50 $(docker ps -lq) 2>&1"])
      #expect(script.status == 0)
      #expect(String(decoding: script.stdout, as: UTF8.self) == "wanzami-api A listening on 4000\n")
      #expect(await host.runShellScript(order.id, ["uptime"]).status == 127)
      #expect(await host.runShellScript("i-none", ["docker logs x"]).status == -1)
      let console = await stage.console(of: order, through: host)
      #expect(console.contains("docker pull \(image)\n"))
      #expect(console.contains("--memory 64m has no effect"))
      #expect(console.contains("/etc/wanzami.env: the sandbox has no such file"))

      await host.terminate(order.id)
      #expect(await host.probe(stage.probe(order)) == .refused)
      #expect(await stage.console(of: order, through: host).contains("wanzami-api A listening on 4000\n"))
      await host.terminate("i-none")
      #expect(try await stage.containers().isEmpty)
    }
  }

  @Test("a failing health check leaves its reason in the log")
  func failing() async throws {
    try await withStage { stage in
      let image = try await stage.publish("C", healthStatus: 500)
      let order = stage.order("i-failing", image: image)
      let containers = stage.host()
      let host = containers.instanceHost
      await host.launch(order)
      #expect(try await stage.firstAnswer(of: order, through: host) == .status(500))
      let reason = "wanzami-api: health: cannot reach database (simulated fault)\n"
      #expect(await stage.console(of: order, through: host, containing: reason).contains(reason))
      _ = await host.probe(stage.probe(order))
      let log = await host.runShellScript(order.id, ["docker logs --tail 1 api"])
      #expect(log.stdout == Array(reason.utf8))
      _ = try await stage.engine.inspectImage(image)
      await containers.stop()
      #expect(try await stage.containers().isEmpty)
      await #expect(throws: EngineError.self) { try await stage.engine.inspectImage(image) }
    }
  }

  @Test("a boot that fails tells why on the console, and nothing answers")
  func failedBoots() async throws {
    try await withStage { stage in
      let host = stage.host().instanceHost
      let digest = "sha256:" + String(repeating: "0", count: 64)
      let gone = stage.order("i-gone", image: "\(stage.registry.address)/wanzami-api@\(digest)")
      var empty = stage.order("i-empty", image: "x")
      empty.userData = Array("#!/bin/sh\necho no container here\n".utf8)
      for order in [gone, empty] { await host.launch(order) }
      #expect(await stage.console(of: gone, through: host, containing: "user data failed:").contains("manifest"))
      #expect(
        await stage.console(of: empty, through: host, containing: "no \"docker run\"").contains("nothing was started"))
      #expect(await host.probe(stage.probe(gone)) == .refused)
    }
  }

  @Test(
    "instances replaced under traffic fail no request when they drain, and some when they do not",
    arguments: [true, false])
  func replacement(drains: Bool) async throws {
    try await withStage { stage in
      let a = try await stage.publish("A")
      let b = try await stage.publish("B")
      let containers = stage.host(drains: drains)
      let host = containers.instanceHost
      let old = stage.order("i-old", image: a)
      let new = stage.order("i-new", image: b)
      await host.launch(old)
      #expect(try await stage.firstAnswer(of: old, through: host) == .status(200))
      await host.route(stage.table([old]))
      let traffic = try Traffic.start(
        Traffic.Load(address: try #require(stage.balancer.addresses["api"]), rate: 200, connections: 8))
      try await pass(50, of: traffic)
      await host.launch(new)
      #expect(try await stage.firstAnswer(of: new, through: host) == .status(200))
      await host.route(stage.table([new], draining: [old]))
      try await pass(50, of: traffic)
      await host.terminate(old.id)
      await host.route(stage.table([new]))
      try await pass(50, of: traffic)
      let totals = await traffic.stop()
      await containers.stop()
      #expect(drains ? totals.failed == 0 : totals.failed > 0, "\(totals)")
      #expect(totals.versions["A", default: 0] > 0 && totals.versions["B", default: 0] > 0, "\(totals)")
    }
  }

  @Test("containers of a process that is gone are removed, those of a living one are not")
  func leftovers() async throws {
    try await withStage { stage in
      let image = try await stage.publish("A")
      var dead = SandboxOwner.current()
      dead.started = "1"
      for (name, owner) in [("dead", dead), ("alive", SandboxOwner.current())] {
        var spec = ContainerSpec(name: "wanzami-\(name)-\(stage.tag)", image: image)
        spec.labels = [SandboxOwner.label: owner.text]
        _ = try await stage.engine.createContainer(spec)
      }
      let reports = Mutex<[String]>([])
      let host = stage.host { report in reports.withLock { $0.append(report) } }
      await host.removeLeftovers()
      #expect(
        reports.withLock { $0 } == ["removed wanzami-dead-\(stage.tag), left by a sandbox that crashed"])
      #expect(try await stage.containers() == ["wanzami-alive-\(stage.tag)"])
      await host.stop()
      #expect(try await stage.containers() == ["wanzami-alive-\(stage.tag)"])
      try await stage.engine.removeContainer("wanzami-alive-\(stage.tag)", force: true)
    }
  }

  @Test("the registry's manifests are those that the Engine pushed, and a tag can be put on one")
  func manifests() async throws {
    try await withStage { stage in
      let image = try await stage.publish("A")
      let images = stage.machinery.images
      let digest = try #require(image.split(separator: "@").last.map { String($0) })
      let manifest = try #require(try await images.manifest("wanzami-api", digest))
      #expect(manifest.digest == digest)
      try await images.put("wanzami-api", "copy", manifest)
      #expect(try await images.manifest("wanzami-api", "copy") == manifest)
      #expect(try await images.tags("wanzami-api") == ["a", "copy"])
      #expect(try await images.manifest("wanzami-api", "none") == nil)
      #expect(try await images.manifest("nobody", "none") == nil)
      #expect(try await images.tags("nobody").isEmpty)
      let missing = ImageStore.Manifest(
        bytes: Array(String(decoding: manifest.bytes, as: UTF8.self).replacing("sha256:", with: "sha256:0").utf8),
        mediaType: manifest.mediaType)
      await #expect(throws: SandboxError.self) { try await images.put("wanzami-api", "bad", missing) }
    }
  }
}
