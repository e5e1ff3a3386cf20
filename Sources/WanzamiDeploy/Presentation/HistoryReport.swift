import ReleaseCore

/// What `history` says: each release that a run made, newest first, and what became of it.
struct HistoryReport {
  let survey: Survey
  /// Why a run failed, where this machine knows.
  var cause: (RunID) -> String? = { _ in nil }

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
    var table = Table(header: ["RELEASE", "STATE", "COMMIT", "BY", "CREATED", "TOOK", "REFRESH"])
    let entries = entries()
    for entry in entries {
      let created = entry.created.map { String($0.timestamp.prefix(16)).replacing("T", with: " ") }
      var row = [String(entry.number), entry.state.rawValue]
      row += [entry.release?.commit.short ?? "-", entry.release?.by ?? "-", created ?? "-"]
      row += [took(entry) ?? "-", entry.refresh?.status.rawValue ?? "-"]
      table.rows.append(row)
    }
    let lines = table.lines()
    let rows = zip(entries, lines.dropFirst()).flatMap { entry, line in
      [line] + (why(entry).map { Prose.wrap(Printable.clean($0), first: "         ", hanging: "         ") } ?? [])
    }
    return lines.prefix(1) + rows
  }

  private func seconds(_ entry: Entry) -> Int {
    guard let started = entry.refresh?.started, let ended = entry.refresh?.ended else { return 0 }
    return (ended - started).wholeSecondsRoundedUp
  }

  private func took(_ entry: Entry) -> String? {
    guard let started = entry.refresh?.started, let ended = entry.refresh?.ended else { return nil }
    return (ended - started).inWords
  }

  /// Why a release did not pass; `nil`: it did, or nobody says.
  private func why(_ entry: Entry) -> String? {
    guard entry.state == .condemned || entry.refresh?.status == .failed else { return nil }
    return entry.release.flatMap { cause($0.run) } ?? entry.refresh?.rollbackReason ?? entry.refresh?.statusReason
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
        .text("cause", entry.release.flatMap { cause($0.run) } ?? ""),
        .number("seconds", seconds(entry)),
      ])
    }
  }
}
