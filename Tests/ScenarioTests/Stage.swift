import AWSClient
import AWSWire
import Foundation
import HTTPTransport
import RealParts
import Testing

/// A service as its user has it: a git repository, a pipeline file, an Engine, and AWS, which is the sandbox with
/// simulated instances and a real registry.
final class Stage: Sendable {
  static let program = BuiltProgram.path("wanzami-deploy")
  static let canRun = RealEngine.canRun && RealRegistry.isInstalled
  static let condition: Comment = "no Engine here (not root, or no dockerd), or no docker-registry"

  let folder: TemporaryFolder
  let repository: GitFixture
  let pipeline: String
  let sandbox: Program
  /// `nil`: the stage was made without one.
  let engine: RealEngine?
  /// What the sandbox exports for its clients.
  let exports: [String: String]
  let client: AWSClient
  /// Words that no output may hold.
  let secrets: [String]

  /// A stage whose fleet is healthy, for as long as `body` runs.
  ///
  /// - Parameters:
  ///   - fleet: further lines of the fleet file.
  ///   - rollout: further keys of the pipeline's `rollout`.
  ///   - hasEngine: `false`: nothing can be built, and no Engine is asked for.
  ///   - isHealthy: `false`: the body begins while the fleet may still be booting, or never becomes healthy.
  static func with(
    fleet: String = "", rollout: String = "bake: 1s", hasEngine: Bool = true, isHealthy: Bool = true,
    _ body: (Stage) async throws -> Void
  ) async throws {
    let stage = try await Stage(fleet: fleet, rollout: rollout, hasEngine: hasEngine)
    do {
      if isHealthy { try await stage.untilHealthy() }
      try await body(stage)
    } catch {
      await stage.stop()
      throw error
    }
    await stage.stop()
  }

  private init(fleet: String, rollout: String, hasEngine: Bool) async throws {
    engine = hasEngine ? try await RealEngine.running() : nil
    folder = try TemporaryFolder("stage")
    repository = try GitFixture()
    let file = try folder.write(
      "fleet.yml",
      """
      bootSeconds: 0.2
      deregistrationDelay: 0.3
      \(fleet.contains("grace:") ? "" : "grace: 2")
      healthCheck: { interval: 1, timeout: 1, healthyThreshold: 2, unhealthyThreshold: 2 }
      \(fleet)

      """)
    pipeline = try folder.write(
      "pipeline.yml",
      Stage.pipelineText.replacing("REPOSITORY", with: repository.path).replacing("ROLLOUT", with: rollout))
    sandbox = try Program(
      [
        Stage.program, "sandbox", "--registry", "--port", "0", "--fleet", file, "--calls", folder.path + "/calls",
      ],
      environment: Stage.bareEnvironment(home: folder.path))
    exports = try await Stage.exports(of: sandbox)
    client = try Stage.client(exports)
    let password = try await client.ecr.getAuthorizationToken().password.revealed
    secrets = [exports["AWS_SECRET_ACCESS_KEY"] ?? "", password]
  }

  private static let pipelineText = """
    service: wanzami-api
    source: { repository: REPOSITORY }
    image: { repository: wanzami-api, context: backend }
    fleet: { group: wanzami-api }
    rollout: { minHealthyPercent: 100, maxHealthyPercent: 150, warmup: 1s, unhealthyAfter: 1s, startWithin: 2s, \
    stalledAfter: 60s, timeout: 2m, poll: 200ms, ROLLOUT }

    """

  private func stop() async {
    sandbox.signal(SIGTERM)
    _ = try? await sandbox.end(within: .seconds(20))
    folder.remove()
  }

  /// Commits a version of the service on the current branch.
  func commit(_ version: String, dockerfile: String = "FROM scratch\nCOPY version /version\n") throws -> String {
    try repository.commit(
      ["backend/Dockerfile": .file(dockerfile), "backend/version": .file(version)], message: "Version \(version)")
  }

  /// All that the program is started with; `changes` override it, `nil` removes.
  func environment(_ changes: [String: String?] = [:]) -> [String: String] {
    var variables = Stage.bareEnvironment(home: folder.path).merging(exports) { $1 }
    variables["DOCKER_HOST"] = engine?.dockerHost ?? "unix://\(folder.path)/no-engine.sock"
    variables["XDG_STATE_HOME"] = folder.path + "/state"
    for (name, value) in changes { variables[name] = value }
    return variables
  }

  /// Starts the program on this stage's pipeline.
  func start(
    _ arguments: String..., with changes: [String: String?] = [:], pipeline: String? = nil
  ) throws -> Program {
    try Program(
      [Stage.program] + arguments + ["--pipeline", pipeline ?? self.pipeline], environment: environment(changes))
  }

  /// Runs the program on this stage's pipeline to its end; no output may hold a secret.
  func run(
    _ arguments: String..., with changes: [String: String?] = [:], pipeline: String? = nil
  ) async throws -> Program.Finished {
    try await run(arguments + ["--pipeline", pipeline ?? self.pipeline], with: changes)
  }

  /// Runs the program to its end with these arguments alone; no output may hold a secret.
  func run(
    _ arguments: [String], with changes: [String: String?] = [:], in workingFolder: String? = nil
  ) async throws -> Program.Finished {
    let finished = try await Program.run(
      [Stage.program] + arguments, environment: environment(changes), in: workingFolder)
    keepsSecrets(finished)
    return finished
  }

  /// Changes of the environment that have the program assume a role, by a profile of the shared files.
  func asRole() throws -> [String: String?] {
    let keys = """
      [base]
      aws_access_key_id = \(exports["AWS_ACCESS_KEY_ID"] ?? "")
      aws_secret_access_key = \(exports["AWS_SECRET_ACCESS_KEY"] ?? "")

      """
    let profile = """
      [profile deployer]
      role_arn = arn:aws:iam::123456789012:role/deployer
      source_profile = base

      """
    return [
      "AWS_ACCESS_KEY_ID": nil, "AWS_SECRET_ACCESS_KEY": nil, "AWS_PROFILE": "deployer",
      "AWS_SHARED_CREDENTIALS_FILE": try folder.write("aws/credentials", keys, mode: 0o600),
      "AWS_CONFIG_FILE": try folder.write("aws/config", profile),
    ]
  }

  func keepsSecrets(_ finished: Program.Finished, sourceLocation: SourceLocation = #_sourceLocation) {
    for secret in secrets {
      #expect(!finished.everything.contains(secret), "a secret was shown", sourceLocation: sourceLocation)
    }
  }

  /// Releases a commit and expects that it passes.
  func release(_ commit: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
    let finished = try await run("release", commit)
    #expect(finished.status == 0, "\(finished.everything)", sourceLocation: sourceLocation)
  }
}

extension Stage {
  /// Of this process's variables only what a program needs to run at all.
  static func bareEnvironment(home: String) -> [String: String] {
    let kept = ["PATH", "LD_LIBRARY_PATH", "TMPDIR"]
    var variables = currentEnvironment().filter { kept.contains($0.key) }
    variables["HOME"] = home
    variables["USER"] = "ada"
    variables["AWS_CONFIG_FILE"] = "/dev/null"
    variables["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null"
    return variables
  }

  /// The variables of the sandbox's `export` lines, once all are there.
  static func exports(of sandbox: Program) async throws -> [String: String] {
    try await sandbox.says("export AWS_DEFAULT_REGION=")
    let pairs = sandbox.output.split(separator: "\n").compactMap { line -> (String, String)? in
      let parts = line.dropFirst("export ".count).split(separator: "=", maxSplits: 1).map(String.init)
      return line.hasPrefix("export ") && parts.count == 2 ? (parts[0], parts[1]) : nil
    }
    return Dictionary(pairs) { $1 }
  }

  private static func client(_ variables: [String: String]) throws -> AWSClient {
    let environment = AWSEnvironment(
      variables: variables, homeDirectory: "/", readFile: { _ in nil },
      now: { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) },
      sleep: { try await Task.sleep(for: $0) }, random: { 0.5 },
      runProcess: { _ in ProcessOutput(status: 1, standardOutput: []) })
    let settings = try AWSSettings(environment: environment, region: nil)
    return AWSClient(settings: settings, environment: environment, transport: HTTPTransport())
  }
}
