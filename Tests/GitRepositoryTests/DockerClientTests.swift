import GitRepository
import RealParts
import Synchronization
import Testing

/// What Docker's own client sends for a checked-out commit, recorded by a socket that takes its build for an Engine.
private func sentByDocker(_ context: String, dockerfile: String) async throws -> [TarEntry] {
  let folder = try TemporaryFolder("client")
  let body = Mutex<[UInt8]>([])
  let server = try LoopbackServer(unixSocket: folder.path + "/docker.sock") { connection in
    while let request = connection.request() {
      let headers = ["Api-Version: 1.41", "OSType: linux", "Content-Type: application/json"]
      if request.head.hasPrefix("HEAD") {
        connection.send("HTTP/1.1 200 OK\r\n" + headers.joined(separator: "\r\n") + "\r\nContent-Length: 0\r\n\r\n")
      } else if request.head.contains("/build?") {
        body.withLock { $0 = request.body }
        connection.answer("{\"aux\":{\"ID\":\"sha256:00\"}}\r\n{\"stream\":\"built\"}\r\n", headers: headers)
      } else {
        connection.answer("OK", headers: headers)
      }
    }
  }
  defer { withExtendedLifetime(server) {} }
  let environment = [
    "DOCKER_HOST": "unix://\(folder.path)/docker.sock", "DOCKER_BUILDKIT": "0", "HOME": folder.path,
    "DOCKER_CONFIG": folder.path, "PATH": currentEnvironment()["PATH"] ?? "/usr/bin:/bin",
  ]
  let ended = try await Program.run(
    ["docker", "build", "-q", "-f", "\(context)/\(dockerfile)", context], environment: environment)
  guard ended.status == 0 else { throw FixtureFailure(ended.everything) }
  return try tarEntries(body.withLock { $0 })
}

private func sentByUs(
  _ fixture: GitFixture, _ commit: String, _ folder: String, _ dockerfile: String
) async throws -> [TarEntry] {
  let bytes = Mutex<[UInt8]>([])
  let repository = try await GitRepository.open(fixture.path)
  try await repository.streamContext(commit: commit, folder: folder, dockerfile: dockerfile) { piece in
    bytes.withLock { $0 += piece }
  }
  return try tarEntries(bytes.withLock { $0 })
}

/// Without the time, which is the work tree's for Docker's client, and one for all for us.
private func timeless(_ entries: [TarEntry]) -> Set<TarEntry> {
  Set(
    entries.map { entry in
      var entry = entry
      entry.modifiedAt = 0
      return entry
    })
}

@Suite("The context that Docker's own client sends", .enabled(if: Command.exists("docker"), "no docker client here"))
struct DockerClientTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var ignore: String
    var dockerfile = "Dockerfile"

    var testDescription: String { ignore.debugDescription }
  }

  /// One tree for all cases: names that a pattern of some kind tells from their neighbours.
  static let tree: [String: GitFixture.Entry] = [
    "Dockerfile": "FROM scratch\nCOPY . /\n", "docker/Dockerfile": "FROM scratch\n", "docker/other": "1",
    "README.md": "1", "docs/README.md": "2", "docs/deep/README.md": "3", "docs/deep/er/note.txt": "4", "a": "5",
    "src/a.js": "6", "src/a.test.js": "7", "src/lib/b.js": "8", "src/lib/b.test.js": "9", "src/.hidden": "10",
    "node_modules/x/index.js": "11", "packages/one/node_modules/y": "12", "packages/one/index.js": "13",
    "packages/two/my_node_modules/z": "14", ".env": "15", "packages/one/.env.local": "16", "#comment": "17",
    "!mark": "18", "with space": "19", "[slug].tsx": "20", "a+b.(c)": "21", "häuser/日本.txt": "22", "back\\slash": "23",
    "star*": "24", "new\nline": "25", "run": .executable("#!/bin/sh\n"), "empty": "", "temp": "26", "tempa": "27",
    "link": .symlink(to: "src/a.js"), "dangling": .symlink(to: "nowhere"), "folder": .symlink(to: "src"),
    "absolute": .symlink(to: "/etc/hostname"), "src/far": .symlink(to: String(repeating: "../", count: 50) + "x"),
    "packages/" + String(repeating: "n", count: 150): "28", "x|y": "29", "{a,b}": "30", "$cash": "31",
  ]

  static let cases: [Case] =
    [
      "", "# nothing\n\n   \n", "*", ".", "/", "..", "temp", "/temp", "temp/", "./temp", "temp?", "tem*", "TEMP",
      "*.md", "**/*.md", "docs/*.md", "docs/**", "docs/**/*.md", "docs/*/README.md", "*/*/*", "**/README.md",
      "**/node_modules", "node_modules", "**/.env*", ".*", "**/.*", "src/**/*.test.js", "**/b.*", "docs/deep",
      "*\n!src", "*\n!src/", "*\n!/src", "*\n!src/**", "*\n!src/lib", "*\n!src/lib/b.js", "*\n!**/*.md",
      "*\n!docs/**/*.md", "docs\n!docs/README.md", "docs\n!docs/deep/README.md\ndocs/deep/er",
      "docs/*\n!docs/README.md",
      "docs/**\n!docs/deep/er", "*.md\n!README.md", "*.md\n!README*.md\nREADME.md", "!README.md\n*.md", "!src\n*",
      "**/node_modules\n!packages/one/node_modules", "packages\n!packages/*/index.js", "packages\n!packages/one/*.js",
      "\u{FEFF}temp\r\ndocs\r\n", "  temp  \n\tdocs\t\n", "#comment", "\\#comment", " #comment", "\\!mark", "!mark",
      "! src\n*", "with space", "with\\ space", "[slug].tsx", "\\[slug\\].tsx", "*[sS]lug*", "[^a-z]*", "[a-c]*",
      "[!a]*", "häuser", "h*user", "h?user", "日本.txt", "**/日*", "back\\\\slash", "star\\*",
      "star*", "new*line", "*.js\n**/*.js", "src/../temp", "src//a.js", "../temp", "link", "folder",
      "folder/a.js", "dangling\nabsolute", "src/far", "packages/n*", "run\nempty", "Dockerfile", "Dockerfile*",
      ".dockerignore", ".dockerignore\nDockerfile\n*", "**/Dockerfile", "x|*", "{a,b}", "{a*", "$cash", "$*",
      "**/**", "***", "a**", "s**c", "s**/a.js", "?", "??", "\\a", "[[:alpha:]]",
      "src\n!src/lib\nsrc/lib/b.js\n!src/lib/b.js",
    ].map { Case(ignore: $0) }
    + ["", "docker", "docker/*", "docker\n!docker/other", "**/Dockerfile"].map {
      Case(ignore: $0, dockerfile: "docker/Dockerfile")
    }

  /// Where clients before 23 matched otherwise: a `**` that is to match the end of a line, an escape that they lack.
  static let newerCases = [
    "**", "**\n!**/*.md", "a+b.(c)", "a+b*", "*(c)", "new**", "**line", "x|y", "**/", "/**", "**a", "docs/**\n!docs",
  ].map { Case(ignore: $0) }

  static let isNewClient = version(of: "docker") ?? 0 >= 23

  /// Of `Docker version 28.2.2, build …` the first number.
  private static func version(of client: String) -> Int? {
    let words = (try? Command.run([client, "--version"]))?.text.split(separator: " ") ?? []
    return words.dropFirst(2).first?.split(separator: ".").first.flatMap { Int($0) }
  }

  /// Clients before 23 have BuildKit's own side in them, later ones as a plugin.
  static let buildKitClient = ["docker", "/usr/bin/docker"].first { client in
    guard let version = version(of: client) else { return false }
    return version < 23 || (try? Command.run([client, "buildx", "version"]))?.status == 0
  }

  @Test(
    "the same for patterns that newer clients match otherwise", .enabled(if: isNewClient, "an old docker client here"),
    arguments: newerCases)
  func sameAsNewer(_ example: Case) async throws { try await same(example) }

  @Test("for every ignore file we send the same files: names, modes, links, owner, contents", arguments: cases)
  func same(_ example: Case) async throws {
    let fixture = try GitFixture()
    var tree = DockerClientTests.tree
    tree[".dockerignore"] = .file(example.ignore)
    let commit = try fixture.commit(tree)
    let theirs = timeless(try await sentByDocker(fixture.path, dockerfile: example.dockerfile))
      .filter { !$0.path.hasPrefix(".git/") }
    let ours = timeless(try await sentByUs(fixture, commit, "", example.dockerfile))
    #expect(ours.subtracting(theirs) == [], "sent by us alone")
    #expect(theirs.subtracting(ours) == [], "sent by Docker alone")
  }

  @Test("where there is no ignore file, and where it is a link, all is as Docker has it")
  func otherIgnoreFiles() async throws {
    let fixture = try GitFixture()
    var tree: [String: GitFixture.Entry] = [:]
    for (path, entry) in DockerClientTests.tree { tree["app/\(path)"] = entry }
    tree["ignored-by-all"] = "docs\nsrc\n"
    let without = try fixture.commit(tree)
    let app = fixture.path + "/app"
    #expect(
      timeless(try await sentByUs(fixture, without, "app", "Dockerfile"))
        == timeless(try await sentByDocker(app, dockerfile: "Dockerfile")))
    let linked = try fixture.commit(["app/.dockerignore": .symlink(to: "../ignored-by-all")])
    let ours = timeless(try await sentByUs(fixture, linked, "app", "Dockerfile"))
    #expect(ours == timeless(try await sentByDocker(app, dockerfile: "Dockerfile")))
    #expect(!ours.contains { $0.path.hasPrefix("docs/") })
    let dangling = try fixture.commit(["app/.dockerignore": .symlink(to: "nowhere")])
    #expect(
      timeless(try await sentByUs(fixture, dangling, "app", "Dockerfile"))
        == timeless(try await sentByDocker(app, dockerfile: "Dockerfile")))
  }

  @Test("a pattern that Docker refuses, we refuse", arguments: ["[a", "a[", "!", "!/", "a\\b/[", "[]a]", "[a-"])
  func refused(_ pattern: String) async throws {
    let fixture = try GitFixture()
    let commit = try fixture.commit([
      "Dockerfile": "FROM scratch\n", ".dockerignore": .file("x\n\(pattern)\n"), "a": "1",
    ])
    await #expect(throws: FixtureFailure.self) { try await sentByDocker(fixture.path, dockerfile: "Dockerfile") }
    await #expect(throws: GitError.wrongIgnorePattern(pattern: pattern, file: ".dockerignore", line: 2)) {
      try await sentByUs(fixture, commit, "", "Dockerfile")
    }
  }

  /// What of the context comes into an image: of one that Docker's own client built with BuildKit, and of one that the
  /// classic builder built from what we send. (That one leaves an empty folder where it takes a Dockerfile out again, with
  /// Docker's client as with us; so no case has a folder with nothing but an ignored Dockerfile.)
  @Test(
    "a Dockerfile's own ignore file goes before .dockerignore, as in Docker's default builder",
    .enabled(if: RealEngine.canRun && buildKitClient != nil, "no Engine here, or no docker client with BuildKit"),
    arguments: [
      ["Dockerfile.dockerignore": "b\n", ".dockerignore": "a\n"], [".dockerignore": "a\n"],
      ["Dockerfile.dockerignore": ""],
      ["Dockerfile.dockerignore": "Dockerfile*\n.dockerignore\n", ".dockerignore": "a\n"],
      [
        "docker/Dockerfile.dockerignore": "*\n!b\n!docker/kept\n", "Dockerfile.dockerignore": "b\n",
        ".dockerignore": "a\n",
      ],
      ["docker/Dockerfile.dockerignore": "docker\n!docker/kept\n"],
      [
        "docker/.dockerignore": "a\n", "Dockerfile.dockerignore": "b\n",
        "docker/Dockerfile": "FROM scratch\nCOPY . /all/\n",
      ],
    ])
  func ignoreFileOfDockerfile(_ files: [String: String]) async throws {
    let engine = try await RealEngine.running()
    let isInFolder = files.keys.contains { $0.hasPrefix("docker/") }
    let dockerfile = isInFolder ? "docker/Dockerfile" : "Dockerfile"
    let fixture = try GitFixture()
    var tree: [String: GitFixture.Entry] = ["a": "1", "b": "2", "c": "3", "docker/kept": "4", "docker/other": "5"]
    tree[dockerfile] = "FROM scratch\nCOPY . /all/\n"
    for (path, text) in files { tree[path] = .file(text) }
    let commit = try fixture.commit(tree)
    let folder = try TemporaryFolder()
    let archive = folder.path + "/context.tar"
    let bytes = Mutex<[UInt8]>([])
    try await GitRepository.open(fixture.path).streamContext(commit: commit, folder: "", dockerfile: dockerfile) {
      piece in
      bytes.withLock { $0 += piece }
    }
    try folder.write("context.tar", bytes.withLock { $0 })
    try Command.check(["rm", "-rf", "\(fixture.path)/.git"])

    let name = "wanzami-ignore-\(UInt32.random(in: 0...UInt32.max))"
    var environment = ["DOCKER_HOST": engine.dockerHost, "HOME": folder.path, "DOCKER_CONFIG": folder.path]
    environment["PATH"] = currentEnvironment()["PATH"]
    defer { _ = try? Command.run(["docker", "image", "rm", "--force", name], environment: environment) }
    let client = try #require(DockerClientTests.buildKitClient)
    environment["DOCKER_BUILDKIT"] = "1"
    let theirs = "\(folder.path)/theirs.tar"
    try Command.check(
      [client, "build", "-q", "-o", "type=tar,dest=\(theirs)", "-f", "\(fixture.path)/\(dockerfile)", fixture.path],
      environment: environment)
    environment["DOCKER_BUILDKIT"] = "0"
    let ours = "\(folder.path)/ours.tar"
    try Command.check(
      [
        "sh", "-ec",
        """
        docker build -q -t \(name) -f \(dockerfile) - <\(archive)
        id=$(docker create \(name) none)
        docker export --output \(ours) "$id"
        docker rm "$id"
        """,
      ], environment: environment)
    func paths(_ file: String) throws -> [String] {
      try Command.check(["tar", "-tf", file]).text.split(separator: "\n").map(String.init)
        .filter { $0.hasPrefix("all/") }.sorted()
    }
    let expected = try paths(theirs)
    #expect(expected.contains("all/c") || expected.contains("all/b"), "\(expected)")
    #expect(try paths(ours) == expected)
  }

  @Test("every time is the same, so that equal trees give equal bytes")
  func oneTime() async throws {
    let fixture = try GitFixture()
    let commit = try fixture.commit(DockerClientTests.tree)
    #expect(Set(try await sentByUs(fixture, commit, "", "Dockerfile").map(\.modifiedAt)) == [315_619_200])
  }
}
