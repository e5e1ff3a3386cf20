import Foundation
import RealParts
import Sandbox

/// The push of an image of ten layers, nine of which the registry has.
struct Push: Benchmark {
  static let name = "push"
  static let about = "the push of an image of which nine layers in ten are there, beside docker push"

  func run(_ bench: Bench) async throws -> [Row] {
    let folder = try TemporaryFolder("bench")
    let registry = try await RegistryServer.start()
    do {
      let rows = try await run(bench, folder, registry)
      await registry.stop()
      return rows
    } catch {
      await registry.stop()
      throw error
    }
  }

  private func run(_ bench: Bench, _ folder: TemporaryFolder, _ registry: RegistryServer) async throws -> [Row] {
    let tools = bench.tools
    let environment = tools.bareEnvironment(home: folder.path)
    try Command.check(
      [
        "bash", "-c",
        "printf %s \"$PASSWORD\" | docker login --username \(registry.user) --password-stdin \(registry.address)",
      ], environment: environment.merging(["PASSWORD": registry.password.revealed]) { $1 })
    let images = Images(bench: bench, folder: folder, environment: environment)
    defer { images.remove() }
    // One repository each, so that neither finds the other's layers.
    let (ours, theirs) = ("\(registry.address)/ours", "\(registry.address)/theirs")
    for repository in [ours, theirs] {
      try images.build("\(repository):first")
      try Command.check([tools.docker, "push", "--quiet", "\(repository):first"], environment: environment)
    }
    var number = 0
    let pair = try await Pair.measure(rounds: bench.rounds(7)) {
      number += 1
      try images.build("\(ours):\(number)")
      return try await tools.run(
        [tools.own, "push-image", "\(ours):\(number)", registry.user, registry.password.revealed],
        environment: environment)
    } theirs: {
      number += 1
      try images.build("\(theirs):\(number)")
      return try await tools.run([tools.docker, "push", "--quiet", "\(theirs):\(number)"], environment: environment)
    }
    return [
      pair.row(
        "push, nine layers of ten there: time", .seconds, beside: "docker push", aim: .ratio(1),
        note: "layers of 4 MB; ours has the registry confirm the digest besides"
      ) { $0.wall },
      pair.row("push, nine layers of ten there: processor time", .seconds, beside: "docker push") { $0.cpu },
      pair.row("push, nine layers of ten there: memory", .bytes, beside: "docker push") { $0.resident },
    ]
  }

  /// Images of ten layers by chance, the first nine the same.
  private final class Images {
    private let bench: Bench
    private let folder: String
    private let environment: [String: String]
    private var built: [String] = []

    init(bench: Bench, folder: TemporaryFolder, environment: [String: String]) {
      self.bench = bench
      self.folder = folder.path + "/image"
      self.environment = environment
    }

    func build(_ reference: String) throws {
      let manager = FileManager.default
      if built.isEmpty {
        try manager.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for layer in 0..<9 { try write("layer\(layer)") }
        let lines = (0..<10).map { "COPY layer\($0) /layer\($0)\n" }
        try Data("FROM scratch\n\(lines.joined())".utf8).write(to: URL(filePath: folder + "/Dockerfile"))
      }
      try write("layer9")
      built.append(reference)
      try Command.check(
        [bench.tools.docker, "build", "--quiet", "--tag", reference, folder], environment: environment)
    }

    private func write(_ name: String) throws {
      var generator = SystemRandomNumberGenerator()
      var bytes = Data(capacity: 4_000_000)
      while bytes.count < 4_000_000 { withUnsafeBytes(of: generator.next()) { bytes.append(contentsOf: $0) } }
      try bytes.write(to: URL(filePath: "\(folder)/\(name)"))
    }

    func remove() {
      _ = try? Command.run([bench.tools.docker, "image", "rm", "--force"] + built, environment: environment)
    }
  }
}
