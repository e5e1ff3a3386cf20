import AWSClient
import AWSWire
import DockerEngine
import ReleaseCore

extension LiveRepository {
  /// Gives an image one more tag by storing its manifest again, index or image as it is: no layer moves.
  ///
  /// - Parameter image: the manifest, where it was read already.
  func copy(
    _ digest: ReleaseCore.Digest, _ image: ECR.Image?, as tag: String, in repository: String
  ) async throws(ActionFailure) {
    if registry.isECR {
      try await copyInECR(digest, image, as: tag, in: repository)
    } else {
      try await copyElsewhere(digest, as: tag, in: repository)
    }
  }

  private func copyInECR(
    _ digest: ReleaseCore.Digest, _ known: ECR.Image?, as tag: String, in repository: String
  ) async throws(ActionFailure) {
    let place = try ECRPlace(repository, registry)
    var image = known
    if image == nil { image = try await manifest(of: digest, place) }
    guard let image, "sha256:" + sha256Hex(Array(image.manifest.utf8)) == digest.text else {
      throw ActionFailure(
        .other,
        "reading the manifest of \(place.name)@\(digest): what ECR gave is another manifest, so it cannot be stored under "
          + "another tag.")
    }
    for attempt in 1...LiveRepository.putAttempts {
      if try await put(image, as: tag, place, in: repository, isLast: attempt == LiveRepository.putAttempts) { return }
    }
  }

  /// How often a manifest is stored whose answer was lost and that is not there then.
  private static let putAttempts = 3

  /// Whether the tag names the image now. PutImage carries no token, so a lost answer is settled by looking: only what is
  /// not there is sent again.
  private func put(
    _ image: ECR.Image, as tag: String, _ place: ECRPlace, in repository: String, isLast: Bool
  ) async throws(ActionFailure) -> Bool {
    do throws(AWSError) {
      _ = try await place.client.ecr.putImage(
        repository: place.name, registryID: place.account, manifest: image.manifest, mediaType: image.mediaType,
        tag: tag, digest: image.identifier.imageDigest)
      return true
    } catch {
      if error.code == "ImageAlreadyExistsException" { return true }
      if error.kind == .limitExceeded {
        // A thousand tags on one image; the release is pinned by digest, and no tag decides anything.
        tell(.warning("\(repository):\(tag) could not be given to an image: \(error.description)"))
        return true
      }
      guard error.kind == .alreadyExists || error.kind == .ambiguous else { throw ActionFailure(error) }
      let holder = try await holders(of: [tag], in: repository).digests[tag]
      if let holder, holder.text == image.identifier.imageDigest { return true }
      if holder != nil || error.kind == .alreadyExists || isLast { throw ActionFailure(error) }
      return false
    }
  }

  private func manifest(of digest: ReleaseCore.Digest, _ place: ECRPlace) async throws(ActionFailure) -> ECR.Image {
    let answer: (images: [ECR.Image], failures: [ECR.ImageFailure])
    do throws(AWSError) {
      answer = try await place.client.ecr.batchGetImage(
        repository: place.name, registryID: place.account, images: [ECR.ImageIdentifier(digest: digest.text)])
    } catch {
      throw ActionFailure(error)
    }
    guard let image = answer.images.first else {
      let why = answer.failures.first.map { "\($0.code): \($0.reason)" } ?? "no reason given"
      throw ActionFailure(
        .other, "reading the manifest of \(place.name)@\(digest): ECR has none (\(why)). Release again.")
    }
    return image
  }

  private func copyElsewhere(
    _ digest: ReleaseCore.Digest, as tag: String, in repository: String
  ) async throws(ActionFailure) {
    let source = try reference(repository, digest: digest.text)
    let target = try reference(repository, tag: tag)
    let credentials = try await registry.credentials(for: target)
    let stored = try await asking { () throws(EngineError) -> String? in
      let registry = Registry(over: transport)
      guard let manifest = try await registry.manifest(of: source, credentials: credentials) else { return nil }
      return try await registry.put(manifest, as: target, credentials: credentials)
    }
    guard let stored else {
      throw ActionFailure(.other, "reading the manifest of \(source): the registry has none. Release again.")
    }
    guard stored == digest.text else {
      throw ActionFailure(.other, "giving \(source) the tag \(tag): the registry stored it as \(stored).")
    }
  }

  func reference(
    _ repository: String, tag: String? = nil, digest: String? = nil
  ) throws(ActionFailure) -> DockerEngine.ImageReference {
    let text = repository + (tag.map { ":\($0)" } ?? "") + (digest.map { "@\($0)" } ?? "")
    guard let reference = DockerEngine.ImageReference(text) else {
      throw ActionFailure(.refused, "\(text) is no image reference; check image.repository.")
    }
    return reference
  }

  func asking<Answer>(_ body: () async throws(EngineError) -> Answer) async throws(ActionFailure) -> Answer {
    do throws(EngineError) {
      return try await body()
    } catch {
      throw ActionFailure(error.isRefusal ? .refused : .other, error.description)
    }
  }
}

extension EngineError {
  /// A tag that may not be moved is the repository's own rule.
  var isRefusal: Bool {
    if case .registry(_, _, .tagImmutable, _) = self { return true }
    return false
  }
}

/// A repository in ECR, and whom to ask about it.
struct ECRPlace {
  var client: AWSClient
  var name: String
  /// `nil`: the caller's own account.
  var account: String?

  /// - Parameter repository: `registry/name`.
  init(_ repository: String, _ registry: LiveRegistry) throws(ActionFailure) {
    let host = Pipeline.Image.host(of: repository)
    (client, account) = try registry.api(of: host)
    name = host.map { String(repository.dropFirst($0.count + 1)) } ?? repository
  }
}
