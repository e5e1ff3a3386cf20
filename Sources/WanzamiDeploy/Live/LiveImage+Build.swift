import AWSWire
import DockerEngine
import GitRepository
import ReleaseCore

extension LiveImage {
  /// The labels that tell where an image comes from (OCI image spec, "Pre-Defined Annotation Keys"). They stand in the
  /// builder's last step, so the steps before it keep their cache; `created` is the commit's time, so that the same
  /// commit gives the same labels.
  func labels(_ order: BuildOrder, _ source: GitRepository) async throws -> [String: String] {
    let origin = try await source.origin(of: order.commit.hex)
    var labels = ["org.opencontainers.image.revision": order.commit.hex]
    labels["org.opencontainers.image.created"] = Timestamp(milliseconds: origin.committedAt * 1000).iso8601
    let address = SourceAddress.published(pipeline.source.repository) ?? SourceAddress.published(origin.remote)
    labels["org.opencontainers.image.source"] = address
    return labels
  }

  /// The images that the Dockerfile builds on; a name that cannot be read is said.
  func bases(_ dockerfile: String, _ order: BuildOrder) -> [DockerEngine.ImageReference] {
    let found = DockerfileBases(
      dockerfile: dockerfile, buildArgs: order.image.buildArgs, target: order.image.target)
    if !found.unknown.isEmpty {
      tell(
        .warning(
          "the base image \(found.unknown.joined(separator: ", ")) could not be read, a variable in it having no value: "
            + "its registry is asked without credentials. Give it one in image.buildArgs, or a default in its ARG."))
    }
    return found.names.compactMap { DockerEngine.ImageReference($0) }
  }

  /// What the build needs beside the context: who we are at the registries of base images, BuildKit's platform
  /// variables, and what of the last release serves as cache.
  func prepare(
    _ request: inout BuildRequest, _ bases: [DockerEngine.ImageReference], dockerfile: String, _ order: BuildOrder,
    _ engine: Engine
  ) async throws {
    let own = try repository.reference(order.reference)
    request.credentials = await credentials(for: bases, own)
    request.isOnPlainLoopback = !bases.isEmpty && bases.allSatisfy(\.isOnLoopback)
    if let target = order.platform.flatMap({ Platform($0) }) {
      let version = try await engine.version()
      let builder = Platform(operatingSystem: version.operatingSystem, architecture: version.architecture)
      let known = dockerfilePlatformArguments(dockerfile, target: target, builder: builder)
      request.buildArgs.merge(known) { given, _ in given }
    }
    if request.usesCache, let cache = order.cache, await pulled(cache, engine, own) { request.cacheFrom = [cache] }
  }

  /// Credentials that could not be had are said, and the registry is asked without: many base images are open to all.
  private func credentials(
    for bases: [DockerEngine.ImageReference], _ own: DockerEngine.ImageReference
  ) async -> [RegistryCredentials] {
    var known: [RegistryCredentials] = []
    var asked: Set<String?> = []
    for base in bases where asked.insert(base.registry).inserted {
      do throws(ActionFailure) {
        if let found = try await registry.credentials(forBase: base, ofReleaseTo: own) { known.append(found) }
      } catch {
        tell(.warning("no credentials for the base image \(base): \(error.sentence)"))
      }
    }
    return known
  }

  /// The first base image in the Engine that was built longer ago than images may be used for. One that is named by
  /// digest stays as old as it is, and one that no registry has is the Engine's own.
  func outdated(_ bases: [DockerEngine.ImageReference], _ engine: Engine) async -> String? {
    let now = clock.now()
    for base in bases where base.digest == nil {
      guard let held = try? await engine.inspectImage(base.description), !held.repositoryDigests.isEmpty,
        let created = held.created.flatMap({ Timestamp(iso8601: $0) })
      else { continue }
      if now - Moment(milliseconds: created.milliseconds) > pipeline.image.reuseFor { return base.description }
    }
    return nil
  }

  /// Whether the Engine has the image that is live, pulled now where it has not. Without it the build takes longer, and
  /// nothing else.
  private func pulled(_ image: String, _ engine: Engine, _ own: DockerEngine.ImageReference) async -> Bool {
    guard let reference = DockerEngine.ImageReference(image) else { return false }
    if (try? await engine.inspectImage(image)) != nil { return true }
    do {
      let credentials = try await registry.credentials(for: own)
      try await engine.pull(reference, credentials: credentials) { _ in }
      tell(
        Announcement(
          "build.cache", .info, [.text("image", image)], "the layers of the release that is live serve as cache"))
      return true
    } catch {
      if !Task.isCancelled { tell(.warning("no cache from the release that is live: \(error)")) }
      return false
    }
  }
}
