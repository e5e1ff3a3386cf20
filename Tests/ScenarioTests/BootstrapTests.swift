import AWSClient
import AWSWire
import Foundation
import RealParts
import Testing

@Suite("bootstrap", .serialized, .enabled(if: RealRegistry.isInstalled, "no docker-registry"))
struct BootstrapTests {
  private static let template = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../pipelines/infrastructure.yml").standardizedFileURL.path()

  private func run(
    _ stage: Stage, _ server: StackServer, _ arguments: String...
  ) async throws -> Program.Finished {
    try await stage.run(
      ["bootstrap", "--template", Self.template, "--poll", "0.05"] + arguments,
      with: ["AWS_ENDPOINT_URL_CLOUDFORMATION": server.url], in: stage.repository.path)
  }

  /// A stack that knows of version 1, of a fleet that was released to version 2 and scaled to three instances.
  private func releasedFleet(_ stage: Stage) async throws {
    let first = try await stage.client.ec2.describeLaunchTemplateVersions(.name("wanzami-api"), versions: ["1"])
    let made = try await stage.client.ec2.createLaunchTemplateVersion(
      .name("wanzami-api"), source: 1, description: "a release", clientToken: "t",
      userData: try #require(first.first?.data.userData))
    #expect(made.version.number == 2)
    _ = try await stage.client.autoScaling.startInstanceRefresh(
      of: "wanzami-api", to: .launchTemplate(.init(name: "wanzami-api", version: "2")),
      preferences: .init(minHealthyPercentage: 100, maxHealthyPercentage: 200, instanceWarmup: 0))
    #expect(try await stage.newestRefreshEnded() == "Successful")
    try await stage.client.autoScaling.updateAutoScalingGroup("wanzami-api", desired: 3)
    try await eventually("three healthy targets") { try await stage.health().healthy == 3 ? true : nil }
  }

  private func updatable(_ change: (inout StackServer.State) -> Void = { _ in }) -> StackServer.State {
    var state = StackServer.State(status: "CREATE_COMPLETE")
    state.parameters = ["FleetVersion": "1", "Service": "wanzami-api", "HealthUrl": ""]
    change(&state)
    return state
  }

  @Test(
    "a stack update after a release tells the stack of it first, and the fleet stays put",
    .enabled(if: currentEnvironment()["WANZAMI_PYTHON"] != nil, "no AWS CLI: name a Python with it in WANZAMI_PYTHON"))
  func besideReleases() async throws {
    try await Stage.with(hasEngine: false) { stage in
      _ = try stage.commit("A")
      try await releasedFleet(stage)
      let before = try await stage.snapshot()
      // CloudFormation writes the group's properties when one of them has changed.
      let exports = stage.exports
      let server = try StackServer(updatable()) { before, after in
        guard before["FleetVersion"] != after["FleetVersion"] else { return }
        // The AWS CLI, for here nobody can wait for our own client.
        _ = try? Command.check(
          [
            currentEnvironment()["WANZAMI_PYTHON"] ?? "python3", "-m", "awscli", "autoscaling",
            "update-auto-scaling-group", "--auto-scaling-group-name", "wanzami-api",
            "--launch-template", "LaunchTemplateName=wanzami-api,Version=\(after["FleetVersion"] ?? "")",
          ], environment: currentEnvironment().merging(exports) { $1 })
      }
      let finished = try await run(stage, server, "--apply", "--set", "HealthUrl=https://api.example/api/health")
      #expect(finished.status == 0, "\(finished.everything)")
      #expect(finished.errors.contains("the group is set to version 2, and the stack knows of 1: telling it"))
      #expect(finished.output.contains("wrote pipelines/wanzami-api.yml"))
      #expect(finished.output.contains("a release would find all it needs: 0 failed"), "\(finished.everything)")
      let sets = server.asked("CreateChangeSet")
      #expect(sets.count == 2)
      #expect(sets.map { parameters($0)["FleetVersion"] } == ["2", "2"])
      #expect(sets.map { $0["UsePreviousTemplate"] } == ["true", nil])
      #expect(server.asked("ExecuteChangeSet").map { $0["DisableRollback"] } == ["true", nil])
      #expect(try await stage.snapshot() == before)
      #expect(try await stage.group().desiredCapacity == 3)
      #expect(try await stage.group().launchTemplate?.version == "2")
      // Once told, there is nothing to tell.
      let again = try await run(stage, server, "--apply")
      #expect(again.status == 0, "\(again.everything)")
      #expect(!again.errors.contains("telling it"))
      #expect(again.errors.contains("pipelines/wanzami-api.yml is there already and stays as it is"))
      #expect(try await stage.snapshot() == before)
    }
  }

  @Test(
    "a stack that is whole, beside a repository that nothing can be released from, ends with what verify says: exit 3")
  func unverified() async throws {
    try await Stage.with(hasEngine: false) { stage in
      // Nothing is committed here, so there is nothing to release.
      let finished = try await run(stage, try StackServer(updatable()), "--apply", "--set", "HealthUrl=x")
      #expect(finished.status == 3, "\(finished.everything)")
      #expect(finished.output.contains("\n  failed  "))
      #expect(finished.errors.contains("the stack is whole, but a release would be refused or unsafe"))
    }
  }

  private func parameters(_ form: QueryForm) -> [String: String] {
    var values: [String: String] = [:]
    var index = 1
    while let key = form["Parameters.member.\(index).ParameterKey"] {
      values[key] = form["Parameters.member.\(index).ParameterValue"] ?? "previous"
      index += 1
    }
    return values
  }

  @Test("a failed resource is explained; what was taken back is exit 5, a stack that was never made is exit 6")
  func failures() async throws {
    try await Stage.with(hasEngine: false) { stage in
      let failing = StackServer.Operation(
        events: [
          ("Monitor", "AWS::Lambda::Function", "UPDATE_IN_PROGRESS", nil),
          ("LogGroup", "AWS::Logs::LogGroup", "UPDATE_FAILED", "Resource update cancelled"),
          ("Monitor", "AWS::Lambda::Function", "UPDATE_FAILED", "User: x is not authorized to perform: lambda:Update"),
        ], end: "UPDATE_ROLLBACK_COMPLETE")
      let server = try StackServer(updatable { $0.operations = [failing] })
      let finished = try await run(stage, server, "--apply")
      #expect(finished.status == 5, "\(finished.everything)")
      #expect(finished.errors.contains("  UPDATE_FAILED LogGroup (Logs::LogGroup): Resource update cancelled"))
      #expect(
        finished.errors.contains(
          "error: stack wanzami-api is UPDATE_ROLLBACK_COMPLETE: UPDATE_FAILED Monitor (Lambda::Function): "
            + "User: x is not authorized to perform: lambda:Update. The principal lacks a permission"))

      var fresh = StackServer.State(status: nil)
      fresh.operations = [
        StackServer.Operation(
          events: [("Repository", "AWS::ECR::Repository", "CREATE_FAILED", "wanzami-api already exists")],
          begin: "CREATE_IN_PROGRESS", end: "ROLLBACK_COMPLETE")
      ]
      let unmade = try StackServer(fresh)
      let made = try await run(stage, unmade, "--apply")
      #expect(made.status == 6, "\(made.everything)")
      #expect(made.errors.contains("remove or rename it, or choose another --service"))
      #expect(made.errors.contains("wanzami-deploy bootstrap --destroy --service wanzami-api"))
      let again = try await run(stage, unmade, "--apply")
      #expect(again.status == 3)
      #expect(again.errors.contains("ROLLBACK_COMPLETE: it was never made whole"), "\(again.everything)")
    }
  }

  @Test("a plan, a refusal and an update of nothing leave stack and fleet as they are")
  func untouched() async throws {
    try await Stage.with(hasEngine: false) { stage in
      try await stage.untouched {
        let server = try StackServer(updatable { $0.changes = ["Modify Database AWS::RDS::DBInstance True"] })
        let plan = try await run(stage, server, "--plan")
        #expect(plan.status == 0, "\(plan.everything)")
        #expect(plan.output.contains("  Modify Database (RDS::DBInstance); replaced by a new one"))
        let refused = try await run(stage, server, "--apply")
        #expect(refused.status == 3)
        #expect(refused.errors.contains("this would lose data or interrupt the service: Modify Database"))
        #expect(server.asked("ExecuteChangeSet").isEmpty)
        #expect(server.asked("DeleteChangeSet").count == 2)

        let quiet = try StackServer(updatable { $0.changes = [] })
        let nothing = try await run(stage, quiet, "--plan")
        #expect(nothing.status == 0)
        #expect(nothing.output == "stack wanzami-api: nothing to change\n")

        let new = try StackServer(StackServer.State(status: nil))
        #expect(try await run(stage, new, "--plan").status == 0)
        #expect(new.asked("DeleteStack").count == 1, "the shell of the stack that was planned stays")
        for (wrong, words) in [
          (["--apply", "--set", "FleetVersion=1"], "so that no update writes another back"),
          (["--apply", "--set", "Nonsense=1"], "the template has no such parameter; it has FleetVersion, HealthUrl"),
          (["--apply", "--plan"], "one of --plan, --apply and --destroy"),
          (["--apply", "--set", "Nonsense"], "--set takes Name=value"),
        ] {
          let said = try await stage.run(
            ["bootstrap", "--template", Self.template] + wrong,
            with: ["AWS_ENDPOINT_URL_CLOUDFORMATION": server.url], in: stage.folder.path)
          #expect(said.status == 2, "\(said.everything)")
          #expect(said.errors.contains(words), "\(said.everything)")
        }
      }
    }
  }

  @Test("a fleet that a rollout holds is not touched, and a signal leaves the change to AWS")
  func held() async throws {
    try await Stage.with(hasEngine: false) { stage in
      let server = try StackServer(
        updatable { $0.operations = [StackServer.Operation(end: nil)] })
      let program = try Program(
        [
          Stage.program, "bootstrap", "--apply", "--template", Self.template, "--poll", "0.05", "--set", "HealthUrl=x",
        ], environment: stage.environment(["AWS_ENDPOINT_URL_CLOUDFORMATION": server.url]), in: stage.folder.path)
      try await program.says("UPDATE_IN_PROGRESS wanzami-api")
      program.signal(SIGINT)
      let interrupted = try await program.end()
      #expect(interrupted.status == 7, "\(interrupted.everything)")
      #expect(interrupted.errors.contains("goes on in AWS; run it again to watch it to its end"))

      try await stage.client.autoScaling.createOrUpdateTags(
        [.init(key: "wanzami-deploy:in-flight", value: "2 rolling-out")], on: "wanzami-api")
      let marked = try await run(stage, try StackServer(updatable()), "--apply")
      #expect(marked.status == 4)
      #expect(marked.errors.contains("is marked as in flight (2 rolling-out)"))
      #expect(marked.errors.contains("Run wanzami-deploy resume first"))
      _ = try await stage.client.autoScaling.startInstanceRefresh(
        of: "wanzami-api", to: .launchTemplate(.init(name: "wanzami-api", version: "1")),
        preferences: .init(minHealthyPercentage: 100, maxHealthyPercentage: 200, instanceWarmup: 3600))
      let rolling = try await run(stage, try StackServer(updatable()), "--apply")
      #expect(rolling.status == 4, "\(rolling.everything)")
      #expect(rolling.errors.contains("a stack is not changed under a rollout"))
    }
  }

  @Test("destroying asks for the name, lifts the protection, and names what stays")
  func destroy() async throws {
    try await Stage.with(hasEngine: false) { stage in
      let operation = StackServer.Operation(
        events: [("MediaBucket", "AWS::S3::Bucket", "DELETE_SKIPPED", nil)], begin: "DELETE_IN_PROGRESS",
        end: "DELETE_COMPLETE")
      let server = try StackServer(updatable { $0.operations = [operation] })
      for wrong in [["--destroy"], ["--destroy", "--confirm", "another"]] {
        let refused = try await run(stage, server, wrong[0], "--service", "wanzami-api")
        #expect(refused.status == 1)
        #expect(refused.errors.contains("is not wanzami-api: nothing was deleted"), "\(refused.everything)")
      }
      #expect(server.asked("DeleteStack").isEmpty)
      let gone = try await run(stage, server, "--destroy", "--confirm", "wanzami-api")
      #expect(gone.status == 0, "\(gone.everything)")
      #expect(gone.output.contains("stack wanzami-api: deleted\n  kept: MediaBucket (AWS::S3::Bucket)"))
      #expect(server.asked("UpdateTerminationProtection").map { $0["EnableTerminationProtection"] } == ["false"])
    }
  }
}
