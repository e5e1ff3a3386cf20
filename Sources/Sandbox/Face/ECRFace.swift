import AWSWire
import SimulatedAWS

/// The Elastic Container Registry: repositories are the world's, manifests the image store's.
///
/// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_Operations.html
struct ECRFace {
  let world: World
  let images: ImageStore
  let account: String

  func perform(_ operation: String, _ parameters: Parameters) async throws(Fault) -> JSON? {
    switch operation {
    case "GetAuthorizationToken": return await authorizationToken()
    case "DescribeRepositories": return try describeRepositories(parameters)
    case "BatchGetImage": return try await batchGetImage(parameters)
    case "DescribeImages": return try await describeImages(parameters)
    case "PutImage": return try await putImage(parameters)
    case "BatchDeleteImage": return try await batchDeleteImage(parameters)
    case "DescribeImageScanFindings": return try await describeScan(parameters)
    default: return nil
    }
  }

  private func authorizationToken() async -> JSON {
    let (user, password) = await images.authorization()
    let token = base64Encoded(Array("\(user):\(password.revealed)".utf8))
    let expires = Double(world.now.milliseconds) / 1000 + 12 * 3600
    return .object([
      (
        "authorizationData",
        .array([
          .object([
            ("authorizationToken", .string(token)), ("expiresAt", .number(expires)),
            ("proxyEndpoint", .string(images.proxyEndpoint)),
          ])
        ])
      )
    ])
  }

  private func describeRepositories(_ parameters: Parameters) throws(Fault) -> JSON {
    let names = parameters.texts("repositoryNames")
    for name in names { _ = try world.repository(name) }
    let page = try Page(
      of: world.repositories.filter { names.isEmpty || names.contains($0.name) }, token: parameters.text("nextToken"),
      size: try parameters.int("maxResults"), default: 100, max: 1000, invalidCode: "InvalidParameterException")
    let described = page.items.map { repository in
      JSON.object([
        ("repositoryArn", .string(repository.arn)), ("registryId", .string(account)),
        ("repositoryName", .string(repository.name)), ("repositoryUri", .string(repository.uri)),
        ("createdAt", .number(Double(repository.created.milliseconds) / 1000)),
        ("imageTagMutability", .string(repository.mutability)),
        ("imageScanningConfiguration", .object([("scanOnPush", .bool(false))])),
      ])
    }
    return .object([("repositories", .array(described))] + next(page.next))
  }

  private func batchGetImage(_ parameters: Parameters) async throws(Fault) -> JSON {
    let name = try parameters.required("repositoryName")
    _ = try world.repository(name)
    var found: [JSON] = []
    var failures: [JSON] = []
    for id in parameters.list("imageIds") {
      let (digest, tag) = (id.text("imageDigest"), id.text("imageTag"))
      guard let manifest = try await manifest(name, digest ?? tag ?? "") else {
        failures.append(failure(id, "ImageNotFound", "Requested image not found"))
        continue
      }
      if digest != nil, let tag, try await self.manifest(name, tag) != manifest {
        failures.append(failure(id, "ImageTagDoesNotMatchDigest", "Tag does not match the digest"))
        continue
      }
      found.append(image(manifest, in: name, tag: tag))
    }
    return .object([("images", .array(found)), ("failures", .array(failures))])
  }

  private func putImage(_ parameters: Parameters) async throws(Fault) -> JSON {
    let repository = try world.repository(try parameters.required("repositoryName"))
    let bytes = Array(try parameters.required("imageManifest").utf8)
    let type =
      parameters.text("imageManifestMediaType") ?? JSON(parsing: bytes)?["mediaType"]?.stringValue
      ?? "application/vnd.docker.distribution.manifest.v2+json"
    let manifest = ImageStore.Manifest(bytes: bytes, mediaType: type)
    if let digest = parameters.text("imageDigest"), digest != manifest.digest {
      throw Fault("ImageDigestDoesNotMatchException", "The manifest's digest is \(manifest.digest), not \(digest)")
    }
    let tag = parameters.text("imageTag")
    if let tag, let holder = try await self.manifest(repository.name, tag) {
      guard holder.digest != manifest.digest else {
        throw Fault(
          "ImageAlreadyExistsException",
          "Image with digest '\(manifest.digest)' and tag '\(tag)' already exists in the repository with name "
            + "'\(repository.name)'")
      }
      guard repository.mutability == "MUTABLE" else {
        throw Fault(
          "ImageTagAlreadyExistsException",
          "The image tag '\(tag)' already exists in the '\(repository.name)' repository and cannot be overwritten "
            + "because the tag is immutable.")
      }
    }
    do throws(SandboxError) {
      try await images.put(repository.name, tag ?? manifest.digest, manifest)
    } catch { throw unreachable(error) }
    return .object([("image", image(manifest, in: repository.name, tag: tag))])
  }

  func manifest(_ name: String, _ reference: String) async throws(Fault) -> ImageStore.Manifest? {
    do throws(SandboxError) { return try await images.manifest(name, reference) } catch { throw unreachable(error) }
  }

  func tags(of name: String) async throws(Fault) -> [String] {
    do throws(SandboxError) { return try await images.tags(name) } catch { throw unreachable(error) }
  }

  func unreachable(_ error: SandboxError) -> Fault {
    Fault("ServerException", "The sandbox's registry did not answer: \(error)", httpStatus: 500)
  }

  func image(_ manifest: ImageStore.Manifest, in name: String, tag: String?) -> JSON {
    var id: [(String, JSON)] = [("imageDigest", .string(manifest.digest))]
    if let tag { id.append(("imageTag", .string(tag))) }
    return .object([
      ("registryId", .string(account)), ("repositoryName", .string(name)), ("imageId", .object(id)),
      ("imageManifest", .string(String(decoding: manifest.bytes, as: UTF8.self))),
      ("imageManifestMediaType", .string(manifest.mediaType)),
    ])
  }

  func failure(_ id: Parameters, _ code: String, _ reason: String) -> JSON {
    let members = ["imageDigest", "imageTag"].compactMap { key in id.text(key).map { (key, JSON.string($0)) } }
    return .object([
      ("imageId", .object(members)), ("failureCode", .string(code)), ("failureReason", .string(reason)),
    ])
  }

  func next(_ token: String?) -> [(String, JSON)] { token.map { [("nextToken", .string($0))] } ?? [] }
}
