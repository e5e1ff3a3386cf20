import ReleaseCore
import Testing

@testable import RunReport

@Suite("What a journal tells of a run")
struct RunRecordTests {
  @Test("stages follow each other, and the last lasts to the end")
  func stages() throws {
    let record = RunRecord(journal: SampleJournal.rolledBack())
    #expect(record.stages.map(\.name) == ["resolve", "build", "push", "template", "rollout", "rollback"])
    for (before, after) in zip(record.stages, record.stages.dropFirst()) { #expect(before.end == after.begin) }
    #expect(record.stages.last?.end == record.last)
    #expect(record.ending?.exit == 5 && record.release == 42 && record.command == "release" && record.by == "ci")
  }

  @Test("an instance's lane goes from state to state, until it is gone")
  func lanes() throws {
    let record = RunRecord(journal: SampleJournal.rolledBack())
    let lane = try #require(record.lanes.first { $0.instance == "i-0new0" })
    #expect(lane.release == 42)
    #expect(lane.spans.map(\.name) == ["pending", "initial", "healthy", "unhealthy"])
    #expect(lane.spans.allSatisfy { $0.end != nil })
    let old = try #require(record.lanes.first { $0.instance == "i-0old0" })
    #expect(old.spans.map(\.name) == ["healthy", "draining"])
    #expect(old.spans.last?.end == record.last, "it was never seen gone")
  }

  @Test("calls keep their order, their codes and their request ids")
  func calls() {
    let record = RunRecord(journal: SampleJournal.rolledBack())
    #expect(
      record.calls.filter { !$0.isRead }.map(\.operation) == [
        "CreateLaunchTemplateVersion", "StartInstanceRefresh", "StartInstanceRefresh", "RollbackInstanceRefresh",
      ])
    #expect(record.calls.first { $0.status == 400 }?.code == "ResourceContention")
    #expect(record.capacity.contains { $0.serving < $0.floor })
    #expect(
      record.traffic.last
        == RunRecord.Traffic(at: record.traffic.last?.at ?? Moment(milliseconds: 0), requests: 1500, failed: 3))
  }

  @Test("a journal that was cut anywhere gives what it has", arguments: [0, 1, 50, 333, 700, 1500, 4000])
  func cut(bytes: Int) {
    let whole = SampleJournal.rolledBack()
    let record = RunRecord(journal: String(whole.prefix(bytes)))
    #expect(record.ending == nil)
    #expect(record.brokenLines <= 1)
    #expect(RunPage(record).html.contains("unfinished"))
  }

  @Test(
    "lines that are no journal's are counted and left out",
    arguments: ["{}", "null", "{\"time\":1}", "\u{0}\u{1}", "[]"])
  func foreign(line: String) {
    let record = RunRecord(journal: line + "\n" + SampleJournal.rolledBack() + line + "\n")
    #expect(record.brokenLines == 2)
    #expect(record.ending?.exit == 5)
  }

  @Test(
    "a line is read back as it was written", arguments: ["plain", "\"\\\n\r\t\u{1}\u{7F}", "ünïcode 🚀 \u{202E}", ""])
  func readBack(text: String) throws {
    let facts: [Announcement.Fact] = [.text("a", text), .number("b", -7), .list("c", [text, "x"]), .list("d", [])]
    let line = try #require(JournalLine(JSONLine.encode(facts)))
    #expect(line[text: "a"] == text && line[number: "b"] == -7 && line[list: "c"] == [text, "x"])
    #expect(line[list: "d"].isEmpty && line[text: "b"] == nil)
  }

  @Test(
    "times are read back to the millisecond",
    arguments: [0, 951_782_400_123, 1_795_600_000_999, 4_102_444_799_001] as [Int64])
  func times(milliseconds: Int64) {
    let moment = Moment(milliseconds: milliseconds)
    #expect(Moment(timestamp: moment.timestamp) == moment)
  }
}
