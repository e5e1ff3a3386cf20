/// What was last said of a rollout's progress, so that a line is said for each change and none for anything else; and
/// a heartbeat where nothing changes for long.
struct ProgressLines: Equatable, Sendable {
  private var refresh: String?
  /// By id, ascending.
  private var rows: [Look] = []
  private var silences: Set<String> = []
  private var removed: Set<String> = []
  private var refused: Set<String> = []
  private var isHolding = false
  private var lastSaid: Moment?

  /// What is said of an instance.
  private struct Look: Equatable {
    var id: String
    var lifecycle: Lifecycle
    var targets: [Progress.Sight]
  }

  /// A waiting that says nothing for longer than this looks like a hang.
  static let heartbeat = Duration.seconds(30)

  /// The lines that are new, in the order: AWS's refresh, instances, removals, refused launches, silence, bake, heartbeat.
  ///
  /// - Parameter waitingFor: what is waited for, in words; asked for where a heartbeat is due.
  mutating func changes(
    to progress: Progress, at now: Moment, waitingFor: @autoclosure () -> String
  ) -> [Announcement] {
    var lines = refreshLine(progress) + rowLines(progress) + removedLines(progress)
    lines += refusedLines(progress) + silenceLines(progress) + holdLine(progress)
    if lines.isEmpty, let last = lastSaid, now - last >= ProgressLines.heartbeat {
      let waitingFor = waitingFor()
      lines.append(
        Announcement("rollout.waiting", .info, [.text("for", waitingFor)], "still waiting for: \(waitingFor)"))
    }
    if !lines.isEmpty || lastSaid == nil { lastSaid = now }
    return lines
  }

  private mutating func refreshLine(_ progress: Progress) -> [Announcement] {
    guard let status = progress.refreshStatus else { return [] }
    let left = progress.instancesToUpdate.map { ", \($0) to replace" } ?? ""
    let line = "refresh \(status.rawValue), \(progress.percentComplete ?? 0) %\(left)"
    guard line != refresh else { return [] }
    refresh = line
    return [
      Announcement(
        "refresh.changed", .info,
        [
          .text("status", status.rawValue), .number("percent", progress.percentComplete ?? 0),
          .number("healthy", progress.healthy), .number("desired", progress.desired),
        ], "\(line); \(progress.healthy) of \(progress.desired) healthy on release \(progress.release)")
    ]
  }

  private mutating func rowLines(_ progress: Progress) -> [Announcement] {
    guard !isSaid(progress.rows) else { return [] }
    let looks = progress.rows.map { Look(id: $0.id, lifecycle: $0.lifecycle, targets: $0.targets) }
    let before = Dictionary(rows.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    var lines: [Announcement] = []
    for (row, look) in zip(progress.rows, looks) where before[row.id] != look {
      let state = row.words
      let release = row.version.map { "release \($0)" } ?? "no release"
      lines.append(
        Announcement(
          "instance.changed", .info,
          [
            .text("instance", row.id), .number("release", row.version ?? 0),
            .text("lifecycle", row.lifecycle.rawValue), .list("targets", row.sights), .text("state", state),
          ],
          "\(row.id) (\(release)): \(state)"))
    }
    let seen = Set(looks.map(\.id))
    for row in rows where !seen.contains(row.id) {
      lines.append(Announcement("instance.gone", .info, [.text("instance", row.id)], "\(row.id): gone"))
    }
    rows = looks
    return lines
  }

  private func isSaid(_ newest: [Progress.Row]) -> Bool {
    newest.count == rows.count
      && newest.indices.allSatisfy {
        newest[$0].lifecycle == rows[$0].lifecycle && newest[$0].id == rows[$0].id
          && newest[$0].targets == rows[$0].targets
      }
  }

  /// Instances of the release that were taken out, each once: by whom, and whether it counts.
  private mutating func removedLines(_ progress: Progress) -> [Announcement] {
    progress.removed.filter { removed.insert($0.instance).inserted }.map { one in
      let counts = one.why.speaksAgainstRelease ? "" : "; not counted"
      return Announcement(
        "instance.removed", one.why.speaksAgainstRelease ? .warning : .info,
        [.text("instance", one.instance), .text("why", one.why.rawValue), .text("cause", one.cause)],
        "\(one.instance) (release \(progress.release)) is taken out \(one.why.inWords)\(counts): \(one.cause)")
    }
  }

  /// Launches that AWS refused, each once.
  private mutating func refusedLines(_ progress: Progress) -> [Announcement] {
    progress.refused.filter { refused.insert($0.activity).inserted }.map { one in
      Announcement(
        "launch.refused", .warning, [.text("why", one.why.rawValue), .text("message", one.message)],
        "AWS refused a launch (\(one.why.rawValue)"
          + (one.why.isWaitedFor ? ", waited for until nothing has moved for too long" : "") + "): \(one.message)")
    }
  }

  private mutating func silenceLines(_ progress: Progress) -> [Announcement] {
    guard !progress.silences.isEmpty || !silences.isEmpty else { return [] }
    let new = Set(progress.silences).subtracting(silences).sorted()
    silences = Set(progress.silences)
    return new.map {
      Announcement("observation.missing", .warning, [.text("what", $0)], "no answer, looking on: \($0)")
    }
  }

  private mutating func holdLine(_ progress: Progress) -> [Announcement] {
    defer { isHolding = progress.holdsFor != nil }
    guard progress.holdsFor != nil, !isHolding else { return [] }
    return [
      Announcement(
        "bake.started", .info, [.number("healthy", progress.healthy)],
        "all \(progress.counted) instances run release \(progress.release) and are healthy; baking")
    ]
  }
}

extension Progress.Row {
  /// `in service, wanzami-api unhealthy (Target.ResponseCodeMismatch, Health checks failed with these codes: [500])`
  var words: String {
    let place: String =
      switch lifecycle {
      case .pending: "pending"
      case .inService: "in service"
      case .standby: "in standby"
      case .leaving: "leaving"
      case .warmed: "in the warm pool"
      }
    return ([place] + sights).joined(separator: ", ")
  }

  /// `wanzami-api unhealthy (Target.Timeout, Request timed out)`, for each target group that has the instance.
  var sights: [String] {
    targets.compactMap { sight in
      sight.state.map { state in
        let why = [sight.reason, sight.detail].compactMap { $0 }.joined(separator: ", ")
        return "\(sight.targetGroup) \(state.rawValue)\(why.isEmpty ? "" : " (\(why))")"
      }
    }
  }
}

extension Progress {
  /// New instances that some target group calls unhealthy or unused.
  var sickInstances: [String] {
    rows.filter { $0.isNew && !$0.isAside && $0.targets.contains { $0.state == .unhealthy || $0.state == .unused } }
      .map(\.id)
  }

  /// What the load balancer says of an instance, a line for each target group.
  func targetLines(of instance: String) -> [String] {
    guard let row = rows.first(where: { $0.id == instance }) else { return [] }
    return row.targets.compactMap { sight in
      sight.state.map { state in
        "\(sight.targetGroup): "
          + [state.rawValue, sight.reason, sight.detail].compactMap { $0 }.joined(separator: ", ")
      }
    }
  }
}
