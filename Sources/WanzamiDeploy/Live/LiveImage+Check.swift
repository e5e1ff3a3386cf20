import AWSClient
import DockerEngine
import FoundationEssentials
import ReleaseCore

extension LiveImage {
  /// Looks at an image in the registry: whether it is there, what it runs on, and which commit it tells of.
  func check(_ order: ImageCheckOrder) async throws(ActionFailure) -> ImageCheck {
    let name = "\(order.repository)@\(order.digest)"
    guard let reference = DockerEngine.ImageReference(name) else {
      throw ActionFailure(.other, "\(name) is no image reference; check image.repository.")
    }
    let credentials = try await registry.credentials(for: reference)
    let found: Registry.Contents?
    do throws(EngineError) {
      found = try await Registry(over: transport).contents(of: reference, credentials: credentials)
    } catch {
      throw ActionFailure(.other, error.description)
    }
    guard let found else {
      return ImageCheck(
        digest: order.digest,
        problems: ["image \(name) is not in the registry. Check the digest; a lifecycle policy may have expired it."],
        commit: nil)
    }
    return ImageCheck(
      digest: order.digest, problems: misfit(found, order, name),
      commit: found.labels["org.opencontainers.image.revision"].flatMap { Commit($0) })
  }

  private func misfit(_ found: Registry.Contents, _ order: ImageCheckOrder, _ name: String) -> [String] {
    guard let platform = order.platform, !found.platforms.isEmpty,
      !found.platforms.contains(where: { $0 == platform || $0.hasPrefix(platform + "/") })
    else { return [] }
    return [
      "image \(name) is for \(found.platforms.joined(separator: ", ")), but the instances run \(platform): a container "
        + "would end with \"exec format error\". Name an image that was built for \(platform)."
    ]
  }
}
