import RealParts
import Testing

@Suite("Usage")
struct UsageTests {
  private func run(_ arguments: String..., in folder: TemporaryFolder) async throws -> Program.Finished {
    try await Program.run(
      [Stage.program] + arguments, environment: Stage.bareEnvironment(home: folder.path), in: folder.path)
  }

  @Test("a typing error in the pipeline file is exit 2 with its place and the nearest key")
  func typo() async throws {
    let folder = try TemporaryFolder("usage")
    try folder.write("pipelines/api.yml", "fleet: { group: wanzami-api }\nrollout:\n  warmpu: 30s\n")
    let finished = try await run("release", in: folder)
    #expect(finished.status == 2)
    #expect(finished.output.isEmpty)
    #expect(
      finished.errors.contains(
        #"pipelines/api.yml:3:3: rollout.warmpu: unknown key; did you mean "warmup"?"#), "\(finished.everything)")
  }

  @Test("several pipeline files are exit 2 with the list")
  func several() async throws {
    let folder = try TemporaryFolder("usage")
    for name in ["a", "b", "reference"] { try folder.write("pipelines/\(name).yml", "fleet: { group: \(name) }\n") }
    let finished = try await run("status", in: folder)
    #expect(finished.status == 2)
    #expect(finished.errors.contains("pipelines/a.yml, pipelines/b.yml"), "\(finished.everything)")
    #expect(finished.errors.contains("--pipeline"))
    #expect(!finished.errors.contains("reference.yml"))
  }

  @Test("an unknown flag or command is exit 2", arguments: ["release --no-such-flag", "relase", "rollback --to x"])
  func unknown(line: String) async throws {
    let folder = try TemporaryFolder("usage")
    let finished = try await Program.run(
      [Stage.program] + line.split(separator: " ").map(String.init),
      environment: Stage.bareEnvironment(home: folder.path), in: folder.path)
    #expect(finished.status == 2, "\(finished.everything)")
    #expect(finished.output.isEmpty)
    #expect(finished.errors.contains("Usage: wanzami-deploy"), "\(finished.everything)")
  }

  @Test(
    "help is exit 0 on standard output",
    arguments: ["--help", "release --help", "rehearse --help", "sandbox --help", "help rollback"])
  func help(line: String) async throws {
    let folder = try TemporaryFolder("usage")
    let finished = try await Program.run(
      [Stage.program] + line.split(separator: " ").map(String.init),
      environment: Stage.bareEnvironment(home: folder.path), in: folder.path)
    #expect(finished.status == 0, "\(finished.everything)")
    #expect(finished.errors.isEmpty)
    #expect(finished.output.contains("USAGE: wanzami-deploy"))
  }
}
