import ReleaseCore

/// What `audit` says: a line for each point, and below each failure the command that mends it.
struct AuditReport {
  let audit: Audit
  /// The group's name or the instance's id.
  let subject: String

  func lines() -> [String] { audit.points.flatMap(lines) + [summary] }

  private func lines(_ point: Audit.Point) -> [String] {
    let mark = point.status.rawValue + String(repeating: " ", count: 8 - point.status.rawValue.count)
    let margin = String(repeating: " ", count: 8)
    return Prose.wrap(Printable.clean("\(point.title): \(point.seen)"), first: mark, hanging: margin)
      + (point.mend.map { ["\(margin)$ \(Printable.clean($0))"] } ?? [])
  }

  private var summary: String {
    let counts = [Audit.Status.failed, .skipped, .ok].map { "\(audit.count($0)) \($0.rawValue)" }
    let unread = audit.points.count(where: \.isUnread)
    return "\(Printable.clean(subject)): " + counts.joined(separator: ", ")
      + (unread == 0 ? "" : "; \(unread) could not be read")
  }

  /// One object for each point, then one for all.
  func jsonLines() -> [String] {
    let points = audit.points.map { point -> [Announcement.Fact] in
      [
        .text("event", "audit.point"), .text("name", point.name), .text("title", point.title),
        .text("status", point.status.rawValue), .text("seen", point.seen), .text("command", point.mend ?? ""),
      ]
    }
    let all: [Announcement.Fact] = [
      .text("event", "audit"), .text("subject", subject),
      .text("result", ["ok", "unread", "", "failed"][Int(audit.exitCode)]), .number("exit", Int(audit.exitCode)),
      .number("ok", audit.count(.ok)), .number("failed", audit.count(.failed)),
      .number("skipped", audit.count(.skipped)),
    ]
    return (points + [all]).map(JSONLine.encode)
  }
}
