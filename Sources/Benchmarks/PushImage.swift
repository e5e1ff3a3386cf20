import ArgumentParser
import DockerEngine
import Foundation
import HTTPTransport

/// A push as the stage push makes it, confirmed by the registry, in a process of its own.
struct PushImage: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "push-image", abstract: "Push an image and have the registry confirm it.", shouldDisplay: false)

  @Argument var reference: String
  @Argument var user: String
  @Argument var password: String

  func run() async throws {
    guard let image = ImageReference(reference) else { throw ValidationError("\(reference) is no image reference") }
    let transport = HTTPTransport()
    let engine = try await Engine.connect(
      to: EngineEndpoint(environment: ProcessInfo.processInfo.environment), over: transport)
    let credentials = RegistryCredentials(user: user, password: password, registry: image.registry ?? "")
    let pushed = try await engine.push(image, credentials: credentials) { _ in }
    let held = try await Registry(over: transport).digest(of: image, credentials: credentials)
    guard pushed == held else { throw ValidationError("the registry holds \(held ?? "nothing"), not \(pushed)") }
  }
}
