import AWSClient
import AWSWire
import DockerEngine
import ReleaseCore

extension LiveFleet {
  /// Sets the group to what it launches already, by number.
  func pin(_ configuration: SavedConfiguration) async throws(ActionFailure) {
    let desired = try await desired(configuration)
    do throws(AWSError) {
      try await client.autoScaling.updateAutoScalingGroup(name, to: desired)
    } catch {
      throw ActionFailure(error)
    }
  }

  /// Creates a version; the client token makes a repetition give the same one.
  func createVersion(_ order: VersionOrder) async throws(ActionFailure) -> Int {
    let token = ClientToken(
      template: order.templateID, source: order.source, data: order.userData, description: order.description,
      hash: sha256Hex)
    let created: EC2.CreatedVersion
    do throws(AWSError) {
      created = try await client.ec2.createLaunchTemplateVersion(
        .id(order.templateID), source: order.source, description: order.description, clientToken: token.description,
        userData: order.userData)
    } catch {
      throw ActionFailure(error)
    }
    guard created.warnings.isEmpty else {
      let words = created.warnings.map { "\($0.code): \($0.message)" }.joined(separator: "; ")
      throw ActionFailure(
        .other,
        "creating a version of launch template \(order.templateID): EC2 took it with warnings (\(words)), so its "
          + "instances may not launch. Mend version \(order.source), which it was made from.")
    }
    return created.version.number
  }

  /// Writes and deletes tags of the group; none is propagated to instances.
  func tag(_ tags: [String: String?]) async throws(ActionFailure) {
    let written = tags.sorted { $0.key < $1.key }.compactMap { key, value in
      value.map { AutoScaling.Tag(key: key, value: $0, propagatesAtLaunch: false) }
    }
    let deleted = tags.filter { $0.value == nil }.keys.sorted()
    do throws(AWSError) {
      if !written.isEmpty { try await client.autoScaling.createOrUpdateTags(written, on: name) }
      if !deleted.isEmpty { try await client.autoScaling.deleteTags(deleted, on: name) }
    } catch {
      throw ActionFailure(error)
    }
  }

  func startRefresh(_ order: RefreshOrder) async throws(ActionFailure) -> String {
    let desired = try await desired(order.configuration)
    let isIgnoring = order.protected == .ignore
    let preferences = AutoScaling.RefreshPreferences(
      minHealthyPercentage: order.percent.min, maxHealthyPercentage: order.percent.max,
      instanceWarmup: order.warmupSeconds, checkpointPercentages: order.checkpoints.isEmpty ? nil : order.checkpoints,
      checkpointDelay: order.checkpoints.isEmpty ? nil : order.checkpointDelaySeconds,
      skipMatching: order.skipMatching, autoRollback: order.autoRollback,
      scaleInProtectedInstances: isIgnoring ? "Ignore" : "Refresh",
      standbyInstances: isIgnoring ? "Ignore" : "Terminate", alarms: order.alarms.isEmpty ? nil : order.alarms,
      bakeTime: order.bakeSeconds)
    do throws(AWSError) {
      return try await client.autoScaling.startInstanceRefresh(of: name, to: desired, preferences: preferences)
    } catch {
      throw ActionFailure(error)
    }
  }

  func rollBackRefresh() async throws(ActionFailure) {
    do throws(AWSError) {
      _ = try await client.autoScaling.rollbackInstanceRefresh(of: name)
    } catch {
      throw ActionFailure(error)
    }
  }

  func cancelRefresh() async throws(ActionFailure) {
    do throws(AWSError) {
      _ = try await client.autoScaling.cancelInstanceRefresh(of: name)
    } catch {
      throw ActionFailure(error)
    }
  }

  /// What to send for a configuration. A mixed-instances policy is the group's own, read again, with nothing but the
  /// version changed: AWS keeps no member that is not sent.
  private func desired(
    _ configuration: SavedConfiguration
  ) async throws(ActionFailure) -> AutoScaling.DesiredConfiguration {
    guard let template = configuration.template, let number = template.version.number else {
      throw ActionFailure(.other, "group \(name) has no numbered launch-template version to be set to")
    }
    guard case .mixedInstances = configuration else {
      return .launchTemplate(
        AutoScaling.LaunchTemplateSpecification(
          id: template.id.isEmpty ? nil : template.id, name: template.id.isEmpty ? template.name : nil,
          version: String(number)))
    }
    guard let policy = try await group().mixedInstancesPolicy else {
      throw ActionFailure(.other, "group \(name) no longer has a mixed-instances policy. Run it again.")
    }
    return .mixedInstances(policy.with(version: String(number)))
  }

  /// Whether a release could run again: its AMI, and its digest in the registry.
  func checkRollbackTarget(
    _ version: TemplateVersion, repository: String
  ) async throws(ActionFailure) -> RollbackTargetCheck {
    var problems: [String] = []
    if let image = version.imageID, image.hasPrefix("ami-") {
      problems += try await imageProblems(image)
    }
    if let digest = UserData.pinnedDigest(in: version.userData, repository: repository),
      let reference = DockerEngine.ImageReference("\(repository)@\(digest)"),
      try await !isHeld(reference)
    {
      problems.append("its image \(reference) is not in the registry any more")
    }
    return RollbackTargetCheck(release: version.number, problems: problems)
  }

  private func imageProblems(_ image: String) async throws(ActionFailure) -> [String] {
    do throws(AWSError) {
      let found = try await client.ec2.describeImages(ids: [image]).first
      guard let found else { return ["its AMI \(image) does not exist any more"] }
      return found.state == "available" ? [] : ["its AMI \(image) is \(found.state)"]
    } catch {
      if error.kind == .notFound { return ["its AMI \(image) does not exist any more (\(error.code ?? "not found"))"] }
      throw ActionFailure(error)
    }
  }

  private func isHeld(_ reference: DockerEngine.ImageReference) async throws(ActionFailure) -> Bool {
    let credentials = try await registry.credentials(for: reference)
    do throws(EngineError) {
      return try await Registry(over: transport).digest(of: reference, credentials: credentials) != nil
    } catch {
      throw ActionFailure(.other, error.description)
    }
  }
}
