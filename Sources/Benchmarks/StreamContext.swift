import ArgumentParser
import DockerEngine
import Foundation
import GitRepository
import HTTPTransport

/// A context on its way from a commit to the Engine, as the stage build sends it, in a process of its own.
struct StreamContext: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stream-context", abstract: "Build an image from the folder backend of a commit.", shouldDisplay: false
  )

  @Argument var repository: String
  @Argument var commit: String
  @Argument(help: "The image's name; none: the archive is made and thrown away.") var tag: String?

  func run() async throws {
    let git = try await GitRepository.open(repository)
    let commit = commit
    guard let tag else {
      return try await git.streamContext(commit: commit, folder: "backend", dockerfile: "Dockerfile") { _ in }
    }
    let engine = try await Engine.connect(
      to: EngineEndpoint(environment: ProcessInfo.processInfo.environment), over: HTTPTransport())
    var request = BuildRequest { write in
      try await git.streamContext(commit: commit, folder: "backend", dockerfile: "Dockerfile", into: write)
    }
    request.tags = [tag]
    _ = try await engine.build(request) { _ in }
  }
}
