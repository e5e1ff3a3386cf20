import Foundation
import Glibc
import RealParts
import Testing

/// The sandbox as a process of its own, and the AWS CLI in a shell beside it, as any client would use it.
@Suite("The sandbox's process")
struct SandboxProcessTests {
  private static let program = BuiltProgram.path("wanzami-deploy")

  private static let cli: String? = {
    let candidates = [currentEnvironment()["WANZAMI_PYTHON"].map { "\($0) -m awscli" }, "aws"].compactMap { $0 }
    return candidates.first { (try? Command.run(["sh", "-c", "\($0) --version"]))?.status == 0 }
  }()

  private static func environment(_ folder: TemporaryFolder) -> [String: String] {
    var variables = currentEnvironment().filter { !$0.key.hasPrefix("AWS_") }
    variables["HOME"] = folder.path
    variables["AWS_CONFIG_FILE"] = "/dev/null"
    variables["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null"
    variables["AWS_PAGER"] = ""
    variables["NO_PROXY"] = "*"
    return variables
  }

  /// The exports of a sandbox that has just started, as it printed them.
  private static func exports(of sandbox: Program) async throws -> String {
    try await sandbox.says("export AWS_DEFAULT_REGION=")
    return try await eventually("the last export line") {
      sandbox.output.hasSuffix("\n") ? sandbox.output : nil
    }
  }

  @Test(
    "its exports are for eval, and the AWS CLI lists, describes, starts, cancels and rolls back",
    .enabled(if: cli != nil, "no AWS CLI: neither WANZAMI_PYTHON nor aws"))
  func commandLine() async throws {
    let folder = try TemporaryFolder("cli")
    let environment = Self.environment(folder)
    let fleet = try folder.write(
      "fleet.json",
      #"{"rate": 60, "bootSeconds": 1, "warmup": 1, "healthCheck": {"interval": 5}, "deregistrationDelay": 1}"#)
    let sandbox = try Program([Self.program, "sandbox", "--port", "0", "--fleet", fleet], environment: environment)
    let exports = try folder.write("exports.sh", try await Self.exports(of: sandbox))
    let script = try folder.write("script.sh", Self.script)
    let finished = try await Program.run(
      ["bash", script, exports, Self.cli ?? "aws"], environment: environment, within: .seconds(300))
    #expect(finished.status == 0, "\(finished.everything)")
    #expect(
      finished.output.split(separator: "\n") == [
        "123456789012", "wanzami-api 2", "1", "2", "Cancelled", "RollbackSuccessful", "busy InstanceRefreshInProgress",
      ], "\(finished.everything)")
    sandbox.signal(SIGTERM)
    #expect(try await sandbox.end(within: .seconds(10)).status == 0)
  }

  private static let script = #"""
    set -euo pipefail
    eval "$(cat "$1")"
    ask() { $cli "$@" --output text; }
    cli=$2
    group="--auto-scaling-group-name wanzami-api"
    status() { ask autoscaling describe-instance-refreshes $group --query 'InstanceRefreshes[0].Status'; }
    ended() {
      for _ in $(seq 400); do
        case "$(status)" in Pending|InProgress|Cancelling|RollbackInProgress|Baking) ;; *) break ;; esac
      done
      status
    }
    desired='{"LaunchTemplate":{"LaunchTemplateName":"wanzami-api","Version":"2"}}'
    preferences='{"MinHealthyPercentage":100,"MaxHealthyPercentage":150,"InstanceWarmup":900}'
    start() { ask autoscaling start-instance-refresh $group --desired-configuration "$desired" --preferences "$preferences"; }
    ask sts get-caller-identity --query Account
    ask autoscaling describe-auto-scaling-groups --query 'AutoScalingGroups[0].[AutoScalingGroupName,DesiredCapacity]' | tr '\t' ' '
    ask ec2 describe-launch-template-versions --launch-template-name wanzami-api --query 'LaunchTemplateVersions[].VersionNumber'
    ask ec2 create-launch-template-version --launch-template-name wanzami-api --source-version 1 \
      --launch-template-data '{"InstanceType":"t3.small"}' --query LaunchTemplateVersion.VersionNumber
    start >/dev/null
    ask autoscaling cancel-instance-refresh $group >/dev/null
    ended
    start >/dev/null
    busy=$(start 2>&1 >/dev/null || true)
    ask autoscaling rollback-instance-refresh $group >/dev/null
    ended
    case "$busy" in *InstanceRefreshInProgress*) echo "busy InstanceRefreshInProgress" ;; *) echo "$busy" ;; esac
    """#

  @Test("a signal ends it with exit 0, and its port is free again", arguments: [SIGTERM, SIGINT, SIGHUP])
  func ends(signal: Int32) async throws {
    let folder = try TemporaryFolder("port")
    let first = try Program([Self.program, "sandbox"], environment: Self.environment(folder))
    let port = try Self.port(in: try await Self.exports(of: first))
    first.signal(signal)
    let finished = try await first.end(within: .seconds(10))
    #expect(finished.status == 0, "\(finished.everything)")
    let second = try Program([Self.program, "sandbox", "--port", port], environment: Self.environment(folder))
    #expect(try Self.port(in: try await Self.exports(of: second)) == port)
    let third = try await Program.run([Self.program, "sandbox", "--port", port], environment: Self.environment(folder))
    #expect(third.status == 1, "\(third.everything)")
    #expect(third.errors.contains("cannot listen on 127.0.0.1 port \(port)"), "\(third.everything)")
    second.signal(SIGTERM)
    #expect(try await second.end(within: .seconds(10)).status == 0)
  }

  private static func port(in exports: String) throws -> String {
    String(try #require(exports.firstMatch(of: /AWS_ENDPOINT_URL=http:\/\/127\.0\.0\.1:(\d+)\n/)).1)
  }

  @Test("a fleet file with an unknown key is exit 2")
  func fleetFile() async throws {
    let folder = try TemporaryFolder("fleet")
    let fleet = try folder.write("fleet.yml", "desird: 2\n")
    let finished = try await Program.run(
      [Self.program, "sandbox", "--fleet", fleet], environment: Self.environment(folder))
    #expect(finished.status == 2)
    #expect(finished.errors.contains("unknown key 'desird'"), "\(finished.everything)")
  }
}
