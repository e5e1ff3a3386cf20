import AWSClient
import ReleaseCore

extension LiveFleet {
  /// Reads everything that is decided about before a rollout, what is independent at once.
  func survey() async throws(ActionFailure) -> Survey {
    do {
      async let history = client.autoScaling.describeInstanceRefreshes(of: name, limit: 100)
      async let alarms = client.cloudWatch.describeAlarms(pipeline.rollout.alarms)
      let group = try await group()
      async let targetGroups = targetGroups(group.targetGroupARNs)
      async let health = targetHealth(group.targetGroupARNs)
      let refreshes = try await history.map { Refresh($0) }
      let template = try await template(of: group, refreshes: refreshes)
      let saved = SavedConfiguration(group)
      async let platform = platform(of: template, saved: saved)
      let repository = try await repository(template: template, saved: saved)
      return Survey(
        group: ReleaseCore.Group(group), template: template, targetGroups: try await targetGroups,
        targets: try await health, refreshes: refreshes, alarms: try await alarms.map { ReleaseCore.Alarm($0) },
        repository: repository, platform: try await platform)
    } catch let error as AWSError {
      throw ActionFailure(error)
    } catch let error as ActionFailure {
      throw error
    } catch {
      throw ActionFailure(.other, "reading the fleet \(name) failed: \(error)")
    }
  }

  func targetGroups(_ arns: [String]) async throws -> [ReleaseCore.TargetGroup] {
    let found = try await client.elbv2.describeTargetGroups(arns: arns)
    return try await withThrowingTaskGroup(of: (Int, ReleaseCore.TargetGroup).self) { tasks in
      for (index, group) in found.enumerated() {
        tasks.addTask {
          let attributes = try await client.elbv2.describeTargetGroupAttributes(targetGroup: group.arn)
          return (index, ReleaseCore.TargetGroup(group, attributes: attributes))
        }
      }
      var groups: [(Int, ReleaseCore.TargetGroup)] = []
      for try await group in tasks { groups.append(group) }
      return groups.sorted { $0.0 < $1.0 }.map(\.1)
    }
  }

  func targetHealth(_ arns: [String]) async throws -> [String: [Target]] {
    try await withThrowingTaskGroup(of: (String, [Target]).self) { tasks in
      for arn in arns {
        tasks.addTask { (arn, try await client.elbv2.describeTargetHealth(targetGroup: arn).map { Target($0) }) }
      }
      var targets: [String: [Target]] = [:]
      for try await (arn, states) in tasks { targets[arn] = states }
      return targets
    }
  }

  /// How many of the newest versions are read.
  private static let newestVersions = 50

  /// The group's launch template: its newest versions, and each that the group, its instances or its tags name.
  func template(of group: AutoScaling.Group, refreshes: [Refresh]) async throws -> LaunchTemplate? {
    guard let reference = SavedConfiguration(group).template else { return nil }
    let key: EC2.LaunchTemplateKey = reference.id.isEmpty ? .name(reference.name) : .id(reference.id)
    guard let template = try await client.ec2.describeLaunchTemplates([key]).first else { return nil }
    let from = max(1, template.latestVersion - LiveFleet.newestVersions + 1)
    let newest = try await client.ec2.describeLaunchTemplateVersions(key, from: from, to: template.latestVersion)
    var versions = Dictionary(newest.map { ($0.number, TemplateVersion($0)) }) { first, _ in first }
    let tags = Dictionary(group.tags.map { ($0.key, $0.value) }) { first, _ in first }
    let named =
      [reference.version.number] + group.instances.map { $0.launchTemplate?.version.flatMap { Int($0) } }
      + PassedMark(tags[PassedMark.key]).releases.prefix(10).map { Optional($0) }
      + refreshes.prefix(5).map { $0.desired?.version.number }
    for number in Set(named.compactMap { $0 }).sorted() where versions[number] == nil {
      if let found = try await version(number, of: key) { versions[number] = found }
    }
    return LaunchTemplate(
      id: template.id, name: template.name, defaultVersion: template.defaultVersion,
      latestVersion: template.latestVersion, versions: versions)
  }

  /// A version by its number; `nil`: it was deleted.
  private func version(
    _ number: Int, of key: EC2.LaunchTemplateKey
  ) async throws(AWSError) -> TemplateVersion? {
    do throws(AWSError) {
      let found = try await client.ec2.describeLaunchTemplateVersions(key, versions: [String(number)])
      return found.first.map { TemplateVersion($0) }
    } catch {
      guard error.kind == .notFound else { throw error }
      return nil
    }
  }

  /// `linux/arm64` or `linux/amd64`, by the template's instance type; where it names none, by its AMI.
  func platform(of template: LaunchTemplate?, saved: SavedConfiguration) async throws -> String? {
    let version = saved.template?.version.number ?? template?.latestVersion
    var type = version.flatMap { template?.versions[$0]?.instanceType }
    if case .mixedInstances(let policy) = saved, let first = policy.overrides.first?.instanceType { type = first }
    var architectures: [String] = []
    if let type {
      architectures = try await client.ec2.describeInstanceTypes([type]).first?.architectures ?? []
    } else if let image = version.flatMap({ template?.versions[$0]?.imageID }), image.hasPrefix("ami-") {
      architectures = try await architecture(ofImage: image).map { [$0] } ?? []
    }
    if architectures.contains("arm64") { return "linux/arm64" }
    return architectures.contains("x86_64") ? "linux/amd64" : nil
  }

  /// `nil`: it is gone, or we may not ask; the release says that it could not be told.
  private func architecture(ofImage image: String) async throws(AWSError) -> String? {
    do throws(AWSError) {
      return try await client.ec2.describeImages(ids: [image]).first?.architecture
    } catch {
      guard error.kind == .notFound || error.kind == .denied else { throw error }
      return nil
    }
  }

  /// The image repository as `docker pull` names it: the pipeline's, else the one in the user data.
  func repository(
    template: LaunchTemplate?, saved: SavedConfiguration
  ) async throws(ActionFailure) -> String {
    if let repository = pipeline.image.repository {
      return Pipeline.Image.host(of: repository) == nil ? try await ecrRepository(repository) : repository
    }
    let number = saved.template?.version.number ?? template?.latestVersion
    let script = number.flatMap { template?.versions[$0]?.userData } ?? []
    let host = try await registry.ownHost()
    let named = UserData.repositories(in: script, registry: host)
    guard named.count == 1, let only = named.first else {
      throw ActionFailure(
        .refused,
        "which image repository the service uses could not be told from the user data of group \(name) "
          + "(\(named.isEmpty ? "it names none of \(host)" : named.joined(separator: ", "))). Set image.repository.")
    }
    return only
  }

  private func ecrRepository(_ repository: String) async throws(ActionFailure) -> String {
    do throws(AWSError) {
      if let uri = try await client.ecr.describeRepositories(names: [repository]).first?.uri { return uri }
    } catch {
      guard error.kind == .notFound else { throw ActionFailure(error) }
    }
    throw ActionFailure(
      .refused,
      "there is no ECR repository \(repository) in \(client.region). Create it (aws ecr create-repository "
        + "--repository-name \(repository)), or correct image.repository.")
  }
}
