import AWSClient
import AWSWire
import DockerEngine
import HTTPTransport
import ReleaseCore
import Synchronization

/// The images of the release's repository, as its registry tells: ECR through its API, any other through the registry's
/// own. No tag is ever moved.
struct LiveRepository: Sendable {
  let registry: LiveRegistry
  let transport: HTTPTransport
  let tell: @Sendable (Announcement) -> Void
  /// What was read for an image that was found: its tag follows at once, and need not be asked for again.
  private let found = FoundImage()

  init(registry: LiveRegistry, transport: HTTPTransport, tell: @escaping @Sendable (Announcement) -> Void) {
    self.registry = registry
    self.transport = transport
    self.tell = tell
  }

  /// What some tags name.
  struct Holders {
    var digests: [String: ReleaseCore.Digest] = [:]
    /// ECR gives the manifests unasked.
    var manifests: [ReleaseCore.Digest: ECR.Image] = [:]

    /// The highest generation of a name that is taken.
    func newest(of name: String) -> (tag: String, digest: ReleaseCore.Digest)? {
      TagGeneration.tags(of: name).reversed().lazy.compactMap { tag in digests[tag].map { (tag, $0) } }.first
    }

    /// The first generation of a name that is not taken.
    func free(of name: String) -> String? { TagGeneration.tags(of: name).first { digests[$0] == nil } }

    /// The generation of a name that names an image already.
    func tag(of name: String, naming digest: ReleaseCore.Digest) -> String? {
      TagGeneration.tags(of: name).first { digests[$0] == digest }
    }
  }

  func find(_ order: ImageOrder) async throws(ActionFailure) -> StoredImage? {
    let name = order.key.tag(hash: sha256Hex)
    let commit = order.commit.hex
    let holders = try await holders(of: [name, commit], in: order.repository)
    guard let found = holders.newest(of: name) else { return nil }
    let (built, isUsable) = try await age(of: found.digest, in: order.repository)
    guard isUsable else { return nil }
    self.found.keep(holders, for: found.digest)
    return StoredImage(
      digest: found.digest, tag: found.tag, built: built,
      isNamed: holders.tag(of: commit, naming: found.digest) != nil)
  }

  /// Gives an image its commit's tag; gives `registry/name:tag`.
  func tag(_ order: TagOrder) async throws(ActionFailure) -> String {
    let name = order.commit.hex
    var known = found.take(for: order.digest)
    if known == nil { known = try await holders(of: [name], in: order.repository, and: order.digest) }
    let holders = known ?? Holders()
    if let tag = holders.tag(of: name, naming: order.digest) { return "\(order.repository):\(tag)" }
    if let holder = holders.digests[name], !order.isRebuild, try await isImmutable(order.repository) {
      throw ActionFailure(
        .refused,
        "the tag \(order.repository):\(name) names \(holder) already, not \(order.digest), which this commit has now, "
          + "and the repository lets no tag be moved: somebody else pushed it, or the build arguments, the target or the "
          + "platform have changed since. With --rebuild the image gets a tag beside it.")
    }
    guard let free = holders.free(of: name) else {
      throw ActionFailure(
        .refused,
        "the commit \(order.commit.short) has \(TagGeneration.count) images in \(order.repository) already. Delete those "
          + "that are no longer needed (wanzami-deploy prune), or release another commit.")
    }
    try await copy(order.digest, holders.manifests[order.digest], as: free, in: order.repository)
    return "\(order.repository):\(free)"
  }

  /// The digest under which the registry itself has what was pushed.
  ///
  /// - Parameter pushed: what the Engine says of it; `nil`: nothing.
  func confirm(_ pushed: String?, tag: String, in repository: String) async throws(ActionFailure) -> ReleaseCore.Digest
  {
    let holder = try await registry.isECR ? ecrDigest(pushed, tag, repository) : ownDigest(pushed, tag, repository)
    guard let holder, let digest = ReleaseCore.Digest(holder) else {
      throw ActionFailure(
        .other,
        "pushing to \(repository): the registry does not show \(pushed ?? tag) afterwards. Try again, and look at its "
          + "log.")
    }
    return digest
  }

  /// One look at ECR's scan of an image.
  func scan(_ order: ScanOrder) async throws(ActionFailure) -> ScanReport {
    let place = try ECRPlace(order.repository, registry)
    do throws(AWSError) {
      let scan = try await place.client.ecr.describeImageScanFindings(
        repository: place.name, registryID: place.account, digest: order.digest.text)
      return scan.map { ScanReport($0) } ?? ScanReport(status: .notFound)
    } catch {
      throw ActionFailure(error)
    }
  }

  // MARK: What the registry tells

  /// Which images the generations of some names are.
  ///
  /// - Parameter digest: an image whose manifest is needed too, where it is to be had in the same breath.
  func holders(
    of names: [String], in repository: String, and digest: ReleaseCore.Digest? = nil
  ) async throws(ActionFailure) -> Holders {
    guard registry.isECR else { return try await ownHolders(names, in: repository) }
    let tags = names.flatMap(TagGeneration.tags).map { ECR.ImageIdentifier(tag: $0) }
    return try await ecrHolders(tags + (digest.map { [ECR.ImageIdentifier(digest: $0.text)] } ?? []), in: repository)
  }

  private func ecrHolders(
    _ identifiers: [ECR.ImageIdentifier], in repository: String
  ) async throws(ActionFailure) -> Holders {
    let place = try ECRPlace(repository, registry)
    do throws(AWSError) {
      let found = try await place.client.ecr.batchGetImage(
        repository: place.name, registryID: place.account, images: identifiers
      ).images
      var holders = Holders()
      for image in found {
        if let digest = image.identifier.imageDigest.flatMap({ ReleaseCore.Digest($0) }) {
          holders.manifests[digest] = image
        }
        if let tag = image.identifier.imageTag {
          holders.digests[tag] = image.identifier.imageDigest.flatMap { .init($0) }
        }
      }
      return holders
    } catch {
      throw ActionFailure(error)
    }
  }

  /// One generation after the other: the first that is missing is the end.
  private func ownHolders(_ names: [String], in repository: String) async throws(ActionFailure) -> Holders {
    var holders = Holders()
    for name in names {
      for tag in TagGeneration.tags(of: name) {
        let reference = try reference(repository, tag: tag)
        let credentials = try await registry.credentials(for: reference)
        let digest = try await asking { () throws(EngineError) in
          try await Registry(over: transport).digest(of: reference, credentials: credentials)
        }
        guard let digest else { break }
        holders.digests[tag] = ReleaseCore.Digest(digest)
      }
    }
    return holders
  }

  /// When an image was built, or pushed, and whether it can be pulled.
  private func age(
    of digest: ReleaseCore.Digest, in repository: String
  ) async throws(ActionFailure) -> (built: Moment?, isUsable: Bool) {
    guard registry.isECR else {
      let reference = try reference(repository, digest: digest.text)
      let credentials = try await registry.credentials(for: reference)
      let created = try await asking { () throws(EngineError) in
        try await Registry(over: transport).created(of: reference, credentials: credentials)
      }
      return (created.flatMap { Timestamp(iso8601: $0) }.map { Moment(milliseconds: $0.milliseconds) }, true)
    }
    let place = try ECRPlace(repository, registry)
    do throws(AWSError) {
      let detail = try await place.client.ecr.describeImages(
        repository: place.name, registryID: place.account, images: [ECR.ImageIdentifier(digest: digest.text)]
      ).first
      // ECR's word for an image in its archive, which must be activated before it can be pulled.
      let isArchived = ["ARCHIVED", "ACTIVATING"].contains(detail?.status)
      return (detail?.pushedAt.map { Moment(milliseconds: $0.milliseconds) }, detail != nil && !isArchived)
    } catch {
      // It went between the two questions.
      if error.kind == .notFound { return (nil, false) }
      throw ActionFailure(error)
    }
  }

  private func ecrDigest(_ pushed: String?, _ tag: String, _ repository: String) async throws(ActionFailure) -> String?
  {
    let place = try ECRPlace(repository, registry)
    let identifier = pushed.map { ECR.ImageIdentifier(digest: $0) } ?? ECR.ImageIdentifier(tag: tag)
    do throws(AWSError) {
      let image = try await place.client.ecr.batchGetImage(
        repository: place.name, registryID: place.account, images: [identifier]
      ).images.first
      return image?.identifier.imageDigest
    } catch {
      throw ActionFailure(error)
    }
  }

  private func ownDigest(_ pushed: String?, _ tag: String, _ repository: String) async throws(ActionFailure) -> String?
  {
    let reference = try reference(repository, tag: pushed == nil ? tag : nil, digest: pushed)
    let credentials = try await registry.credentials(for: reference)
    return try await asking { () throws(EngineError) in
      try await Registry(over: transport).digest(of: reference, credentials: credentials)
    }
  }

  /// A registry that is not ECR does not tell; a tag that it lets nobody move is refused when it is written.
  private func isImmutable(_ repository: String) async throws(ActionFailure) -> Bool {
    guard registry.isECR else { return false }
    let place = try ECRPlace(repository, registry)
    do throws(AWSError) {
      let found = try await place.client.ecr.describeRepositories(names: [place.name], registryID: place.account)
      return found.first.map { $0.tagMutability.hasPrefix("IMMUTABLE") } ?? false
    } catch {
      throw ActionFailure(error)
    }
  }
}

/// The last image that was found, with what was read on the way; good for one use.
private final class FoundImage: Sendable {
  private let last = Mutex<(digest: ReleaseCore.Digest, holders: LiveRepository.Holders)?>(nil)

  func keep(_ holders: LiveRepository.Holders, for digest: ReleaseCore.Digest) {
    last.withLock { $0 = (digest, holders) }
  }

  func take(for digest: ReleaseCore.Digest) -> LiveRepository.Holders? {
    last.withLock { last in
      defer { last = nil }
      return last?.digest == digest ? last?.holders : nil
    }
  }
}

extension ScanReport {
  init(_ scan: ECR.ImageScan) {
    let counts = scan.counts.map { (Severity(rawValue: $0.key) ?? .undefined, $0.value) }
    let findings = scan.findings.map { Finding(name: $0.name, severity: Severity(rawValue: $0.severity) ?? .undefined) }
    self.init(
      status: Status(scan.status), detail: scan.detail, counts: Dictionary(counts, uniquingKeysWith: +),
      findings: findings.sorted { $0.severity > $1.severity })
  }
}
