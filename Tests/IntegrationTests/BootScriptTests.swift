import AWSClient
import AWSWire
import DockerEngine
import Foundation
import HTTPTransport
import RealParts
import ReleaseCore
import Sandbox
import Testing

private let canBoot =
  Command.isRoot && RealEngine.canRun && RealRegistry.isInstalled && Command.exists("debootstrap")
private let python = currentEnvironment()["WANZAMI_PYTHON"]
private let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").path()

/// `scripts/user-data.sh` as an instance runs it at its first boot: in a clean Debian with an Engine that the script
/// installs itself, against the sandbox's ECR, a real registry, and instance metadata on loopback.
@Suite(
  "The boot script, run", .serialized,
  .enabled(if: canBoot, "not root, or no Engine, docker-registry or debootstrap here"))
struct BootScriptTests {

  @Test(
    "a clean machine installs the Engine, logs in by its role, takes its environment from AWS, and runs the image",
    .enabled(if: python != nil, "no Python with moto: name one in WANZAMI_PYTHON"))
  func wholeBoot() async throws {
    let aws = try await EmulatedMachine.start()
    let parameters = try ParameterServer(python: try #require(python))
    let image = try await aws.pushImage()
    let settings = [
      "PORT": "\(image.port)", "ENV_PARAMETERS": "/wanzami-api", "DATABASE_SECRET": "wanzami-api-database",
      "ENV_FILE": "/etc/service.env",
    ]
    let script = try aws.script(image: image.pinned, repository: image.repository, settings)
    let checks = """
      echo "file: $(stat -c '%a %U' /etc/service.env)"
      sort /etc/service.env | sed 's/^/env: /'
      docker inspect wanzami-api --format \
        'run: {{.State.Status}} {{.HostConfig.RestartPolicy.Name}} {{.Config.Image}} {{.HostConfig.LogConfig.Type}}'
      echo "page: $(\(EmulatedMachine.get("http://127.0.0.1:\(image.port)/")))"
      echo "left: $(ls -d /root/.docker /tmp/tmp.* 2>/dev/null)"
      until [ -s /tmp/console ]; do :; done
      sed 's/^/console: /' /tmp/console
      """
    let boot = try await aws.boot(
      script, then: checks,
      with: ["AWS_ENDPOINT_URL_SSM": parameters.url, "AWS_ENDPOINT_URL_SECRETSMANAGER": parameters.url])
    let lines = boot.output.split(separator: "\n").map(String.init)
    #expect(lines.contains("user data: 0"), "\(boot.everything)")
    #expect(lines.contains("wanzami: installing docker"))
    #expect(lines.contains("wanzami: wanzami-api answers 200 on /api/health"))
    #expect(lines.contains("file: 600 root"))
    #expect(
      lines.filter { $0.hasPrefix("env: ") } == [
        "env: BODY=from Parameter Store = ü", "env: DATABASE_DBNAME=app", "env: DATABASE_ENGINE=postgres",
        "env: DATABASE_HOST=db.example", "env: DATABASE_PASSWORD=p@ss/word", "env: DATABASE_PORT=5432",
        "env: DATABASE_URL=postgres://app:p%40ss%2Fword@db.example:5432/app", "env: DATABASE_USERNAME=app",
      ] + (1...11).map { "env: MORE_\($0 < 10 ? "0" : "")\($0)=\($0)" }, "several pages of parameters")
    #expect(lines.contains("run: running always \(image.pinned) json-file"))
    #expect(lines.contains("page: 200 from Parameter Store = ü"))
    #expect(lines.contains("left: "), "no login and no working file stays behind")
    #expect(lines.contains("console: serving on \(image.port)"))
    for secret in ["p@ss/word", "p%40ss", aws.registryPassword] {
      let console = lines.filter { !$0.hasPrefix("env: ") }.joined(separator: "\n") + boot.errors
      #expect(!console.contains(secret))
    }
    await aws.stop()
  }

  /// Amazon Linux as far as the script can tell: `dnf` brings the Engine by its name there, and there is no `apt-get`. It
  /// installs Debian's own packages, and its first mirror does not answer.
  private static let dnf = """
    mv /usr/bin/apt-get /usr/bin/apt-get.debian
    cat >/usr/bin/dnf <<'DNF'
    #!/bin/sh
    echo "$*" >>/tmp/dnf.log
    [ "$(wc -l </tmp/dnf.log)" -gt 1 ] || { echo "Curl error (28): Timeout was reached" >&2; exit 1; }
    for name; do :; done
    [ "$name" != docker ] || name=docker.io
    apt-get.debian -q update >/dev/null
    apt-get.debian -q -y install --no-install-recommends "$name" >/dev/null
    DNF
    chmod +x /usr/bin/dnf

    """

  @Test("a service that does not come up ends the boot with an error and its last lines, where dnf brought the Engine")
  func unhealthy() async throws {
    let aws = try await EmulatedMachine.start()
    let image = try await aws.pushImage()
    let script = try aws.script(
      image: image.pinned, repository: image.repository, ["PORT": "\(image.port)", "START_WITHIN": "2"])
    let boot = try await aws.boot(
      script, first: Self.dnf + "printf 'HEALTH_STATUS=500\\n' >/etc/wanzami.env; chmod 600 /etc/wanzami.env",
      then: "sed 's/^/dnf: /' /tmp/dnf.log")
    let lines = boot.output.split(separator: "\n").map(String.init)
    let installed = lines.filter { $0.hasPrefix("dnf: ") }.prefix(3)
    #expect(installed == ["dnf: -q -y install python3", "dnf: -q -y install python3", "dnf: -q -y install docker"])
    #expect(lines.contains("wanzami: failed, turn 1 of 5: dnf -q"))
    #expect(lines.contains("container: serving on \(image.port)"), "\(boot.everything)")
    #expect(
      lines.contains(
        "wanzami: wanzami-api does not answer 200 on /api/health after 2 s (last: 500); container running, exit 0, "
          + "0 restarts"))
    #expect(lines.contains("wanzami: user data FAILED with exit 1"))
    #expect(lines.contains("user data: 1"))
    await aws.stop()
  }

  @Test("an image that is not there is asked for again and again, and then named")
  func missingImage() async throws {
    let aws = try await EmulatedMachine.start()
    let image = try await aws.pushImage()
    let missing = "\(image.repository)@sha256:\(String(repeating: "0", count: 64))"
    let boot = try await aws.boot(try aws.script(image: missing, repository: image.repository, [:]))
    let lines = boot.output.split(separator: "\n").map(String.init)
    #expect(lines.filter { $0.hasPrefix("wanzami: failed, turn") }.count == 7, "\(boot.everything)")
    #expect(boot.errors.contains("manifest unknown"))
    #expect(lines.contains("wanzami: there is no /etc/wanzami.env, so the container gets no environment"))
    #expect(lines.contains("wanzami: \(missing) could not be pulled"))
    #expect(lines.contains("user data: 1"))
    await aws.stop()
  }

  @Test("before there is any image, a page answers the health path, without an Engine and without AWS")
  func firstLight() async throws {
    let port = try ClosedPort().port
    let image = "111122223333.dkr.ecr.eu-north-1.amazonaws.com/wanzami-api:none-yet"
    let folder = try TemporaryFolder("boot")
    let script = try folder.write("user-data", try EmulatedMachine.rendered(image: image, ["PORT": "\(port)"]))
    let address = "http://127.0.0.1:\(port)"
    let boot = try await EmulatedMachine.boot(
      script,
      then: """
        echo "health: $(\(EmulatedMachine.get(address + "/api/health")))"
        echo "else: $(\(EmulatedMachine.get(address + "/")))"
        command -v docker || echo "no Engine"
        """, environment: currentEnvironment())
    let lines = boot.output.split(separator: "\n").map(String.init)
    #expect(lines.contains("user data: 0"), "\(boot.everything)")
    #expect(lines.contains(#"health: 200 {"status":"ok","release":null}"#))
    #expect(lines.contains("else: 503 no release yet"))
    #expect(lines.contains("no Engine"))
  }
}

@Suite("The boot script, read")
struct BootScriptReadingTests {
  private static let repository = "111122223333.dkr.ecr.eu-north-1.amazonaws.com/wanzami-api"

  @Test("a release puts its image into it, by its place or by the image that stands there, and the sandbox finds it")
  func released() throws {
    let script = Array(try Data(contentsOf: URL(filePath: "\(root)/scripts/user-data.sh")))
    let digest = try #require(Digest("sha256:" + String(repeating: "7", count: 64)))
    let placed = try UserData.render(script, repository: Self.repository, to: digest)
    let inTemplate = Array(try EmulatedMachine.rendered(image: "\(Self.repository):none-yet", [:]).utf8)
    #expect(try UserData.repin(inTemplate, repository: Self.repository, to: digest) == placed)
    #expect(UserData.pinnedDigest(in: inTemplate, repository: Self.repository) == nil)
    #expect(UserData.pinnedDigest(in: placed, repository: Self.repository) == digest)
    #expect(placed.count < UserData.bytesMax - 2000, "little is left for what others add")
    let run = try #require(UserDataRun(userData: placed))
    #expect(run.image == "\(Self.repository)@\(digest)")
    #expect(run.ports == [.init(host: 4000, container: 4000)])
    #expect(run.restart == "always")
    #expect(run.environmentFiles == ["/etc/wanzami.env"])
    #expect(run.name == "wanzami-api")
  }
}

/// What a machine that boots finds: instance metadata, ECR and its registry.
private final class EmulatedMachine: Sendable {
  struct Image: Sendable {
    /// `127.0.0.1:<port>/wanzami-api`.
    var repository: String
    var pinned: String
    /// Where its container listens, in and out.
    var port: UInt16
  }

  /// The instance role's keys, which the sandbox checks signatures with.
  private static let role = (id: "AKIAROLE", secret: "role/secret+", token: "role//token+=")

  let registryPassword: String
  private let sandbox: Program
  private let metadata: LoopbackServer
  private let endpoint: String
  private let folder: TemporaryFolder
  private let registry: String

  static func start() async throws -> EmulatedMachine {
    var environment = currentEnvironment().filter { !$0.key.hasPrefix("AWS_") }
    environment["AWS_ACCESS_KEY_ID"] = role.id
    environment["AWS_SECRET_ACCESS_KEY"] = role.secret
    environment["AWS_SESSION_TOKEN"] = role.token
    let sandbox = try Program(
      [BuiltProgram.path("wanzami-deploy"), "sandbox", "--registry", "--port", "0"], environment: environment)
    try await sandbox.says("export AWS_DEFAULT_REGION=")
    let endpoint = sandbox.output.split(separator: "\n").first { $0.hasPrefix("export AWS_ENDPOINT_URL=") }
    guard let endpoint = endpoint?.split(separator: "=").last.map(String.init) else {
      throw FixtureFailure("the sandbox names no endpoint: \(sandbox.output)")
    }
    return try await EmulatedMachine(sandbox: sandbox, endpoint: endpoint)
  }

  private init(sandbox: Program, endpoint: String) async throws {
    self.sandbox = sandbox
    self.endpoint = endpoint
    folder = try TemporaryFolder("boot")
    metadata = try LoopbackServer { connection in
      while let (head, _) = connection.request() { EmulatedMachine.answerMetadata(head, on: connection) }
    }
    let token = try await Self.client(endpoint).ecr.getAuthorizationToken()
    registry = String(token.proxyEndpoint.drop { $0 != "/" }.drop { $0 == "/" })
    registryPassword = token.password.revealed
  }

  func stop() async {
    sandbox.signal(SIGTERM)
    _ = try? await sandbox.end(within: .seconds(20))
    folder.remove()
  }

  /// IMDSv2 and nothing older: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-v2-how-it-works.html
  private static func answerMetadata(_ head: String, on connection: LoopbackConnection) {
    let words = head.split(separator: "\r\n")[0].split(separator: " ").map(String.init)
    let path = words[1]
    if words[0] == "PUT", path == "/latest/api/token", field("x-aws-ec2-metadata-token-ttl-seconds", in: head) != nil {
      return connection.answer("session==")
    }
    guard words[0] == "GET", field("x-aws-ec2-metadata-token", in: head) == "session==" else {
      return connection.answer("", status: "401 Unauthorized")
    }
    switch path {
    case "/latest/meta-data/placement/region": connection.answer("eu-north-1")
    case "/latest/meta-data/services/domain": connection.answer("amazonaws.com")
    case "/latest/meta-data/iam/security-credentials/": connection.answer("wanzami-api-role")
    case "/latest/meta-data/iam/security-credentials/wanzami-api-role":
      connection.answer(
        #"{"Code":"Success","AccessKeyId":"\#(role.id)","SecretAccessKey":"\#(role.secret)","Token":"\#(role.token)"}"#)
    default: connection.answer("", status: "404 Not Found")
    }
  }

  private static func client(_ endpoint: String) throws -> AWSClient {
    let environment = AWSEnvironment(
      variables: [
        "AWS_ENDPOINT_URL": endpoint, "AWS_REGION": "eu-north-1", "AWS_ACCESS_KEY_ID": role.id,
        "AWS_SECRET_ACCESS_KEY": role.secret, "AWS_SESSION_TOKEN": role.token,
      ], homeDirectory: "/", readFile: { _ in nil },
      now: { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) },
      sleep: { try await Task.sleep(for: $0) }, random: { 0.5 },
      runProcess: { _ in ProcessOutput(status: 1, standardOutput: []) })
    return AWSClient(
      settings: try AWSSettings(environment: environment, region: nil), environment: environment,
      transport: HTTPTransport())
  }

  /// Pushes an image whose container serves on a port that is free here.
  func pushImage() async throws -> Image {
    let port = try ClosedPort().port
    let real = try await RealEngine.running()
    let engine = try await Engine.connect(to: EngineEndpoint(environment: real.environment), over: HTTPTransport())
    let reference = DockerEngine.ImageReference(
      registry: registry, repository: "wanzami-api", tag: "t\(UInt32.random(in: 0...UInt32.max))")
    let dockerfile = "FROM scratch\nCOPY tiny /tiny\nCMD [\"/tiny\", \"serve\", \"\(port)\"]\n"
    let archive = try BuildContext.archive(
      ["Dockerfile": Array(dockerfile.utf8), "tiny": try TinyProgram.executable()], executable: ["tiny"])
    var build = BuildRequest { write in try write(archive) }
    build.tags = [reference.description]
    _ = try await engine.build(build) { _ in }
    let digest = try await engine.push(
      reference, credentials: RegistryCredentials(user: "AWS", password: registryPassword, registry: registry)
    ) { _ in }
    try await engine.removeImage(reference.description)
    let repository = "\(registry)/wanzami-api"
    return Image(repository: repository, pinned: "\(repository)@\(digest)", port: port)
  }

  /// The script as the product releases it: written with a tag into a template, then repinned.
  func script(image: String, repository: String, _ settings: [String: String]) throws -> String {
    let written = try Self.rendered(image: "\(repository):none-yet", settings)
    let digest = try #require(Digest(String(image.split(separator: "@")[1])))
    let pinned = try UserData.repin(Array(written.utf8), repository: repository, to: digest)
    return try folder.write("user-data", pinned)
  }

  /// The script with its image and other settings, as somebody fills them in.
  static func rendered(image: String, _ settings: [String: String]) throws -> String {
    let text = try String(contentsOf: URL(filePath: "\(root)/scripts/user-data.sh"), encoding: .utf8)
    var isSetting = true
    let lines = text.components(separatedBy: "\n").map { line in
      if line.hasPrefix("# --- the same") { isSetting = false }
      guard isSetting, let name = line.firstMatch(of: /^([A-Z_]+)=/).map({ String($0.1) }) else { return line }
      return settings[name].map { "\(name)=\($0)" } ?? line
    }
    return lines.joined(separator: "\n").replacing(UserData.placeholder, with: image)
  }

  /// Boots a clean machine with the script and then runs `checks` on it.
  func boot(
    _ script: String, first preparation: String = "", then checks: String = "", with variables: [String: String] = [:]
  ) async throws -> Program.Finished {
    var environment = currentEnvironment().filter { !$0.key.hasPrefix("AWS_") && !$0.key.hasPrefix("DOCKER_") }
    environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = metadata.url
    environment["AWS_ENDPOINT_URL_ECR"] = endpoint
    environment["WANZAMI_CONSOLE"] = "/tmp/console"
    environment["RETRY_PAUSE"] = "0"
    return try await Self.boot(
      script, first: preparation, then: checks, environment: environment.merging(variables) { $1 })
  }

  static func boot(
    _ script: String, first preparation: String = "", then checks: String = "", environment: [String: String]
  ) async throws -> Program.Finished {
    try await Program.run(
      [
        "\(root)/scripts/clean-root", "--engine", "--put", "\(script)=/var/lib/user-data", "bash", "-c",
        "\(preparation)\nbash /var/lib/user-data; echo \"user data: $?\"\n\(checks)",
      ], environment: environment, within: .seconds(600))
  }

  /// A command that prints status and body of a page.
  static func get(_ url: String) -> String {
    """
    python3 -c 'import sys, urllib.error, urllib.request
    try:
        answer = urllib.request.urlopen(sys.argv[1])
    except urllib.error.HTTPError as error:
        answer = error
    print(answer.status, answer.read().decode().strip())' \(url)
    """
  }
}

/// Parameter Store and Secrets Manager, played by moto.
private final class ParameterServer: Sendable {
  let url: String
  private let server: ServerProcess
  private let folder: TemporaryFolder

  init(python: String) throws {
    folder = try TemporaryFolder("parameters")
    server = try ServerProcess([python, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"], log: folder.path + "/log")
    url = try server.wait("moto's address") { [server] in
      let words = server.output.split(whereSeparator: \.isWhitespace)
      return words.first { $0.hasPrefix("http://127.0.0.1:") }.map { String($0) }
    }
    let script = try folder.write("setup.py", setup)
    try Command.check([python, script, url])
  }

  deinit { server.stop() }
}

private let setup = """
  import json, sys
  import boto3
  def client(name):
      return boto3.client(name, endpoint_url=sys.argv[1], region_name="eu-north-1",
                          aws_access_key_id="setup", aws_secret_access_key="setup")
  ssm = client("ssm")
  ssm.put_parameter(Name="/wanzami-api/BODY", Value="from Parameter Store = ü", Type="SecureString")
  ssm.put_parameter(Name="/wanzami-api-worker/BODY", Value="another service's", Type="String")
  for number in range(1, 12):
      ssm.put_parameter(Name="/wanzami-api/MORE_%02d" % number, Value=str(number), Type="String")
  client("secretsmanager").create_secret(Name="wanzami-api-database", SecretString=json.dumps({
      "engine": "postgres", "username": "app", "password": "p@ss/word", "host": "db.example", "port": 5432,
      "dbname": "app"}))
  """
