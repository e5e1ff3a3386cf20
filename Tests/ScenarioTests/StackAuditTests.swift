import Foundation
import RealParts
import Testing

/// The built program against a fleet that others make: moto's CloudFormation, of `pipelines/infrastructure.yml`, with
/// IAM that lets a principal do what `scripts/iam-policy-*.json` say.
@Suite(
  "The stack's own fleet, audited", .serialized,
  .enabled(if: StackFleet.canRun, "no Python with moto, boto3 and cfn-lint: name one in WANZAMI_PYTHON"))
struct StackAuditTests {
  @Test(
    "what moto makes of the stack is hardened, but for what moto leaves out; the audit's policy is enough to read it")
  func audit() async throws {
    let fleet = try StackFleet()
    defer { fleet.stop() }
    let finished = try await fleet.run(as: "audit", "audit", "--output", "json")
    #expect(finished.status == 3, "\(finished.everything)")
    let points = finished.output.split(separator: "\n").compactMap { line -> (String, String)? in
      let point = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      guard let name = point?["name"] as? String, let status = point?["status"] as? String else { return nil }
      return (name, status)
    }
    let statuses = Dictionary(points) { $1 }
    #expect(!finished.output.contains("could not be read"), "\(finished.output)")
    // Its instances get neither the template's profile and metadata options nor a second zone, its agents do not report,
    // and alarms it does not make.
    let lacking: Set = ["systems-manager", "imdsv2", "zones", "monitor", "alarms"]
    #expect(Set(statuses.filter { $0.value == "failed" }.keys) == lacking, "\(finished.output)")
    #expect(Set(statuses.filter { $0.value == "skipped" }.keys) == ["elastic-ip", "snapshots"])
    #expect(statuses.count == 15)
  }

  @Test("the operator's policy is enough for a snapshot of the stack's database, and the audit's is not")
  func snapshot() async throws {
    let fleet = try StackFleet()
    defer { fleet.stop() }
    let denied = try await fleet.run(as: "audit", "snapshot", "--name", "before-1")
    #expect(denied.status == 1)
    #expect(denied.errors.contains("Allow the principal the action rds:CreateDBSnapshot"), "\(denied.everything)")
    let made = try await fleet.run(as: "operator", "snapshot", "--name", "before-1")
    #expect(made.status == 0, "\(made.everything)")
    #expect(made.output.contains("snapshot before-1 of wanzami-api can be used"))
    let again = try await fleet.run(as: "operator", "snapshot", "--name", "before-1")
    #expect(again.status == 1)
    #expect(again.errors.contains("DBSnapshotAlreadyExists"), "\(again.everything)")
  }
}

/// moto with the stack in it, and a user for each policy.
private final class StackFleet: Sendable {
  private static let python = currentEnvironment()["WANZAMI_PYTHON"] ?? "python3"
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").path()

  static let canRun = (try? Command.run([python, "-c", "import moto.server, boto3, cfnlint"]))?.status == 0

  private let folder: TemporaryFolder
  private let server: ServerProcess
  private let url: String
  /// Policy, key id, secret.
  private let keys: [String: [String]]

  init() throws {
    folder = try TemporaryFolder("stack-fleet")
    server = try ServerProcess(
      [Self.python, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"], log: folder.path + "/log")
    url = try server.wait("moto's address") { [server] in
      server.output.split(whereSeparator: \.isWhitespace).first { $0.hasPrefix("http://127.0.0.1:") }.map(String.init)
    }
    let said = try Command.check([Self.python, try folder.write("setup.py", setup), url, Self.root])
    let line = try #require(said.text.split(separator: "\n").last)
    keys = try JSONDecoder().decode([String: [String]].self, from: Data(line.utf8))
    _ = try folder.write("pipelines/wanzami-api.yml", "fleet: { group: wanzami-api }\n")
  }

  func stop() {
    server.stop()
    folder.remove()
  }

  func run(as policy: String, _ arguments: String...) async throws -> Program.Finished {
    var environment = Stage.bareEnvironment(home: folder.path)
    environment["AWS_ENDPOINT_URL"] = url
    environment["AWS_REGION"] = "eu-north-1"
    environment["AWS_ACCESS_KEY_ID"] = keys[policy]?[0]
    environment["AWS_SECRET_ACCESS_KEY"] = keys[policy]?[1]
    return try await Program.run([Stage.program] + arguments, environment: environment, in: folder.path)
  }
}

private let setup = """
  import json, logging, sys, urllib.request, warnings
  warnings.simplefilter("ignore")
  logging.disable(logging.CRITICAL)
  import boto3, cfnlint.decode
  url, root = sys.argv[1:]
  client = lambda name: boto3.client(name, endpoint_url=url, region_name="eu-north-1", aws_access_key_id="setup",
                                     aws_secret_access_key="setup")
  template, _ = cfnlint.decode.decode(root + "/pipelines/infrastructure.yml")
  template = json.loads(json.dumps(template))
  # At these moto gives up the whole stack.
  for name in ("MediaUrlParameter", "RedisParameter"):
      del template["Resources"][name]
  del template["Outputs"]["MediaUrl"]
  certificate = client("acm").request_certificate(DomainName="api.example")["CertificateArn"]
  client("cloudformation").create_stack(
      StackName="wanzami-api", TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_IAM"],
      Parameters=[{"ParameterKey": "CertificateArn", "ParameterValue": certificate}])
  iam, keys = client("iam"), {}
  for name in ("audit", "operator"):
      policy = json.load(open(root + "/scripts/iam-policy-" + name + ".json"))
      for statement in policy["Statement"]:
          # moto asks with no resource and no condition's values, and knows CloudWatch by its signing name.
          statement.pop("Condition", None)
          actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
          monitoring = ["monitoring:" + one.split(":")[1] for one in actions if one.startswith("cloudwatch:")]
          statement.update(Resource="*", Action=actions + monitoring)
      iam.create_user(UserName=name)
      iam.put_user_policy(UserName=name, PolicyName=name, PolicyDocument=json.dumps(policy))
      made = iam.create_access_key(UserName=name)["AccessKey"]
      keys[name] = [made["AccessKeyId"], made["SecretAccessKey"]]
  print(json.dumps(keys))
  # From now on each request is checked: its key, its signature, its permission.
  urllib.request.urlopen(urllib.request.Request(url + "/moto-api/reset-auth", data=b"0",
                                                headers={"Content-Type": "text/plain"}))
  """
