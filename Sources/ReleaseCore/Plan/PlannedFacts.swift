/// A plan that a release is held to.
public struct PlannedRelease: Equatable, Sendable {
  public var facts: PlannedFacts
  /// Of an image that was there already; `nil`: it is to be built, and any digest will do.
  public var digest: Digest?

  public init(facts: PlannedFacts, digest: Digest?) {
    self.facts = facts
    self.digest = digest
  }

  /// What is otherwise than it was planned; empty: nothing.
  ///
  /// - Parameter digest: of the image, once it is known.
  func moved(to now: PlannedFacts, digest: Digest?) -> [String] {
    let image: [String] =
      if let planned = self.digest, let digest, planned != digest {
        ["image was \(planned), and is \(digest)"]
      } else {
        []
      }
    return facts.moved(to: now) + image
  }
}

/// What a plan rests on, by name: a release that is held to the plan is refused when any of it has changed.
///
/// Instances are compared by how many run which version, so that a replacement by Auto Scaling alone moves nothing.
public struct PlannedFacts: Equatable, Sendable {
  /// In the order in which differences are told.
  public let facts: [Fact]

  public struct Fact: Equatable, Sendable {
    public var name: String
    public var value: String

    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  public init(facts: [Fact]) { self.facts = facts }

  /// The image is no fact of the fleet: see ``PlannedRelease``.
  public init(clearance: Clearance, commit: Commit, policy: Pipeline.RollbackPolicy) {
    let survey = clearance.survey
    let settings = clearance.settings
    facts =
      PlannedFacts.fleet(survey, clearance.template)
      + [
        Fact("commit", commit.hex), Fact("repository", survey.repository),
        Fact("source version", String(clearance.source)),
        Fact("rollback target", clearance.aim.map(String.init) ?? "none"),
      ] + PlannedFacts.settings(settings, policy)
  }

  private static func fleet(_ survey: Survey, _ template: LaunchTemplate) -> [Fact] {
    let group = survey.group
    let counted = group.instances.filter { $0.lifecycle == .inService || $0.lifecycle == .pending }
    let byVersion = Dictionary(grouping: counted) { $0.version.map { "version \($0)" } ?? "no version" }
    let instances = byVersion.sorted { $0.key < $1.key }.map { "\($0.value.count) on \($0.key)" }
    let aside = group.instances.filter { $0.lifecycle == .standby || $0.isProtected }.map(\.id).sorted()
    return [
      Fact("group", group.arn.isEmpty ? group.name : group.arn),
      Fact("launch template", template.id),
      Fact("saved version", group.configuration.template?.version.description ?? "none"),
      Fact("newest version", String(template.latestVersion)),
      Fact("capacity", "desired \(group.desired), min \(group.min), max \(group.max)"),
      Fact("instances", instances.isEmpty ? "none" : instances.joined(separator: ", ")),
      Fact("standby or protected", aside.isEmpty ? "none" : aside.joined(separator: ", ")),
      Fact("passed", group.tags[PassedMark.key] ?? "unmarked"),
      Fact("in flight", group.tags[InFlightMark.key] ?? "nothing"),
      Fact("refresh", survey.activeRefresh.map { "\($0.id) \($0.status.rawValue)" } ?? "none under way"),
      Fact("health checks", group.healthCheckTypes.sorted().joined(separator: ", ")),
      Fact("grace", group.healthCheckGrace.inWords),
      Fact(
        "suspended",
        group.suspendedProcesses.isEmpty ? "none" : group.suspendedProcesses.sorted().joined(separator: ", ")),
    ]
      + survey.targetGroups.map { targetGroup in
        Fact(
          "target group \(targetGroup.name)",
          "\(targetGroup.path) on \(targetGroup.port) each \(targetGroup.interval.inWords), draining "
            + targetGroup.deregistrationDelay.inWords)
      }
  }

  private static func settings(_ settings: RolloutSettings, _ policy: Pipeline.RollbackPolicy) -> [Fact] {
    [
      Fact("percentages", "\(settings.minHealthyPercent)–\(settings.maxHealthyPercent)"),
      Fact("warmup", settings.warmupSent.inWords), Fact("bake", settings.bake.inWords),
      Fact(
        "checkpoints",
        settings.checkpoints.isEmpty
          ? "none" : "\(settings.checkpoints.inWords), each for \(settings.checkpointDelay.inWords)"),
      Fact("alarms", settings.alarms.isEmpty ? "none" : settings.alarms.joined(separator: ", ")),
      Fact("timeout", settings.timeout.inWords), Fact("protected", settings.protected.rawValue),
      Fact("rollback", policy.rawValue),
    ]
  }

  /// `saved version was 1, and is 2` for each fact that differs; a fact that only one side has differs too.
  public func moved(to now: PlannedFacts) -> [String] {
    let then = Dictionary(facts.map { ($0.name, $0.value) }) { first, _ in first }
    let new = Dictionary(now.facts.map { ($0.name, $0.value) }) { first, _ in first }
    let names = facts.map(\.name) + now.facts.map(\.name).filter { then[$0] == nil }
    return names.filter { then[$0] != new[$0] }.map { name in
      "\(name) was \(then[name] ?? "not there"), and is \(new[name] ?? "not there any more")"
    }
  }
}
