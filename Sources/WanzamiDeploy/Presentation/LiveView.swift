import ReleaseCore

/// What the bottom of a terminal shows of a run at one moment: its stages, how far it is, its instances, the traffic.
///
/// A pure picture: `lines` depends on nothing but this value and the room that it is given.
struct LiveView: Sendable {
  struct StageTime: Equatable, Sendable {
    var stage: Stage
    var elapsed: Duration
    var isOver: Bool
  }

  /// In their order; only the last may be going on.
  var stages: [StageTime] = []
  var progress: Progress?
  /// Of a rehearsal.
  var traffic: (requests: Int, failed: Int)?
  /// Whether the terminal shows more than ASCII.
  var isUnicode = true

  /// Below this width only the stage is shown.
  static let columnsMin = 24
  /// More rows than this are summarised, however high the terminal is.
  static let rowsMax = 24

  /// No line is wider than `columns`, and there are at most `rows` of them.
  func lines(columns: Int, rows: Int) -> [StyledLine] {
    guard columns > 0, rows > 0, !stages.isEmpty else { return [] }
    guard columns >= LiveView.columnsMin else {
      return [StyledLine(stages.suffix(1).map { ($0.words, .plain) }).cut(columns, ellipsis)]
    }
    var lines = [rule(columns)] + stageLines(columns)
    if let progress { lines.append(bar(progress, columns)) }
    let foot = trafficLine.map { [$0] } ?? []
    if let progress { lines += table(progress, columns, room: min(LiveView.rowsMax, rows - lines.count - foot.count)) }
    return (lines + foot).prefix(rows).map { $0.cut(columns, ellipsis) }
  }

  private var ellipsis: String { isUnicode ? "…" : "~" }

  private func rule(_ columns: Int) -> StyledLine {
    StyledLine([(String(repeating: isUnicode ? "─" : "-", count: columns), .soft)])
  }

  // MARK: Stages

  private func stageLines(_ columns: Int) -> [StyledLine] {
    var lines: [StyledLine] = []
    var line = StyledLine()
    for stage in stages {
      let separator = line.parts.isEmpty ? "" : "  "
      if line.width + separator.count + stage.words.count > columns, !line.parts.isEmpty {
        lines.append(line)
        line = StyledLine()
      }
      if !line.parts.isEmpty { line.add(separator, .plain) }
      line.add(stage.words, stage.isOver ? .soft : .strong)
    }
    return lines + [line]
  }

  // MARK: The bar

  private func bar(_ progress: Progress, _ columns: Int) -> StyledLine {
    let share = progress.desired > 0 ? min(1, Double(progress.healthy) / Double(progress.desired)) : 0
    let label = "release \(progress.release) "
    var words = " \(progress.healthy) of \(progress.desired) healthy"
    let more = [
      progress.serving.map { ", serving \($0), floor \(progress.floor)" } ?? "",
      progress.refreshStatus.map { ", refresh \($0.rawValue) \(progress.percentComplete ?? 0) %" } ?? "",
    ]
    for part in more where label.count + words.count + part.count + 12 <= columns { words += part }
    var line = StyledLine([(label, .strong)])
    let room = min(40, columns - label.count - words.count)
    if room >= 4 {
      let full = Int((Double(room) * share).rounded(.down))
      line.add(String(repeating: isUnicode ? "━" : "#", count: full), .good)
      line.add(String(repeating: isUnicode ? "╌" : ".", count: room - full), .soft)
    }
    line.add(words, .plain)
    return line
  }

  // MARK: Instances

  private func table(_ progress: Progress, _ columns: Int, room: Int) -> [StyledLine] {
    guard room > 0 else { return [] }
    if progress.rows.count <= room { return progress.rows.map { row($0, columns) } }
    let sums = sums(progress).prefix(room)
    let sick = progress.rows.filter { look($0).ink == .bad }
    let more = room - sums.count
    guard more > 0, !sick.isEmpty else { return Array(sums) }
    if sick.count <= more { return sums + sick.map { row($0, columns) } }
    let hidden = StyledLine([("  and \(sick.count - more + 1) more that are not well", .bad)])
    return sums + sick.prefix(more - 1).map { row($0, columns) } + [hidden]
  }

  /// A line for each version: how many instances are in each state.
  private func sums(_ progress: Progress) -> [StyledLine] {
    let versions = Set(progress.rows.map { $0.version ?? 0 }).sorted(by: >)
    return versions.map { version in
      let rows = progress.rows.filter { ($0.version ?? 0) == version }
      var line = StyledLine([(version == 0 ? "no release: " : "release \(version): ", .strong)])
      line.add("\(rows.count) instances", .plain)
      let looks = Dictionary(grouping: rows.map(look), by: \.word)
      for (word, all) in looks.sorted(by: { ($1.value.count, $0.key) < ($0.value.count, $1.key) }) {
        line.add(", ", .plain)
        line.add("\(all.count) \(word)", all.first?.ink ?? .plain)
      }
      return line
    }
  }

  private func row(_ row: Progress.Row, _ columns: Int) -> StyledLine {
    let look = look(row)
    let id = columns >= 60 ? row.id : ellipsis + row.id.suffix(8)
    var line = StyledLine([(pad(LiveView.ascii(id), columns >= 60 ? 20 : 10), .plain)])
    line.add(pad(row.version.map(String.init) ?? "-", 5), row.isNew ? .strong : .soft)
    let age = row.age.map { LiveView.clock($0) } ?? ""
    let tail = columns >= 40 && !age.isEmpty ? "  " + age : ""
    let why = row.targets.compactMap { sight in
      sight.state.flatMap { state in
        state == .healthy ? nil : [sight.reason, sight.detail].compactMap { $0 }.joined(separator: ", ")
      }
    }.first { !$0.isEmpty }
    let room = max(0, columns - line.width - tail.count)
    var state = StyledLine([(look.word, look.ink)])
    if let why, columns >= 60 { state.add("  " + LiveView.ascii(why), .soft) }
    state = state.cut(room, ellipsis)
    for part in state.parts { line.add(part.text, part.ink) }
    if !tail.isEmpty {
      line.add(String(repeating: " ", count: max(0, room - state.width)), .plain)
      line.add(tail, .soft)
    }
    return line
  }

  private func look(_ row: Progress.Row) -> (word: String, ink: Ink) {
    let states = row.targets.compactMap(\.state)
    if row.isAside { return ("left alone", .soft) }
    switch row.lifecycle {
    case .leaving: return (states.contains(.draining) ? "draining" : "leaving", .wait)
    case .standby: return ("in standby", .soft)
    case .warmed: return ("in the warm pool", .soft)
    case .pending: return ("pending", .wait)
    case .inService: break
    }
    if states.contains(.unhealthy) { return ("unhealthy", .bad) }
    if states.contains(.unused) { return ("unused", .bad) }
    if states.contains(.draining) { return ("draining", .wait) }
    if row.targets.isEmpty { return row.isHealthy ? ("in service", .good) : ("unhealthy", .bad) }
    guard states.count == row.targets.count else { return ("in service, no target seen", .wait) }
    return states.allSatisfy { $0 == .healthy }
      ? ("healthy", .good) : (states.contains(.initial) ? "initial" : "unknown", .wait)
  }

  // MARK: Traffic

  private var trafficLine: StyledLine? {
    traffic.map { traffic in
      var line = StyledLine([("traffic: \(traffic.requests) requests, ", .plain)])
      line.add("\(traffic.failed) failed", traffic.failed == 0 ? .good : .bad)
      return line
    }
  }

  private func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }

  /// Others' words take one column a character: what is not ASCII becomes `?`.
  static func ascii(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { (0x20..<0x7F).contains($0.value) || $0 == "…" || $0 == "~" ? $0 : "?" }))
  }

  /// `45 s`, `1:05`, `1:02:05`.
  static func clock(_ duration: Duration) -> String {
    let seconds = max(0, duration.wholeMilliseconds / 1000)
    func two(_ number: Int64) -> String { (number < 10 ? "0" : "") + String(number) }
    if seconds < 60 { return "\(seconds) s" }
    if seconds < 3600 { return "\(seconds / 60):\(two(seconds % 60))" }
    return "\(seconds / 3600):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
  }
}

extension LiveView.StageTime {
  var words: String { "\(stage.rawValue) \(LiveView.clock(elapsed))" }
}
