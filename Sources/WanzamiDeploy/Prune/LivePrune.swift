import AWSClient
import AWSWire
import ReleaseCore

/// Old releases and images in AWS: what is read before any is deleted, and how they are.
struct LivePrune: Sendable {
  let pipeline: Pipeline
  let client: AWSClient
  let registry: LiveRegistry

  /// Reads all that the plan depends on: each version and image, and what other groups of the region use.
  func survey(_ fleet: Survey) async throws(ActionFailure) -> PruneSurvey {
    guard let template = fleet.template else {
      throw ActionFailure(
        .refused, "group \(fleet.group.name) has no launch template, so it has no releases. Nothing can be pruned.")
    }
    let place = pipeline.image.isInECR ? try ECRPlace(fleet.repository, registry) : nil
    do throws(AWSError) {
      let versions = try await client.ec2.describeLaunchTemplateVersions(.id(template.id)).map { TemplateVersion($0) }
      let names = try await client.autoScaling.listAutoScalingGroupNames()
      let groups = try await client.autoScaling.describeAutoScalingGroups(names)
      var neighbours: [PruneSurvey.Neighbour] = []
      for group in groups where group.name != fleet.group.name {
        if let neighbour = try await neighbour(group, template, repository: fleet.repository) {
          neighbours.append(neighbour)
        }
      }
      return PruneSurvey(
        fleet: fleet, versions: versions, images: try await images(in: place),
        isInECR: pipeline.image.isInECR, neighbours: neighbours)
    } catch {
      throw ActionFailure(error)
    }
  }

  /// None of a registry besides ECR, which is somebody else's to tidy.
  private func images(in place: ECRPlace?) async throws(AWSError) -> [RepositoryImage] {
    guard let place else { return [] }
    let details = try await place.client.ecr.describeImages(repository: place.name, registryID: place.account)
    return details.compactMap { detail in
      Digest(detail.digest).map { digest in
        RepositoryImage(
          digest: digest, tags: detail.tags, pushed: detail.pushedAt.map { Moment(milliseconds: $0.milliseconds) },
          bytes: detail.sizeInBytes ?? 0)
      }
    }
  }

  /// What another group uses of ours; `nil`: nothing.
  private func neighbour(
    _ group: AutoScaling.Group, _ template: LaunchTemplate, repository: String
  ) async throws(AWSError) -> PruneSurvey.Neighbour? {
    var neighbour = PruneSurvey.Neighbour(group: group.name)
    try await add(LivePrune.references(of: group), to: &neighbour, template, repository)
    guard !neighbour.versions.isEmpty || !neighbour.scripts.isEmpty else { return nil }
    // What a refresh is under way to may be nowhere else yet.
    let refreshes = try await client.autoScaling.describeInstanceRefreshes(of: group.name, limit: 1).map { Refresh($0) }
    let desired = refreshes.filter(\.status.isActive).compactMap(\.desired)
    try await add(Set(desired), to: &neighbour, template, repository)
    return neighbour
  }

  private func add(
    _ references: Set<TemplateReference>, to neighbour: inout PruneSurvey.Neighbour, _ template: LaunchTemplate,
    _ repository: String
  ) async throws(AWSError) {
    for reference in references {
      if reference.id == template.id || (reference.id.isEmpty && reference.name == template.name) {
        neighbour.versions.insert(template.number(of: reference.version))
      } else if let script = try await script(of: reference),
        !UserData.images(in: script, repository: repository).isEmpty
      {
        neighbour.scripts.append(script)
      }
    }
  }

  /// Every template that a group launches from, or launched an instance from.
  private static func references(of group: AutoScaling.Group) -> Set<TemplateReference> {
    var references = Set(group.instances.compactMap { $0.launchTemplate.map(TemplateReference.init) })
    switch SavedConfiguration(group) {
    case .template(let reference): references.insert(reference)
    case .mixedInstances(let policy):
      references.insert(policy.template)
      references.formUnion(policy.overrides.compactMap(\.template))
    case .launchConfiguration, .none: break
    }
    return references
  }

  /// The user data of a version; one that is gone has none.
  private func script(of reference: TemplateReference) async throws(AWSError) -> [UInt8]? {
    let key: EC2.LaunchTemplateKey = reference.id.isEmpty ? .name(reference.name) : .id(reference.id)
    do throws(AWSError) {
      return try await client.ec2.describeLaunchTemplateVersions(key, versions: [reference.version.description]).first
        .map { TemplateVersion($0).userData }
    } catch {
      guard error.kind == .notFound else { throw error }
      return nil
    }
  }

  /// Deletes what a plan says, versions first: an image goes only when nothing that is left needs it. Gives a sentence for
  /// each thing that was to go and did not.
  func delete(_ plan: PrunePlan, _ survey: PruneSurvey) async throws(ActionFailure) -> [String] {
    guard let template = survey.fleet.template else { return [] }
    // Before anything goes: what is not readable now is not half deleted.
    let place = plan.images.isEmpty ? nil : try ECRPlace(survey.fleet.repository, registry)
    var problems: [String] = []
    var stays: Set<Digest> = []
    do throws(AWSError) {
      let kept = try await client.ec2.deleteLaunchTemplateVersions(
        .id(template.id), numbers: plan.versions.map(\.number)
      ).filter { $0.code != "launchTemplateVersionDoesNotExist" }
      for version in kept {
        problems.append("release \(version.number) was not deleted (\(version.code)): \(version.message)")
        if let planned = plan.versions.first(where: { $0.number == version.number }) {
          stays.insert(planned.release.digest)
        }
      }
      let digests = plan.images.map(\.digest).filter { !stays.contains($0) }
      guard !digests.isEmpty, let place else { return problems }
      let failures = try await place.client.ecr.batchDeleteImage(
        repository: place.name, registryID: place.account, digests: digests.map(\.text)
      ).filter { $0.code != "ImageNotFound" }
      problems += failures.map {
        "image \($0.identifier.imageDigest ?? "") was not deleted (\($0.code)): \($0.reason)"
      }
      return problems
    } catch {
      throw ActionFailure(error)
    }
  }
}

extension Ground {
  var prune: LivePrune { LivePrune(pipeline: pipeline, client: client, registry: registry) }
}
