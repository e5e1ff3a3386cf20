import ReleaseCore
import Yams

extension PipelineReader {
  /// The pipeline that the file describes; what `nil` means is told by `problems`.
  mutating func pipeline(_ root: Node?) -> Pipeline? {
    let top = top(root)
    guard problems.isEmpty || !top.entries.isEmpty else { return nil }
    let fleet = section("fleet", in: top)
    let group = required("group", in: fleet, as: .groupName, at: mark(of: "fleet", in: top))
    var pipeline = Pipeline(service: group ?? "", fleet: Pipeline.Fleet(group: group ?? ""))
    pipeline.fleet.userData = value("userData", in: fleet, as: .treeFile)
    if let service = value("service", in: top, as: .groupName) { pipeline.service = service }
    pipeline.region = value("region", in: top, as: .region)
    if let rollback = value("rollback", in: top, as: .word as ValueForm<Pipeline.RollbackPolicy>) {
      pipeline.rollback = rollback
    }
    readSource(section("source", in: top), into: &pipeline.source)
    readImage(section("image", in: top), into: &pipeline.image)
    readPrune(section("prune", in: top), into: &pipeline.prune)
    let rollout = section("rollout", in: top)
    readPercentages(rollout, into: &pipeline.rollout)
    readDurations(rollout, into: &pipeline.rollout)
    readLists(rollout, into: &pipeline.rollout)
    if let protected = value("protected", in: rollout, as: .word as ValueForm<Pipeline.ProtectedInstances>) {
      pipeline.rollout.protected = protected
    }
    let hooks = section("hooks", in: top)
    pipeline.hooks.beforeRollout = readHooks("beforeRollout", in: hooks)
    pipeline.hooks.afterPassed = readHooks("afterPassed", in: hooks)
    pipeline.hooks.afterRollback = readHooks("afterRollback", in: hooks)
    readNotices(section("notices", in: top), into: &pipeline.notices)
    return pipeline
  }

  private mutating func readSource(_ section: Section, into source: inout Pipeline.Source) {
    if let repository = value("repository", in: section, as: .repositoryPlace) { source.repository = repository }
    if let branch = value("branch", in: section, as: .branch) { source.branch = branch }
  }

  private mutating func readImage(_ section: Section, into image: inout Pipeline.Image) {
    image.repository = value("repository", in: section, as: .imageRepository)
    if let context = value("context", in: section, as: .treeFolder) { image.context = context }
    if let dockerfile = value("dockerfile", in: section, as: .treeFile) { image.dockerfile = dockerfile }
    image.platform = value("platform", in: section, as: .platform)
    if let arguments = mapping("buildArgs", in: section, names: .buildArgument) { image.buildArgs = arguments }
    image.target = value("target", in: section, as: .buildStage)
    if let limit = value("reuseFor", in: section, as: .age) { image.reuseFor = limit }
    if let source = value("cacheFrom", in: section, as: .word as ValueForm<Pipeline.CacheSource>) {
      image.cacheFrom = source
    }
    image.blockOn = value("blockOn", in: section, as: .word as ValueForm<Severity>)
  }

  private mutating func readPrune(_ section: Section, into prune: inout Pipeline.Prune) {
    if let keep = value("keep", in: section, as: .count(1...1000)) { prune.keep = keep }
    if let window = value("window", in: section, as: .age) { prune.window = window }
  }

  private mutating func readPercentages(_ section: Section, into rollout: inout Pipeline.Rollout) {
    rollout.minHealthyPercent = value("minHealthyPercent", in: section, as: .percent(0...100))
    rollout.maxHealthyPercent = value("maxHealthyPercent", in: section, as: .percent(100...200))
  }

  private mutating func readDurations(_ section: Section, into rollout: inout Pipeline.Rollout) {
    rollout.warmup = value("warmup", in: section, as: .duration)
    if let delay = value("checkpointDelay", in: section, as: .durationForAWS) { rollout.checkpointDelay = delay }
    rollout.bake = value("bake", in: section, as: .durationForAWS)
    if let after = value("unhealthyAfter", in: section, as: .duration) { rollout.unhealthyAfter = after }
    if let within = value("startWithin", in: section, as: .duration) { rollout.startWithin = within }
    if let after = value("stalledAfter", in: section, as: .patience) { rollout.stalledAfter = after }
    rollout.timeout = value("timeout", in: section, as: .patience)
    if let poll = value("poll", in: section, as: .pollInterval) { rollout.poll = poll }
  }

  private mutating func readLists(_ section: Section, into rollout: inout Pipeline.Rollout) {
    readCheckpoints(section, into: &rollout)
    guard let alarms = list("alarms", in: section, of: .alarmName) else { return }
    for (index, alarm) in alarms.enumerated() where alarms[..<index].contains(where: { $0.value == alarm.value }) {
      report("rollout.alarms", alarm.mark, found: alarm.value, wrong: "stands twice", allowed: "name each alarm once")
    }
    if alarms.count > 10 {
      report(
        "rollout.alarms", mark(of: "alarms", in: section), wrong: "has \(alarms.count) names",
        allowed: "AWS takes at most 10")
    }
    rollout.alarms = alarms.map(\.value)
  }

  /// AWS replaces nothing beyond the last checkpoint, so that one must be 100.
  private mutating func readCheckpoints(_ section: Section, into rollout: inout Pipeline.Rollout) {
    let before = problems.count
    guard let checkpoints = list("checkpoints", in: section, of: .percent(1...100)), let last = checkpoints.last,
      problems.count == before
    else { return }
    for (earlier, later) in zip(checkpoints, checkpoints.dropFirst()) where later.value <= earlier.value {
      report(
        "rollout.checkpoints", later.mark, found: String(later.value), wrong: "is not above the one before it",
        allowed: "write them rising, such as [50, 100]")
    }
    if last.value != 100, problems.count == before {
      report(
        "rollout.checkpoints", last.mark, found: String(last.value), wrong: "is the last checkpoint",
        allowed: "the last must be 100, or the rest is never replaced")
    }
    rollout.checkpoints = checkpoints.map(\.value)
  }
}
