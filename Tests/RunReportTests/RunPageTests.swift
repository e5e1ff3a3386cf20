import Testing

@testable import RunReport

@Suite("The page of a run")
struct RunPageTests {
  @Test("nothing that others wrote is markup in it")
  func escaping() {
    let hostile =
      "<script>alert(1)</script>\" onload=\"x' </pre></title></style><img src=x onerror=y>\u{202E}\u{1B}[31m"
    let html = RunPage(RunRecord(journal: SampleJournal.rolledBack(hostile: hostile))).html
    #expect(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot; onload=&quot;x&#39;"))
    for forbidden in ["<script", "<img", "\u{202E}", "\u{1B}", "onerror=y>"] { #expect(!html.contains(forbidden)) }
    #expect(html.matches(of: /<\/style>/).count == 1)
  }

  @Test("it fetches nothing and runs nothing")
  func selfContained() {
    let html = RunPage(RunRecord(journal: SampleJournal.rolledBack())).html
    #expect(html.contains("default-src 'none'"))
    for forbidden in ["http://", "https://", "src=", "href=", "@import", "url(http", "<link", "<iframe"] {
      #expect(!html.contains(forbidden), "\(forbidden)")
    }
  }

  @Test("it says how it ended, what served against the floor, the requests, the evidence and the calls")
  func says() {
    let html = RunPage(RunRecord(journal: SampleJournal.rolledBack())).html
    for said in [
      "rolled-back", "release 42 failed and was rolled back to release 41", "Less than the floor served for 30.0 s",
      "500 requests, 3 failed.", "connect ECONNREFUSED", "StartInstanceRefresh", "ResourceContention", "7f1c-400",
      "7 calls to AWS: 4 that change something, 3 that look.", "i-0new0", "release 41",
    ] { #expect(html.contains(said), "\(said)") }
  }

  @Test("five hundred instances are drawn thin, those in trouble first, and the rest are counted")
  func many() {
    let html = RunPage(RunRecord(journal: SampleJournal.rolledBack(instances: 250))).html
    #expect(html.contains("200 of 500 instances are not drawn"))
    #expect(html.contains("<title>i-0new0, release 42: inService, unhealthy"))
    #expect(html.utf8.count < 4 << 20)
  }

  @Test(
    "places are shares of the time", arguments: [(0, "0.00%"), (1000, "10.00%"), (9999, "99.99%"), (20_000, "100.00%")])
  func scale(milliseconds: Int64, place: String) {
    let scale = TimeScale(begin: .init(milliseconds: 0), end: .init(milliseconds: 10_000))
    #expect(scale.place(.init(milliseconds: milliseconds)) == place)
    #expect((2...8).contains(scale.marks.count))
  }
}
