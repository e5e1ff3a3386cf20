import ReleaseCore

/// What `status` says of a fleet: for people, and for machines.
struct StatusReport {
  let survey: Survey

  private var group: Group { survey.group }
  private var saved: SavedVersion? { group.configuration.template?.version }
  private var passed: PassedHistory { PassedHistory(survey: survey) }

  private func release(_ number: Int?) -> ReleaseDescription? {
    number.flatMap { survey.template?.versions[$0]?.release(of: survey.repository) }
  }

  func lines() -> [String] {
    var lines = ["group \(group.name): \(headline)"]
    if let release = release(saved?.number) {
      lines.append("  commit \(release.commit), by \(release.by), run \(release.run)")
      lines.append("  digest \(release.digest)")
    }
    lines.append("  capacity: desired \(group.desired), min \(group.min), max \(group.max)")
    let marked = passed.isMarked ? "" : " (from the refresh history: the group has no mark)"
    lines.append("  passed: \(passed.releases.isEmpty ? "none" : passed.mark.description)\(marked)")
    lines.append("  in flight: \(group.tags[InFlightMark.key].map { Printable.clean($0) } ?? "nothing")")
    lines.append("  refresh: \(refreshLine)")
    return lines + instanceTable.lines(indent: 2)
  }

  private var headline: String {
    guard let saved else { return "set to no launch template" }
    guard let number = saved.number else { return "set to \(saved), which is no release" }
    let healthy = healthyCounts.map { "\($0.healthy) of \($0.counted) targets healthy on it in \($0.name)" }
    return "release \(number); " + (healthy.isEmpty ? "no target group" : healthy.joined(separator: ", "))
  }

  private var healthyCounts: [(name: String, healthy: Int, counted: Int)] {
    let counted = group.instances.filter { $0.lifecycle == .inService || $0.lifecycle == .pending }
    return survey.targetGroups.map { targetGroup in
      let healthy = counted.filter { instance in
        instance.version == saved?.number
          && survey.targets[targetGroup.arn]?.contains { $0.id == instance.id && $0.state == .healthy } == true
      }
      return (targetGroup.name, healthy.count, counted.count)
    }
  }

  private var refreshLine: String {
    guard let refresh = survey.refreshes.first else { return "none in the last six weeks" }
    let version = refresh.desired.map { " to version \($0.version)" } ?? ""
    let reason = (refresh.rollbackReason ?? refresh.statusReason).map { ": \(Printable.clean($0))" } ?? ""
    return "\(refresh.id)\(version), \(refresh.status.rawValue), \(refresh.percentComplete) %\(reason)"
  }

  private var instanceTable: Table {
    var table = Table(header: ["INSTANCE", "RELEASE", "LIFECYCLE"] + survey.targetGroups.map { "TARGET \($0.name)" })
    for instance in group.instances.sorted(by: { $0.id < $1.id }) {
      table.rows.append(
        [instance.id, instance.version.map(String.init) ?? "-", instance.lifecycle.rawValue]
          + survey.targetGroups.map { targetState(of: instance, in: $0) })
    }
    return table
  }

  private func targetState(of instance: Instance, in targetGroup: TargetGroup) -> String {
    guard let target = survey.targets[targetGroup.arn]?.first(where: { $0.id == instance.id }) else { return "-" }
    let words = [target.state.rawValue, target.reason, target.detail].compactMap { $0 }.joined(separator: ", ")
    return Printable.clean(words)
  }

  /// One JSON object a line: the fleet, then each instance.
  func jsonLines() -> [String] {
    let release = release(saved?.number)
    let fleet: [Announcement.Fact] =
      [
        .text("event", "status"), .text("group", group.name), .number("release", saved?.number ?? 0),
        .text("commit", release?.commit.hex ?? ""), .text("digest", release?.digest.text ?? ""),
        .number("desired", group.desired), .number("min", group.min), .number("max", group.max),
        .list("passed", passed.releases.map(String.init)), .text("inFlight", group.tags[InFlightMark.key] ?? ""),
      ] + refreshFacts
    let instances = group.instances.sorted { $0.id < $1.id }.map { instance -> [Announcement.Fact] in
      [
        .text("event", "status.instance"), .text("instance", instance.id), .number("release", instance.version ?? 0),
        .text("lifecycle", instance.lifecycle.rawValue),
        .list("targets", survey.targetGroups.map { "\($0.name): \(targetState(of: instance, in: $0))" }),
      ]
    }
    return ([fleet] + instances).map(JSONLine.encode)
  }

  private var refreshFacts: [Announcement.Fact] {
    guard let refresh = survey.refreshes.first else { return [] }
    return [
      .text("refresh", refresh.id), .text("refreshStatus", refresh.status.rawValue),
      .number("refreshPercent", refresh.percentComplete),
    ]
  }
}
