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
      "FROM a\nENV X=<<EOF\n", "",
    ])
  func classic(_ text: String) {
    #expect(dockerfileFinding(text) == nil)
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
    #expect(BearerChallenge("Bearer realm=\"http://auth.example/token\"")?.url == nil)
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
