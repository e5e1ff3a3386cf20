import ReleaseCore

/// The commented pipeline file that `init` writes.
struct PipelineDraft {
  let survey: Survey
  let region: String
  /// `nil`: it could not be told.
  let context: String?
  let isRegionNamed: Bool

  var text: String {
    let group = survey.group
    let settings = RolloutSettings(pipeline: Pipeline.Rollout(), group: group, targetGroups: survey.targetGroups)
    let targets = survey.targetGroups.map { "\($0.name) (GET \($0.path) on \($0.port))" }.joined(separator: ", ")
    return """
      # How \(group.name) is released. Every key with its meaning: wanzami-deploy explain, or pipelines/reference.yml.
      # Keys that are commented out have their defaults, as this fleet gives them.
      region: \(region)

      source:
        # A released commit must be on this branch.
        branch: main

      image:
        repository: \(repository)
      \(contextLines)
        # platform: \(survey.platform ?? "linux/arm64")   # what the launch template's instance type runs

      fleet:
        group: \(group.name)
        # Launch template \(survey.template.map { "\($0.name), set to version \(saved)" } ?? "(none)"); target groups: \(targets.isEmpty ? "none" : targets).

      rollout:
        # minHealthyPercent: \(settings.minHealthyPercent)
        # maxHealthyPercent: \(settings.maxHealthyPercent)
        # warmup: \(written(settings.warmup))
        # bake: \(written(settings.bake))
        # timeout: \(written(settings.timeout))
        # Names of CloudWatch alarms that fail a release when they go off.
        alarms: []

      # A failed release is rolled back by itself; manual leaves that to a person.
      rollback: automatic

      """
  }

  private var saved: String { survey.group.configuration.template?.version.description ?? "none" }

  /// ECR's own repositories go by their name.
  private var repository: String {
    let parts = survey.repository.split(separator: "/", maxSplits: 1)
    guard parts.count == 2, parts[0].contains(".dkr.ecr.") else { return survey.repository }
    return String(parts[1])
  }

  private var contextLines: String {
    guard let context else {
      return """
          # The folder of the commit's tree with the Dockerfile; its root unless it is named.
          # context: backend
        """
    }
    return context.isEmpty
      ? "  # context: the root of the tree, where the Dockerfile is" : "  context: \(context)"
  }

  /// As the file takes durations.
  private func written(_ duration: Duration) -> String {
    let seconds = duration.wholeSecondsRoundedUp
    if seconds > 0, seconds % 3600 == 0 { return "\(seconds / 3600)h" }
    return seconds > 0 && seconds % 60 == 0 ? "\(seconds / 60)m" : "\(seconds)s"
  }
}
