import RealParts
import Testing

@Suite("The fixtures on real parts")
struct RealPartsTests {
  @Test("an Engine answers, and the second asking gets the same one", .enabled(if: RealEngine.canRun, "no Engine here"))
  func engine() async throws {
    let first = try await RealEngine.running()
    let second = try await RealEngine.running()
    #expect(first.dockerHost == second.dockerHost)
  }

  @Test(
    "a registry with an account listens on loopback", .enabled(if: RealRegistry.isInstalled, "no docker-registry here"))
  func registry() throws {
    let registry = try RealRegistry(account: .init(user: "ada", password: "secret"))
    #expect(registry.address.hasPrefix("127.0.0.1:"))
    registry.stop()
  }

  @Test("a repository fixture has the commits that it was told")
  func repository() throws {
    let fixture = try GitFixture()
    let commit = try fixture.commit(["a.txt": "one", "run": .executable("#!/bin/sh\n"), "link": .symlink(to: "a.txt")])
    #expect(
      try fixture.git("ls-tree", "--format=%(objectmode) %(path)", commit) == "100644 a.txt\n120000 link\n100755 run")
  }
}
