import Testing

@testable import Sandbox

@Suite("The last docker run of user data")
struct MachineryUserDataRunTests {
  struct Row: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var script: String
    var image: String?
    var check: @Sendable (UserDataRun) -> Bool = { _ in true }
  }

  static let rows: [Row] = [
    Row(testDescription: "nothing at all", script: "#!/bin/bash\nyum update -y\n", image: nil),
    Row(testDescription: "a run without an image", script: "docker run -d --name api", image: nil),
    Row(testDescription: "a plain run", script: "docker run -d -p 4000:4000 repo/api:1", image: "repo/api:1") {
      $0.ports == [.init(host: 4000, container: 4000)]
    },
    Row(
      testDescription: "line continuations, quotes and many options",
      script: """
        #!/bin/bash
        set -eux
        aws ecr get-login-password | docker login --username AWS --password-stdin 127.0.0.1:5000
        docker run -d --restart unless-stopped --name "wanzami api" \\
          -p 127.0.0.1:80:4000/tcp \\
          --env-file /etc/wanzami.env -e 'GREETING=hello  world' --env=MODE="a b" \\
          --log-driver=awslogs --memory 512m --init \\
          127.0.0.1:5000/wanzami-api@sha256:abc node "server js"
        """, image: "127.0.0.1:5000/wanzami-api@sha256:abc"
    ) {
      $0.restart == "unless-stopped" && $0.name == "wanzami api" && $0.ports == [.init(host: 80, container: 4000)]
        && $0.environmentFiles == ["/etc/wanzami.env"] && $0.environment == ["GREETING=hello  world", "MODE=a b"]
        && $0.ignored == ["--log-driver=awslogs", "--memory 512m"] && $0.command == ["node", "server js"]
    },
    Row(testDescription: "the last of several", script: "docker run a\ndocker run b; docker stop b\n", image: "b"),
    Row(
      testDescription: "a comment and an echo do not count",
      script: "docker run real # docker run comment\n# docker run old\necho docker run talk\n", image: "real"),
    Row(
      testDescription: "sudo, a path and the long form", script: "sudo -E /usr/bin/docker container run x", image: "x"),
    Row(testDescription: "a chain", script: "docker pull x && docker run x || exit 1", image: "x"),
    Row(
      testDescription: "variables of the script",
      script: "IMAGE=\"host/api@sha256:1\"\nexport OPTS='-d -p 80:4000'\ndocker run $OPTS ${IMAGE}",
      image: "host/api@sha256:1"
    ) { $0.ports == [.init(host: 80, container: 4000)] },
    Row(testDescription: "a default value", script: "docker run ${IMAGE:-api:2}", image: "api:2"),
    Row(testDescription: "a substitution", script: "ID=$(docker run -d \"api:3\")\ndocker logs $ID", image: "api:3"),
    Row(
      testDescription: "redirections", script: "docker run -d api:4 >/var/log/x 2>&1 &", image: "api:4"
    ) { $0.command.isEmpty },
    Row(
      testDescription: "a unit file in a here-document, with an apostrophe",
      script: """
        cat > /etc/systemd/system/api.service <<'UNIT'
        # don't restart
        [Service]
        ExecStart=/usr/bin/docker run --rm -p 4000:4000 api:5
        UNIT
        systemctl start api
        """, image: "api:5"
    ) { $0.ports == [.init(host: 4000, container: 4000)] },
    Row(testDescription: "joined short options", script: "docker run -dp4000:80 -eA=1 -it api", image: "api") {
      $0.ports == [.init(host: 4000, container: 80)] && $0.environment == ["A=1"]
    },
    Row(
      testDescription: "what cannot be honoured is listed",
      script: "docker run -p 53:53/udp -p 4000 -e HOME --network host --privileged --detach=true api", image: "api"
    ) { $0.ignored == ["-p 53:53/udp", "-p 4000", "-e HOME", "--network host", "--privileged"] && $0.ports.isEmpty },
    Row(testDescription: "an unknown option takes its value", script: "docker run --gizmo on api", image: "api") {
      $0.ignored == ["--gizmo on"]
    },
    Row(testDescription: "an unclosed quote ends with the script", script: "docker run api 'x", image: "api"),
  ]

  @Test("the last docker run decides image, ports, environment and restart", arguments: rows)
  func table(row: Row) {
    let run = UserDataRun(userData: Array(row.script.utf8))
    #expect(run?.image == row.image)
    if let run { #expect(row.check(run), "\(run)") }
  }

  @Test("no bytes make the parser trap or run on for ever", arguments: [UInt64(1), 2, 3])
  func arbitraryBytes(seed: UInt64) {
    var state = seed
    func draw(below bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(bound))
    }
    let alphabet = Array("docker run -p 1:2 \"'\\$(){}`<<EOF\n#;&|= api".utf8)
    for _ in 0..<1000 {
      _ = UserDataRun(userData: (0..<draw(below: 80)).map { _ in alphabet[draw(below: alphabet.count)] })
    }
  }
}
