extension World {
  /// CreateRepository. The registry's host is the account's own, or that of a real registry (`127.0.0.1:5000`).
  @discardableResult
  public mutating func createRepository(
    _ name: String, registry: String? = nil, mutability: String = "MUTABLE", scan: Repository.Scan? = nil
  ) throws(Fault) -> Repository {
    guard !repositories.contains(where: { $0.name == name }) else {
      throw Fault(
        "RepositoryAlreadyExistsException",
        "The repository with name '\(name)' already exists in the registry with id '\(account)'")
    }
    let host = registry ?? "\(account).dkr.ecr.\(region).amazonaws.com"
    let repository = Repository(
      name: name, arn: "arn:aws:ecr:\(region):\(account):repository/\(name)", uri: "\(host)/\(name)", created: now,
      mutability: mutability, images: [], scan: scan)
    repositories.append(repository)
    return repository
  }

  /// The repository, or `RepositoryNotFoundException`.
  public func repository(_ name: String) throws(Fault) -> Repository {
    guard let found = repositories.first(where: { $0.name == name }) else {
      throw Fault(
        "RepositoryNotFoundException",
        "The repository with name '\(name)' does not exist in the registry with id '\(account)'")
    }
    return found
  }

  /// Notes that an image is in the repository under a tag; a mutable tag moves to it.
  public mutating func putImage(_ image: Repository.Image, in name: String) throws(Fault) {
    let known = try repository(name)
    guard let index = repositories.firstIndex(where: { $0.name == name }) else { return }
    for tag in image.tags {
      guard let holder = known.images.first(where: { $0.tags.contains(tag) }) else { continue }
      if holder.digest == image.digest {
        throw Fault(
          "ImageAlreadyExistsException",
          "Image with digest '\(image.digest)' and tag '\(tag)' already exists in the repository with name '\(name)'")
      }
      guard known.mutability == "MUTABLE" else {
        throw Fault(
          "ImageTagAlreadyExistsException",
          "The image tag '\(tag)' already exists in the '\(name)' repository and cannot be overwritten because the "
            + "tag is immutable.")
      }
    }
    for i in repositories[index].images.indices {
      repositories[index].images[i].tags.removeAll { image.tags.contains($0) }
    }
    if let i = repositories[index].images.firstIndex(where: { $0.digest == image.digest }) {
      repositories[index].images[i].tags += image.tags
    } else {
      repositories[index].images.append(image)
    }
  }

  /// Forgets an image, as a lifecycle policy does.
  public mutating func deleteImage(_ digest: String, in name: String) {
    guard let index = repositories.firstIndex(where: { $0.name == name }) else { return }
    repositories[index].images.removeAll { $0.digest == digest }
  }
}
