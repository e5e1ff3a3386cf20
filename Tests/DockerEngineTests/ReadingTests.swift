import Testing

@testable import DockerEngine

@Suite("Reading Dockerfiles, names and answers")
struct ReadingTests {
  @Test(
    "what only BuildKit can build is found with its line",
    arguments: [
      ("FROM a\nRUN --mount=type=cache,target=/x npm ci\n", .mount, 2),
      ("FROM a\n# note\nRUN \\\n  --mount=type=secret,id=x \\\n  cat\n", .mount, 3),
      ("FROM a\nRUN <<EOF\necho\nEOF\n", .heredoc, 2),
      ("FROM a\nRUN cat <<-'END' > /x\nhi\nEND\n", .heredoc, 2),
      ("FROM a\nCOPY <<EOF /x\nhi\nEOF\n", .heredoc, 2),
      ("FROM a\ncopy --link a b\n", .copyOption, 2),
      ("FROM a\nCOPY --chmod=755 a b\n", .copyOption, 2),
      ("FROM a\nRUN --network=none x\n", .runOption, 2),
      ("FROM a\nONBUILD RUN --mount=type=cache,target=/x x\n", .mount, 2),
      ("# escape=`\nFROM a\nRUN `\n  --mount=type=cache,target=/x x\n", .mount, 3),
      ("FROM --platform=$BUILDPLATFORM a\n", .platformVariable, 1),
    ] as [(String, DockerfileFinding.Feature, Int)])
  func needsBuildKit(_ text: String, _ feature: DockerfileFinding.Feature, _ line: Int) {
    let finding = dockerfileFinding(text)
    #expect(finding?.feature == feature)
    #expect(finding?.line == line)
  }

  @Test(
    "what the classic builder can build is no finding",
    arguments: [
      "# syntax=docker/dockerfile:1\nFROM a\nCOPY --from=a --chown=1:1 a b\nRUN npm ci\n",
      "FROM a\nRUN test $((1 << 3)) = 8 && cat <<<word\n",
      "FROM a\n# RUN --mount=type=cache x\nRUN echo --mount\n",
      "FROM a\nENV X=<<EOF\n", "", "FROM --platform=linux/amd64 a\nARG TARGETARCH\nRUN x\n",
      "# escape=`\nFROM a\nRUN echo \\\nRUN echo\n",
    ])
  func classic(_ text: String) {
    #expect(dockerfileFinding(text) == nil)
  }

  @Test(
    "the images that a Dockerfile builds on are found, their variables put in",
    arguments: [
      ("FROM node:20 AS build\nFROM scratch\nCOPY --from=build /a /b\n", [:], nil, ["node:20"], []),
      ("ARG V=20\nFROM node:$V\nFROM node:${V}-slim\n", [:], nil, ["node:20", "node:20-slim"], []),
      ("ARG V=20\nFROM node:$V\n", ["V": "22"], nil, ["node:22"], []),
      ("ARG R\nFROM ${R:-docker.io/library}/node\n", [:], nil, ["docker.io/library/node"], []),
      ("ARG R\nFROM ${R:+$R/}node\n", ["R": "reg.example"], nil, ["reg.example/node"], []),
      ("ARG R=\"reg.example\"\nARG I=$R/a\nFROM $I\n", [:], nil, ["reg.example/a"], []),
      ("ARG R\nFROM $R/a\nFROM b\n", [:], nil, ["b"], ["$R/a"]),
      ("FROM a\nARG V=1\nFROM b:$V\n", [:], nil, ["a"], ["b:$V"]),
      (
        "FROM --platform=linux/arm64 a AS One\nFROM one\nCOPY --from=reg.example/c:1 /x /\n", [:], nil,
        ["a", "reg.example/c:1"], []
      ),
      ("FROM a\nFROM b\nCOPY --from=0 /x /\n", [:], nil, ["a", "b"], []),
      ("FROM a AS x\nFROM b AS y\nFROM c\n", [:], "y", ["a", "b"], []),
      ("FROM a\nFROM b\nFROM c\n", [:], "1", ["a", "b"], []),
    ] as [(String, [String: String], String?, [String], [String])])
  func bases(
    _ text: String, _ arguments: [String: String], _ target: String?, _ names: [String], _ unknown: [String]
  ) {
    let found = DockerfileBases(dockerfile: text, buildArgs: arguments, target: target)
    #expect(found.names == names)
    #expect(found.unknown == unknown)
  }

  @Test("BuildKit's platform variables get their values where the Dockerfile names them without one")
  func platformArguments() throws {
    let text = "FROM a\nARG TARGETARCH BUILDPLATFORM\nARG TARGETOS=plan9\nARG TARGETVARIANT\n"
    let found = dockerfilePlatformArguments(
      text, target: try #require(Platform("linux/arm/v7")), builder: try #require(Platform("linux/x86_64")))
    #expect(found == ["TARGETARCH": "arm", "BUILDPLATFORM": "linux/amd64", "TARGETVARIANT": "v7"])
  }

  @Test(
    "a refusal's words give its kind",
    arguments: [
      ("unauthorized: authentication required", .unauthorized),
      ("denied: requested access to the resource is denied", .unauthorized),
      ("denied: Your authorization token has expired. Reauthenticate and try again.", .unauthorized),
      ("no basic auth credentials", .noCredentials),
      (
        "tag invalid: The image tag 'a' already exists and cannot be overwritten because the tag is immutable.",
        .tagImmutable
      ),
      ("Get \"http://127.0.0.1:5999/v2/\": dial tcp 127.0.0.1:5999: connect: connection refused", .unreachable),
      ("Get \"https://host/v2/\": dial tcp: lookup host: no such host", .unreachable),
      ("name unknown: The repository with name 'x' does not exist in the registry with id '1'", .repositoryUnknown),
      ("manifest unknown: manifest unknown", .manifestUnknown),
      ("An image does not exist locally with the tag: x", .notInEngine),
      ("unsupported: The operation is unsupported.", .readOnly),
      (
        "error parsing HTTP 405 response body: invalid character 'M' looking for beginning of value: "
          + "\"Method not allowed\\n\"", .readOnly
      ),
      ("error parsing HTTP 503 response body: invalid character '<': \"<html></html>\"", .failing),
      ("toomanyrequests: Rate exceeded", .throttled),
      ("received unexpected HTTP status: 503 Service Unavailable", .failing),
      ("write /var/lib/docker/tmp/x: no space left on device", .diskFull),
      ("Put \"http://127.0.0.1:5000/v2/a\": EOF", .unreachable),
      ("failed to find image 127.0.0.1:5000/a:b: image not known", .notInEngine),
      ("something else", .other),
    ] as [(String, RegistryFailure)])
  func kinds(_ message: String, _ kind: RegistryFailure) {
    #expect(RegistryFailure(message: message) == kind)
  }

  @Test(
    "an image reference is read as docker reads it",
    arguments: [
      ("app", nil, "app", nil, nil),
      ("team/app:1", nil, "team/app", "1", nil),
      ("localhost/app", "localhost", "app", nil, nil),
      ("127.0.0.1:5000/a/b:v1", "127.0.0.1:5000", "a/b", "v1", nil),
      ("reg.example/app:1@sha256:\(digits)", "reg.example", "app", "1", "sha256:\(digits)"),
    ] as [(String, String?, String, String?, String?)])
  func reference(_ text: String, _ registry: String?, _ repository: String, _ tag: String?, _ digest: String?) {
    let read = ImageReference(text)
    #expect(read == ImageReference(registry: registry, repository: repository, tag: tag, digest: digest))
    #expect(read?.description == text)
  }

  private static let digits = String(repeating: "a1", count: 32)

  @Test("what is no reference is none", arguments: ["", "App", "a:", "a@sha256:1", "a b", "reg.example/"])
  func noReference(_ text: String) {
    #expect(ImageReference(text) == nil)
  }

  @Test("a registry is asked over plain HTTP on loopback only")
  func places() throws {
    let cases = [
      ("127.0.10.7:5000/a", "http://127.0.10.7:5000", "a"), ("localhost:5000/a", "http://localhost:5000", "a"),
      ("127.example.com/a", "https://127.example.com", "a"), ("app", "https://registry-1.docker.io", "library/app"),
      ("team/app", "https://registry-1.docker.io", "team/app"),
    ]
    for (text, base, repository) in cases {
      let place = RegistryPlace(try #require(ImageReference(text)))
      #expect(place.base == base)
      #expect(place.repository == repository)
    }
  }

  @Test("a token is asked where the challenge says, never over plain HTTP to another machine")
  func challenge() {
    let header =
      "Bearer realm=\"https://auth.example/token\",service=\"reg.example\", scope=\"repository:a/b:pull,push\""
    let url = "https://auth.example/token?service=reg.example&scope=repository%3Aa%2Fb%3Apull%2Cpush"
    #expect(BearerChallenge(header)?.url == url)
    #expect(BearerChallenge("Bearer realm=\"http://127.0.0.1:9/token\"")?.url == "http://127.0.0.1:9/token")
    #expect(BearerChallenge("Bearer realm=\"http://127.0.0.1:9/token\"")?.isSafe == true)
    #expect(BearerChallenge("Bearer realm=\"https://auth.example/token\"")?.isSafe == true)
    #expect(BearerChallenge("Bearer realm=\"http://auth.example/token\"")?.isSafe == false)
    #expect(BearerChallenge("Basic realm=\"x\"") == nil)
  }

  @Test("the lines of the failing step are kept wherever they were cut, without colours")
  func stepOutput() {
    var output = StepOutput()
    for piece in ["Step 1/2 : FROM a\n", " ---> 12\nStep 2/2 : RUN x\nfi", "rst\n\u{1B}[91msecond\n\u{1B}[0m", "last"] {
      output.append(piece)
    }
    let failure = output.failure("no", exitCode: 1)
    #expect(failure.step == "Step 2/2 : RUN x")
    #expect(failure.lastLines == ["first", "second", "last"])
    for number in 1...30 { output.append("line \(number)\n") }
    #expect(output.failure("no", exitCode: nil).lastLines.first == "line 11")
  }

  @Test("podman's steps, and its words for a step's status, are read too")
  func podmanOutput() {
    var output = StepOutput()
    for piece in ["[1/2] STEP 1/1: FROM a AS b\n--> 12ab\n", "[2/2] STEP 2/2: RUN x\n", "out\n"] {
      output.append(piece)
    }
    let failure = output.failure("building at STEP \"RUN x\": while running runtime: exit status 3\n", exitCode: nil)
    #expect(failure.step == "[2/2] STEP 2/2: RUN x")
    #expect(failure.lastLines == ["out"])
    #expect(failure.exitCode == 3)
  }

  @Test("log frames lose their heads; a cut frame counts as far as it goes")
  func frames() {
    let frames: [UInt8] = [1, 0, 0, 0, 0, 0, 0, 2, 0x61, 0x62, 2, 0, 0, 0, 0, 0, 0, 9, 0x63]
    #expect(logPayload(frames) == [0x61, 0x62, 0x63])
    #expect(logPayload([1, 0, 0]) == [])
  }

  @Test(
    "a platform is compared by its words, the kernel's names too",
    arguments: [
      ("linux/arm64", "linux/arm64/v8", true), ("linux/aarch64", "linux/arm64", true),
      ("linux/amd64", "linux/arm64", false), ("linux/arm/v7", "linux/arm/v6", false),
    ])
  func platforms(_ asked: String, _ built: String, _ matches: Bool) throws {
    #expect(try #require(Platform(asked)).matches(try #require(Platform(built))) == matches)
  }

  @Test("credentials are shown without their password")
  func redacted() {
    let credentials = RegistryCredentials(user: "ada", password: "hunter2", registry: "reg.example")
    var dumped = ""
    dump(credentials, to: &dumped)
    for text in ["\(credentials)", String(reflecting: credentials), dumped] { #expect(!text.contains("hunter2")) }
  }
}
