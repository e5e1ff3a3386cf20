import ReleaseCore

/// What `history` says: each release that a run made, newest first, and what became of it.
struct HistoryReport {
  let survey: Survey

  struct Entry: Equatable {
    var number: Int
    var state: State
    var release: ReleaseDescription?
    var created: Moment?
    var refresh: Refresh?
  }

  enum State: String {
    case live
    case passed
    case inFlight = "in-flight"
    case condemned
    /// Written, and never rolled out.
    case unused
  }

  /// The versions that are releases, and the saved one whatever it is.
  func entries() -> [Entry] {
    guard let template = survey.template else { return [] }
    let passed = PassedHistory(survey: survey)
    let saved = survey.group.configuration.template?.version.number
    let active = survey.activeRefresh?.desired?.version.number
    return template.versions.values.sorted { $0.number > $1.number }.compactMap { version in
      let release = version.release(of: survey.repository)
      guard release != nil || version.number == saved || passed.contains(version.number) else { return nil }
      let refresh = survey.refreshes.first { $0.desired?.version.number == version.number }
      let state: State =
        if version.number == active {
          .inFlight
        } else if version.number == saved {
          .live
        } else if passed.contains(version.number) {
          .passed
        } else {
          refresh == nil ? .unused : .condemned
        }
      return Entry(
        number: version.number, state: state, release: release, created: version.created, refresh: refresh)
    }
  }

  func lines() -> [String] {
    var table = Table(header: ["RELEASE", "STATE", "COMMIT", "BY", "CREATED", "REFRESH"])
    for entry in entries() {
      let refresh = entry.refresh.map { refresh in
        let reason = (refresh.rollbackReason ?? refresh.statusReason).map { ": \(Printable.clean($0))" } ?? ""
        return refresh.status.rawValue + reason
      }
      table.rows.append([
        String(entry.number), entry.state.rawValue, entry.release?.commit.short ?? "-", entry.release?.by ?? "-",
        entry.created?.timestamp ?? "-", refresh ?? "-",
      ])
    }
    return table.lines()
  }

  func jsonLines() -> [String] {
    entries().map { entry in
      JSONLine.encode([
        .text("event", "history.release"), .number("release", entry.number), .text("state", entry.state.rawValue),
        .text("commit", entry.release?.commit.hex ?? ""), .text("digest", entry.release?.digest.text ?? ""),
        .text("by", entry.release?.by ?? ""), .text("run", entry.release?.run.text ?? ""),
        .text("created", entry.created?.timestamp ?? ""), .text("refresh", entry.refresh?.id ?? ""),
        .text("refreshStatus", entry.refresh?.status.rawValue ?? ""),
        .text("reason", entry.refresh?.rollbackReason ?? entry.refresh?.statusReason ?? ""),
      ])
    }
  }
}
