import RealParts

/// The build context of a commit with many files, from git's objects to the Engine.
struct Context: Benchmark {
  static let name = "context"
  static let about = "the context of a commit, 20,000 files and 1 GB, beside git archive | docker build -"

  /// What may be held beside the largest blob.
  private static let memoryAim = Double(64 << 20)

  func run(_ bench: Bench) async throws -> [Row] {
    let folder = try TemporaryFolder("bench")
    let repository = try BigRepository(
      in: folder, files: bench.isShort ? 1000 : 20_000, bytes: bench.isShort ? 50_000_000 : 1_000_000_000)
    bench.say("\(Words.quantity(Double(repository.bytes), .bytes)) in the repository")
    return try await archive(bench, repository, folder) + build(bench, repository, folder)
  }

  private func archive(_ bench: Bench, _ repository: BigRepository, _ folder: TemporaryFolder) async throws -> [Row] {
    let tools = bench.tools
    let environment = tools.bareEnvironment(home: folder.path)
    let pair = try await Pair.measure(rounds: bench.rounds(2)) {
      try await tools.run(
        [tools.own, "stream-context", repository.path, repository.commit], environment: environment,
        seesAnonymous: true)
    } theirs: {
      try await tools.run(
        [
          "git", "-C", repository.path, "archive", "--output", "/dev/null", "--format", "tar",
          repository.commit + ":backend",
        ],
        environment: environment, seesAnonymous: true)
    }
    return [
      pair.row("context as tar alone: time", .seconds, beside: "git archive") { $0.wall },
      pair.row("context as tar alone: anonymous memory", .bytes, beside: "git archive") { $0.anonymous },
    ]
  }

  private func build(_ bench: Bench, _ repository: BigRepository, _ folder: TemporaryFolder) async throws -> [Row] {
    let tools = bench.tools
    let environment = tools.bareEnvironment(home: folder.path)
    let tag = "wanzami-bench-context"
    defer {
      _ = try? Command.run([tools.docker, "image", "rm", "--force", tag, "\(tag):theirs"], environment: environment)
    }
    let pair = try await Pair.measure(rounds: bench.rounds(2)) {
      try await tools.run(
        [tools.own, "stream-context", repository.path, repository.commit, tag], environment: environment,
        seesAnonymous: true)
    } theirs: {
      var spent = try await tools.run(
        ["bash", tools.folder + "/context.sh", tools.measure, folder.path, repository.commit, "\(tag):theirs"],
        environment: environment, in: repository.path)
      let ends = try ["git", "docker"].map { try Spent(reading: "\(folder.path)/\($0)") }
      spent.anonymous = ends.reduce(0) { $0 + $1.anonymous }
      return spent
    }
    return [
      pair.row("context to the Engine: time", .seconds, beside: "git archive | docker build -", aim: .ratio(1)) {
        $0.wall
      },
      pair.row("context to the Engine: processor time", .seconds, beside: "git archive | docker build -") { $0.cpu },
      pair.row(
        "context to the Engine: anonymous memory", .bytes, beside: "git and docker together",
        aim: .atMost(Context.memoryAim + Double(repository.largest)),
        note: "the aim is 64 MiB and the largest blob, \(Words.quantity(Double(repository.largest), .bytes))"
      ) { $0.anonymous },
    ]
  }
}
