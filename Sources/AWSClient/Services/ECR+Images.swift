import AWSWire

extension ECR {
  /// An image by digest, by tag, or by both.
  public struct ImageIdentifier: Hashable, Codable, Sendable {
    public var imageDigest: String?
    public var imageTag: String?

    public init(digest: String? = nil, tag: String? = nil) {
      imageDigest = digest
      imageTag = tag
    }
  }

  public struct Image: Equatable, Sendable {
    public var identifier: ImageIdentifier
    /// The manifest's text, whose SHA-256 is the digest.
    public var manifest: String
    public var mediaType: String?
  }

  public struct ImageFailure: Equatable, Sendable {
    public var identifier: ImageIdentifier
    /// Such as `ImageNotFound`.
    public var code: String
    public var reason: String
  }

  public struct ImageDetail: Equatable, Sendable {
    public var digest: String
    public var tags: [String]
    public var pushedAt: Timestamp?
    public var mediaType: String?
    /// `ACTIVE`, `ARCHIVED` or `ACTIVATING`; an archived image cannot be pulled.
    public var status: String?
    public var sizeInBytes: Int?
  }

  /// Manifests of images, and which of them there are not: absence is no error here.
  ///
  /// - Parameter registryID: the account whose repository it is; `nil`: the caller's own.
  public func batchGetImage(
    repository: String, registryID: String? = nil, images: [ImageIdentifier],
    acceptedMediaTypes: [String] = ECR.manifestMediaTypes
  ) async throws(AWSError) -> (images: [Image], failures: [ImageFailure]) {
    struct Input: Encodable {
      var repositoryName: String
      var registryId: String?
      var imageIds: [ImageIdentifier]
      var acceptedMediaTypes: [String]?
    }
    struct Output: Decodable {
      struct Found: Decodable {
        var imageId: ImageIdentifier
        var imageManifest: String?
        var imageManifestMediaType: String?
      }
      struct Failure: Decodable {
        var imageId: ImageIdentifier?
        var failureCode: String?
        var failureReason: String?
      }
      var images: [Found]?
      var failures: [Failure]?
    }
    var found: [Image] = []
    var failures: [ImageFailure] = []
    for part in images.parts(of: 100) where !part.isEmpty {
      let input = Input(
        repositoryName: repository, registryId: registryID, imageIds: part,
        acceptedMediaTypes: acceptedMediaTypes.isEmpty ? nil : acceptedMediaTypes)
      let output = try await caller.json(.ecr, "BatchGetImage", of: repository, input, as: Output.self)
      found += (output.images ?? []).map {
        Image(identifier: $0.imageId, manifest: $0.imageManifest ?? "", mediaType: $0.imageManifestMediaType)
      }
      failures += (output.failures ?? []).map {
        ImageFailure(
          identifier: $0.imageId ?? ImageIdentifier(), code: $0.failureCode ?? "", reason: $0.failureReason ?? "")
      }
    }
    return (found, failures)
  }

  /// The manifests and indexes of Docker and OCI.
  public static let manifestMediaTypes = [
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.index.v1+json",
  ]

  /// Details of the images named, or of all; one that is missing is `notFound`.
  public func describeImages(
    repository: String, registryID: String? = nil, images: [ImageIdentifier] = []
  ) async throws(AWSError) -> [ImageDetail] {
    struct Input: Encodable {
      var repositoryName: String
      var registryId: String?
      var imageIds: [ImageIdentifier]?
      var maxResults: Int?
      var nextToken: String?
    }
    struct Output: Decodable {
      struct Detail: Decodable {
        var imageDigest: String?
        var imageTags: [String]?
        var imagePushedAt: Double?
        var imageManifestMediaType: String?
        var imageStatus: String?
        var imageSizeInBytes: Int?
      }
      var imageDetails: [Detail]
      var nextToken: String?
    }
    return try await caller.pages(.ecr, "DescribeImages", of: repository, by: \.digest) { token throws(AWSError) in
      let input = Input(
        repositoryName: repository, registryId: registryID, imageIds: images.isEmpty ? nil : images,
        maxResults: images.isEmpty ? 1000 : nil, nextToken: token)
      let output = try await caller.json(.ecr, "DescribeImages", of: repository, input, as: Output.self)
      let details = output.imageDetails.map { detail in
        ImageDetail(
          digest: detail.imageDigest ?? "", tags: detail.imageTags ?? [],
          pushedAt: detail.imagePushedAt.map { Timestamp(epochSeconds: $0) }, mediaType: detail.imageManifestMediaType,
          status: detail.imageStatus, sizeInBytes: detail.imageSizeInBytes)
      }
      return (details, output.nextToken)
    }
  }

  /// Stores a manifest under a tag, as when a digest is promoted to another tag. The same manifest under the same tag
  /// again is `alreadyExists`.
  public func putImage(
    repository: String, registryID: String? = nil, manifest: String, mediaType: String? = nil, tag: String? = nil,
    digest: String? = nil
  ) async throws(AWSError) -> ImageIdentifier {
    struct Input: Encodable {
      var repositoryName: String
      var registryId: String?
      var imageManifest: String
      var imageManifestMediaType: String?
      var imageTag: String?
      var imageDigest: String?
    }
    struct Output: Decodable {
      struct Stored: Decodable { var imageId: ImageIdentifier }
      var image: Stored
    }
    let input = Input(
      repositoryName: repository, registryId: registryID, imageManifest: manifest, imageManifestMediaType: mediaType,
      imageTag: tag,
      imageDigest: digest)
    return try await caller.json(.ecr, "PutImage", of: repository, safety: .once, input, as: Output.self).image.imageId
  }

  /// Deletes images, each with all its tags; gives those that were not, and why: that is no error here. One that is not
  /// there is `ImageNotFound`, one that an index names `ImageReferencedByManifestList`.
  ///
  /// - Parameter digests: any number; at most 100 go into one request.
  public func batchDeleteImage(
    repository: String, registryID: String? = nil, digests: [String]
  ) async throws(AWSError) -> [ImageFailure] {
    struct Input: Encodable {
      var repositoryName: String
      var registryId: String?
      var imageIds: [ImageIdentifier]
    }
    struct Output: Decodable {
      struct Failure: Decodable {
        var imageId: ImageIdentifier?
        var failureCode: String?
        var failureReason: String?
      }
      var failures: [Failure]?
    }
    var failures: [ImageFailure] = []
    for part in digests.map({ ImageIdentifier(digest: $0) }).parts(of: 100) where !part.isEmpty {
      let output = try await caller.json(
        .ecr, "BatchDeleteImage", of: repository, safety: .repeatable,
        Input(repositoryName: repository, registryId: registryID, imageIds: part), as: Output.self)
      failures += (output.failures ?? []).map {
        ImageFailure(
          identifier: $0.imageId ?? ImageIdentifier(), code: $0.failureCode ?? "", reason: $0.failureReason ?? "")
      }
    }
    return failures
  }
}
