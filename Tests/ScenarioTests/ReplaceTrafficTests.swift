import Foundation
import HTTPTransport
import RealParts
import Synchronization
import Testing

/// `replace` on real containers behind a real balancer, with somebody who asks all the while.
@Suite(
  "A replacement under traffic", .enabled(if: Rehearsals.canRun, "no Engine, docker-registry, haproxy or clang here"))
struct ReplaceTrafficTests {
  private static let fleet = """
    healthCheck: { interval: 1, timeout: 1 }
    grace: 60
    deregistrationDelay: 1

    """

  private static let pipeline = """
    service: wanzami-api
    source: { repository: REPOSITORY }
    image: { repository: wanzami-api, context: backend }
    fleet: { group: wanzami-api }
    rollout: { warmup: 1s, bake: 1s, startWithin: 60s, poll: 300ms }

    """

  @Test("no request fails, the container's lines are read, and the fleet is as large as before")
  func quiet() async throws {
    let made = try await Rehearsals.made()
    let commit = try made.commit("A")
    let folder = made.folder
    let fleet = try folder.write("fleet.yml", Self.fleet)
    let file = try folder.write("web.yml", Self.pipeline.replacing("REPOSITORY", with: made.repository.path))
    var environment = Stage.bareEnvironment(home: folder.path)
    environment["DOCKER_HOST"] = made.engine.dockerHost
    environment["XDG_STATE_HOME"] = folder.path + "/state"
    let sandbox = try Program(
      [Stage.program, "sandbox", "--containers", "--port", "0", "--fleet", fleet], environment: environment)
    let exports = try await Stage.exports(of: sandbox)
    let balancer = try #require(sandbox.errors.firstMatch(of: /listens on (http:\/\/127\.0\.0\.1:\d+)/)).1
    let all = environment.merging(exports) { $1 }
    let run = { (arguments: String...) in
      try await Program.run([Stage.program] + arguments + ["--pipeline", file], environment: all)
    }
    let released = try await run("release", commit, "--first", "--incident")
    #expect(released.status == 0, "\(released.everything)")
    let status = try await run("status", "--output", "json").output
    let old = try #require(status.firstMatch(of: /"instance":"(i-[0-9a-f]{17})"/)).1
    let logs = try await run("logs", String(old))
    #expect(logs.output.contains("listening on 4000"), "\(logs.everything)")

    let traffic = Traffic(url: String(balancer) + "/")
    let asking = Task { await traffic.ask() }
    let replaced = try await run("replace", String(old))
    traffic.stop()
    await asking.value
    #expect(replaced.status == 0, "\(replaced.everything)")
    #expect(traffic.counts.answered > 10)
    #expect(traffic.counts.failed == 0, "of \(traffic.counts.answered) and more")
    let after = try await run("status").output
    #expect(after.contains("release 2; 2 of 2 targets healthy"), "\(after)")
    #expect(!after.contains("\(old)  2        inService"), "\(after)")
    sandbox.signal(SIGTERM)
    #expect(try await sandbox.end(within: .seconds(30)).status == 0)
    #expect(try made.leftovers().isEmpty)
  }
}

/// One request after the other, each on a connection of its own.
private final class Traffic: Sendable {
  private let url: String
  private let state = Mutex((answered: 0, failed: 0, isOver: false))

  init(url: String) { self.url = url }

  var counts: (answered: Int, failed: Int) { state.withLock { ($0.answered, $0.failed) } }

  func stop() { state.withLock { $0.isOver = true } }

  func ask() async {
    let transport = HTTPTransport()
    while !state.withLock({ $0.isOver }) {
      let request = HTTPRequest(url: url, forceFreshConnection: true)
      let isGood = (try? await transport.send(request))?.status == 200
      state.withLock { if isGood { $0.answered += 1 } else { $0.failed += 1 } }
    }
    transport.close()
  }
}
