import ReleaseCore

/// What `status --check` says.
struct DriftReport {
  let survey: Survey

  private var drifts: [Drift] { Drift.all(in: survey) }

  var exitCode: Int32 { drifts.isEmpty ? 0 : 8 }

  func lines() -> [String] {
    if drifts.isEmpty {
      return Drift.ownRollout(in: survey).map { ["no drift; the rollout of release \($0) is under way"] } ?? [
        "no drift"
      ]
    }
    return ["drift:"] + drifts.flatMap { Prose.item("\($0.kind.rawValue): \($0.sentence)", command: $0.command) }
  }

  func jsonLines() -> [String] {
    let all: [Announcement.Fact] = [
      .text("event", "status.check"), .text("result", drifts.isEmpty ? "ok" : "drift"), .number("exit", Int(exitCode)),
      .list("kinds", drifts.map(\.kind.rawValue)),
    ]
    let each = drifts.map { drift -> [Announcement.Fact] in
      [
        .text("event", "status.drift"), .text("kind", drift.kind.rawValue), .text("sentence", drift.sentence),
        .text("command", drift.command ?? ""),
      ]
    }
    return (each + [all]).map(JSONLine.encode)
  }
}
