import SimulatedAWS

/// What ECR tells of whole images, and how it deletes them.
extension ECRFace {
  /// An image with its tags.
  private struct Held {
    var revision: ImageStore.Revision
    var tags: [String]
    var manifest: ImageStore.Manifest
  }

  /// Every image of a repository, the youngest last.
  private func held(in name: String) async throws(Fault) -> [Held] {
    var tagged: [String: [String]] = [:]
    for tag in try await tags(of: name) {
      if let manifest = try await manifest(name, tag) { tagged[manifest.digest, default: []].append(tag) }
    }
    var all: [Held] = []
    for revision in try await revisions(of: name) {
      guard let manifest = try await manifest(name, revision.digest) else { continue }
      all.append(Held(revision: revision, tags: tagged[revision.digest] ?? [], manifest: manifest))
    }
    return all.sorted { ($0.revision.pushed, $0.revision.digest) < ($1.revision.pushed, $1.revision.digest) }
  }

  private func revisions(of name: String) async throws(Fault) -> [ImageStore.Revision] {
    do throws(SandboxError) { return try await images.revisions(name) } catch { throw unreachable(error) }
  }

  private func notFound(_ id: Parameters, in name: String) -> Fault {
    let parts = ["imageDigest", "imageTag"].map { "\($0):'\(id.text($0) ?? "null")'" }.joined(separator: ", ")
    return Fault(
      "ImageNotFoundException",
      "The image with imageId {\(parts)} does not exist within the repository with name "
        + "'\(name)' in the registry with id '\(account)'")
  }

  private func find(_ id: Parameters, among all: [Held]) -> Held? {
    let (digest, tag) = (id.text("imageDigest"), id.text("imageTag"))
    guard digest != nil || tag != nil else { return nil }
    return all.first { held in
      (digest == nil || held.revision.digest == digest) && (tag.map { held.tags.contains($0) } ?? true)
    }
  }

  func describeImages(_ parameters: Parameters) async throws(Fault) -> JSON {
    let name = try parameters.required("repositoryName")
    let repository = try world.repository(name)
    var chosen = try await held(in: name)
    let asked = parameters.list("imageIds")
    if !asked.isEmpty {
      let all = chosen
      chosen = []
      for id in asked {
        guard let found = find(id, among: all) else { throw notFound(id, in: name) }
        chosen.append(found)
      }
    }
    let page = try Page(
      of: chosen, token: parameters.text("nextToken"), size: try parameters.int("maxResults"), default: 100,
      max: 1000, invalidCode: "InvalidParameterException")
    return .object([("imageDetails", .array(page.items.map { detail($0, repository) }))] + next(page.next))
  }

  private func detail(_ held: Held, _ repository: World.Repository) -> JSON {
    var members: [(String, JSON)] = [
      ("registryId", .string(account)), ("repositoryName", .string(repository.name)),
      ("imageDigest", .string(held.revision.digest)),
      ("imagePushedAt", .number(Double(held.revision.pushed.milliseconds) / 1000)),
      ("imageSizeInBytes", .int(size(of: held.manifest))),
      ("imageManifestMediaType", .string(held.manifest.mediaType)), ("imageStatus", .string("ACTIVE")),
    ]
    // An image without a tag has no such member.
    if !held.tags.isEmpty { members.append(("imageTags", .array(held.tags.map { .string($0) }))) }
    return .object(members)
  }

  /// Of the configuration and the layers; of an index nothing.
  private func size(of manifest: ImageStore.Manifest) -> Int {
    let document = JSON(parsing: manifest.bytes)
    let parts = [document?["config"]].compactMap { $0 } + (document?["layers"]?.items ?? [])
    return parts.compactMap { $0["size"]?.intValue }.reduce(0, +)
  }

  /// Failures are told inside the success. A tag that is not the image's last one goes alone
  /// (https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchDeleteImage.html).
  func batchDeleteImage(_ parameters: Parameters) async throws(Fault) -> JSON {
    let name = try parameters.required("repositoryName")
    _ = try world.repository(name)
    let asked = parameters.list("imageIds")
    guard (1...100).contains(asked.count) else {
      throw Fault("InvalidParameterException", "The number of image identifiers must be between 1 and 100")
    }
    let all = try await held(in: name)
    var deleted: [JSON] = []
    var failures: [JSON] = []
    for id in asked {
      guard let found = find(id, among: all) else {
        failures.append(failure(id, "ImageNotFound", "Requested image not found"))
        continue
      }
      if id.text("imageDigest") == nil, let tag = id.text("imageTag"), found.tags.count > 1 {
        do throws(SandboxError) { try await images.untag(name, tag) } catch { throw unreachable(error) }
        deleted.append(
          .object([("imageDigest", .string(found.revision.digest)), ("imageTag", .string(tag))]))
        continue
      }
      if all.contains(where: { indexNames(found.revision.digest, in: $0.manifest) }) {
        failures.append(
          failure(id, "ImageReferencedByManifestList", "Requested image referenced by manifest list"))
        continue
      }
      do throws(SandboxError) { try await images.delete(name, found.revision.digest) } catch {
        throw unreachable(error)
      }
      deleted.append(.object([("imageDigest", .string(found.revision.digest))]))
    }
    return .object([("imageIds", .array(deleted)), ("failures", .array(failures))])
  }

  private func indexNames(_ digest: String, in manifest: ImageStore.Manifest) -> Bool {
    (JSON(parsing: manifest.bytes)?["manifests"]?.items ?? []).contains { $0["digest"]?.stringValue == digest }
  }

  func describeScan(_ parameters: Parameters) async throws(Fault) -> JSON {
    let name = try parameters.required("repositoryName")
    let repository = try world.repository(name)
    guard let id = parameters["imageId"] else {
      throw Fault("InvalidParameterException", "The request must contain the parameter imageId")
    }
    guard let found = find(id, among: try await held(in: name)) else { throw notFound(id, in: name) }
    guard let scan = repository.scan else {
      throw Fault(
        "ScanNotFoundException",
        "Image scan does not exist for the image with '{imageDigest:'\(found.revision.digest)'}' "
          + "in the repository with name '\(name)' in the registry with id '\(account)'")
    }
    let elapsed = Double(WallClock.now.milliseconds - found.revision.pushed.milliseconds) / 1000
    let status = scan.status(after: elapsed)
    var members: [(String, JSON)] = [
      ("registryId", .string(account)), ("repositoryName", .string(name)),
      ("imageId", .object([("imageDigest", .string(found.revision.digest))])),
      (
        "imageScanStatus",
        .object([("status", .string(status)), ("description", .string("The scan is \(status.lowercased())."))])
      ),
    ]
    if status == "COMPLETE" || status == "ACTIVE" {
      members.append(("imageScanFindings", findings(scan, at: found.revision.pushed)))
    }
    return .object(members)
  }

  private func findings(_ scan: World.Repository.Scan, at pushed: WorldTime) -> JSON {
    let counts = scan.counts.sorted { $0.key < $1.key }
    let named = counts.filter { $0.value > 0 }.map { severity, _ in
      JSON.object([
        ("name", .string("CVE-2024-\(severity)")), ("severity", .string(severity)),
        ("uri", .string("https://example.com/\(severity)")), ("attributes", .array([])),
      ])
    }
    return .object([
      ("imageScanCompletedAt", .number(Double(pushed.milliseconds) / 1000 + scan.seconds)),
      ("findingSeverityCounts", .object(counts.map { ($0.key, .int($0.value)) })), ("findings", .array(named)),
    ])
  }
}
