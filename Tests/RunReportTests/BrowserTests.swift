import Foundation
import RealParts
import Testing

@testable import RunReport

/// The page in a real browser: what it measures there, without the policy that forbids scripts.
@Suite("The page in Chromium", .serialized, .enabled(if: Browser.isInstalled, "no chromium here"))
struct BrowserTests {
  @Test(
    "it fits a phone and a desk, its drawings have areas, and its colours follow the reader's",
    arguments: [(390, false), (390, true), (1280, false), (1280, true)])
  func fits(width: Int, isDark: Bool) throws {
    let seen = try Browser.measure(
      RunPage(RunRecord(journal: SampleJournal.rolledBack())).html, width: width, isDark: isDark)
    #expect(seen["overflow"] == "0", "\(seen)")
    #expect(Int(seen["bars"] ?? "") ?? 0 >= 10, "\(seen)")
    #expect(seen["smallest"].flatMap(Double.init) ?? 0 >= 10, "letters of \(seen["smallest"] ?? "?") px")
    #expect(seen["ground"] == (isDark ? "rgb(20, 23, 27)" : "rgb(255, 255, 255)"), "\(seen)")
    #expect(seen["alerts"] == "0")
  }

  @Test("hundreds of instances fit too, and what others wrote makes no element")
  func many() throws {
    let html = RunPage(
      RunRecord(
        journal: SampleJournal.rolledBack(
          instances: 250, hostile: "<img src=x onerror='alerts++'><svg onload=alerts++>"))
    ).html
    let seen = try Browser.measure(html, width: 390, isDark: false)
    #expect(seen["overflow"] == "0" && seen["images"] == "0" && seen["alerts"] == "0", "\(seen)")
    #expect(Int(seen["bars"] ?? "") ?? 0 > 300)
  }

  @Test("on paper it is light, and the calls are all there")
  func paper() throws {
    let folder = try TemporaryFolder("paper")
    let file = try folder.write("page.html", RunPage(RunRecord(journal: SampleJournal.rolledBack())).html)
    let pdf = folder.path + "/page.pdf"
    try Browser.run(
      ["--print-to-pdf=\(pdf)", "--no-pdf-header-footer", "--blink-settings=preferredColorScheme=0", "file://\(file)"],
      folder)
    let bytes = try Data(contentsOf: URL(filePath: pdf))
    #expect(bytes.starts(with: Data("%PDF-".utf8)) && bytes.count > 5000)
  }
}

/// Debian's Chromium, without a window and without a network.
enum Browser {
  static let isInstalled = (try? Command.run(["chromium", "--version"]))?.status == 0

  @discardableResult
  static func run(_ arguments: [String], _ folder: TemporaryFolder) throws -> String {
    try Command.check(
      [
        "timeout", "60", "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
        "--no-first-run", "--user-data-dir=\(folder.path)/profile", "--virtual-time-budget=2000",
        "--host-resolver-rules=MAP * ~NOTFOUND",
      ] + arguments
    ).text
  }

  /// What a script sees of the page in a frame of that width: a browser's window has a least width, a frame has none.
  static func measure(_ html: String, width: Int, isDark: Bool) throws -> [String: String] {
    let folder = try TemporaryFolder("browser")
    let open = html.replacing(
      /<meta http-equiv="Content-Security-Policy"[^>]*>/, with: "<script>var alerts = 0</script>")
    let quoted = open.replacing("&", with: "&amp;").replacing("\"", with: "&quot;")
    let frame = """
      <!doctype html><meta charset="utf-8"><meta name="color-scheme" content="light dark">
      <iframe id="f" style="border:0" width="\(width)" height="900" srcdoc="\(quoted)"></iframe>
      <script>
      window.onload = () => {
        const view = document.getElementById('f').contentWindow, page = view.document;
        const texts = [...page.querySelectorAll('p, td, dd, h1, pre, svg text')];
        const seen = {
          overflow: Math.max(0, page.documentElement.scrollWidth - \(width)),
          bars: [...page.querySelectorAll('svg.drawing rect')].filter(r => r.getBoundingClientRect().width > 0).length,
          smallest: Math.min(...texts.map(t => parseFloat(view.getComputedStyle(t).fontSize))),
          ground: view.getComputedStyle(page.body).backgroundColor,
          images: page.querySelectorAll('img, [onload]').length,
          alerts: view.alerts,
        };
        document.title = Object.entries(seen).map(([k, v]) => k + '=' + v).join(';');
      };
      </script>
      """
    let file = try folder.write("frame.html", frame)
    let page = try run(
      [
        "--blink-settings=preferredColorScheme=\(isDark ? 0 : 1)", "--window-size=1400,1000", "--dump-dom",
        "file://\(file)",
      ],
      folder)
    let title = page.firstMatch(of: /<title>([^<]*)<\/title><\/head>|<title>(overflow=[^<]*)<\/title>/)
    let text = title.flatMap { $0.output.2 ?? $0.output.1 } ?? ""
    let pairs = text.split(separator: ";").map { $0.split(separator: "=", maxSplits: 1).map(String.init) }
    return Dictionary(pairs.filter { $0.count == 2 }.map { ($0[0], $0[1]) }) { $1 }
  }
}
