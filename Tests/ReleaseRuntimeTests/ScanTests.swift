import ReleaseCore
import Testing

@testable import Simulation

@Suite("The gate of ECR's scan")
struct ScanTests {
  private func release(_ scans: [ScanReport], blockOn: Severity? = .critical) throws -> (Simulation, Watcher) {
    let simulation = try Fleet.simulation()
    simulation.pipeline.image.blockOn = blockOn
    simulation.scans = scans
    return (simulation, simulation.perform(.releaseNew))
  }

  @Test("without image.blockOn nobody asks for a scan")
  func off() throws {
    let (_, watcher) = try release([], blockOn: nil)
    #expect(watcher.exit == 0)
    #expect(!watcher.has(.checkScan))
  }

  @Test("a scan under way is waited for, and said; a clean end goes on")
  func waits() throws {
    let (simulation, watcher) = try release([
      ScanReport(status: .notFound), ScanReport(status: .pending), ScanReport(status: .inProgress),
      ScanReport(status: .inProgress), ScanReport(status: .complete, counts: [.high: 3, .critical: 0]),
    ])
    #expect(watcher.exit == 0, "\(watcher.sentences)")
    #expect(watcher.counts(.checkScan) == 5)
    let waiting = watcher.announcements.filter { $0.announcement.name == "scan.waiting" }
    #expect(waiting.count == 3, "\(watcher.sentences)")
    #expect(watcher.sentences.contains("nothing of severity CRITICAL or worse (3 high)"))
    simulation.expectWhole(on: 2, passed: "2 1")
  }

  @Test(
    "findings at or above image.blockOn are refused by name, others pass",
    arguments: [
      (Severity.critical, [Severity.critical: 1], 3), (.critical, [.high: 9], 0), (.high, [.critical: 1], 3),
      (.high, [.high: 1], 3), (.high, [.medium: 9], 0), (.informational, [.undefined: 2], 0), (.low, [:], 0),
    ] as [(Severity, [Severity: Int], Int32)])
  func severities(blockOn: Severity, counts: [Severity: Int], exit: Int32) throws {
    let findings = counts.keys.map { ScanReport.Finding(name: "CVE-2024-1 in \($0.rawValue)", severity: $0) }
    for status in [ScanReport.Status.complete, .active] {
      let (_, watcher) = try release([ScanReport(status: status, counts: counts, findings: findings)], blockOn: blockOn)
      #expect(watcher.exit == exit, "\(watcher.sentences)")
      guard exit == 3 else { continue }
      #expect(!watcher.has(.createVersion))
      #expect(watcher.sentences.contains("CVE-2024-1"), "\(watcher.sentences)")
    }
  }

  @Test(
    "a scan that will never say anything is refused by name",
    arguments: [
      (.failed, "failed"), (.unsupportedImage, "cannot scan"), (.eligibilityExpired, "too old"),
      (.limitExceeded, "limit"), (.imageArchived, "archived"), (.notFound, "knows no scan"),
      (.pending, "has given nothing in 10 minutes"), (.inProgress, "in progress"),
      (.findingsUnavailable, "not available"), (.other("NEW_WORD"), "NEW_WORD"),
    ] as [(ScanReport.Status, String)])
  func never(status: ScanReport.Status, words: String) throws {
    let (_, watcher) = try release([ScanReport(status: status, detail: "in AWS's words")])
    #expect(watcher.exit == 3, "\(watcher.sentences)")
    #expect(watcher.sentences.contains(words), "\(watcher.sentences)")
    #expect(!watcher.has(.createVersion))
  }

  @Test("a throttled look is no answer")
  func throttled() throws {
    let simulation = try Fleet.simulation()
    simulation.pipeline.image.blockOn = .high
    simulation.scans = [ScanReport(status: .complete)]
    let watcher = simulation.begin(.releaseNew)
    watcher.trouble = { action, number in
      if case .checkScan = action, number < 3 { .refused(ActionFailure(.throttled, "Rate exceeded")) } else { nil }
    }
    simulation.finish(watcher)
    #expect(watcher.exit == 0, "\(watcher.sentences)")
  }
}
